import { ok, type Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import { pointsOf, versionsIn } from './points.ts';
import type { MemoryIndex } from './port.ts';

/** What an index has otherwise than the record, as ids of entries. */
export type Compared = {
  readonly entries: number;
  readonly missing: readonly number[];
  readonly different: readonly number[];
  /** In the index alone. */
  readonly extra: readonly number[];
};

export const isEqual = ({ missing, different, extra }: Compared): boolean =>
  missing.length + different.length + extra.length === 0;

/** Compares an index with the record, entry by entry. */
export async function compare(
  sqlite: Sqlite,
  model: number | null,
  index: MemoryIndex,
  signal: AbortSignal,
): Promise<Result<Compared>> {
  const held = await index.versions(signal);
  if (!held.ok) return held;
  const versions = versionsIn(sqlite, model);
  const wanted = [...versions];
  return ok({
    entries: versions.size,
    missing: wanted.filter(([id]) => !held.value.has(id)).map(([id]) => id),
    different: wanted.filter(([id, version]) => (held.value.get(id) ?? version) !== version).map(([id]) => id),
    extra: [...held.value.keys()].filter(id => !versions.has(id)).sort((a, b) => a - b),
  });
}

/** Entries that are sent at once. */
const AT_ONCE = 256;

/** Makes the index equal to the record again. */
export async function repair(
  sqlite: Sqlite,
  model: number | null,
  index: MemoryIndex,
  { missing, different, extra }: Compared,
  signal: AbortSignal,
): Promise<Result<void>> {
  const wrong = [...missing, ...different];
  for (let from = 0; from < wrong.length; from += AT_ONCE) {
    const { points, gone } = pointsOf(sqlite, model, wrong.slice(from, from + AT_ONCE));
    const sent = await index.upsert(points, signal);
    if (!sent.ok) return sent;
    const removed = await index.remove(gone, signal);
    if (!removed.ok) return removed;
  }
  for (let from = 0; from < extra.length; from += AT_ONCE) {
    const removed = await index.remove(extra.slice(from, from + AT_ONCE), signal);
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}
