import type { Sqlite } from '../../km/sqlite.ts';
import { type Indexed, indexText } from './words.ts';

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

/** Makes the project's table when it is missing. The text itself stays in `memories` alone. */
export const makeTable = (sqlite: Sqlite, kind: IndexKind, projectId: number): void => {
  sqlite.exec(
    `CREATE VIRTUAL TABLE IF NOT EXISTS ${tableName(kind, projectId)} USING fts5(text, content='', contentless_delete=1, tokenize='${TOKENIZERS[kind]}')`,
  );
};

export const hasTable = (sqlite: Sqlite, kind: IndexKind, projectId: number): boolean =>
  sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(tableName(kind, projectId)) !==
  undefined;

/** Puts an entry into its project's index of words, in the open transaction. The other indexes follow later. */
export function indexEntry(sqlite: Sqlite, entry: Indexed): void {
  makeTable(sqlite, 'words', entry.project_id);
  replaceIn(sqlite, 'words', entry.project_id, entry.id, indexText(entry));
}

/** Takes an entry out of its project's index of words, in the open transaction. */
export function unindexEntry(sqlite: Sqlite, entry: Pick<Indexed, 'id' | 'project_id'>): void {
  removeFrom(sqlite, 'words', entry.project_id, entry.id);
}

export const replaceIn = (sqlite: Sqlite, kind: IndexKind, projectId: number, id: number, text: string): void => {
  sqlite.prepare(`INSERT OR REPLACE INTO ${tableName(kind, projectId)} (rowid, text) VALUES (?, ?)`).run(id, text);
};

export const removeFrom = (sqlite: Sqlite, kind: IndexKind, projectId: number, id: number): void => {
  if (!hasTable(sqlite, kind, projectId)) return;
  sqlite.prepare(`DELETE FROM ${tableName(kind, projectId)} WHERE rowid = ?`).run(id);
};
