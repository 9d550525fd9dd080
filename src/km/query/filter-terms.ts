import { fail, ok, type Result } from '../../core/failure.ts';

/** One part of a filter; all of them must hold. */
export type Term =
  | {
      readonly kind: 'text';
      readonly not: boolean;
      readonly text: string;
      /** It was given in quotes: its words stand together, in this order. */
      readonly quoted: boolean;
    }
  | { readonly kind: 'field'; readonly not: boolean; readonly field: string; readonly values: readonly string[] };

const LONGEST = 4000;
const MOST_TERMS = 100;
const MOST_VALUES = 200;

/** `status:`, but neither `https://` nor `std::`. */
const FIELD = /([a-z][a-z_-]*):(?!\/\/|:)/iy;

/**
 * Reads a filter into its terms: `field:value`, `field:a,b`, `"a phrase"`, words, each with `-` before it for not. Any text
 * has a reading; only one that is far too long is refused. A quote that is not closed reaches to the end.
 */
export function readTerms(given: string): Result<readonly Term[]> {
  if (given.length > LONGEST) return tooLong(`${LONGEST} characters`);
  // A filter is one line; nothing of it steers a terminal or ends a text early.
  const text = given.replace(/\p{Cc}/gu, ' ');
  const terms: Term[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const not = text[at] === '-' && /\S/.test(text[at + 1] ?? '');
    const read = readTerm(text, not ? at + 1 : at, not);
    terms.push(read.term);
    at = read.end;
  }
  if (terms.length > MOST_TERMS) return tooLong(`${MOST_TERMS} terms`);
  if (terms.flatMap(term => (term.kind === 'field' ? term.values : [])).length > MOST_VALUES)
    return tooLong(`${MOST_VALUES} values`);
  return ok(terms);
}

const tooLong = (limit: string): Result<never> =>
  fail('input.invalid', `The filter is longer than ${limit}.`, 'Ask for less at once.');

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
  return at;
}

type Read<T> = T & { readonly end: number };

function readTerm(text: string, at: number, not: boolean): Read<{ term: Term }> {
  FIELD.lastIndex = at;
  const field = FIELD.exec(text)?.[1];
  if (field === undefined) {
    const { value, quoted, end } = readValue(text, at, /\s/);
    return { term: { kind: 'text', not, text: value, quoted }, end };
  }
  const { values, end } = readValues(text, at + field.length + 1);
  return { term: { kind: 'field', not, field: field.toLowerCase().replaceAll('_', '-'), values }, end };
}

/** `a,"b c",d`: empty ones are left out. */
function readValues(text: string, from: number): Read<{ values: readonly string[] }> {
  const values: string[] = [];
  let at = from;
  for (;;) {
    const { value, end } = readValue(text, at, /[\s,]/);
    if (value !== '') values.push(value);
    if (text[end] !== ',') return { values, end };
    at = end + 1;
  }
}

/** Up to the closing quote, or up to what ends a bare one. */
function readValue(text: string, from: number, ends: RegExp): Read<{ value: string; quoted: boolean }> {
  if (text[from] === '"') {
    const close = text.indexOf('"', from + 1);
    const end = close === -1 ? text.length : close;
    return { value: text.slice(from + 1, end), quoted: true, end: Math.min(end + 1, text.length) };
  }
  let end = from;
  while (end < text.length && !ends.test(text[end] ?? '')) end += 1;
  return { value: text.slice(from, end), quoted: false, end };
}
