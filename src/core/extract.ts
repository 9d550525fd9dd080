import { namesOf, repeatedIn } from './facts.ts';

/** Why a sentence must not be lost. */
const MATTERS = ['decision', 'failure', 'question'] as const;
export type Matter = (typeof MATTERS)[number];

export type Unit = {
  readonly place: number;
  readonly text: string;
  readonly names: readonly string[];
  readonly is: readonly Matter[];
};

/** Characters that a token has at least, on average, in prose and code. */
const CHARS_PER_TOKEN = 4;
/** A source this short need not become shorter; any other becomes at least this much shorter. */
const SHORT_CHARS = 240;
const SHRINK = 0.8;
/** Share of the room that belongs to what must not be lost, and to names that found no place in it. */
const KEPT_SHARE = 0.6;
const NAMES_SHARE = 0.2;
const ALSO = 'Also: ';
const MAX_UNIT = 400;

const SIGNS: Readonly<Record<Matter, RegExp>> = {
  decision:
    /\b(?:decid\w*|decision|chos(?:e|en)|we (?:will|use|keep)|agreed|instead of|rather than|settled on|must (?:not )?\w+|never)\b/i,
  failure:
    /\b(?:fail(?:s|ed|ing|ure)?|tried|did(?: not|n't) work|does(?: not|n't) work|not ok|errors?|\w+Error|exception|broke|broken|refused|rejected|timed out|wrong|crash\w*|panic)\b|✖|✗/i,
  question:
    /(?<=[\p{L}\p{N}"'’”)\]`])\?(?:["'’”)]|\s|$)|？|\b(?:open (?:question|point)s?|unclear|undecided|unknown|to be decided|not known|still open)\b/iu,
};

export const kindsOf = (text: string): readonly Matter[] => MATTERS.filter(kind => SIGNS[kind].test(text));

/** A line of a list or of a log is a unit; a long line of prose is one for each sentence. */
export function unitsOf(text: string): readonly Unit[] {
  const pieces = text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .flatMap(line => (line.length > 60 ? line.split(/(?<=[.!?])\s+(?=["'`(]?[A-Z0-9])/) : [line]))
    .map(piece => piece.trim())
    .filter(piece => /[\p{L}\p{N}]/u.test(piece));
  return [...new Set(pieces)].map((piece, place) => ({
    place,
    text: piece,
    names: namesOf(piece),
    is: kindsOf(piece),
  }));
}

/** What a unit is worth: what must not be lost first, then names; the beginning of a text says what it is about. */
function worth({ text, names, is, place }: Unit, known: ReadonlySet<string>): number {
  const fresh = names.filter(name => !known.has(name)).length;
  const value = is.length * 3 + Math.min(fresh, 6) + (place === 0 ? 2 : 0);
  return value / (40 + Math.min(text.length, MAX_UNIT));
}

/** Characters that a summary may have: those of its tokens, and fewer than its source unless that is very short. */
function roomOf(source: string, maxTokens: number): number {
  const length = source.trim().length;
  return Math.min(maxTokens * CHARS_PER_TOKEN, length > SHORT_CHARS ? length * SHRINK : length);
}

/** The best units that fit, each worth what it adds to those before it. */
function choose(units: readonly Unit[], room: number): readonly Unit[] {
  const chosen: Unit[] = [];
  const known = new Set<string>();
  let left = room;
  let rest = units.filter(({ text }) => text.length <= room);
  while (rest.length > 0) {
    const best = rest.reduce((top, unit) => (worth(unit, known) > worth(top, known) ? unit : top));
    rest = rest.filter(unit => unit !== best && unit.text.length < left - best.text.length);
    chosen.push(best);
    left -= best.text.length + 1;
    for (const name of best.names) known.add(name);
  }
  return chosen;
}

/** Above this many units only the weightiest are looked at, so that a long log costs no more than its length. */
const MANY = 300;
const weighty = (units: readonly Unit[]): readonly Unit[] =>
  units.length <= MANY
    ? units
    : units
        .toSorted((a, b) => b.is.length - a.is.length || b.names.length - a.names.length || a.place - b.place)
        .slice(0, MANY);

/** The decisions, failures and open questions that a summary of `maxTokens` must keep: all of them, or the weightiest that fit. */
export function mustKeep(source: string, maxTokens: number): readonly Unit[] {
  const units = unitsOf(source).filter(({ is, text }) => is.length > 0 && text.length <= MAX_UNIT);
  return choose(weighty(units), roomOf(source, maxTokens) * KEPT_SHARE).toSorted((a, b) => a.place - b.place);
}

/** The names that the source says more than once, as far as there is room: what it is about. */
export function repeatedNames(source: string, maxTokens: number): readonly string[] {
  let left = roomOf(source, maxTokens) * NAMES_SHARE - ALSO.length;
  return repeatedIn(source).filter(name => {
    left -= name.length + 2;
    return left >= 0;
  });
}

/**
 * The sentences and lines of a text that say most, word for word and in their order, in at most `maxTokens` tokens: what was decided,
 * what failed, what is open, and what names identifiers, files and numbers. Names that found no place follow in one line. It is
 * shorter than its source, unless that is very short. The same text gives the same summary.
 */
export function extract(source: string, maxTokens: number): string {
  const room = roomOf(source, maxTokens);
  const text = source.trim();
  if (text.length <= room) return text;
  const kept = mustKeep(source, maxTokens);
  const places = new Set(kept.map(({ place }) => place));
  const known = new Set(kept.flatMap(({ names }) => names));
  const others = unitsOf(source).filter(
    unit =>
      !places.has(unit.place) &&
      unit.text.length <= MAX_UNIT &&
      (unit.place === 0 || unit.names.some(name => !known.has(name))),
  );
  const left = room * (1 - NAMES_SHARE) - kept.reduce((sum, unit) => sum + unit.text.length + 1, 0);
  const chosen = [...kept, ...choose(weighty(others), left)].toSorted((a, b) => a.place - b.place);
  const said = chosen.map(unit => unit.text).join('\n');
  const names = leftNames(source, said, room - said.length, repeatedNames(source, maxTokens));
  return [said, names].filter(part => part !== '').join('\n') || cutAtWord(text, room);
}

/** The text itself where it fits, else its extract. */
export const fitting = (text: string, maxTokens: number): string =>
  text.trim().length <= maxTokens * CHARS_PER_TOKEN ? text.trim() : extract(text, maxTokens);

/** A number that stands alone says nothing. */
const BARE_NUMBER = /^[\d.,\s]+$/;

/** One line with the names that are not said yet, the repeated ones first. */
function leftNames(source: string, said: string, room: number, first: readonly string[]): string {
  let left = room - ALSO.length - 1;
  const names: string[] = [];
  for (const name of new Set([...first, ...namesOf(source)])) {
    if (BARE_NUMBER.test(name) || said.includes(name) || name.length + 2 > left) continue;
    names.push(name);
    left -= name.length + 2;
  }
  return names.length === 0 ? '' : `${ALSO}${names.join(', ')}`;
}

/** Never a part of a word: half a number is another number. */
const cutAtWord = (text: string, room: number): string => text.slice(0, Math.floor(room)).replace(/\S*$/, '').trim();
