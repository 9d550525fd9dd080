import { oneLine } from '../../core/line.ts';

/** A line that is being typed; `caret` is the place of the next character in it. */
export type TypedLine = { readonly text: string; readonly caret: number };
export type LineEdit =
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'erase-before' | 'erase-after' | 'erase-word' | 'erase-all' }
  | { readonly type: 'left' | 'right' | 'start' | 'end' };

/** Longest line that is taken; what is longer was pasted by mistake. */
const LONGEST = 1_000;

const segmenter = (): Intl.Segmenter => new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const lengthOfFirst = (text: string): number =>
  segmenter().segment(text)[Symbol.iterator]().next().value?.segment.length ?? 0;
const lengthOfLast = (text: string): number => Array.from(segmenter().segment(text)).at(-1)?.segment.length ?? 0;

/** Typed or pasted text as a piece of one line: no line break, no control character, no escape sequence. */
function cleanPiece(text: string): string {
  const spaceAt = (place: RegExp): string => (place.test(text) ? ' ' : '');
  const inner = oneLine(text, LONGEST);
  return inner === '' ? spaceAt(/^\s+$/) : spaceAt(/^\s/) + inner + spaceAt(/\s$/);
}

/** The line after one key. */
export function editLine({ text, caret }: TypedLine, edit: LineEdit): TypedLine {
  const [before, after] = [text.slice(0, caret), text.slice(caret)];
  const cutTo = (kept: string): TypedLine => ({ text: kept + after, caret: kept.length });
  switch (edit.type) {
    case 'insert': {
      const room = Math.max(0, LONGEST - text.length);
      const piece = Array.from(cleanPiece(edit.text)).slice(0, room).join('');
      return { text: before + piece + after, caret: caret + piece.length };
    }
    case 'erase-before':
      return cutTo(before.slice(0, before.length - lengthOfLast(before)));
    case 'erase-word':
      return cutTo(before.replace(/\S*\s*$/, ''));
    case 'erase-after':
      return { text: before + after.slice(lengthOfFirst(after)), caret };
    case 'erase-all':
      return { text: '', caret: 0 };
    case 'left':
      return { text, caret: caret - lengthOfLast(before) };
    case 'right':
      return { text, caret: caret + lengthOfFirst(after) };
    case 'start':
      return { text, caret: 0 };
    case 'end':
      return { text, caret: text.length };
  }
}
