import type { SparseVector } from './port.ts';

/** BM25 with a fixed mean length, in words: an index server does not know the mean of a project. */
const MEAN_WORDS = 64;
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/** Letters and digits, also those inside an identifier; text without spaces between words counts by pairs of characters. */
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** The words that count, in the order of the text. */
export function termsOf(text: string): readonly string[] {
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return words.flatMap(word => (UNSPACED.test(word) ? pairs(word) : [word]));
}

function pairs(word: string): readonly string[] {
  const characters = [...word];
  return characters.length < 2 ? [word] : characters.slice(1).map((next, place) => `${characters[place]}${next}`);
}

/** FNV-1a of the word's UTF-8 bytes, 32 bits: two words share a number once in four thousand million pairs. */
function termNumber(word: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function vectorOf(terms: ReadonlyMap<number, number>): SparseVector {
  const sorted = [...terms].sort(([a], [b]) => a - b);
  return { indices: sorted.map(([index]) => index), values: sorted.map(([, value]) => value) };
}

function countsOf(text: string): { readonly counts: Map<number, number>; readonly words: number } {
  const counts = new Map<number, number>();
  const terms = termsOf(text);
  for (const term of terms) {
    const number = termNumber(term);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return { counts, words: terms.length };
}

/** A stored text: each word by how often it stands there, less for each further time and in a longer text. */
export function sparseText(text: string): SparseVector {
  const { counts, words } = countsOf(text);
  const floor = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * words) / MEAN_WORDS);
  const weight = (count: number): number => Math.fround((count * (SATURATION + 1)) / (count + floor));
  return vectorOf(new Map([...counts].map(([number, count]) => [number, weight(count)])));
}

/** A query: each of its words once. */
export const sparseQuery = (text: string): SparseVector =>
  vectorOf(new Map([...countsOf(text).counts.keys()].map(number => [number, 1])));
