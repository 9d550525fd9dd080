import { indentOf, type Line } from './document.ts';

const BULLET = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)/;
const FENCE = /^(`{3,}|~{3,})(.*)$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]|$)/;

type Open =
  | { readonly kind: 'code'; readonly character: string; readonly length: number; readonly container: number }
  | { readonly kind: 'comment'; readonly container: number }
  | null;

type RawLine = { readonly text: string; readonly eol: Line['eol']; readonly from: number };

/** Cuts a text into lines; `\r\n`, `\n` and a lone `\r` end one. */
function splitLines(text: string, offset: number): RawLine[] {
  const lines: RawLine[] = [];
  let from = 0;
  // The next `\r`, looked up only when the one before was passed. The first look is a `search`: an `indexOf` before the loop
  // is moved into it by the engine's optimizer where the text has no `\r`, and then reads the whole text for each line.
  let cr = text.search(/\r/);
  while (from < text.length) {
    let lf = text.indexOf('\n', from);
    if (lf < 0) lf = text.length;
    if (cr >= 0 && cr < from) cr = text.indexOf('\r', from);
    const end = cr >= 0 && cr < lf ? cr : lf;
    const eol = end === text.length ? '' : end === lf ? '\n' : lf === end + 1 && lf < text.length ? '\r\n' : '\r';
    lines.push({ text: text.slice(from, end), eol, from: from + offset });
    from = end + (eol.length || 1);
  }
  return lines;
}

/** Where the text of a list item begins, in columns; null when the line is no list item. */
export function bulletContent(text: string): number | null {
  if (!mayBeBullet(text)) return null;
  const match = BULLET.exec(text);
  if (match === null || RULE.test(text)) return null;
  const width = match[0].trimStart().length;
  const marker = indentOf(text) + width;
  const rest = text.slice(match[0].length);
  const gap = indentOf(rest);
  return gap < 1 || gap > 4 ? marker + 1 : marker + gap;
}

/** Most lines are seen not to be list items by their first character. */
function mayBeBullet(text: string): boolean {
  const first = firstCharacter(text);
  return first === '-' || first === '*' || first === '+' || (first >= '0' && first <= '9');
}

/** The first character that is no blank; empty when there is none. */
function firstCharacter(text: string): string {
  let at = 0;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return text[at] ?? '';
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
  const containers: number[] = [];
  let blankBefore = true;
  for (const [index, { text: line, eol, from }] of raw.entries()) {
    const indent = indentOf(line);
    const put = (kind: Line['kind'], level = 0) => lines.push({ text: line, eol, from, indent, kind, level });
    if (open !== null && indent >= 0 && indent < open.container) open = null;
    if (open !== null) {
      put(open.kind);
      if (closes(open, line)) open = null;
      blankBefore = true;
      continue;
    }
    if (indent < 0) {
      put('text');
      blankBefore = true;
      continue;
    }
    const level = headingLevel(line);
    const content = bulletContent(line);
    const starts = level > 0 || content !== null || isRule(line) || isFence(line);
    if (starts || blankBefore) while ((containers.at(-1) ?? 0) > indent) containers.pop();
    if (containers.length === 0 && indent >= 4 && blankBefore) {
      put('code');
      continue;
    }
    if (content !== null) containers.push(content);
    open = opened(line, content !== null, containers.at(-1) ?? 0, index < lastClose);
    const wholeComment =
      line.includes('<!--') &&
      line.trimStart().startsWith('<!--') &&
      (open?.kind === 'comment' || line.includes('-->'));
    put(open?.kind === 'code' ? 'code' : wholeComment ? 'comment' : 'text', containers.length === 0 ? level : 0);
    blankBefore = level > 0 || isRule(line);
  }
  return { bom, lines };
}

const headingLevel = (text: string): number =>
  firstCharacter(text) === '#' ? (HEADING.exec(text)?.[1]?.length ?? 0) : 0;

const isRule = (text: string): boolean => '-*_'.includes(firstCharacter(text)) && RULE.test(text);

const mayBeFence = (text: string): boolean => text.includes('```') || text.includes('~~~');

const isFence = (text: string): boolean => mayBeFence(text) && FENCE.test(text.trimStart());

function closes(open: NonNullable<Open>, text: string): boolean {
  if (open.kind === 'comment') return text.includes('-->') && !leavesCommentOpen(text);
  const trimmed = text.trim();
  return trimmed.length >= open.length && trimmed === open.character.repeat(trimmed.length);
}

function opened(text: string, bullet: boolean, container: number, canClose: boolean): Open {
  const fence = mayBeFence(text) ? FENCE.exec((bullet ? text.replace(BULLET, '') : text).trimStart()) : null;
  const mark = fence?.[1];
  if (mark !== undefined && !(mark.startsWith('`') && (fence?.[2] ?? '').includes('`'))) {
    return { kind: 'code', character: mark.charAt(0), length: mark.length, container };
  }
  const comment = canClose && text.includes('<!--') && leavesCommentOpen(withoutCodeSpans(text));
  return comment ? { kind: 'comment', container } : null;
}
