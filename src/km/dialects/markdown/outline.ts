import { indentOf, type Line } from '../../plan/document.ts';
import { scanLines } from '../../plan/scan.ts';
import { repairText } from './repair.ts';
import { boxStatus, type ItemStatus } from './status.ts';

/** The part of a text below a heading, up to the next heading of its level or above. A line in bold counts as level 7. */
export type Section = {
  readonly line: number;
  readonly level: number;
  readonly title: string;
  readonly parent: Section | null;
  end: number;
};

/** A list item, with or without a check box. */
export type Entry = {
  readonly line: number;
  readonly indent: number;
  /** Column where its text begins. */
  readonly column: number;
  /** What its box says; null without a box. */
  readonly status: ItemStatus | null;
  /** The character in its box, empty without one. */
  readonly mark: string;
  /** `[ ]*`, as one tool marks what may be left out. */
  readonly optional: boolean;
  /** Its first paragraph, without bullet and box. */
  readonly content: string;
  /** First line after its first paragraph. */
  readonly body: number;
  readonly parent: Entry | null;
  readonly section: Section | null;
  readonly quoted: boolean;
  /** First line after everything that stands in it. */
  end: number;
};

export type Outline = {
  readonly lines: readonly Line[];
  readonly sections: readonly Section[];
  readonly entries: readonly Entry[];
  /** Lines with brackets that look like a box and are none that anybody knows. */
  readonly strange: readonly number[];
  /** Front matter, between its rules. */
  readonly front: string;
};

