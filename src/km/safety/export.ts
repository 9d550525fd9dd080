import { statSync } from 'node:fs';
import { fail, ok, type Result } from '../../core/failure.ts';
import { SCHEMA_VERSION } from '../schema-version.ts';
import type { Sqlite } from '../sqlite.ts';
import { makeFolderOf, partial, publish, removeFile, unwritable, writeLines } from './files.ts';
import { type ContentTable, contentTables, DERIVED, ofProject, quoted } from './tables.ts';

/** The number of the format of the lines. */
export const EXPORT_FORMAT = 1;

export type ExportHeader = {
  readonly llmclis_export: number;
  readonly schema: number;
  /** Present where only one project was exported. */
  readonly project_id?: number;
};

/** What a row holds, as JSON can say it; bytes as `{"base64": …}`. */
export type ExportValue = string | number | null | { readonly base64: string };

/** Numbers that SQLite has handed out: with them a row that is added later gets the same number in both databases. */
export const SEQUENCES = 'sqlite_sequence';

/**
 * The content as lines: a header, then a row on each, tables and rows always in the same order, so that a small change is a small
 * difference. To be read in one transaction.
 */
export function* exportLines(sqlite: Sqlite, projectId: number | null): Generator<string> {
  const scope = projectId === null ? {} : { project_id: projectId };
  yield JSON.stringify({ llmclis_export: EXPORT_FORMAT, schema: SCHEMA_VERSION, ...scope } satisfies ExportHeader);
  for (const table of contentTables(sqlite)) yield* tableLines(sqlite, table, projectId);
  if (projectId !== null) return;
  const sequences = sqlite
    .prepare<[], Row & { readonly name: string }>(`SELECT name, seq FROM ${SEQUENCES} ORDER BY name`)
    .all();
  for (const row of sequences) if (!DERIVED.includes(row.name)) yield lineOf(SEQUENCES, row);
}

type Row = Readonly<Record<string, string | number | null | Buffer>>;

function* tableLines(sqlite: Sqlite, table: ContentTable, projectId: number | null): Generator<string> {
  const where = projectId === null ? null : ofProject(table);
  if (projectId !== null && where === null) return;
  const columns = table.columns.map(quoted).join(', ');
  const order = (table.key.length === 0 ? table.columns : table.key).map(quoted).join(', ');
  const select = sqlite.prepare<unknown[], Row>(
    `SELECT ${columns} FROM ${quoted(table.name)} ${where === null ? '' : `WHERE ${where}`} ORDER BY ${order}`,
  );
  for (const row of select.iterate(...(where === null ? [] : [projectId]))) yield lineOf(table.name, row);
}

const lineOf = (table: string, row: Row): string =>
  JSON.stringify({
    table,
    row: Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value,
      ]),
    ),
  });

export type Exported = { readonly file: string; readonly bytes: number; readonly records: number };

/** Writes the lines to a file, which gets its name when it is whole. */
export function exportFile(sqlite: Sqlite, file: string, projectId: number | null): Result<Exported> {
  const known = knownProject(sqlite, projectId);
  if (!known.ok) return known;
  const temporary = partial(file);
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
      return fail('input.invalid', `${file} is a folder.`, 'Name a file in it.');
    makeFolderOf(file);
    let records = -1;
    const counted = function* (): Generator<string> {
      for (const line of exportLines(sqlite, projectId)) {
        records += 1;
        yield line;
      }
    };
    const bytes = sqlite.transaction(() => writeLines(temporary, counted())).deferred();
    publish(temporary, file);
    return ok({ file, bytes, records });
  } catch (problem) {
    return unwritable('The export', file, problem, 'Name another place: llmclis export FILE');
  } finally {
    removeFile(temporary);
  }
}

/** Hands the lines to `print`, all of one moment. */
export function exportTo(sqlite: Sqlite, projectId: number | null, print: (line: string) => void): Result<void> {
  const known = knownProject(sqlite, projectId);
  if (!known.ok) return known;
  sqlite
    .transaction(() => {
      for (const line of exportLines(sqlite, projectId)) print(line);
    })
    .deferred();
  return ok(undefined);
}

function knownProject(sqlite: Sqlite, projectId: number | null): Result<void> {
  if (projectId === null || sqlite.prepare('SELECT 1 FROM projects WHERE id = ?').get(projectId) !== undefined)
    return ok(undefined);
  return fail('project.not_found', `There is no project ${projectId}.`, 'See the projects: llmclis project list');
}
