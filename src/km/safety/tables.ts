import type { Sqlite } from '../sqlite.ts';

/** A table whose rows are the content of a database; what can be made again from others is left out. */
export type ContentTable = {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns of its primary key, in their order. */
  readonly key: readonly string[];
  readonly needs: readonly string[];
};

/**
 * What is made again from the content, and what only this database is: the list of what the index over tasks is behind (full-text
 * indexes themselves are virtual tables), vectors and the models they are of, how far each index of memory has come, and the name
 * by which an index server knows this database.
 */
export const DERIVED: readonly string[] = [
  'task_search_queue',
  ...['memory_changes', 'memory_consumers', 'memory_embeddings', 'memory_models', 'memory_signals', 'memory_vectors'],
  'memory_store',
];

/** All tables of content, each after those it refers to, else by name. */
export function contentTables(sqlite: Sqlite): readonly ContentTable[] {
  const names = sqlite
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .pluck()
    .all();
  const waiting = names.filter(name => !DERIVED.includes(name)).map(name => describe(sqlite, name));
  const ordered: ContentTable[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ needs }) => needs.every(name => ordered.some(other => other.name === name)));
    // A circle of references: foreign keys are looked at when all is there, so any order will do.
    ordered.push(...waiting.splice(Math.max(0, ready), 1));
  }
  return ordered;
}

type Column = { readonly name: string; readonly pk: number };

function describe(sqlite: Sqlite, name: string): ContentTable {
  const columns = sqlite
    .prepare<[string], Column>('SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid')
    .all(name);
  const needs = sqlite
    .prepare<[string], string>('SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)')
    .pluck()
    .all(name);
  const key = columns.filter(({ pk }) => pk > 0).sort((one, other) => one.pk - other.pk);
  return {
    name,
    columns: columns.map(column => column.name),
    key: key.map(column => column.name),
    needs: needs.filter(other => other !== name),
  };
}

const OF_PROJECT = 'IN (SELECT id FROM memories WHERE project_id = ?)';

/** The condition for the rows that belong to one project; null where the table has nothing to do with projects. */
export function ofProject({ name, columns }: ContentTable): string | null {
  if (name === 'projects') return 'id = ?';
  if (columns.includes('project_id')) return 'project_id = ?';
  if (columns.includes('task_id')) return 'task_id IN (SELECT id FROM tasks WHERE project_id = ?)';
  if (columns.includes('memory_id')) return `memory_id ${OF_PROJECT}`;
  if (name === 'memory_links') return `from_id ${OF_PROJECT}`;
  return columns.includes('run_id') ? 'run_id IN (SELECT id FROM runs WHERE project_id = ?)' : null;
}

/** Rows of each table of content. */
export const countRows = (sqlite: Sqlite): Readonly<Record<string, number>> =>
  Object.fromEntries(
    contentTables(sqlite).map(({ name }) => [
      name,
      Number(
        sqlite
          .prepare(`SELECT count(*) FROM ${quoted(name)}`)
          .pluck()
          .get(),
      ),
    ]),
  );

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
