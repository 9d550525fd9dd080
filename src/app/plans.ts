import { join } from 'node:path';
import { type Clock, isoSeconds } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Project } from '../km/km.ts';
import { fileIo } from '../km/plan/io.ts';
import { appendIssue } from '../km/plan/issues.ts';
import type { Placed } from '../km/plan/logbook.ts';
import { appendResearch } from '../km/plan/research.ts';
import type { LogbookLink, TaskReport } from './plan-types.ts';

export type IssueEntry = {
  readonly task: Task;
  readonly reason: string;
  readonly detail: string;
  readonly tries: number;
};

/** Appends an entry to the project's issues.md, once per run and task, and says how to link to it. */
export const openIssue = (
  project: Project,
  runId: string,
  clock: Clock,
  { task, reason, detail, tries }: IssueEntry,
): Result<LogbookLink> => {
  const iso = isoSeconds(clock.now());
  const entry = { project: project.name, key: task.key, title: task.title, reason, detail, tries, run_id: runId, iso };
  return append(project, 'issues.md', text => appendIssue(text, entry));
};

/** Appends what someone reports about a task to the project's issues.md. */
export function reportIssue(
  project: Project,
  clock: Clock,
  { task, what, text, agent }: TaskReport,
): Result<LogbookLink> {
  if (what.trim() === '') return fail('input.invalid', 'The issue is empty.', 'Say in one sentence what is wrong.');
  const detail = [what.trim(), text.trim()].filter(part => part !== '').join('\n\n');
  const facts = { reason: 'reported', detail, tries: null, run_id: null, by: agent, iso: isoSeconds(clock.now()) };
  return append(project, 'issues.md', before =>
    appendIssue(before, { project: project.name, key: task.key, title: task.title, ...facts }),
  );
}

/** Appends a question or finding about a task to the project's research.md. */
export function noteResearch(
  project: Project,
  clock: Clock,
  { task, what, text, agent }: TaskReport,
): Result<LogbookLink> {
  if (what.trim() === '') return fail('input.invalid', 'The question is empty.', 'Ask or say it in one sentence.');
  const { key, title } = task;
  const entry = { project: project.name, key, title, what, text, by: agent, iso: isoSeconds(clock.now()) };
  return append(project, 'research.md', before => appendResearch(before, entry));
}

/** Writes of one entry that may find the file changed underneath before it gives up. */
const ROUNDS = 5;

function append(project: Project, file: string, add: (text: string | null) => Placed): Result<LogbookLink> {
  const io = fileIo();
  const path = join(project.root, file);
  for (let round = 1; ; round += 1) {
    const before = io.read(path)?.text ?? null;
    const { text, id, anchor } = add(before);
    const written = text === before ? ok(undefined) : io.write(path, text, before);
    if (written.ok) return ok({ id, link: `${file}#${anchor}` });
    if (written.error.code !== 'file.changed' || round >= ROUNDS) return written;
  }
}
