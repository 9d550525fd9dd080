import { inPairs, wordsIn } from '../recall/words.ts';

/** A word with what is joined to it: `src/slug.js`, `10.0.0.1` and `2026-11-21` are one each. */
const WORD = /[\p{L}\p{N}\p{M}_]+(?:[.:/-][\p{L}\p{N}\p{M}_]+)*/gu;

/** The words of a text as the index knows them, each once. */
export const wordSet = (text: string): ReadonlySet<string> => new Set(wordsIn(inPairs(text)));

/** Words that both have, of all words: 1 for the same words. */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 && other.size === 0) return 1;
  let shared = 0;
  for (const word of one) if (other.has(word)) shared += 1;
  return shared / (one.size + other.size - shared);
}

/** A number, or a name as programs have them: with a digit, a dot, a slash, an underscore or a capital inside. */
const isExact = (word: string): boolean => /\d|[._/:]/.test(word) || /\p{Ll}\p{Lu}/u.test(word);

/**
 * What only one of two texts has, when that is nothing but numbers and identifiers and both have some: such texts look alike and say
 * different things. Null for all others.
 */
export function differences(one: string, other: string): readonly string[] | null {
  const [ours, theirs] = [exactSet(one), exactSet(other)];
  const only = (of: ReadonlyMap<string, string>, not: ReadonlyMap<string, string>): readonly string[] =>
    [...of].flatMap(([word, spelled]) => (not.has(word) ? [] : [spelled]));
  const [left, right] = [only(ours, theirs), only(theirs, ours)];
  return left.length > 0 && right.length > 0 && [...left, ...right].every(isExact) ? [...left, ...right] : null;
}

/** The words with their spelling. */
const exactSet = (text: string): ReadonlyMap<string, string> =>
  new Map((text.match(WORD) ?? []).map(word => [word.toLowerCase(), word]));
