import { fail, ok, type Result } from '../../core/failure.ts';
import { plural } from '../../core/line.ts';
import { type Sqlite, sqliteCode } from '../sqlite.ts';
import { allOrNothing, type Chance } from '../transaction.ts';
import { repairCounters } from './counters.ts';
import { diagnose } from './doctor.ts';
import { exportLines } from './export.ts';
import { unwritable } from './files.ts';
import { insertRecords } from './insert.ts';
import { readHeader } from './records.ts';
import type { Shipped } from './shipped.ts';
import { type ContentTable, contentTables, DERIVED, quoted } from './tables.ts';
import { contentOf } from './verify.ts';

export type ImportOptions = {
  /** Its name, for people. */
  readonly file: string;
  /** Its lines; read more than once. */
  readonly lines: () => Iterable<string>;
  /** Takes the place of what is there. */
  readonly replace: boolean;
  /** Keeps what is there, while nobody else can write; the answer is where. */
  readonly keep: () => Result<string>;
  /** Makes again what other parts derive from the content. */
  readonly rebuild: (sqlite: Sqlite) => void;
  readonly shipped: Shipped;
};

export type Imported = {
  readonly file: string;
  readonly records: number;
  /** False when the database held exactly that already. */
  readonly changed: boolean;
  readonly projects: number;
  readonly tasks: number;
  /** Tasks whose counters the file had wrong. */
  readonly recounted: number;
  /** Where the content of before is kept. */
  readonly kept: string | null;
};

/** Makes an empty database what an export says, or with `replace` any: all of it or nothing. */
export function importRecords(sqlite: Sqlite, chance: Chance, options: ImportOptions): Result<Imported> {
  try {
    return allOrNothing(sqlite, chance, () => load(sqlite, options));
  } catch (problem) {
    if (sqliteCode(problem) === null && !(problem instanceof Error && 'syscall' in problem)) throw problem;
    return unwritable('The database', sqlite.name, problem, 'Nothing was changed.');
  }
}

function load(sqlite: Sqlite, options: ImportOptions): Result<Imported> {
  const { file, lines, replace, keep } = options;
  const header = readHeader(file, firstOf(lines()));
  if (!header.ok) return header;
  const tables = contentTables(sqlite);
  const isEmpty = tables.every(({ name }) => sqlite.prepare(`SELECT 1 FROM ${quoted(name)}`).get() === undefined);
  if (isEmpty) return fill(sqlite, tables, options, null);
  const same = sameLines(exportLines(sqlite, header.value.project_id ?? null), lines());
  const { projects, tasks } = contentOf(sqlite);
  if (same !== null) return ok({ file, records: same - 1, changed: false, projects, tasks, recounted: 0, kept: null });
  if (!replace) return notEmpty(sqlite.name, projects, tasks, file);
  const kept = keep();
  return kept.ok ? fill(sqlite, tables, options, kept.value) : kept;
}

const firstOf = (lines: Iterable<string>): string => {
  for (const line of lines) return line;
  return '';
};

const notEmpty = (name: string, projects: number, tasks: number, file: string): Result<never> =>
  fail(
    'database.not_empty',
    `${name} holds ${plural(projects, 'project', 'projects')} with ${plural(tasks, 'task', 'tasks')} already. Nothing was changed.`,
    `Put the file in its place (a backup is made first): llmclis import ${file} --replace — or read it into another home: LLMCLIS_HOME=FOLDER llmclis import ${file}`,
  );

/** How many lines both have, when these are the same in both; else null. */
function sameLines(one: Iterable<string>, other: Iterable<string>): number | null {
  const rest = other[Symbol.iterator]();
  let lines = 0;
  try {
    for (const line of one) {
      const next = rest.next();
      if (next.done === true || next.value !== line) return null;
      lines += 1;
    }
    return rest.next().done === true ? lines : null;
  } finally {
    rest.return?.();
  }
}

function fill(
  sqlite: Sqlite,
  tables: readonly ContentTable[],
  { file, lines, rebuild, shipped }: ImportOptions,
  kept: string | null,
): Result<Imported> {
  // Rows come as they were, what triggers made of them included; and a task may come before its parent.
  const there = sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const name of there) sqlite.exec(`DROP TRIGGER ${quoted(name)}`);
  sqlite.pragma('defer_foreign_keys = ON');
  empty(sqlite, tables);
  const records = insertRecords(sqlite, tables, file, lines());
  if (!records.ok) return records;
  for (const { type, sql } of shipped.values()) if (type === 'trigger') sqlite.exec(sql);
  sqlite.exec('INSERT INTO task_search_queue (task_id) SELECT id FROM tasks');
  rebuild(sqlite);
  const recounted = repairCounters(sqlite).length;
  const [flaw] = diagnose(sqlite, shipped).findings.filter(({ check }) => check === 'integrity' || check === 'schema');
  if (flaw !== undefined)
    return fail('input.invalid', `${file} does not fit together: ${flaw.message}. Nothing was changed.`, OTHER_FILE);
  const { projects, tasks } = contentOf(sqlite);
  return ok({ file, records: records.value, changed: true, projects, tasks, recounted, kept });
}

const OTHER_FILE = 'Export again, or take the file as it was before someone changed it.';

function empty(sqlite: Sqlite, tables: readonly ContentTable[]): void {
  for (const { name } of tables.toReversed()) sqlite.exec(`DELETE FROM ${quoted(name)}`);
  for (const name of DERIVED) if (name !== 'memory_store') sqlite.exec(`DELETE FROM ${quoted(name)}`);
  sqlite.exec("DELETE FROM sqlite_sequence; INSERT INTO task_search (task_search) VALUES ('delete-all')");
}
