import type { ImportRow } from '../../km.ts';
import { readSaid, type Said } from './said.ts';
import type { TidyItem } from './tidy.ts';

/** Rows of items that have another id now, by the new id. */
export type Renames = ReadonlyMap<string, ImportRow>;

type Old = { readonly row: ImportRow; readonly said: Said };

/** Titles this alike are one title that someone worded anew. */
const LIKE = 0.6;
/** Comparisons of titles in one list of siblings; beyond that only equal titles and places count. */
const COMPARISONS = 250_000;

/**
 * Recognises items without ids that were renamed, or that stand under something renamed: an item and a row that have no
 * partner, under the same parent, with the same title, a very similar one, or the same place in a list of the same length.
 */
export function renamesIn(items: readonly TidyItem[], rows: readonly ImportRow[]): Renames {
  const ids = new Set(items.map(item => item.id));
  const known = new Set(rows.map(row => row.external_id));
  const free = rows
    .filter(row => !ids.has(row.external_id))
    .map(row => ({ row, said: readSaid(row.said) }))
    .filter(old => old.said.key === null);
  const renames = new Map<string, ImportRow>();
  if (free.length === 0) return renames;
  const used = new Set<Old>();
  const beside = Map.groupBy(free, old => old.said.parent);
  const rowsBeside = countBy(rows.map(row => readSaid(row.said).parent));
  const itemsBeside = countBy(items.map(item => item.said.parent));
  const take = ({ id }: TidyItem, old: Old | undefined): boolean => {
    if (old === undefined) return false;
    used.add(old);
    renames.set(id, old.row);
    return true;
  };
  const newOnes = (wanted: (parent: string | null) => boolean) =>
    items.filter(
      item => !known.has(item.id) && !renames.has(item.id) && item.said.key === null && wanted(item.said.parent),
    );
  // A parent stands before its children, so that its own new name is known when they are looked at.
  for (const parent of new Set(items.map(item => item.said.parent))) {
    const oldParent = parent === null ? null : (renames.get(parent)?.external_id ?? parent);
    const candidates = () => (beside.get(oldParent) ?? []).filter(old => !used.has(old));
    if (candidates().length === 0) continue;
    const fresh = newOnes(one => one === parent);
    const left = fresh.filter(
      item =>
        !take(
          item,
          candidates().find(old => fits(old, item) && old.said.title === item.said.title),
        ),
    );
    const compare = left.length * candidates().length <= COMPARISONS;
    const unlike = left.filter(item => !compare || !take(item, mostAlike(item, candidates())));
    if (rowsBeside.get(oldParent) !== itemsBeside.get(parent)) continue;
    for (const item of unlike)
      take(
        item,
        candidates().find(old => fits(old, item) && old.said.place === item.said.place),
      );
  }
  moved(
    newOnes(() => true),
    free.filter(old => !used.has(old)),
    take,
  );
  return renames;
}

const fits = (old: Old, item: TidyItem): boolean => old.said.kind === item.said.kind;

/** What went to another parent with a title that nothing else has. */
function moved(
  items: readonly TidyItem[],
  rows: readonly Old[],
  take: (item: TidyItem, old: Old | undefined) => boolean,
): void {
  const [fresh, old] = [Map.groupBy(items, item => item.said.title), Map.groupBy(rows, row => row.said.title)];
  for (const [title, [item, ...more]] of fresh) {
    const [row, ...others] = old.get(title) ?? [];
    if (item !== undefined && row !== undefined && more.length === 0 && others.length === 0 && fits(row, item))
      take(item, row);
  }
}

function countBy<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function mostAlike(item: TidyItem, rows: readonly Old[]): Old | undefined {
  let best: { readonly old: Old; readonly like: number } | null = null;
  for (const old of rows) {
    const like = fits(old, item) ? likeness(old.said.title, item.said.title) : 0;
    if (like >= LIKE && like > (best?.like ?? 0)) best = { old, like };
  }
  return best?.old;
}

/** How many pairs of neighbouring letters two titles share, from 0 to 1. */
function likeness(one: string, other: string): number {
  const [left, right] = [pairs(one), pairs(other)];
  const total = left.length + right.length;
  if (total === 0) return 0;
  const counts = new Map<string, number>(countBy(left));
  let shared = 0;
  for (const pair of right) {
    const count = counts.get(pair) ?? 0;
    if (count > 0) shared += 1;
    counts.set(pair, count - 1);
  }
  return (2 * shared) / total;
}

function pairs(text: string): readonly string[] {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, 200);
  return Array.from({ length: Math.max(0, plain.length - 1) }, (_, at) => plain.slice(at, at + 2));
}
