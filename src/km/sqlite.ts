import { statSync } from 'node:fs';
import type SqliteModule from 'better-sqlite3';
import BetterSqlite from 'better-sqlite3';

/** An open connection. */
export type Sqlite = SqliteModule.Database;

/** What SQL takes as a bound value. */
export type SqlValue = string | number | null;

/** Milliseconds that a statement waits where another process holds the lock. */
export const PATIENCE_MS = 60_000;

/** Opens a connection; throws the library's error. Waits up to `timeout` ms where another process writes. */
export const connect = (file: string, options: { readonly readonly: boolean; readonly timeout: number }): Sqlite =>
  new BetterSqlite(file, options);

/** The library's error code, such as `SQLITE_BUSY`; null for any other error. */
export const sqliteCode = (problem: unknown): string | null =>
  problem instanceof BetterSqlite.SqliteError ? problem.code : null;

/**
 * Tells whether the connection's file is still the one at its path. One that was removed or replaced underneath can be written on,
 * but nobody else ever reads it.
 */
export function placeOf(sqlite: Sqlite): () => boolean {
  if (sqlite.memory || sqlite.name === '') return () => true;
  const look = () => statSync(sqlite.name, { throwIfNoEntry: false });
  const then = look();
  return () => {
    const now = look();
    return now !== undefined && now.ino === then?.ino && now.dev === then.dev;
  };
}
