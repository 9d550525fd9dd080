import { evidenceLines, type TaskEvidence } from '../core/evidence.ts';
import { money, oneLine } from '../core/line.ts';
import type { NextTask, ReadyTask, Task, TaskNote, TaskWhy, Waiting } from '../core/task.ts';
import type { Output, Style } from './output.ts';

const STATUS_STYLES: Readonly<Record<Task['status'], Style>> = {
  pending: 'cyan',
  'in-progress': 'yellow',
  done: 'green',
  blocked: 'red',
  cancelled: 'dim',
};

/** A text of several lines without escape sequences and control characters, as a terminal may show it. */
export const cleanText = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(line => line.replaceAll('\t', '  '))
    .map(line => ' '.repeat(line.length - line.trimStart().length) + oneLine(line, 2000))
    .join('\n')
    .trimEnd();

/** `S1.1  Check out the plans — pending`. */
export const taskLine = (task: Task, out: Output): string =>
  `${out.style('bold', task.key)}  ${oneLine(task.title)} — ${statusText(task, out)}`;

/** `blocked (needs_input)` in the colour of the status. */
export const statusText = (task: Pick<Task, 'status' | 'reason'>, out: Output): string =>
  out.style(STATUS_STYLES[task.status], task.reason === null ? task.status : `${task.status} (${task.reason})`);

const field = (name: string, value: string): string[] => (value === '' ? [] : [`${`${name}:`.padEnd(14)}${value}`]);
const list = (values: readonly string[]): string => oneLine(values.join(', '), 400);
const indented = (text: string): string =>
  cleanText(text)
    .split('\n')
    .map(line => (line === '' ? '' : `  ${line}`))
    .join('\n');

/** All of a task for people. */
export function taskText(task: Task, notes: readonly TaskNote[], out: Output): string {
  return [
    `${out.style('bold', task.key)}  ${oneLine(task.title, 400)}`,
    ...field('status', statusText(task, out)),
    ...field('because', oneLine(task.reason_detail ?? '', 400)),
    ...field('proof', task.proof ?? ''),
    ...field('branch', task.branch ?? ''),
    ...field('claimed by', task.claim === null ? '' : `${oneLine(task.claim.holder)} until ${task.claim.expires_at}`),
    ...field('assignee', oneLine(task.assignee ?? '')),
    ...field('priority', String(task.priority)),
    ...field('complexity', task.complexity === null ? '' : `${task.complexity} of 10`),
    ...field('queue', task.queue === 'standard' ? '' : task.queue),
    ...field('due', task.due ?? ''),
    ...field('role', task.role ?? ''),
    ...field('tags', list(task.tags)),
    ...field('part of', task.parent ?? ''),
    ...field('depends on', list(task.depends_on)),
    ...field('related', list(task.related)),
    ...field('found in', list(task.discovered_from)),
    ...field('parts', partsText(task)),
    ...field('vanished', task.vanished ? 'yes: its plan file does not list it any more' : ''),
    ...task.checks.flatMap(check => field('check', oneLine(check, 400))),
    ...field('protect', list(task.protect)),
    ...field('allow', list(task.allow)),
    ...field('private', task.private ? 'yes: local models only' : ''),
    ...field('tries', task.tries === 0 ? '' : `${task.tries}, ${money(task.usd)}`),
    ...field('created', `${task.created_at} by ${oneLine(task.created_by)}`),
    ...field('started', task.started_at ?? ''),
    ...field('finished', task.finished_at ?? ''),
    ...field('updated', `${task.updated_at}${task.last_agent === null ? '' : ` by ${oneLine(task.last_agent)}`}`),
    ...(task.description === '' ? [] : ['', indented(task.description)]),
    ...(task.acceptance === '' ? [] : ['', 'acceptance', indented(task.acceptance)]),
    ...(task.checklist.length === 0 ? [] : ['', 'checklist']),
    ...task.checklist.map(({ text, done }, index) => `  ${index + 1}. [${done ? 'x' : ' '}] ${oneLine(text, 400)}`),
    ...(task.links.length === 0 ? [] : ['', 'links']),
    ...task.links.map(link => `  ${oneLine(link, 400)}`),
    ...(notes.length === 0 ? [] : ['', 'notes']),
    ...notes.map(note => `  ${note.at.slice(0, 10)} (${oneLine(note.agent)}): ${oneLine(note.text, 2000)}`),
  ].join('\n');
}

/** `2 open, 1 done`, of a task or stage that has parts. */
const partsText = ({ children: { open, done } }: Task): string =>
  open + done === 0 ? '' : `${open} open, ${done} done`;

const WAITING_SHOWN = 10;

/** `S1.2 Title waits for S1.1`, at most ten of them. */
function waitingLines(waiting: readonly Waiting[]): string[] {
  const lines = waiting
    .slice(0, WAITING_SHOWN)
    .map(wait => `  ${wait.key}  ${oneLine(wait.title, 80)} — waits for ${oneLine(wait.on.join(', '), 200)}`);
  const more = waiting.length - WAITING_SHOWN;
  return more > 0 ? [...lines, `  … and ${more} more`] : lines;
}

const readyLines = ({ task, because }: ReadyTask, out: Output): string =>
  `${out.style('bold', task.key)}  ${oneLine(task.title, 400)}\n  because ${oneLine(because, 400)}`;

/** Why a task is next or not, for people. */
export function whyText({ key, place, because, waiting_on, ahead }: TaskWhy, out: Output): string {
  const more = place === null ? 0 : place - 1 - ahead.length;
  return [
    `${out.style('bold', key)}  ${place === null ? 'is not ready' : `is number ${place} of what is ready`}: ${oneLine(because, 600)}`,
    ...(ahead.length === 0 ? [] : [`before it: ${list(ahead)}${more > 0 ? ` and ${more} more` : ''}`]),
    ...(waiting_on.length === 0 ? [] : ['it waits for:']),
    ...waiting_on.map(
      ({ key: other, status, why, root }) => `  ${root ? '●' : '○'} ${other} (${status}): ${oneLine(why, 200)}`,
    ),
  ].join('\n');
}

/** The answer of `next` for people. */
export function nextText(next: NextTask, out: Output): string {
  switch (next.kind) {
    case 'ready': {
      const { claim, tasks } = next;
      if (tasks !== undefined) return tasks.map(one => readyLines(one, out)).join('\n');
      return [
        `${out.style('bold', next.task.key)}  ${oneLine(next.task.title, 400)}`,
        `because ${oneLine(next.because, 400)}`,
        ...(claim === undefined ? [] : [`claim   ${claim.token} until ${claim.expires_at}`]),
      ].join('\n');
    }
    case 'blocked':
      return ['Nothing is ready. What is left waits:', ...waitingLines(next.waiting)].join('\n');
    case 'waiting':
      return [
        'Nothing is ready. In progress:',
        ...next.running.map(task => `  ${task.key}  ${oneLine(task.title, 80)}`),
      ].join('\n');
    case 'all-done':
      return 'Every task is done. Add one: llmclis task add TITLE';
  }
}

/** The report of a run on a task, one line for each check. */
export const evidenceText = (evidence: TaskEvidence, out: Output): readonly string[] =>
  evidenceLines(evidence).map(({ text, tone }) =>
    tone === 'dim' ? `  ${text}` : `  ${out.style(tone === 'good' ? 'green' : 'red', text)}`,
  );
