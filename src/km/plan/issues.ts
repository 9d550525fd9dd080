import { createHash } from 'node:crypto';
import { anchorsOf, headingAnchor } from './anchors.ts';
import { oneLine } from './notes.ts';

export type IssueEntry = {
  /** The project's name. */
  readonly project: string;
  /** Key of the task. */
  readonly key: string;
  readonly title: string;
  readonly reason: string;
  readonly detail: string;
  readonly tries: number;
  readonly run_id: string;
  /** When, ISO 8601 in UTC. */
  readonly iso: string;
};

const HEADER = (project: string): readonly string[] => [
  `# ${oneLine(project)} – Issues`,
  '',
  '> What stopped a task, one entry each. Entries are added at the end and stay; the plan links to them.',
];

const marker = (entry: IssueEntry): string =>
  `<!-- llmclis issue run=${encodeURIComponent(entry.run_id)} task=${encodeURIComponent(entry.key)} what=${digest(entry.detail)} -->`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/**
 * Adds an entry about a blocked task to the text of `issues.md` (null: there is no such file yet) and says how to link to
 * it: `issues.md#anchor`. The same run, task and detail again find their entry as it is.
 */
export function appendIssue(text: string | null, entry: IssueEntry): { text: string; id: string; anchor: string } {
  const before = text ?? '';
  const eol = /\r\n|\n|\r/.exec(before)?.[0] ?? '\n';
  const lines = before.split(/\r\n|\n|\r/);
  const known = lines.indexOf(marker(entry));
  const heading = lines.slice(0, known + 1).findLastIndex(line => /^## KM-\d+/.test(line));
  if (known >= 0 && heading >= 0) return { text: before, ...identify(lines, heading) };
  const numbers = [...before.matchAll(/\bKM-(\d+)/g)].map(match => Number(match[1]));
  const id = `KM-${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}`;
  const added = [
    `## ${id} – ${oneLine(entry.key)}: ${oneLine(entry.title)}`,
    marker(entry),
    '',
    `- **Date:** ${entry.iso}`,
    `- **Reason:** ${oneLine(entry.reason)}`,
    `- **Tries:** ${entry.tries}`,
    `- **Run:** ${oneLine(entry.run_id)}`,
    '',
    ...quoted(entry.detail),
  ];
  const start = before.trim() === '' ? [...HEADER(entry.project), ''] : [];
  const gap = before.trim() === '' ? '' : before.endsWith(eol + eol) ? '' : before.endsWith(eol) ? eol : eol + eol;
  const whole = before + gap + [...start, ...added].map(line => line + eol).join('');
  const all = whole.split(/\r\n|\n|\r/);
  return { text: whole, ...identify(all, all.lastIndexOf(added[0] ?? '')) };
}

/** Id and anchor of the entry whose heading is line `heading`. */
function identify(lines: readonly string[], heading: number): { id: string; anchor: string } {
  const words = (lines[heading] ?? '').replace(/^##\s+/, '');
  const anchor = headingAnchor(words);
  const before = [...anchorsOf(lines.slice(0, heading).join('\n'))].filter(other => sameHeading(other, anchor)).length;
  return { id: /^KM-\d+/.exec(words)?.[0] ?? '', anchor: before === 0 ? anchor : `${anchor}-${before}` };
}

const sameHeading = (other: string, anchor: string): boolean =>
  other === anchor || (other.startsWith(`${anchor}-`) && /^\d+$/.test(other.slice(anchor.length + 1)));

/** The detail as a code block that its own text cannot end. */
function quoted(detail: string): readonly string[] {
  const lines = detail
    .toWellFormed()
    .trim()
    .split(/\r\n|\n|\r/);
  const longest = Math.max(2, ...lines.flatMap(line => [...line.matchAll(/`+/g)].map(run => run[0].length)));
  const fence = '`'.repeat(longest + 1);
  return detail.trim() === '' ? [] : [`${fence}text`, ...lines, fence];
}
