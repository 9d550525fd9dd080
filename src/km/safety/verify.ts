import { statSync } from 'node:fs';
import { fail, ok, type Result } from '../../core/failure.ts';
import { SCHEMA_VERSION } from '../schema-version.ts';
import { connect, type Sqlite } from '../sqlite.ts';
import { countRows } from './tables.ts';

export type Verified = {
  /** Number of its format. */
  readonly schema: number;
  readonly projects: number;
  /** Tasks, not stages. */
  readonly tasks: number;
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
};

/** Reads the whole of a database file and says what is in it; refuses one that is damaged, not ours, or newer. */
export function verifyFile(file: string): Result<Verified> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    return fail('input.not_found', `There is no file ${file}.`, 'Give a file that llmclis backup made.');
  let sqlite: Sqlite | null = null;
  try {
    sqlite = connect(file, { readonly: true, timeout: 10_000 });
    const schema = Number(sqlite.pragma('user_version', { simple: true }));
    if (schema > SCHEMA_VERSION) return newer(file, schema);
    if (!isOurs(sqlite, schema)) return damaged(file, 'it is no database of llmclis');
    const flaws = flawsOf(sqlite);
    return flaws.length > 0 ? damaged(file, flaws.join('; ')) : ok({ schema, ...contentOf(sqlite) });
  } catch (problem) {
    return damaged(file, problem instanceof Error ? problem.message : String(problem));
  } finally {
    sqlite?.close();
  }
}

/** What SQLite itself finds wrong, in a few sentences; empty when all is well. */
export function flawsOf(sqlite: Sqlite): readonly string[] {
  const integrity = sqlite.pragma('integrity_check(10)') as { integrity_check: string }[];
  const foreign = sqlite
    .prepare<[], { table: string; rowid: number | null; parent: string }>(
      'SELECT * FROM pragma_foreign_key_check LIMIT 10',
    )
    .all();
  return [
    ...integrity.map(row => row.integrity_check).filter(text => text !== 'ok'),
    ...foreign.map(row => `row ${row.rowid ?? '?'} of ${row.table} refers to a row of ${row.parent} that is not there`),
  ];
}

export function contentOf(sqlite: Sqlite): Omit<Verified, 'schema'> {
  const rows = countRows(sqlite);
  const tasks = Number(sqlite.prepare("SELECT count(*) FROM tasks WHERE kind = 'task'").pluck().get());
  return { projects: rows.projects ?? 0, tasks, rows };
}

const isOurs = (sqlite: Sqlite, schema: number): boolean =>
  schema > 0 &&
  sqlite
    .prepare(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('projects', 'tasks', 'task_history')",
    )
    .pluck()
    .get() === 3;

const newer = (file: string, schema: number): Result<never> =>
  fail(
    'database.newer',
    `${file} was written by a newer llmclis (format ${schema}, this one knows ${SCHEMA_VERSION}).`,
    'Update llmclis first.',
    { found: schema, known: SCHEMA_VERSION },
  );

const damaged = (file: string, why: string): Result<never> =>
  fail(
    'input.invalid',
    `${file} cannot be used: ${why}.`,
    'Take another backup, or a copy of this file that is whole.',
  );
