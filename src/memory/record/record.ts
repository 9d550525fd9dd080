import type { Clock } from '../../core/clock.ts';
import type { Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import { type Change, type Changed, type ChangeWish, changeEntries } from './change.ts';
import { type Edited, type EditWish, editEntry } from './edit.ts';
import type { EntryDetails } from './entry.ts';
import { type Forgotten, forgetEntries } from './forget.ts';
import { makeKeeper } from './keeper.ts';
import { type EntryPage, type ListWish, listEntries, showEntry } from './read.ts';

/** What people do with single entries: look, correct, take away. Every change is in the entry's history. */
export type MemoryRecord = {
  list(wish: ListWish): Result<EntryPage>;
  show(id: number, projectId: number): Result<EntryDetails>;
  /** To all of the entries or to none. */
  change(change: Change, wish: ChangeWish): Result<readonly Changed[]>;
  edit(wish: EditWish): Result<Edited>;
  forget(wish: ChangeWish): Result<Forgotten>;
};

export function createRecord(
  sqlite: Sqlite,
  clock: Pick<Clock, 'now'>,
  redact: (text: string) => string,
): MemoryRecord {
  const keeper = makeKeeper(sqlite, clock, redact);
  return {
    list: wish => listEntries(keeper, wish),
    show: (id, projectId) => showEntry(keeper, id, projectId),
    change: (change, wish) => changeEntries(keeper, change, wish),
    edit: wish => editEntry(keeper, wish),
    forget: wish => forgetEntries(keeper, wish),
  };
}
