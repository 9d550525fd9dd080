import { createHash } from 'node:crypto';
import { anchorsOf, headingAnchor } from './anchors.ts';
import { oneLine } from './notes.ts';

/** A markdown file of numbered entries that only grows: `issues.md`, `research.md`. */
export type Logbook = {
  /** What entries are called: `KM` gives `KM-001`. */
  readonly prefix: string;
  /** The lines that a new file begins with. */
  readonly header: (project: string) => readonly string[];
};

export type LogbookEntry = {
  readonly project: string;
  /** The heading behind the number. */
  readonly heading: string;
  /** A comment that tells this entry from all others: the same again finds its entry as it is. */
  readonly marker: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Whole lines below the facts. */
  readonly body: readonly string[];
};

export type Placed = { readonly text: string; readonly id: string; readonly anchor: string };

const LINE_END = /\r\n|\n|\r/;

/** Adds an entry at the end of a logbook's text (null: there is no such file yet) and says how to link to it: `file#anchor`. */
export function appendEntry(book: Logbook, text: string | null, entry: LogbookEntry): Placed {
  const before = text ?? '';
  const eol = LINE_END.exec(before)?.[0] ?? '\n';
  const lines = before.split(LINE_END);
  const known = lines.indexOf(entry.marker);
  const isHeading = (line: string) => line.startsWith(`## ${book.prefix}-`);
  const heading = lines.slice(0, known + 1).findLastIndex(isHeading);
  if (known >= 0 && heading >= 0) return { text: before, ...identify(lines, heading) };
  const numbers = [...before.matchAll(new RegExp(`\\b${book.prefix}-(\\d+)`, 'g'))].map(match => Number(match[1]));
  const id = `${book.prefix}-${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}`;
  const added = [
    `## ${id} – ${oneLine(entry.heading)}`,
    entry.marker,
    '',
    ...entry.facts.map(([label, value]) => `- **${label}:** ${oneLine(value)}`),
    ...(entry.body.length === 0 ? [] : ['', ...entry.body]),
  ];
  const start = before.trim() === '' ? [...book.header(entry.project), ''] : [];
  const gap = before.trim() === '' ? '' : before.endsWith(eol + eol) ? '' : before.endsWith(eol) ? eol : eol + eol;
  const whole = before + gap + [...start, ...added].map(line => line + eol).join('');
  const all = whole.split(LINE_END);
  return { text: whole, ...identify(all, all.lastIndexOf(added[0] ?? '')) };
}

/** Id and anchor of the entry whose heading is line `heading`. */
function identify(lines: readonly string[], heading: number): { id: string; anchor: string } {
  const words = (lines[heading] ?? '').replace(/^##\s+/, '');
  const anchor = headingAnchor(words);
  const before = [...anchorsOf(lines.slice(0, heading).join('\n'))].filter(other => sameHeading(other, anchor)).length;
  return { id: /^[A-Z]+-\d+/.exec(words)?.[0] ?? '', anchor: before === 0 ? anchor : `${anchor}-${before}` };
}

const sameHeading = (other: string, anchor: string): boolean =>
  other === anchor || (other.startsWith(`${anchor}-`) && /^\d+$/.test(other.slice(anchor.length + 1)));

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

export const linesOf = (text: string): readonly string[] => text.toWellFormed().trim().split(LINE_END);

/** A text as a code block that its own text cannot end. */
export function asCode(text: string): readonly string[] {
  if (text.trim() === '') return [];
  const lines = linesOf(text);
  const longest = Math.max(2, ...lines.flatMap(line => [...line.matchAll(/`+/g)].map(run => run[0].length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}
