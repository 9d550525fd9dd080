import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { err, fail, ok, Refused, type Result } from '../core/failure.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { connect, PATIENCE_MS, type Sqlite, sqliteCode } from './sqlite.ts';
import { type Chance, inTransaction, isBusy, patiently, waitedLong } from './transaction.ts';

export type Database = {
  readonly sqlite: Sqlite;
  /** Absolute path, or `:memory:`. */
  readonly file: string;
  /** Typed queries over the same connection; drizzle is loaded when this is first called. */
  orm(): Promise<BetterSQLite3Database>;
};

/** Waits without chance: those who open a file together meet once or twice, not for ever. */
const EVENLY: Chance = { random: () => 0.5 };

/**
 * Opens the database, makes folder, file and tables when missing, and brings an older one up to date.
 * Errors: `database.newer` (the file is left alone), `database.busy`, `database.unusable`.
 */
export function openDatabase(
  file: string,
  options: { readonly migrations: string; readonly readonly?: boolean; readonly chance?: Chance },
): Result<Database> {
  const { migrations, readonly = false, chance = EVENLY } = options;
  let sqlite: Sqlite | null = null;
  try {
    if (file !== ':memory:' && !readonly) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const left = leftVersion(file);
    if (left > SCHEMA_VERSION) return newer(file, left);
    sqlite = connect(file, { readonly, timeout: PATIENCE_MS });
    const version = userVersion(sqlite);
    if (version > SCHEMA_VERSION) return refuse(sqlite, newer(file, version));
    if (version < SCHEMA_VERSION && readonly) return refuse(sqlite, older(file));
    if (!readonly) enterWal(sqlite, chance);
    tune(sqlite);
    if (version < SCHEMA_VERSION) migrate(sqlite, migrations, chance);
    return ok(asDatabase(sqlite, file));
  } catch (problem) {
    sqlite?.close();
    if (problem instanceof Refused) return err(problem.failure);
    return isBusy(problem) ? waitedLong(PATIENCE_MS) : unusable(file, problem);
  }
}

function asDatabase(sqlite: Sqlite, file: string): Database {
  return {
    sqlite,
    file,
    async orm() {
      const { drizzle } = await import('./drizzle.ts');
      return drizzle(sqlite);
    },
  };
}

/** A number that is another one after this connection or any other changed the database. */
export const changeNumber = (sqlite: Sqlite): number =>
  Number(sqlite.pragma('data_version', { simple: true })) +
  Number(sqlite.prepare('SELECT total_changes()').pluck().get());

/**
 * The format of a database whose last process did not close it, else 0. Whoever closes it after that moves what that process wrote
 * into the file, unless it may only read: so that a newer one is left as it is, it is looked at that way first.
 */
function leftVersion(file: string): number {
  const size = (name: string): number => statSync(name, { throwIfNoEntry: false })?.size ?? 0;
  if (size(`${file}-wal`) === 0 || size(file) === 0) return 0;
  const sqlite = connect(file, { readonly: true, timeout: PATIENCE_MS });
  try {
    return userVersion(sqlite);
  } finally {
    sqlite.close();
  }
}

const userVersion = (sqlite: Sqlite): number => Number(sqlite.pragma('user_version', { simple: true }));

/** Speed and safety of one connection: foreign keys on, readers never wait for a writer, a killed process loses nothing. */
function tune(sqlite: Sqlite): void {
  sqlite.exec(
    'PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 268435456; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;',
  );
}

/** SQLite gives up at once when two processes do it together. */
const enterWal = (sqlite: Sqlite, chance: Chance): void => {
  must(patiently(chance, PATIENCE_MS, () => sqlite.pragma('journal_mode = WAL')));
};

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Refused(result.error);
  return result.value;
}

/** Applies the migrations that the file lacks, all or none; a second process that comes at the same time finds them done. */
function migrate(sqlite: Sqlite, folder: string, chance: Chance): void {
  const files = readdirSync(folder)
    .filter(name => /^\d{4}_.*\.sql$/.test(name))
    .sort();
  if (files.length !== SCHEMA_VERSION)
    throw new Error(`${folder} holds ${files.length} migrations, expected ${SCHEMA_VERSION}.`);
  inTransaction(sqlite, chance, () => {
    const done = userVersion(sqlite);
    if (done >= SCHEMA_VERSION) return;
    for (const name of files.slice(done)) {
      // `--> statement-breakpoint` begins with `--`, so it is a comment to SQLite.
      sqlite.exec(readFileSync(join(folder, name), 'utf8'));
    }
    sqlite.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
}

function refuse(sqlite: Sqlite, refusal: Result<never>): Result<never> {
  sqlite.close();
  return refusal;
}

const newer = (file: string, version: number): Result<never> =>
  fail(
    'database.newer',
    `${file} was written by a newer llmclis (format ${version}, this one knows ${SCHEMA_VERSION}). It was not touched.`,
    'Update llmclis, or point LLMCLIS_HOME at another folder.',
    { found: version, known: SCHEMA_VERSION },
  );

const older = (file: string): Result<never> =>
  fail(
    'database.unusable',
    `${file} has an older format and was opened for reading only.`,
    'Let one command write it, which brings it up to date: llmclis km doctor',
  );

function unusable(file: string, problem: unknown): Result<never> {
  const text = problem instanceof Error ? problem.message : String(problem);
  const hint = ['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(sqliteCode(problem) ?? '')
    ? 'Put a backup back, which keeps this file aside: llmclis restore FILE — or move the file away and start afresh.'
    : 'Check that the folder can be written and has space, or set LLMCLIS_HOME to another one.';
  return fail('database.unusable', `The database ${file} cannot be used: ${text}`, hint);
}
