import { createHash } from 'node:crypto';
import { type Clock, isoSeconds } from '../core/clock.ts';
import { fail, ok } from '../core/failure.ts';
import type { Sqlite } from '../km/sqlite.ts';
import { addToIndexes, makeIndexes } from './full-text.ts';
import { MEMORY_TYPES, type Memory } from './memory.ts';
import { recall } from './recall.ts';
import { indexText } from './words.ts';

/** Memory in the tables of an open database. `redact` takes known secrets out of a text before it is kept. */
export function createMemory(sqlite: Sqlite, clock: Clock, redact: (text: string) => string): Memory {
  const insert = sqlite.prepare<unknown[], { id: number }>(
    `INSERT INTO memories (project_id, task_id, task_key, type, agent, text, text_sha256, source, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, text_sha256) DO NOTHING RETURNING id`,
  );
  const known = sqlite.prepare<unknown[], { id: number }>(
    'SELECT id FROM memories WHERE project_id = ? AND text_sha256 = ?',
  );
  const inOne = <T>(work: () => T): T => (sqlite.inTransaction ? work() : sqlite.transaction(work).immediate());
  return {
    storeMemory(raw, projectId, taskId, type, agent, { task_key = null, source = 'person' } = {}) {
      const text = redact(raw).trim();
      if (text === '') return fail('input.invalid', 'There is nothing to remember.', 'Give a text.');
      if (!MEMORY_TYPES.includes(type))
        return fail('input.invalid', `There is no memory type ${type}.`, `Take one of ${MEMORY_TYPES.join(', ')}.`);
      const hash = createHash('sha256').update(text).digest('hex');
      return inOne(() => {
        const first = known.get(projectId, hash);
        if (first !== undefined) return ok({ id: first.id, stored: false });
        const created_at = isoSeconds(clock.now());
        const row = insert.get(projectId, taskId, task_key, type, agent, text, hash, source, created_at);
        if (row === undefined) throw new Error('A memory was neither there nor stored.');
        makeIndexes(sqlite, projectId);
        addToIndexes(sqlite, projectId, row.id, indexText({ created_at, agent, type, task_key, text }));
        return ok({ id: row.id, stored: true });
      });
    },
    queryMemory: (queryText, scope) => recall(sqlite, queryText, scope),
  };
}
