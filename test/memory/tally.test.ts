import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUp, bestRows, type Posting } from '../../src/memory/recall/tally.ts';

const posting = fc.record({
  word: fc.constant('w'),
  ids: fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { maxLength: 40 }),
  weight: fc.integer({ min: 1, max: 9 }),
});

/** The same by the plainest means. */
function slowly(postings: readonly Posting[]): ReadonlyMap<number, { readonly sum: number; readonly mask: number }> {
  const found = new Map<number, { sum: number; mask: number }>();
  for (const [index, { ids, weight }] of postings.entries())
    for (const id of ids) {
      const { sum, mask } = found.get(id) ?? { sum: 0, mask: 0 };
      found.set(id, { sum: sum + weight, mask: index < 31 ? mask | (1 << index) : mask });
    }
  return found;
}

describe('a tally of postings', () => {
  it('adds up every id once, with its words', () => {
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 40 }), postings => {
        const { size, ids, sums, masks } = addUp(postings);
        const rows = Array.from(
          { length: size },
          (_, row) => [ids[row], { sum: sums[row], mask: masks[row] }] as const,
        );
        expect(new Map(rows)).toEqual(slowly(postings));
        expect(size).toBe(slowly(postings).size);
      }),
    );
  });

  it('gives the best, of equal ones the later', () => {
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 10 }), fc.integer({ min: 1, max: 60 }), (postings, most) => {
        const tally = addUp(postings);
        const best = bestRows(tally, most).map(row => tally.ids[row] ?? 0);
        const expected = [...slowly(postings)]
          .sort(([a, { sum: one }], [b, { sum: other }]) => other - one || b - a)
          .slice(0, most)
          .map(([id]) => id);
        expect(best.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
      }),
    );
  });
});
