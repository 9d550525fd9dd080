import stringWidth from 'string-width';
import { oneLine } from '../core/sentence.ts';

const PLAIN = /^[ -~]*$/;

/** Columns a line takes on a terminal. */
export const textWidth = (text: string): number => (PLAIN.test(text) ? text.length : stringWidth(text));

/** Safe to print as one line: control characters and escape sequences gone. */
export const cleanLine = (text: string): string => (PLAIN.test(text) ? text : oneLine(text, 2_000));

const graphemes = (text: string): readonly string[] =>
  Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text), part => part.segment);

/** The longest start of `text` that takes at most `width` columns; never half a character. */
function head(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(0, width));
  let kept = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += stringWidth(grapheme);
    if (used > width) break;
    kept += grapheme;
  }
  return kept;
}

/** The line, cut to at most `width` columns; what is cut shows as `…`. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return width < 1 ? '' : `${head(text, width - 1)}…`;
}

/** The longest end of `text` that takes at most `width` columns. */
export function tail(text: string, width: number): string {
  let kept = '';
  for (const grapheme of graphemes(text).toReversed()) {
    if (textWidth(grapheme + kept) > width) break;
    kept = grapheme + kept;
  }
  return kept;
}

/** The line in exactly `width` columns: cut, or filled with spaces. */
export function toWidth(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = cut(text, width);
  const space = ' '.repeat(Math.max(0, width - textWidth(shown)));
  return align === 'right' ? space + shown : shown + space;
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (textWidth(joined) <= width) {
      current = joined;
      continue;
    }
    if (current !== '') lines.push(current);
    let rest = word;
    while (textWidth(rest) > width) {
      // A character wider than the column still has to go somewhere.
      const piece = head(rest, width) || (graphemes(rest)[0] ?? rest);
      lines.push(piece);
      rest = rest.slice(piece.length);
    }
    current = rest;
  }
  return [...lines, current];
}

/** The text's lines, broken at spaces so that none takes more than `width` columns (a longer word is broken inside). */
export function wrap(text: string, width: number): readonly string[] {
  return text
    .trimEnd()
    .split(/\r\n|\r|\n/)
    .flatMap(line => wrapLine(cleanLine(line), Math.max(1, width)));
}
