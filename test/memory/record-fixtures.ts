import type { MemoryType, StoreOptions } from '../../src/memory/memory.ts';
import { createRecord } from '../../src/memory/record/record.ts';
import { createMemory } from '../../src/memory/store.ts';
import { makeWorld, must } from '../km/fixtures.ts';

type More = StoreOptions & {
  readonly type?: MemoryType;
  readonly agent?: string;
  readonly project?: number;
  readonly task?: number;
};

/** A database with memory in it, and short ways to say something. */
export function makeRecord(options: { readonly file?: string; readonly redact?: (text: string) => string } = {}) {
  const { file = ':memory:', redact = (text: string) => text } = options;
  const world = makeWorld(file);
  const { sqlite } = world.database;
  const memory = createMemory(sqlite, world.clock, redact);
  const record = createRecord(sqlite, world.clock, redact);
  const tell = (text: string, { type = 'fact', agent = 'person', project = 1, task, ...more }: More = {}) =>
    memory.storeMemory(text, project, task ?? null, type, agent, more);
  const say = (text: string, more: More = {}) => must(tell(text, more));
  const show = (id: number, projectId = 1) => must(record.show(id, projectId));
  const change = (kind: 'pin' | 'unpin' | 'wrong' | 'restore', ...ids: readonly number[]) =>
    record.change(kind, { ids, projectId: 1, agent: 'person' });
  const forget = (...ids: readonly number[]) => record.forget({ ids, projectId: 1, agent: 'person' });
  const found = async (query: string, scope: object = {}) =>
    (await memory.queryMemory(query, { projectId: 1, ...scope })).map(hit => hit.id);
  return { ...world, sqlite, memory, record, tell, say, show, change, forget, found };
}