/** A bullet, or one before a box without the space between them: `-[ ] what`. */
const BULLET = /^[ \t]*(?:(?:[-*+•]|\d{1,9}[.)])(?:[ \t]+|$)|[-*+](?=\[[ xX]\][ \t]))/;
/** What a list of marks says: `- [P] tasks = may run at once`. */
const LEGEND = /\][ \t]+(?:\S+[ \t]+){0,4}(?:=|→|means\b|stands\b)/u;
const BOX = /^(?:\*\*)?\\?\[[ \t]*([^\]\\]?\uFE0F?)[ \t]*\\?\](?:\*\*)?(\\?\*(?!\*))?(?=[ \t]|$)/u;
/** Nobody leaves out the space on purpose: `- [x]Done`. */
const TIGHT_BOX = /^\[([ xX])\]()(?=[\p{L}\p{N}`*"'])/u;
/** A sign that is a box by itself. */
const SIGN_BOXES: Readonly<Record<string, ItemStatus>> = {
  '☐': 'open',
  '⬜': 'open',
  '🔲': 'open',
  '◻': 'open',
  '☑': 'done',
  '☒': 'done',
};
const QUOTE = /^[ \t]*>[ \t]?/;

/** Reads headings and list items of any text. Code, comments and front matter hold none. */
export function readOutline(source: string): Outline {
  const { lines } = scanLines(repairText(source));
  const start = frontMatterEnd(lines);
  const sections = readSections(lines, start);
  const { entries, strange } = readEntries(lines, sections, start);
  const front = lines
    .slice(0, start)
    .map(line => line.text)
    .join('\n');
  return { lines, sections, entries, strange, front };
}

function frontMatterEnd(lines: readonly Line[]): number {
  if (lines[0]?.text.trimEnd() !== '---') return 0;
  const end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)\s*$/.test(line.text));
  return end < 0 ? 0 : end + 1;
}

/** The words of a heading line, without marks. */
const headingWords = (text: string): string =>
  text.trim().replace(/^#+/, '').replace(/\s+/g, ' ').replace(/ #+$/, '').trim();

function readSections(lines: readonly Line[], start: number): readonly Section[] {
  const sections: Section[] = [];
  let open: readonly Section[] = [];
  for (let index = start; index < lines.length; index += 1) {
    const head = headingAt(lines, index);
    if (head === null) continue;
    for (const closed of open.filter(section => section.level >= head.level)) closed.end = index;
    open = open.filter(section => section.level < head.level);
    const section = { ...head, line: index, parent: open.at(-1) ?? null, end: lines.length };
    sections.push(section);
    open = [...open, section];
  }
  return sections;
}

function headingAt(lines: readonly Line[], index: number): { level: number; title: string } | null {
  const line = lines[index];
  if (line === undefined || line.kind !== 'text' || line.indent < 0) return null;
  if (line.level > 0) return { level: line.level, title: headingWords(line.text) };
  if (line.indent > 3 || BULLET.test(line.text)) return null;
  const below = lines[index + 1]?.text ?? '';
  const before = lines[index - 1];
  const alone = before === undefined || before.indent < 0 || before.level > 0;
  if (alone && /^ {0,3}={2,}\s*$/.test(below)) return { level: 1, title: line.text.trim() };
  if (alone && /^ {0,3}-{2,}\s*$/.test(below) && !line.text.includes('|')) return { level: 2, title: line.text.trim() };
  const bold = /^\s*(?:\*\*|__)([^*_].*?)(?:\*\*:?|__:?)\s*$/.exec(line.text)?.[1];
  if (bold === undefined || bold.includes('**')) return null;
  const next = lines.slice(index + 1, index + 4).find(({ indent }) => indent >= 0);
  const task = /^\W*(?:task|ticket)\s*#?\d|^T-?\d+\b/i.test(bold);
  return task || (alone && next !== undefined && boxOf(next.text) !== null)
    ? { level: 7, title: bold.replace(/:$/, '') }
    : null;
}

type Box = { readonly status: ItemStatus; readonly mark: string; readonly optional: boolean; readonly at: number };

/** The box at the start of a line, with or without a bullet before it. */
function boxOf(text: string): Box | null {
  const bullet = BULLET.exec(text)?.[0] ?? /^[ \t]*/.exec(text)?.[0] ?? '';
  const rest = text.slice(bullet.length);
  const match = BOX.exec(rest) ?? TIGHT_BOX.exec(rest);
  if (match !== null) {
    const mark = (match[1] ?? '').replace('\uFE0F', '');
    const status = boxStatus(mark);
    const optional = (match[2] ?? '') !== '';
    return status === null ? null : { status, mark, optional, at: bullet.length + match[0].length };
  }
  const sign = /^(\p{So})\uFE0F?(?=[ \t])/u.exec(rest);
  const status = SIGN_BOXES[sign?.[1] ?? ''];
  const at = bullet.length + (sign?.[0].length ?? 0);
  return status === undefined ? null : { status, mark: sign?.[1] ?? '', optional: false, at };
}

type Entries = { readonly entries: Entry[]; readonly strange: number[] };

function readEntries(lines: readonly Line[], sections: readonly Section[], start: number): Entries {
  const found: Entries = { entries: [], strange: [] };
  let next = 0;
  let section: Section | null = null;
  let open: readonly Entry[] = [];
  const close = (keep: (entry: Entry) => boolean, at: number) => {
    for (const entry of open) if (!keep(entry)) entry.end = at;
    open = open.filter(keep);
  };
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined || line.indent < 0) continue;
    if (sections[next]?.line === index) {
      section = sections[next] ?? null;
      next += 1;
      close(() => false, index);
      continue;
    }
    if (line.kind !== 'text') continue;
    const quoted = QUOTE.test(line.text);
    const text = quoted ? line.text.replace(/^(?:[ \t]*>[ \t]?)+/, '') : line.text;
    const indent = indentOf(text);
    if (indent < 0) continue;
    const entry = entryAt(lines, index, text);
    const unknown = entry?.status === null && /^[ \t]*\S+[ \t]+\[[^\]\d\s]\][ \t]/u.test(text) && !LEGEND.test(text);
    if (unknown) found.strange.push(index);
    const blankBefore = (lines[index - 1]?.indent ?? -1) < 0;
    if (entry !== null || blankBefore) close(parent => indent >= parent.indent + 2 && parent.quoted === quoted, index);
    if (entry === null) continue;
    const made = { ...entry, indent, section, quoted, parent: open.at(-1) ?? null, end: lines.length };
    found.entries.push(made);
    open = [...open, made];
  }
  for (const entry of found.entries)
    while (entry.end > entry.body && (lines[entry.end - 1]?.indent ?? 0) < 0) entry.end -= 1;
  return found;
}

function entryAt(
  lines: readonly Line[],
  index: number,
  text: string,
): Pick<Entry, 'line' | 'column' | 'status' | 'mark' | 'optional' | 'content' | 'body'> | null {
  const bullet = BULLET.exec(text);
  const box = boxOf(text);
  if (bullet === null && box === null) return null;
  if (/^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(text)) return null;
  const at = box?.at ?? bullet?.[0].length ?? 0;
  const column = indentOf(text) + Math.max(2, (bullet?.[0] ?? '').trim().length + 1);
  const { content, body } = paragraph(lines, index, text.slice(at).trim());
  const { status = null, mark = '', optional = false } = box ?? {};
  return { line: index, column, status, mark, optional, content, body };
}

const LABEL_LINE = /^\s*(?:\*\*[^*]+\*\*|__[^_]+__|[\p{L}][\p{L} ]{1,30}:(?:\s|$)|\*?_[\p{L} ]+:)/u;

/** Joins the wrapped lines of an item's first paragraph; a hard break, a label and anything that begins a block end it. */
function paragraph(lines: readonly Line[], index: number, first: string): { content: string; body: number } {
  const words = [first];
  let body = index + 1;
  const indent = lines[index]?.indent ?? 0;
  for (; body < lines.length; body += 1) {
    const before = lines[body - 1]?.text ?? '';
    const line = lines[body];
    if (line === undefined || line.kind !== 'text' || line.level > 0 || line.indent < indent + 2) break;
    if (
      /(?: {2}|\\)$/.test(before) ||
      BULLET.test(line.text) ||
      boxOf(line.text) !== null ||
      LABEL_LINE.test(line.text)
    )
      break;
    if (/^\s*(?:[>|<]|`{3}|~{3}|@\{)/.test(line.text) || first === '') break;
    words.push(line.text.trim());
  }
  return { content: words.join(' ').replace(/\s+/g, ' ').trim(), body };
}

/** The sections that a section stands in, outermost first, itself last. */
export function sectionPath(section: Section | null): readonly Section[] {
  const path: Section[] = [];
  for (let at = section; at !== null; at = at.parent) path.unshift(at);
  return path;
}
