import { type Line, linesOf } from './lines.ts';

/**
 * A piece of a text that is compared as one: a character with its accents, or a run of spaces and tabs. Two texts that differ
 * only in quotes, dashes, white space or the form of accents have the same keys, one by one.
 */
export type Unit = { readonly key: string; readonly start: number; readonly end: number };

const SPACE = '[ \\t\\f\\v\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]';
const PIECE = new RegExp(
  `${SPACE}+|[\\u1100-\\u115f][\\u1160-\\u11a7]?[\\u11a8-\\u11ff]?\\p{M}*|\\P{M}\\p{M}*|\\p{M}+`,
  'uy',
);
const ENDING_SPACE = new RegExp(`${SPACE}+$`, 'u');
const FOLDED: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['\u2018\u2019\u201a\u201b\u2032', "'"],
    ['\u201c\u201d\u201e\u201f\u2033', '"'],
    ['\u2010\u2011\u2012\u2013\u2014\u2015\u2212', '-'],
  ].flatMap(([from = '', to = '']) => [...from].map(character => [character, to])),
);

const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f;

/** The spaces at the end of a line. */
export const endingSpace = (line: string): string => ENDING_SPACE.exec(line)?.[0] ?? '';

/** The units of one line, without the spaces at its end when `trim` is set. */
export function unitsOf(line: string, trim: boolean): Unit[] {
  const last = trim ? line.length - endingSpace(line).length : line.length;
  const units: Unit[] = [];
  for (let start = 0; start < last; ) {
    const code = line.charCodeAt(start);
    const next = line.charCodeAt(start + 1);
    // Most characters stand for themselves, and the pattern costs more than the rest.
    const isOne = isPlain(code) && !(next >= 0x300);
    const end = isOne ? start + 1 : pieceEnd(line, start);
    units.push({ key: isOne ? line.charAt(start) : keyOf(line.slice(start, end)), start, end });
    start = end;
  }
  return units;
}

function pieceEnd(line: string, start: number): number {
  PIECE.lastIndex = start;
  return PIECE.exec(line) === null ? start + 1 : PIECE.lastIndex;
}

const keyOf = (piece: string): string =>
  endingSpace(piece) === piece ? ' ' : piece.normalize('NFD').replace(/[\u2010-\u2212]/g, it => FOLDED[it] ?? it);

const PLAIN_LINE = /^[\t -~]*$/;

/** The keys of a line's units in a row. */
export function keysOf(line: string, trim: boolean): string {
  if (!PLAIN_LINE.test(line)) return unitsOf(line, trim).reduce((keys, { key }) => keys + key, '');
  const keys = line.replace(/[ \t]+/g, ' ');
  return trim && keys.endsWith(' ') ? keys.slice(0, -1) : keys;
}

export type Range = { readonly from: number; readonly to: number };
/** More places than these are only counted as too many. */
export const MANY = 20;

/** Where `wanted` stands in `text` when quotes, dashes, white space and forms of accents do not count. */
export function findFolded(text: string, ends: RegExp, wanted: string): readonly Range[] {
  const lines = linesOf(text, ends);
  const folded = lines.map(line => keysOf(line.text, line.end !== ''));
  const parts = linesOf(wanted, /\n/g);
  const keys = parts.map(line => keysOf(line.text, line.end !== ''));
  if (keys.every(key => key.trim() === '')) return [];
  const found: Range[] = [];
  let start = 0;
  for (let at = 0; at + parts.length <= lines.length && found.length <= MANY; at++) {
    if (fits(folded, at, keys)) {
      for (const { from, to } of findInLines(lines.slice(at, at + parts.length), parts))
        found.push({ from: start + from, to: start + to });
    }
    start += (lines[at]?.text.length ?? 0) + (lines[at]?.end.length ?? 0);
  }
  return found;
}

/** Can the wanted lines stand here: in one line, or from the end of one to the beginning of another? */
function fits(folded: readonly string[], at: number, keys: readonly string[]): boolean {
  const last = keys.length - 1;
  const [first = '', end = ''] = [keys[0], keys[last]];
  if (last === 0) return folded[at]?.includes(first) === true;
  if (folded[at]?.endsWith(first) !== true || folded[at + last]?.startsWith(end) !== true) return false;
  return keys.slice(1, last).every((key, index) => folded[at + 1 + index] === key);
}

/** The units of some lines, with where they are; a line's end is one unit. */
function fold(lines: readonly Line[]): readonly Unit[] {
  const units: Unit[] = [];
  let start = 0;
  for (const { text, end } of lines) {
    for (const unit of unitsOf(text, end !== ''))
      units.push({ key: unit.key, start: start + unit.start, end: start + unit.end });
    start += text.length;
    if (end !== '') units.push({ key: '\n', start, end: start + end.length });
    start += end.length;
  }
  return units;
}

function findInLines(lines: readonly Line[], parts: readonly Line[]): Range[] {
  const [there, wanted] = [fold(lines), fold(parts)];
  const found: Range[] = [];
  for (let at = 0; at + wanted.length <= there.length && found.length <= MANY; at++) {
    if (!wanted.every((unit, index) => unit.key === there[at + index]?.key)) continue;
    const [first, last] = [there[at], there[at + wanted.length - 1]];
    // Over several lines it begins in the first one and ends in the last.
    const isSpread = parts.length === 1 || (first !== undefined && first.start <= (lines[0]?.text.length ?? 0));
    if (first !== undefined && last !== undefined && isSpread) found.push({ from: first.start, to: last.end });
  }
  return found;
}
