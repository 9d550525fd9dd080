import type { Sqlite } from '../km/sqlite.ts';

/** The two indexes of a project: words (stemmed), and any three characters in a row (identifiers, parts of words). */
export type IndexKind = 'words' | 'trigrams';

const NAMES = { words: 'memory_fts_', trigrams: 'memory_trigram_' } as const satisfies Record<IndexKind, string>;
const TOKENIZERS = {
  words: 'porter unicode61 remove_diacritics 2',
  trigrams: 'trigram case_sensitive 0',
} as const satisfies Record<IndexKind, string>;

/** Each project has tables of its own: word weights are its own, and a look-up costs what the project holds. */
export function tableName(kind: IndexKind, projectId: number): string {
  if (!Number.isSafeInteger(projectId)) throw new Error(`${projectId} is no project id.`);
  return `${NAMES[kind]}${projectId}`;
}

/** Makes the project's tables when they are missing. The text itself stays in `memories` alone. */
export function makeIndexes(sqlite: Sqlite, projectId: number): void {
  for (const kind of ['words', 'trigrams'] as const)
    sqlite.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS ${tableName(kind, projectId)} USING fts5(text, content='', contentless_delete=1, tokenize='${TOKENIZERS[kind]}')`,
    );
}

export function addToIndexes(sqlite: Sqlite, projectId: number, id: number, text: string): void {
  for (const kind of ['words', 'trigrams'] as const)
    sqlite.prepare(`INSERT INTO ${tableName(kind, projectId)} (rowid, text) VALUES (?, ?)`).run(id, text);
}

export type Scope = { readonly projectId: number; readonly taskId: number | null; readonly type: string | null };

/** Entries looked at for one answer; what is not among an index's best is not among the answer's. */
const CANDIDATES = 200;

/** BM25 of the best matches, by memory id, higher is better. Empty when the project has no index yet. */
export function search(sqlite: Sqlite, kind: IndexKind, match: string, scope: Scope): ReadonlyMap<number, number> {
  const table = tableName(kind, scope.projectId);
  const made = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table);
  if (made === undefined) return new Map();
  const everything = scope.taskId === null && scope.type === null;
  const join = everything
    ? ''
    : `JOIN memories m ON m.id = f.rowid AND (@task IS NULL OR m.task_id = @task) AND (@type IS NULL OR m.type = @type)`;
  const sql = `SELECT f.rowid AS id, -f.rank AS score FROM ${table} f ${join} WHERE f.text MATCH @match ORDER BY f.rank LIMIT ${CANDIDATES}`;
  const values = everything ? { match } : { match, task: scope.taskId, type: scope.type };
  const found = sqlite.prepare<unknown[], { id: number; score: number }>(sql).all(values);
  return new Map(found.map(({ id, score }) => [id, score]));
}
