import type { Sqlite } from '../km/sqlite.ts';
import { addToIndexes, makeIndexes } from './full-text.ts';
import { indexText } from './words.ts';

type Row = {
  readonly id: number;
  readonly project_id: number;
  readonly created_at: string;
  readonly agent: string;
  readonly type: string;
  readonly task_key: string | null;
  readonly text: string;
};

/** Makes all indexes of all projects again from the memories themselves, in the open transaction. */
export function rebuildIndexes(sqlite: Sqlite): void {
  const tables = sqlite
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE type = 'virtual' AND (name GLOB 'memory_fts_*' OR name GLOB 'memory_trigram_*')",
    )
    .pluck()
    .all();
  for (const name of tables) sqlite.exec(`DROP TABLE "${name}"`);
  const projects = sqlite.prepare<[], number>('SELECT DISTINCT project_id FROM memories ORDER BY project_id').pluck();
  const memories = sqlite.prepare<[number], Row>('SELECT * FROM memories WHERE project_id = ? ORDER BY id');
  for (const project of projects.all()) {
    makeIndexes(sqlite, project);
    for (const { id, ...memory } of memories.all(project)) addToIndexes(sqlite, project, id, indexText(memory));
  }
}
