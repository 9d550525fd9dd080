/** Entries that are asked as if they were queries. */
const QUERIES = 32;
/** Entries that each of them is compared with, at most. */
const COMPARED = 600;
/** Below this, vectors know nothing of what the words say: real models reach 0.14 and more, random vectors stay below 0.1. */
const LEAST_CORRELATION = 0.1;
/** In fewer entries chance alone may reach that. */
const LEAST_ENTRIES = 40;
/** Queries that must share a word with another entry, so that there is something to agree with. */
const LEAST_QUERIES = 8;
/** Words that a larger share of the entries have say nothing. */
const COMMON = 0.2;

export type Sampled = { readonly text: string; readonly vector: Float32Array };
export type Signal = { readonly correlation: number; readonly entries: number };

/** May the vectors of a project be used? */
export const carriesSignal = ({ correlation }: Signal): boolean => correlation >= LEAST_CORRELATION;

/** Which of `count` entries are looked at: evenly over all of them. */
export const sampled = (count: number): readonly number[] => evenly(count, COMPARED);

const evenly = (count: number, most: number): readonly number[] =>
  count <= most
    ? Array.from({ length: count }, (_, index) => index)
    : Array.from({ length: most }, (_, index) => Math.floor((index * count) / most));

/**
 * Null where the entries are too few, or share too few words, to tell. Else the mean Pearson correlation of BM25 and cosine: 32 of the entries are asked as queries against all others. Words and vectors
 * that come from the same texts agree a little; vectors that mean nothing do not.
 */
export function correlationOf(entries: readonly Sampled[]): number | null {
  if (entries.length < LEAST_ENTRIES) return null;
  const index = indexOf(entries.map(({ text }) => wordsOf(text)));
  const found = evenly(entries.length, QUERIES).flatMap(query => {
    const asked = entries[query];
    if (asked === undefined) return [];
    const lexical = index.scores(query);
    // The entry itself and its copies would agree with any vectors.
    const others = entries.flatMap((entry, place) =>
      entry.text === asked.text ? [] : [[lexical[place] ?? 0, cosine(asked.vector, entry.vector)] as const],
    );
    const value = pearson(others);
    return value === null ? [] : [value];
  });
  return found.length < LEAST_QUERIES ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Of two vectors of unit length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

const K1 = 1.2;
const B = 0.75;

/** A small BM25 index without what is common. */
function indexOf(entries: readonly (readonly string[])[]): { readonly scores: (query: number) => readonly number[] } {
  const postings = new Map<string, Map<number, number>>();
  entries.forEach((words, place) => {
    for (const word of words) {
      const posting = postings.get(word) ?? new Map<number, number>();
      postings.set(word, posting.set(place, (posting.get(place) ?? 0) + 1));
    }
  });
  const mean = entries.reduce((sum, words) => sum + words.length, 0) / Math.max(1, entries.length);
  return {
    scores(query) {
      const scores = entries.map(() => 0);
      for (const word of new Set(entries[query])) {
        const posting = postings.get(word);
        if (posting === undefined || posting.size > entries.length * COMMON) continue;
        const idf = Math.log(1 + (entries.length - posting.size + 0.5) / (posting.size + 0.5));
        for (const [place, times] of posting) {
          const length = (entries[place]?.length ?? 0) / mean;
          scores[place] = (scores[place] ?? 0) + (idf * times * (K1 + 1)) / (times + K1 * (1 - B + B * length));
        }
      }
      return scores;
    },
  };
}

/** Null where one side does not vary, or there is too little to compare. */
export function pearson(pairs: readonly (readonly [number, number])[]): number | null {
  const count = pairs.length;
  if (count < 3) return null;
  let [sumA, sumB] = [0, 0];
  for (const [a, b] of pairs) {
    sumA += a;
    sumB += b;
  }
  let [both, squareA, squareB] = [0, 0, 0];
  for (const [a, b] of pairs) {
    const [da, db] = [a - sumA / count, b - sumB / count];
    both += da * db;
    squareA += da * da;
    squareB += db * db;
  }
  return squareA === 0 || squareB === 0 ? null : both / Math.sqrt(squareA * squareB);
}
