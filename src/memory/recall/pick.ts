import type { LeftOut, MemoryType } from '../memory.ts';
import { jaccard, wordSet } from '../record/similar.ts';
import { familyOf, quotaOf } from './weigh.ts';

export type Ranked = {
  readonly id: number;
  readonly type: MemoryType;
  readonly text: string;
  readonly tokens: number;
  readonly score: number;
};

export type Limits = {
  readonly topK: number;
  readonly budget: number | null;
  /** False where one kind was asked for. */
  readonly quotas: boolean;
};

/** An entry makes room for one of another kind only when that has this share of its own score. */
const WORTHY = 0.4;
/** Hits that a new one is compared with. */
const COMPARED = 50;
const SAME = 0.9;

/** Takes the best of what is ranked, best first, within the quotas of kinds, without duplicates, and never over the budget. */
export function pick<T extends Ranked>(
  ranked: Iterable<T>,
  { topK, budget, quotas }: Limits,
): { readonly picked: readonly T[]; readonly leftOut: readonly Omit<LeftOut, 'text'>[] } {
  const picked: T[] = [];
  const leftOut: Omit<LeftOut, 'text'>[] = [];
  const waiting: T[] = [];
  const counts = new Map<string, number>();
  const words = new Map<number, ReadonlySet<string>>();
  let room = budget ?? Number.POSITIVE_INFINITY;
  const take = (entry: T): void => {
    const twin = picked.slice(-COMPARED).find(other => saysTheSame(wordsOf(words, other), wordsOf(words, entry)));
    if (twin !== undefined) leftOut.push({ id: entry.id, because: 'duplicate', of: twin.id });
    else if (entry.tokens > room) leftOut.push({ id: entry.id, because: 'budget', of: null });
    else {
      picked.push(entry);
      room -= entry.tokens;
    }
  };
  const fill = (): void => {
    for (const entry of waiting.splice(0)) {
      if (picked.length < topK) take(entry);
      else leftOut.push({ id: entry.id, because: 'quota', of: null });
    }
  };
  for (const entry of ranked) {
    // The best of those that wait is worth much more than all that comes.
    const [first] = waiting;
    if (first !== undefined && entry.score < WORTHY * first.score) fill();
    if (picked.length >= topK) {
      if (waiting.length > 0) fill();
      leftOut.push({ id: entry.id, because: 'beyond', of: null });
      continue;
    }
    const family = quotas ? familyOf(entry.type) : null;
    const taken = family === null ? 0 : (counts.get(family) ?? 0);
    if (family !== null && taken >= quotaOf(family, topK)) {
      waiting.push(entry);
      continue;
    }
    if (family !== null) counts.set(family, taken + 1);
    take(entry);
  }
  fill();
  return { picked: picked.toSorted((a, b) => b.score - a.score || a.id - b.id), leftOut };
}

function wordsOf(known: Map<number, ReadonlySet<string>>, { id, text }: Ranked): ReadonlySet<string> {
  const found = known.get(id) ?? wordSet(text);
  known.set(id, found);
  return found;
}

/** One says nothing that the other does not: no number, no name, no "not" more. */
function saysTheSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [less, more] = one.size <= other.size ? [one, other] : [other, one];
  if (less.size < SAME * more.size) return false;
  const extra = [...more].filter(word => !less.has(word));
  if (more.size - extra.length !== less.size || jaccard(one, other) < SAME) return false;
  return !extra.some(word => /[\d._/:]/.test(word) || /^(?:no|not|never|none|without|cannot|dont|t)$/.test(word));
}
