import { appendEntry, asCode, digest, type Logbook, type Placed } from './logbook.ts';
import { oneLine } from './notes.ts';

export type IssueEntry = {
  /** The project's name. */
  readonly project: string;
  /** Key of the task. */
  readonly key: string;
  readonly title: string;
  readonly reason: string;
  readonly detail: string;
  /** Turns that were spent on it, and the run; null for what a person or an agent reports. */
  readonly tries: number | null;
  readonly run_id: string | null;
  /** Who reports it, where no run does. */
  readonly by?: string;
  /** When, ISO 8601 in UTC. */
  readonly iso: string;
};

const ISSUES: Logbook = {
  prefix: 'KM',
  header: project => [
    `# ${oneLine(project)} – Issues`,
    '',
    '> What stopped a task, one entry each. Entries are added at the end and stay; the plan links to them.',
  ],
};

/**
 * Adds an entry about a task to the text of `issues.md` (null: there is no such file yet) and says how to link to it:
 * `issues.md#anchor`. The same run, task and detail again find their entry as it is.
 */
export function appendIssue(text: string | null, entry: IssueEntry): Placed {
  const { project, key, title, reason, detail, tries, run_id, by, iso } = entry;
  const run = encodeURIComponent(run_id ?? '');
  return appendEntry(ISSUES, text, {
    project,
    heading: `${key}: ${title}`,
    marker: `<!-- llmclis issue run=${run} task=${encodeURIComponent(key)} what=${digest(detail)} -->`,
    facts: [
      ['Date', iso],
      ['Reason', reason],
      ...(tries === null ? [] : [['Tries', String(tries)] as const]),
      ...(run_id === null ? [] : [['Run', run_id] as const]),
      ...(by === undefined ? [] : [['Reported by', by] as const]),
    ],
    body: asCode(detail),
  });
}
