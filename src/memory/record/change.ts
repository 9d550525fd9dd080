import { fail, ok, type Result } from '../../core/failure.ts';
import type { Entry, MemoryAction } from './entry.ts';
import { findKept } from './find.ts';
import { allOrNothing, type Keeper } from './keeper.ts';

export type Change = 'pin' | 'unpin' | 'wrong' | 'restore';

export type ChangeWish = {
  readonly ids: readonly number[];
  readonly projectId: number;
  readonly agent: string;
  readonly because?: string;
};

export type Changed = {
  readonly entry: Entry;
  /** False when it was so already. */
  readonly changed: boolean;
  /** Entries that this one had replaced: they stay as they are. */
  readonly replaced: readonly number[];
};

/** Makes the change to every entry that is named, or to none. */
export const changeEntries = (keeper: Keeper, change: Change, wish: ChangeWish): Result<readonly Changed[]> =>
  allOrNothing(keeper.sqlite, () => {
    const done: Changed[] = [];
    for (const id of new Set(wish.ids)) {
      const found = findKept(keeper, id, wish.projectId);
      if (!found.ok) return found;
      const changed = CHANGES[change](keeper, found.value);
      if (!changed.ok) return changed;
      if (changed.value) {
        const because = keeper.keep(wish.because ?? '').trim();
        keeper.record(id, ACTIONS[change], { agent: keeper.keep(wish.agent), because });
      }
      done.push({ entry: keeper.entry(id) ?? found.value, changed: changed.value, replaced: replacedBy(keeper, id) });
    }
    return ok(done);
  });

const ACTIONS = {
  pin: 'pinned',
  unpin: 'unpinned',
  wrong: 'wrong',
  restore: 'restored',
} as const satisfies Record<Change, MemoryAction>;

/** Whether anything had to be changed. */
const CHANGES: Readonly<Record<Change, (keeper: Keeper, entry: Entry) => Result<boolean>>> = {
  pin: (keeper, entry) => (entry.status === 'live' ? setPinned(keeper, entry, true) : notLive(entry)),
  unpin: (keeper, entry) => setPinned(keeper, entry, false),
  wrong: markWrong,
  restore,
};

function setPinned(keeper: Keeper, { id, pinned }: Entry, wanted: boolean): Result<boolean> {
  if (pinned === wanted) return ok(false);
  keeper.set(id, { pinned: wanted, updated_at: keeper.now() });
  return ok(true);
}

const notLive = ({ id, status }: Entry): Result<never> =>
  fail('input.invalid', `Entry ${id} is ${status}.`, `Make it live again first: llmclis memory restore ${id}`);

function markWrong(keeper: Keeper, entry: Entry): Result<boolean> {
  if (entry.status === 'wrong') return ok(false);
  const twin = sameText(keeper, entry);
  if (twin !== null)
    return fail(
      'input.invalid',
      `Entry ${twin.id} says the same and is ${twin.status}; ${entry.id} was replaced before.`,
      `Name that one: llmclis memory wrong ${twin.id}`,
    );
  keeper.set(entry.id, { status: 'wrong', pinned: false, updated_at: keeper.now() });
  return ok(true);
}

function restore(keeper: Keeper, entry: Entry): Result<boolean> {
  if (entry.status === 'live') return ok(false);
  const twin = sameText(keeper, entry);
  if (twin !== null)
    return fail(
      'input.invalid',
      `Entry ${twin.id} says the same and is ${twin.status}.`,
      twin.status === 'live' ? 'There is nothing to restore.' : `Restore that one: llmclis memory restore ${twin.id}`,
    );
  const holder = entry.slot === null ? undefined : keeper.slotHolder(entry.project_id, entry.slot);
  if (holder !== undefined)
    return fail(
      'input.invalid',
      `Entry ${holder.id} states ${entry.slot} now, and only one can.`,
      `Mark that one wrong first (llmclis memory wrong ${holder.id}), or say it again: llmclis memory add TEXT --slot ${entry.slot}`,
    );
  if (entry.superseded_by !== null)
    keeper.sqlite
      .prepare("DELETE FROM memory_links WHERE from_id = ? AND to_id = ? AND kind = 'supersedes'")
      .run(entry.superseded_by, entry.id);
  // It may have been replaced first and marked wrong then.
  const wasEnded = entry.status === 'superseded' || entry.superseded_by !== null;
  const valid_to = wasEnded ? null : entry.valid_to;
  keeper.set(entry.id, { status: 'live', superseded_by: null, valid_to, updated_at: keeper.now() });
  return ok(true);
}

/** Another live or wrong entry of the project with the same text. */
function sameText(keeper: Keeper, { id, project_id, text_sha256 }: Entry): Entry | null {
  const twin = keeper.sameText(project_id, text_sha256);
  return twin === undefined || twin.id === id ? null : twin;
}

const replacedBy = ({ sqlite }: Keeper, id: number): readonly number[] =>
  sqlite
    .prepare<[number], number>("SELECT id FROM memories WHERE superseded_by = ? AND status = 'superseded' ORDER BY id")
    .pluck()
    .all(id);
