import type { Candidate } from './candidates.ts';

/** What an entry has of its own, and of where it stands. All are parts of one sum. */
export type Lexical = {
  bm25: number;
  trigram: number;
  neighbours: number;
  session: number;
  coverage: number;
  /** Bits of the words that are in it. */
  readonly mask: number;
};

export const NOTHING: Lexical = { bm25: 0, trigram: 0, neighbours: 0, session: 0, coverage: 0, mask: 0 };

export const sumOf = ({ bm25, trigram, neighbours, session, coverage }: Lexical): number =>
  bm25 + trigram + neighbours + session + coverage;

/** An entry with its score as it grows. */
export type Weighed = { readonly entry: Candidate; readonly score: number };

/** The first of a ranking and, of what comes after them, the first of each kind: a crowd of one kind hides no other. */
export function firstOfEach<T extends Weighed>(ranked: readonly T[], most: number, each: number): readonly T[] {
  const counts = new Map<string, number>();
  const more = ranked.slice(most).filter(({ entry }) => {
    const count = counts.get(entry.type) ?? 0;
    counts.set(entry.type, count + 1);
    return count < each;
  });
  return [...ranked.slice(0, most), ...more];
}
