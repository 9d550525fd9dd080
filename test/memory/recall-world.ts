import type { MemoryType, QueryScope, StoreOptions } from '../../src/memory/memory.ts';
import { followTrigrams } from '../../src/memory/recall/trigrams.ts';
import { createMemory } from '../../src/memory/store.ts';
import { makeWorld, must } from '../km/fixtures.ts';

type More = {
  readonly project?: number;
  readonly task?: number;
  readonly type?: MemoryType;
  readonly agent?: string;
  readonly options?: StoreOptions;
};

/** A memory in a database of its own, whose index of parts of words follows at once unless `follow` is false. */
export function makeRecallWorld(follow = true) {
  const world = makeWorld();
  const { sqlite } = world.database;
  const memory = createMemory(sqlite, world.clock, text => text);
  const add = (text: string, more: More = {}): number => {
    const { project = 1, task = null, type = 'note', agent = 'coder', options = {} } = more;
    const { id } = must(memory.storeMemory(text, project, task, type, agent, options));
    if (follow) followTrigrams(sqlite, [{ memory_id: id, project_id: project }]);
    return id;
  };
  const ask = (query: string, scope: Partial<QueryScope> = {}) => memory.queryMemory(query, { projectId: 1, ...scope });
  const texts = async (query: string, scope: Partial<QueryScope> = {}) =>
    (await ask(query, scope)).map(hit => hit.text);
  /** Turns of one session. */
  const talk = (turns: readonly string[], session = 's1'): readonly number[] =>
    turns.map((text, index) =>
      add(text, { type: 'raw_interaction', agent: index % 2 === 0 ? 'Ada' : 'Ben', options: { session } }),
    );
  return { ...world, sqlite, memory, add, ask, texts, talk };
}
