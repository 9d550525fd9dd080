import type { Box, BoxItem, Line } from './document.ts';

/** A key as people write it, without white space: `S1.1`, `T-12`, `#004`, `1.2`. It holds a digit, so that a word is none. */
const KEY = String.raw`[\p{L}\p{N}#][\p{L}\p{N}._/#]*(?:-[\p{L}\p{N}._/#]+)*`;
const SEPARATOR = String.raw`(?:[ \t]*[–—][ \t]*|[ \t]+-[ \t]+|[ \t]*:[ \t]+)`;
const BOLD = new RegExp(String.raw`^\*\*(${KEY})${SEPARATOR}(?=\S)`, 'u');
const BOLD_KEY = new RegExp(String.raw`^\*\*(${KEY})(?:\*\*${SEPARATOR}|:\*\*[ \t]*)(?=\S)(.+)$`, 'u');
const PLAIN = new RegExp(String.raw`^(${KEY})${SEPARATOR}(?=\S)(.+)$`, 'u');
const STAGE = /^(\*\*)?Stage[ \t]+(\d+(?:\.\d+)*[a-z]?)(?:\*\*)?(?:[ \t]*[–—:][ \t]*|[ \t]+-[ \t]+|[ \t]*$)(.*)$/i;
const BOX = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])([ \t]+)\[([ xX~/!-])\](?=[ \t]|$)/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const BOXES: Readonly<Record<string, Box>> = {
  ' ': 'open',
  x: 'done',
  X: 'done',
  '~': 'in-progress',
  '/': 'in-progress',
  '!': 'blocked',
  '-': 'cancelled',
};

/** The character that stands for a box's state. */
export const BOX_CHARACTERS: Readonly<Record<Box, string>> = {
  open: ' ',
  done: 'x',
  'in-progress': '~',
  blocked: '!',
  cancelled: '-',
};

/** The list item with a check box that a line is, or null. */
export function boxItem(line: Line, index: number): BoxItem | null {
  if (line.kind !== 'text') return null;
  const match = BOX.exec(line.text);
  const box = BOXES[match?.[3] ?? ''];
  if (match === null || box === undefined) return null;
  const after = match[0].length;
  const rest = line.text.slice(after);
  const content = rest.trim();
  return {
    line: index,
    indent: line.indent,
    box,
    box_at: line.from + after - 2,
    content_from: line.from + after + (rest.length - rest.trimStart().length),
    content,
  };
}

/** `title_at` is the offset of the title in the given text. */
export type Head = { readonly key: string; readonly title: string; readonly title_at: number; readonly bold: boolean };

/** Reads `**KEY – Title**`, `**KEY** – Title`, `**KEY:** Title` or `KEY – Title` (also with `—`, `-`, `:`). */
export function taskHead(content: string): Head | null {
  const bold = BOLD.exec(content);
  const whole = bold === null ? null : boldTitle(content.slice(bold[0].length));
  const match = whole === null ? (BOLD_KEY.exec(content) ?? PLAIN.exec(content)) : bold;
  const key = match?.[1] ?? '';
  const title = whole ?? match?.[2] ?? '';
  if (match === null || !/\p{N}/u.test(key) || DATE.test(key)) return null;
  const title_at = whole === null ? match[0].length - title.length : match[0].length;
  return { key, title: title.trimEnd(), title_at, bold: content.startsWith('**') };
}

/** What stands before the `**` that ends a bold text; bold words inside it open and close. Null when nothing ends it. */
function boldTitle(text: string): string | null {
  let depth = 0;
  for (let at = text.indexOf('**', 1); at > 0; at = text.indexOf('**', at + 2)) {
    if (/\S/.test(text[at - 1] ?? ' ')) {
      if (depth === 0) return text.slice(0, at);
      depth -= 1;
    } else if (/\S/.test(text[at + 2] ?? ' ')) depth += 1;
  }
  return null;
}

/** Reads `Stage 1 – Title`, bold or not: key `S1`. */
export function stageHead(content: string): { readonly key: string; readonly title: string } | null {
  const match = STAGE.exec(content);
  if (match === null) return null;
  const title = (match[3] ?? '').trim();
  const bold = match[1] !== undefined && title.includes('**');
  return { key: `S${match[2]}`, title: (bold ? title.slice(0, title.indexOf('**')) : title).trim() };
}
