import type { Clock } from '../core/clock.ts';
import { fail, ok, Refused, type Result } from '../core/failure.ts';
import { PATIENCE_MS, type Sqlite, sqliteCode } from './sqlite.ts';

/** Chance spreads the tries of those who wait for one lock. */
export type Chance = Pick<Clock, 'random'>;

/** Shortest and longest wait between two tries, in milliseconds; a short transaction holds the lock for a tenth of one. */
const WAIT_MS = [0.3, 1.5] as const;

/**
 * Tries until nobody else holds the lock, for `patience_ms` of waiting at least; then `database.busy`. SQLite's own handler
 * waits longer the longer it has waited, so that those who come last are served first: measured with eight processes and
 * full durability, one of them wrote once in four seconds. Here all try equally often.
 */
export function patiently<T>(chance: Chance, patience_ms: number, step: () => T): Result<T> {
  const [shortest, longest] = WAIT_MS;
  for (let waited = 0; ; ) {
    try {
      return ok(step());
    } catch (problem) {
      if (!isBusy(problem)) throw problem;
    }
    if (waited >= patience_ms) return waitedLong(patience_ms);
    const wait = shortest + chance.random() * (longest - shortest);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    waited += wait;
  }
}

export const isBusy = (problem: unknown): boolean => sqliteCode(problem)?.startsWith('SQLITE_BUSY') ?? false;

export const waitedLong = (patience_ms: number): Result<never> =>
  fail(
    'database.busy',
    `Other processes kept the database locked for ${Math.ceil(patience_ms / 1000)} seconds. Nothing was written.`,
    'Run the command again. When it stays so, look for a process that hangs: llmclis runs list',
  );

/** Opens an IMMEDIATE transaction, so that no later statement of it finds the database locked. */
export const begin = (sqlite: Sqlite, chance: Chance, patience_ms = PATIENCE_MS): Result<void> =>
  patiently(chance, patience_ms, () => {
    try {
      sqlite.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
    } finally {
      sqlite.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    }
  });

/** SQLite itself may have rolled back already, for example on a full disk. */
function rollBack(sqlite: Sqlite, nested: boolean): void {
  if (sqlite.inTransaction) sqlite.exec(nested ? 'ROLLBACK TO step; RELEASE step' : 'ROLLBACK');
}

/** Runs `work` in one IMMEDIATE transaction, or joins the one that is open. Whatever `work` throws undoes the whole. */
export function inTransaction<T>(sqlite: Sqlite, chance: Chance, work: () => T): T {
  if (sqlite.inTransaction) return work();
  const begun = begin(sqlite, chance);
  if (!begun.ok) throw new Refused(begun.error);
  try {
    const value = work();
    sqlite.exec('COMMIT');
    return value;
  } catch (problem) {
    rollBack(sqlite, false);
    throw problem;
  }
}

/** Like `inTransaction`, but an `err` (or an exception) undoes exactly what `work` wrote, also inside an open transaction. */
export function allOrNothing<T>(sqlite: Sqlite, chance: Chance, work: () => Result<T>): Result<T> {
  const nested = sqlite.inTransaction;
  const begun = nested ? ok(sqlite.exec('SAVEPOINT step')) : begin(sqlite, chance);
  if (!begun.ok) return begun;
  try {
    const result = work();
    if (result.ok) sqlite.exec(nested ? 'RELEASE step' : 'COMMIT');
    else rollBack(sqlite, nested);
    return result;
  } catch (problem) {
    rollBack(sqlite, nested);
    throw problem;
  }
}
