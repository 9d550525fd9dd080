import { indentOf, type Line } from './document.ts';

const BULLET = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)/;
const FENCE = /^(`{3,}|~{3,})(.*)$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]|$)/;

type Open =
  | { readonly kind: 'code'; readonly character: string; readonly length: number; readonly container: number }
  | { readonly kind: 'comment'; readonly container: number }
  | null;

/** Cuts a text into lines; `\r\n`, `\n` and a lone `\r` end one. */
function splitLines(text: string, offset: number): { text: string; eol: Line['eol']; from: number }[] {
  const lines: { text: string; eol: Line['eol']; from: number }[] = [];
  let from = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    const eol = match[0] === '\r\n' ? '\r\n' : match[0] === '\n' ? '\n' : '\r';
    lines.push({ text: text.slice(from, match.index), eol, from: from + offset });
    from = match.index + eol.length;
  }
  if (from < text.length) lines.push({ text: text.slice(from), eol: '', from: from + offset });
  return lines;
}

/** Where the text of a list item begins, in columns; null when the line is no list item. */
export function bulletContent(text: string): number | null {
  const match = BULLET.exec(text);
  if (match === null || RULE.test(text)) return null;
  const width = match[0].trimStart().length;
  const marker = indentOf(text) + width;
  const rest = text.slice(match[0].length);
  const gap = indentOf(rest);
  return gap < 1 || gap > 4 ? marker + 1 : marker + gap;
}

const withoutCodeSpans = (text: string): string => text.replace(/(`+)[^`]+\1/g, span => ' '.repeat(span.length));

/** Whether a comment that the text opens stays open at its end. */
function leavesCommentOpen(text: string): boolean {
  const opening = text.lastIndexOf('<!--');
  return opening >= 0 && !text.includes('-->', opening + 4);
}

/**
 * Says for each line whether it is text, code or comment, as CommonMark does: a fence or comment inside a list item ends
 * with the item. A comment that is never closed is none, so that one typing error does not hide the rest of the plan.
 */
export function scanLines(text: string): { readonly bom: string; readonly lines: readonly Line[] } {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const raw = splitLines(text.slice(bom.length), bom.length);
  const lastClose = raw.findLastIndex(line => line.text.includes('-->'));
  const lines: Line[] = [];
  let open: Open = null;
  let containers: readonly number[] = [];
  let blankBefore = true;
  for (const [index, line] of raw.entries()) {
    const indent = indentOf(line.text);
    const put = (kind: Line['kind'], level = 0) => lines.push({ ...line, indent, kind, level });
    if (open !== null && indent >= 0 && indent < open.container) open = null;
    if (open !== null) {
      put(open.kind);
      if (closes(open, line.text)) open = null;
      blankBefore = true;
      continue;
    }
    if (indent < 0) {
      put('text');
      blankBefore = true;
      continue;
    }
    const level = headingLevel(line.text);
    const content = bulletContent(line.text);
    const starts = level > 0 || content !== null || RULE.test(line.text) || FENCE.test(line.text.trimStart());
    if (starts || blankBefore) containers = containers.filter(column => column <= indent);
    if (containers.length === 0 && indent >= 4 && blankBefore) {
      put('code');
      continue;
    }
    if (content !== null) containers = [...containers, content];
    const container = containers.at(-1) ?? 0;
    open = opened(line.text, content !== null, container, index < lastClose);
    const wholeComment =
      line.text.trimStart().startsWith('<!--') && (open?.kind === 'comment' || line.text.includes('-->'));
    put(open?.kind === 'code' ? 'code' : wholeComment ? 'comment' : 'text', containers.length === 0 ? level : 0);
    blankBefore = level > 0 || RULE.test(line.text);
  }
  return { bom, lines };
}

const headingLevel = (text: string): number => HEADING.exec(text)?.[1]?.length ?? 0;

function closes(open: NonNullable<Open>, text: string): boolean {
  if (open.kind === 'comment') return text.includes('-->') && !leavesCommentOpen(text);
  const trimmed = text.trim();
  return trimmed.length >= open.length && trimmed === open.character.repeat(trimmed.length);
}

function opened(text: string, bullet: boolean, container: number, canClose: boolean): Open {
  const content = (bullet ? text.replace(BULLET, '') : text).trimStart();
  const fence = FENCE.exec(content);
  const mark = fence?.[1];
  if (mark !== undefined && !(mark.startsWith('`') && (fence?.[2] ?? '').includes('`'))) {
    return { kind: 'code', character: mark.charAt(0), length: mark.length, container };
  }
  const comment = canClose && text.includes('<!--') && leavesCommentOpen(withoutCodeSpans(text));
  return comment ? { kind: 'comment', container } : null;
}
