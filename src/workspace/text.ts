import leven from 'leven';
import { fail, ok, type Result } from '../core/failure.ts';

const BOM = '\ufeff';

/** The text of a file's bytes with its BOM, or null when they are not text (a NUL, or not valid UTF-8). */
export function decodeText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** As a model sees it: without the BOM, lines ended by `\n`. */
export const plainText = (text: string): string => withoutBom(text).replaceAll('\r\n', '\n');
const withoutBom = (text: string): string => (text.startsWith(BOM) ? text.slice(1) : text);

/** Number of lines; a last line without an end counts, an end without a line after it does not. */
export const countLines = (text: string): number =>
  text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** The line ending most lines of a text have; `\n` when it has none. */
export function lineEnding(text: string): '\n' | '\r\n' {
  const windows = text.split('\r\n').length - 1;
  return windows * 2 > text.split('\n').length - 1 ? '\r\n' : '\n';
}

/** `content` in the shape of the file it replaces: its line endings and its BOM. */
export function shapedLike(before: string, content: string): string {
  const shaped = withoutBom(content).replaceAll('\r\n', '\n').replaceAll('\n', lineEnding(before));
  return before.startsWith(BOM) ? BOM + shaped : shaped;
}

/**
 * `text` with the only occurrence of `old` replaced. Line endings in `old` and `next` are taken as the file's; every byte outside
 * the match stays. Errors: `input.invalid` that says the lines of several matches, or the nearest line when there is none.
 */
export function replaceOnce(path: string, text: string, old: string, next: string): Result<string> {
  if (old === '') {
    return fail(
      'input.invalid',
      'The old text is empty.',
      'Give the exact text to replace; write_file makes whole files.',
    );
  }
  const { plain, origin } = flatten(text);
  const wanted = old.replaceAll('\r\n', '\n');
  const starts: number[] = [];
  for (let at = plain.indexOf(wanted); at >= 0 && starts.length <= 20; at = plain.indexOf(wanted, at + 1))
    starts.push(at);
  const [start] = starts;
  if (start === undefined) return notFound(path, plain, wanted);
  if (starts.length > 1) {
    const lines = starts.slice(0, 20).map(at => plain.slice(0, at).split('\n').length);
    return fail(
      'input.invalid',
      `The old text occurs ${starts.length > 20 ? 'more than 20' : starts.length} times in ${path}: at lines ${lines.join(', ')}.`,
      'Include more of the lines around it, so that it occurs once.',
    );
  }
  const from = origin(start);
  const to = origin(start + wanted.length);
  const replaced = text.slice(from, to);
  const ending = lineEnding(replaced.includes('\n') ? replaced : text);
  const result = text.slice(0, from) + next.replaceAll('\r\n', '\n').replaceAll('\n', ending) + text.slice(to);
  if (result === text)
    return fail('input.invalid', 'The old and the new text are the same.', 'Give the text as it should become.');
  return ok(result);
}

/** The text with `\n` line ends, and a function from its offsets back to those of the original. */
function flatten(text: string): { plain: string; origin: (offset: number) => number } {
  const removed: number[] = [];
  let plain = '';
  let from = 0;
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2)) {
    plain += text.slice(from, at);
    removed.push(plain.length);
    from = at + 1;
  }
  plain += text.slice(from);
  const before = (offset: number): number => {
    let low = 0;
    let high = removed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((removed[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { plain, origin: offset => offset + before(offset) };
}

const looser = (line: string): string =>
  line
    .replace(/[\u2018\u2019\u201b]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();

function notFound(path: string, plain: string, old: string): Result<never> {
  const first = old.split('\n').find(line => line.trim() !== '') ?? old;
  const wanted = looser(first);
  const lines = plain.split('\n');
  const exact = lines.findIndex(line => looser(line) === wanted);
  const near = exact >= 0 ? exact : nearestLine(lines, wanted);
  const line = lines[near];
  const shown = (text: string) => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  const where =
    line === undefined
      ? ''
      : ` The nearest line is ${near + 1}: ${shown(line)}; you gave ${shown(first)}${exact >= 0 && line !== first ? ' (white space or quotes differ)' : ''}.`;
  const rest = exact >= 0 && line === first && old.includes('\n') ? ' The lines after it differ.' : '';
  return fail(
    'input.invalid',
    `The old text is not in ${path}.${where}${rest}`,
    'Read the file again and copy the text exactly, with its white space.',
  );
}

function nearestLine(lines: readonly string[], wanted: string): number {
  const clip = wanted.slice(0, 200);
  let best = -1;
  let least = Math.max(3, Math.floor(clip.length * 0.5));
  for (const [index, line] of lines.slice(0, 5000).entries()) {
    const candidate = looser(line).slice(0, 200);
    if (candidate === '' || Math.abs(candidate.length - clip.length) >= least) continue;
    const distance = leven(candidate, clip);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}
