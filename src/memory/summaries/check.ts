import { kindsOf, type Matter, mustKeep, repeatedNames, type Unit, unitsOf } from '../../core/extract.ts';
import { factsOf } from '../../core/facts.ts';
import { splitUnspaced } from '../../core/unspaced.ts';

/** What is wrong with a summary, by name. */
export type SummaryCheck = {
  readonly ok: boolean;
  /** Names, and whole sentences that have no names, of the source that it must keep. */
  readonly missing: readonly string[];
  /** Names that it has and its source has not, and sentences that have no word of it. */
  readonly invented: readonly string[];
  /** It is no shorter than its source, or longer than it may be. */
  readonly too_long: boolean;
};

/** A source this short need not become shorter. */
const SHORT_CHARS = 240;
const CHARS_PER_TOKEN = 4;
const WORD = /[\p{L}\p{N}_]{4,}/gu;
/** Fewer words than these say too little to be judged by. */
const TELLING_WORDS = 3;

/**
 * Does a summary keep what matters of its source, and nothing else? It must keep the names in the decisions, failures and open
 * questions that fit into `maxTokens`, say of each that it was one, keep the names that the source repeats, be shorter,
 * and say nothing of which the source has no word or name.
 */
export function checkSummary(source: string, summary: string, maxTokens: number): SummaryCheck {
  const names = repeatedNames(source, maxTokens).filter(name => !holds(summary, name));
  const missing = [...new Set([...missingSentences(source, summary, maxTokens), ...names])];
  const invented = [...inventedNames(source, summary), ...inventedSentences(source, summary)];
  const length = summary.trim().length;
  const too_long = length > maxTokens * CHARS_PER_TOKEN || !isShorter(source.trim().length, length);
  return { ok: length > 0 && missing.length === 0 && invented.length === 0 && !too_long, missing, invented, too_long };
}

const isShorter = (from: number, to: number): boolean => (from > SHORT_CHARS ? to < from : to <= from);

function missingSentences(source: string, summary: string, maxTokens: number): readonly string[] {
  const said = unitsOf(summary);
  return mustKeep(source, maxTokens).flatMap(unit => lostOf(unit, said, summary));
}

/** A sentence is kept when its names are there, and one sentence of the summary says the same of it. */
function lostOf(unit: Unit, said: readonly Unit[], summary: string): readonly string[] {
  const names = unit.names.filter(name => !name.startsWith('--') && !holds(summary, name));
  if (names.length > 0) return names;
  const kept = unit.is.every(kind => said.some(other => saysOf(unit, other, kind)));
  return kept ? [] : [unit.text];
}

/** Half of the words are the same, and what was a failure is still called one; a decision may be told as a plain fact. */
function saysOf(unit: Unit, other: Unit, kind: Matter): boolean {
  if (kind !== 'decision' && !kindsOf(other.text).includes(kind)) return false;
  const there = new Set(stems(other.text));
  const words = stems(unit.text);
  return words.filter(word => there.has(word)).length * (unit.names.length > 0 ? 3 : 2) >= words.length;
}

/** Words of four letters and more, without the ends that grammar gives them; pairs of signs where no spaces are. */
function stems(text: string): readonly string[] {
  const { spaced, pairs } = splitUnspaced(text);
  const words = spaced.toLowerCase().match(WORD) ?? [];
  return [...new Set([...words.map(word => word.replace(/(?:ing|ed|es|s)$/, '')), ...pairs])];
}

/** A sentence without a single word of the source comes from elsewhere: another language, an order, a guess. */
function inventedSentences(source: string, summary: string): readonly string[] {
  const there = new Set(stems(source));
  return unitsOf(summary)
    .map(({ text }) => text)
    .filter(text => {
      const words = stems(text);
      return words.length >= TELLING_WORDS && !words.some(word => there.has(word));
    });
}

const holds = (text: string, name: string): boolean =>
  text.includes(name) || text.includes(bare(name)) || (isNumber(name) && hasValues(text, name));
const isNumber = (name: string): boolean => /^[$€]?\d/.test(name) && factsOf(name).numbers.length === 1;
const hasValues = (text: string, number: string): boolean => {
  const there = valuesIn(text);
  return valuesIn(number).every(value => there.includes(value));
};
const bare = (name: string): string => name.replaceAll('`', '').replace(/\(\)$/, '');

/** A number counts by its value: 1,000 is 1000; the units are words. */
function inventedNames(source: string, summary: string): readonly string[] {
  const { paths, identifiers, numbers } = factsOf(summary);
  const values = new Set(valuesIn(source));
  const flat = source.replace(/\s+/g, ' ');
  return [
    ...[...paths, ...identifiers].filter(name => !holds(flat, name)),
    ...numbers.filter(number => valuesIn(number).some(value => !values.has(value))),
  ];
}

const valuesIn = (text: string): readonly string[] =>
  (text.match(/\d+(?:,\d{3})*(?:\.\d+)?/g) ?? []).map(value => value.replaceAll(',', '').replace(/^0+(?=\d)/, ''));
