import { fail, ok, type Result } from '../core/failure.ts';
import { endingSpace, findFolded, MANY, type Range } from './fold.ts';
import { lineBreak, linesOf } from './lines.ts';
import { nearestLine } from './nearest.ts';
import { weave } from './weave.ts';

/** Longer texts are searched to the letter only. */
const FOLDED_TEXT = 1_000_000;

/** As a model sees it: lines ended by `\n`. */
export const plainText = (text: string): string => text.replaceAll(lineBreak(text), '\n');

/** Number of lines; a last line without an end counts, an end without a line after it does not. */
export const countLines = (text: string): number =>
  text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** `content` in place of `before`: lines that did not change keep their bytes, new ones take the line end of their neighbours. */
export function rewrite(before: string, content: string): string {
  const raw = linesOf(before, lineBreak(before));
  return weave({
    raw,
    old: raw.map(line => line.text),
    next: linesOf(unified(content), /\n/g).map(line => line.text),
    after: null,
    before: null,
    // An accent has two forms that look the same: the file's stays.
    key: text => text.normalize('NFC'),
  });
}

const unified = (text: string): string => text.replaceAll('\r\n', '\n');

type Replaced = {
  readonly text: string;
  /** What the file has where the match was not to the letter. */
  readonly matched: { readonly line: number; readonly text: string } | null;
};

/**
 * `text` with the only occurrence of `old` replaced. Line ends count as equal; where `old` is nowhere to the letter, so do quotes,
 * dashes, white space and the forms of accents. What is outside the match stays, and so does what did not change in it. Errors:
 * `input.invalid` that says the lines of several matches, or the nearest line when there is none.
 */
export function replaceOnce(path: string, text: string, old: string, next: string): Result<Replaced> {
  if (old === '')
    return fail(
      'input.invalid',
      'The old text is empty.',
      'Give the exact text to replace; write_file makes whole files.',
    );
  if (unified(old) === unified(next))
    return fail('input.invalid', 'The old and the new text are the same.', 'Give the text as it should become.');
  const ends = lineBreak(text);
  const exact = findExact(text, ends, unified(old));
  if (exact.length > 1) return several(path, text, exact, true);
  const wish = { old: unified(old), next: unified(next) };
  const [match] = exact;
  if (match !== undefined) return ok({ text: woven(text, ends, match, wish), matched: null });
  const near = text.length > FOLDED_TEXT ? [] : findLoosely(text, ends, wish);
  if (near.length > 1) return several(path, text, near, false);
  const [found] = near;
  if (found === undefined) return notFound(path, plainText(text), wish.old);
  const line = linesOf(text.slice(0, found.from), ends).length;
  const matched = { line, text: plainText(text.slice(found.from, found.to)) };
  return ok({ text: woven(text, ends, found, found), matched });
}

type Wish = { readonly old: string; readonly next: string };

/** The whole text with one range of it as the wish has it. */
function woven(text: string, ends: RegExp, { from, to }: Range, { old, next }: Wish): string {
  const piece = weave({
    raw: linesOf(text.slice(from, to), ends),
    old: old.split('\n'),
    next: next.split('\n'),
    after: text.slice(to).match(new RegExp(ends.source))?.[0] ?? null,
    before: [...text.slice(0, from).matchAll(ends)].at(-1)?.[0] ?? null,
    key: line => line,
  });
  return text.slice(0, from) + piece + text.slice(to);
}

/** Matches that are not to the letter. Spaces at the very end of `old` may be those before a line's end, or be too many. */
function findLoosely(text: string, ends: RegExp, { old, next }: Wish): readonly (Range & Wish)[] {
  const found = findFolded(text, ends, old).map(range => ({ ...range, old, next }));
  const spaces = endingSpace(old);
  if (found.length > 0 || spaces === '') return found;
  const without = old.slice(0, -spaces.length);
  return findFolded(text, ends, without).flatMap(({ from, to }) => {
    const rest = text.slice(to, to + 1000).split(ends)[0] ?? '';
    if (endingSpace(rest) !== rest) return [];
    if (rest !== '') return [{ from, to: to + rest.length, old, next }];
    return [{ from, to, old: without, next: next.slice(0, next.length - endingSpace(next).length) }];
  });
}

/** Where `wanted` stands to the letter, line ends apart. */
function findExact(text: string, ends: RegExp, wanted: string): readonly Range[] {
  const breaks = [...text.matchAll(ends)].filter(([end]) => end.length === 2).map(({ index }, nth) => index - nth);
  const plain = text.replaceAll(ends, '\n');
  const origin = (offset: number): number => {
    let low = 0;
    let high = breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  };
  const found: Range[] = [];
  for (let at = plain.indexOf(wanted); at >= 0 && found.length <= MANY; at = plain.indexOf(wanted, at + 1))
    found.push({ from: origin(at), to: origin(at + wanted.length) });
  return found;
}

function several(path: string, text: string, found: readonly Range[], isExact: boolean): Result<never> {
  const lines = found.slice(0, MANY).map(({ from }) => plainText(text.slice(0, from)).split('\n').length);
  const times = found.length > MANY ? `more than ${MANY}` : found.length;
  return fail(
    'input.invalid',
    isExact
      ? `The old text occurs ${times} times in ${path}: at lines ${lines.join(', ')}.`
      : `The old text is not in ${path} to the letter; quotes, dashes, white space or accents apart it occurs ${times} times: at lines ${lines.join(', ')}.`,
    'Include more of the lines around it, so that it occurs once.',
  );
}

function notFound(path: string, plain: string, old: string): Result<never> {
  return fail(
    'input.invalid',
    `The old text is not in ${path}.${nearestLine(plain, old)}`,
    'Read the file again and copy the text exactly, with its white space.',
  );
}
