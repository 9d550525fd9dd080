import type { Statement } from 'better-sqlite3';
import { fail, ok, type Result } from '../../core/failure.ts';
import { type Sqlite, sqliteCode } from '../sqlite.ts';
import { SEQUENCES } from './export.ts';
import { type ExportRecord, readRecord } from './records.ts';
import { type ContentTable, quoted } from './tables.ts';

/** Inserts the rows of an export; how many there were. Columns that the file does not know get their defaults. */
export function insertRecords(
  sqlite: Sqlite,
  tables: readonly ContentTable[],
  file: string,
  lines: Iterable<string>,
): Result<number> {
  const inserts = new Map<string, Statement>();
  const columnsOf = new Map([
    ...tables.map(({ name, columns }) => [name, columns] as const),
    [SEQUENCES, ['name', 'seq']],
  ]);
  const sequences: ExportRecord['row'][] = [];
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (number === 1 || line === '') continue;
    const record = readRecord(line);
    const flaw = record.ok ? insert(record.value) : record.error;
    if (flaw !== null) return unreadable(file, number, flaw);
  }
  // Numbers of rows that are gone stay handed out.
  if (sequences.length > 0) sqlite.exec(`DELETE FROM ${SEQUENCES}`);
  const sequence = sqlite.prepare(`INSERT INTO ${SEQUENCES} (name, seq) VALUES (?, ?)`);
  for (const row of sequences) sequence.run(row.get('name') ?? null, row.get('seq') ?? null);
  return ok(number - 1);

  function insert({ table, row }: ExportRecord): string | null {
    const known = columnsOf.get(table);
    if (known === undefined) return `there is no table "${table}"`;
    const names = [...row.keys()];
    const stranger = names.find(name => !known.includes(name));
    if (stranger !== undefined) return `${table} has no "${stranger}"`;
    if (table === SEQUENCES) {
      sequences.push(row);
      return null;
    }
    return run(statement(table, names), [...row.values()]);
  }

  function statement(table: string, names: readonly string[]): Statement {
    const of = `${table}(${names.join()})`;
    const made =
      inserts.get(of) ??
      sqlite.prepare(
        names.length === 0
          ? `INSERT INTO ${quoted(table)} DEFAULT VALUES`
          : `INSERT INTO ${quoted(table)} (${names.map(quoted).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      );
    inserts.set(of, made);
    return made;
  }
}

/** What is wrong with the row; null when it is in. Trouble with the disk is thrown. */
function run(statement: Statement, values: readonly unknown[]): string | null {
  try {
    statement.run(...values);
    return null;
  } catch (problem) {
    const isRefused = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG)/.test(sqliteCode(problem) ?? '');
    if (isRefused && problem instanceof Error) return problem.message;
    throw problem;
  }
}

const unreadable = (file: string, number: number, flaw: string): Result<never> =>
  fail(
    'input.invalid',
    `Line ${number} of ${file} cannot be read: ${flaw}. Nothing was changed.`,
    'Put the line right, or export again: llmclis export FILE',
    { line: number },
  );
