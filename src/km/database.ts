import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { fail, ok, type Result } from '../core/failure.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { connect, type Sqlite, sqliteCode } from './sqlite.ts';

export type Database = {
  readonly sqlite: Sqlite;
  /** Absolute path, or `:memory:`. */
  readonly file: string;
  /** Typed queries over the same connection; drizzle is loaded when this is first called. */
  orm(): Promise<BetterSQLite3Database>;
};

/** Milliseconds that a writer waits for another process. Measured: eight processes claiming at once wait at most 2.2 s. */
const BUSY_MS = 10_000;
/** Waits between tries to enter WAL mode, in milliseconds; SQLite gives up at once when two processes do it together. */
const WAL_RETRY_MS = [5, 20, 50, 100, 200, 400, 800, 1_600];

/**
 * Opens the database, makes folder, file and tables when missing, and brings an older one up to date.
 * Errors: `database.newer` (the file is left alone), `database.unusable`.
 */
export function openDatabase(
  file: string,
  options: { readonly migrations: string; readonly readonly?: boolean },
): Result<Database> {
  const readonly = options.readonly ?? false;
  let sqlite: Sqlite | null = null;
  try {
    if (file !== ':memory:' && !readonly) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    sqlite = connect(file, { readonly, timeout: BUSY_MS });
    const version = userVersion(sqlite);
    if (version > SCHEMA_VERSION) return refuse(sqlite, newer(file, version));
    if (version < SCHEMA_VERSION && readonly) return refuse(sqlite, older(file));
    tune(sqlite, readonly);
    if (version < SCHEMA_VERSION) migrate(sqlite, options.migrations);
    return ok(asDatabase(sqlite, file));
  } catch (problem) {
    sqlite?.close();
    return unusable(file, problem);
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

const userVersion = (sqlite: Sqlite): number => Number(sqlite.pragma('user_version', { simple: true }));

/** Speed and safety of one connection: foreign keys on, readers never wait for a writer, a killed process loses nothing. */
function tune(sqlite: Sqlite, readonly: boolean): void {
  if (!readonly) enterWal(sqlite);
  sqlite.exec(
    'PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 268435456; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;',
  );
}

function enterWal(sqlite: Sqlite): void {
  for (const wait of [...WAL_RETRY_MS, null]) {
    try {
      sqlite.pragma('journal_mode = WAL');
      return;
    } catch (problem) {
      if (wait === null || !sqliteCode(problem)?.startsWith('SQLITE_BUSY')) throw problem;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    }
  }
}

/** Applies the migrations that the file lacks, all or none; a second process that comes at the same time finds them done. */
function migrate(sqlite: Sqlite, folder: string): void {
  const files = readdirSync(folder)
    .filter(name => /^\d{4}_.*\.sql$/.test(name))
    .sort();
  if (files.length !== SCHEMA_VERSION)
    throw new Error(`${folder} holds ${files.length} migrations, expected ${SCHEMA_VERSION}.`);
  sqlite
    .transaction(() => {
      const done = userVersion(sqlite);
      if (done >= SCHEMA_VERSION) return;
      for (const name of files.slice(done)) {
        // `--> statement-breakpoint` begins with `--`, so it is a comment to SQLite.
        sqlite.exec(readFileSync(join(folder, name), 'utf8'));
      }
      sqlite.pragma(`user_version = ${SCHEMA_VERSION}`);
    })
    .immediate();
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
    'Run any llmclis command once to bring it up to date: llmclis doctor',
  );

function unusable(file: string, problem: unknown): Result<never> {
  const text = problem instanceof Error ? problem.message : String(problem);
  const hint = ['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(sqliteCode(problem) ?? '')
    ? 'Move the file away, then restore a backup or start afresh.'
    : 'Check that the folder can be written and has space, or set LLMCLIS_HOME to another one.';
  return fail('database.unusable', `The database ${file} cannot be used: ${text}`, hint);
}
