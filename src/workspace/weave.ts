import { endingSpace, type Unit, unitsOf } from './fold.ts';
import { align, type Line } from './lines.ts';

export type Weaving = {
  /** The lines as the file has them. */
  readonly raw: readonly Line[];
  /** The same lines, one by one, as they were given. */
  readonly old: readonly string[];
  readonly next: readonly string[];
  /** The line ends beside the piece, for lines that have no neighbour in it. */
  readonly after: string | null;
  readonly before: string | null;
  /** What of a line counts when an old and a new one are compared. */
  readonly key: (text: string) => string;
};

/**
 * `next` written in the file's own bytes wherever it says what `old` said: lines that did not change keep their text and their
 * end, changed lines what is before and after the change. A line that is new takes the end of its neighbours.
 */
export function weave(weaving: Weaving): string {
  const { raw, old, next, key } = weaving;
  const written: string[] = [];
  const sources: number[] = [];
  let [i, j] = [0, 0];
  const change = (toOld: number, toNext: number): void => {
    for (const line of blendLines(weaving, [i, toOld], [j, toNext])) written.push(line);
    const isEven = toOld - i === toNext - j;
    for (let at = j; at < toNext; at++) sources.push(isEven || at - j < toOld - i ? i + at - j : -1);
    [i, j] = [toOld, toNext];
  };
  for (const [a, b] of align(old.map(key), next.map(key))) {
    change(a, b);
    written.push(raw[a]?.text ?? '');
    sources.push(a);
    [i, j] = [a + 1, b + 1];
  }
  change(old.length, next.length);
  const ends = endsOf(weaving, sources);
  return written.map((line, at) => line + (at === written.length - 1 ? '' : (ends[at] ?? '\n'))).join('');
}

/** For each new line the end of the line it came from, else that of the line above it, else below it, else beside the piece. */
function endsOf({ raw, after, before }: Weaving, sources: readonly number[]): string[] {
  // What ends the last line of a piece is behind the piece.
  const own = sources.map(at => (raw[at]?.end || (at === raw.length - 1 ? after : null)) ?? '');
  const ends: string[] = [];
  for (const [at, end] of own.entries()) {
    const above = ends[at - 1];
    ends.push(end || above || own.slice(at + 1).find(below => below !== '') || after || before || '\n');
  }
  return ends;
}

/** The new lines of a hunk: the first begins as the old ones did and the last ends so, in the file's bytes. */
function blendLines(weaving: Weaving, [i, toOld]: Span, [j, toNext]: Span): string[] {
  const lines = weaving.next.slice(j, toNext);
  if (i === toOld) return lines;
  const blend = (line: string, first: number | null, last: number | null): string =>
    blended(line, sourceAt(weaving, first), sourceAt(weaving, last), weaving.key);
  if (toOld - i === lines.length) return lines.map((line, at) => blend(line, i + at, i + at));
  return lines.map((line, at) => blend(line, at === 0 ? i : null, at === lines.length - 1 ? toOld - 1 : null));
}

type Span = readonly [from: number, to: number];

/** One old line in its two forms, unit by unit. */
type Source = {
  readonly at: number;
  readonly raw: string;
  readonly file: readonly Unit[];
  readonly old: string;
  readonly given: readonly Unit[];
};

function sourceAt({ raw, old }: Weaving, at: number | null): Source | null {
  if (at === null) return null;
  const trim = at < old.length - 1;
  const [there, given] = [raw[at]?.text ?? '', old[at] ?? ''];
  const source = { at, raw: there, file: unitsOf(there, trim), old: given, given: unitsOf(given, trim) };
  return source.file.length === source.given.length ? source : null;
}

/** A new line, its beginning in the file's bytes where it is that of `first`, its end where it is that of `last`. */
function blended(line: string, first: Source | null, last: Source | null, key: Weaving['key']): string {
  const wanted = unitsOf(line, false);
  const isSame = (source: Source, left: Unit | undefined, right: Unit | undefined): boolean =>
    left !== undefined &&
    right !== undefined &&
    key(source.old.slice(left.start, left.end)) === key(line.slice(right.start, right.end));
  let head = 0;
  while (first !== null && isSame(first, first.given[head], wanted[head])) head++;
  const used = first?.at === last?.at ? head : 0;
  const most = last === null ? 0 : Math.min(last.given.length - used, wanted.length - head);
  let tail = 0;
  while (last !== null && tail < most && isSame(last, last.given.at(-1 - tail), wanted.at(-1 - tail))) tail++;
  const begin = first?.raw.slice(0, first.file[head - 1]?.end ?? 0) ?? '';
  const middle = line.slice(wanted[head - 1]?.end ?? 0, tail === 0 ? line.length : wanted.at(-tail)?.start);
  return begin + middle + (last === null ? '' : ending(last, tail));
}

/** The last units of a line as the file has them; the spaces behind them stay where nobody named them. */
function ending({ raw, file, old }: Source, tail: number): string {
  if (tail === 0) return '';
  const isNamed = endingSpace(old) !== '';
  return raw.slice(file.at(-tail)?.start, isNamed ? file.at(-1)?.end : raw.length);
}
