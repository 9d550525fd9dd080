import type { Result } from '../core/failure.ts';
import type { Sqlite } from './sqlite.ts';

/** Runs `work` in one IMMEDIATE transaction, or joins the one that is open. Whatever `work` throws undoes the whole. */
export const inTransaction = <T>(sqlite: Sqlite, work: () => T): T =>
  sqlite.inTransaction ? work() : sqlite.transaction(work).immediate();

/** Like `inTransaction`, but an `err` (or an exception) undoes exactly what `work` wrote, also inside an open transaction. */
export function allOrNothing<T>(sqlite: Sqlite, work: () => Result<T>): Result<T> {
  const nested = sqlite.inTransaction;
  sqlite.exec(nested ? 'SAVEPOINT step' : 'BEGIN IMMEDIATE');
  const undo = (): void => {
    // SQLite itself may have rolled back already, for example on a full disk.
    if (sqlite.inTransaction) sqlite.exec(nested ? 'ROLLBACK TO step; RELEASE step' : 'ROLLBACK');
  };
  try {
    const result = work();
    if (result.ok) sqlite.exec(nested ? 'RELEASE step' : 'COMMIT');
    else undo();
    return result;
  } catch (problem) {
    undo();
    throw problem;
  }
}
