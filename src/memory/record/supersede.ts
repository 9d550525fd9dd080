import type { Entry } from './entry.ts';
import type { Done, Keeper } from './keeper.ts';

/** The earlier of two ends; null is none. */
export const earlier = (one: string | null, other: string): string => (one !== null && one < other ? one : other);

/** Ends an entry: from `at` on it is not true any more. What replaced it is told when it is known. */
export function endEntry(keeper: Keeper, old: Entry, at: string): void {
  keeper.set(old.id, { status: 'superseded', valid_to: earlier(old.valid_to, at), updated_at: keeper.now() });
}

/** A statement has turned out to be true for longer: those before it were true for less long. */
export function endBefore({ sqlite }: Keeper, { id, project_id, slot, valid_from }: Entry): void {
  sqlite
    .prepare(
      `UPDATE memories SET valid_to = @valid_from
       WHERE project_id = @project_id AND slot = @slot AND status = 'superseded' AND id <> @id AND valid_to > @valid_from`,
    )
    .run({ id, project_id, slot, valid_from });
}

/** Says which entry replaced an ended one. */
export function tellReplaced(keeper: Keeper, oldId: number, newId: number, { agent, because = '' }: Done): void {
  keeper.set(oldId, { superseded_by: newId });
  keeper.link(newId, oldId, 'supersedes');
  keeper.record(oldId, 'superseded', { agent, because, other_id: newId });
}

type Moment = Pick<Entry, 'id' | 'valid_from' | 'valid_to'>;

/** The statements of a slot around a time: the last before it that has ended, and the first after it. */
export function neighboursOf(
  { sqlite }: Keeper,
  { project_id, slot, valid_from }: Pick<Entry, 'project_id' | 'slot' | 'valid_from'>,
): { readonly before: Moment | undefined; readonly after: Moment | undefined } {
  const of = "project_id = ? AND slot = ? AND status IN ('live', 'superseded')";
  const find = (rest: string): Moment | undefined =>
    sqlite
      .prepare<[number, string | null, string], Moment>(
        `SELECT id, valid_from, valid_to FROM memories WHERE ${of} AND ${rest} LIMIT 1`,
      )
      .get(project_id, slot, valid_from);
  return {
    before: find("status = 'superseded' AND valid_from <= ? ORDER BY valid_from DESC, id DESC"),
    after: find('valid_from > ? ORDER BY valid_from, id'),
  };
}
