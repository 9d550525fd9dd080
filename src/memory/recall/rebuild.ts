import type { Sqlite } from '../../km/sqlite.ts';
import { indexEntry } from './full-text.ts';
import { followTrigrams } from './trigrams.ts';
import type { Indexed } from './words.ts';

/** Makes all full-text indexes of all projects again from the entries themselves, in the open transaction. */
export function rebuildIndexes(sqlite: Sqlite): void {
  const tables = sqlite
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE type = 'virtual' AND (name GLOB 'memory_fts_*' OR name GLOB 'memory_trigram_*')",
    )
    .pluck()
    .all();
  for (const name of tables) sqlite.exec(`DROP TABLE "${name}"`);
  const after = sqlite.prepare<[number], Indexed>(
    `SELECT id, project_id, created_at, agent, type, task_key, text FROM memories
     WHERE id > ? AND status <> 'forgotten' ORDER BY id LIMIT 500`,
  );
  for (let entries = after.all(0); entries.length > 0; entries = after.all(entries.at(-1)?.id ?? 0)) {
    for (const entry of entries) indexEntry(sqlite, entry);
    followTrigrams(
      sqlite,
      entries.map(({ id, project_id }) => ({ memory_id: id, project_id })),
    );
  }
}
