import type { EventOf, EventPayloads, EventType, Refusal, RunEvent } from './event.ts';
import { count, firstSentence, money, oneLine, plural } from './line.ts';
import { sayRecalled } from './recalled.ts';
import type { Proof, Waiting } from './task.ts';

import { isSilent, toolAction } from './tool-sentence.ts';

export { count, money, oneLine } from './line.ts';
export { toolAction } from './tool-sentence.ts';

type EventMap = { readonly [T in EventType]: EventOf<T> };
type Sayings = { readonly [T in EventType]: (event: EventMap[T]) => string | null };

/** `2 passed, 1 failed`; the exit code only where it says more than the counts. */
function outcomeOf({ exit, passed, failed }: Pick<EventPayloads['check.ended'], 'exit' | 'passed' | 'failed'>): string {
  const counts = [
    ...((passed ?? 0) === 0 ? [] : [`${count(passed ?? 0)} passed`]),
    ...((failed ?? 0) === 0 ? [] : [`${count(failed ?? 0)} failed`]),
  ].join(', ');
  const expected = (failed ?? 0) > 0 === (exit !== 0);
  if (counts === '') return exit === 0 ? 'passed' : `failed (exit ${exit})`;
  return expected ? counts : `${counts} (exit ${exit})`;
}

/** `node --test test/x.test.js: 2 passed, 1 failed`. */
export function checkSentence(
  check: Pick<EventPayloads['check.ended'], 'command' | 'exit' | 'passed' | 'failed' | 'missing'>,
): string {
  const command = oneLine(check.command, 100);
  if (check.missing !== null) return `${command}: cannot start, ${oneLine(check.missing)} is missing`;
  return `${command}: ${outcomeOf(check)}`;
}

/** `coder on opus (cloud)`. */
export const turnSentence = (turn: {
  readonly role: string;
  readonly model: string;
  readonly location: string;
}): string => `${turn.role} on ${turn.model} (${turn.location})`;

const words = (name: string): string => name.replaceAll('_', ' ');
const shortId = (id: string): string => id.slice(0, 7);
const branchName = (ref: string): string => ref.replace(/^refs\/heads\//, '');
const because = (text: string): string => (text === '' ? '' : ` — ${oneLine(text)}`);

function runStarted(event: EventOf<'run.started'>): string {
  const parts = [
    plural(event.tasks_total, 'task', 'tasks'),
    event.mode,
    `at most ${plural(event.max_steps, 'step', 'steps')}`,
    ...(event.budget_usd === null ? [] : [`budget ${money(event.budget_usd)}`]),
    event.target === null ? `merge ${event.merge}` : `merge ${event.merge} into ${branchName(event.target)}`,
    `sandbox ${event.sandbox}`,
    ...(event.scripted ? ['models are scripted'] : []),
  ];
  return `Run ${event.run_id} on ${oneLine(event.project)}: ${parts.join(', ')}`;
}

function runFinished(event: EventOf<'run.finished'>): string {
  const { tasks, calls } = event;
  const cancelled = tasks.cancelled === 0 ? '' : `, ${count(tasks.cancelled)} cancelled`;
  const work = `${count(tasks.done)} done, ${count(tasks.blocked)} blocked${cancelled}, ${count(tasks.left)} left`;
  const estimate = tasks.done === 0 ? '' : ` (estimate all in the cloud: ${money(event.usd_all_cloud)})`;
  const bill = `${count(calls.local)} local and ${count(calls.cloud)} cloud calls, ${money(event.usd)}${estimate}`;
  // What waits for what was said when the run ran out of work.
  const why = event.because.replace(/^(nothing is ready):.*/s, '$1');
  return `Finished, ${oneLine(why)}: ${work}; ${bill}`;
}

/** `S1.2 waits for S1.1`; of a blocked task the reason without its details: `S1.3 waits for an answer`. */
export function waitSentence({ key, on }: Waiting): string {
  const named = on.map(text => {
    const [reason = ''] = text.split(':');
    if (reason === 'needs_input') return 'an answer';
    return reason === text || reason.includes(' ') ? oneLine(text, 80) : `a person (${words(reason)})`;
  });
  return named.length === 0 ? key : `${key} waits for ${named.join(', ')}`;
}

function runIdle(event: EventOf<'run.idle'>): string {
  if (event.kind === 'all-done') return 'Every task is done';
  const waits = event.waiting.slice(0, 5).map(waitSentence);
  const more = event.waiting.length > 5 ? ` and ${event.waiting.length - 5} more` : '';
  const reason = event.kind === 'waiting' ? 'others are being worked on' : 'what is left is blocked';
  return `Nothing is ready: ${waits.length === 0 ? reason : `${waits.join('; ')}${more}`}`;
}

function turnEnded(event: EventOf<'turn.ended'>): string | null {
  const { end } = event;
  switch (end.kind) {
    case 'finished':
      return `${event.task}  ${event.role} says it is done${because(firstSentence(end.summary))}`;
    case 'asked':
    case 'handed_off':
      return null;
    case 'gave_up':
      return `${event.task}  ${turnSentence(event)} gives up: ${words(end.because)}${because(end.detail)}`;
    case 'failed':
      return `${event.task}  ${turnSentence(event)} failed: ${oneLine(end.failure.message)} ${oneLine(end.failure.hint)}`;
  }
}

function judged(event: EventOf<'checks.judged'>): string | null {
  if (event.verdict === 'missing') return `${event.task}  the checks cannot run: ${oneLine(event.detail)}`;
  if (event.on === 'base' && event.verdict === 'green')
    return `${event.task}  its checks pass on the base already, so they prove nothing yet`;
  return null;
}

/** `issues.md#km-001--d22-title` as `KM-001 in issues.md`. */
const issueName = (link: string): string =>
  oneLine(link.replace(/^([^#]+)#([a-z]+-\d+)-.*$/, (_, file: string, id: string) => `${id.toUpperCase()} in ${file}`));

function blocked(event: EventOf<'task.blocked'>): string {
  const issue = event.issue === null ? '' : `; see ${issueName(event.issue)}`;
  const branch = event.branch === null ? '' : `; its work is kept on ${branchName(event.branch)}`;
  // The question has a line of its own.
  const why = event.reason === 'needs_input' ? '' : because(refusalReason(event.detail));
  return `${event.task}  blocked, ${words(event.reason)}${why}${issue}${branch}`;
}

/** Of a check that failed the names of the tests, as its counts have a line of their own; else the first line. */
function refusalReason(detail: string): string {
  const [first = '', second = ''] = detail.split('\n');
  const plain = /^`.+` fails \([^)]*\)\.$/.test(first);
  return plain && second.startsWith('Failing: ') ? `failing: ${second.slice(9)}` : first;
}

const REFUSED: Readonly<Record<Refusal, string>> = {
  checks_failed: 'checks failed',
  empty_diff: 'empty diff',
  protected_changed: 'protected files changed',
  already_passing: 'its test passes already',
  stale: 'checks fail after the base moved',
};

function refused(event: EventOf<'claim.refused'>): string {
  const more = event.undone.filter(path => !event.detail.includes(path));
  const undone = more.length === 0 ? '' : ` (undone: ${oneLine(more.join(', '))})`;
  return `${event.task}  refused: ${REFUSED[event.because]}${because(refusalReason(event.detail))}${undone}`;
}

const PROOFS: Readonly<Record<Proof, string>> = {
  'red-green': 'red-green (failed before, passes now)',
  'behaviour-kept': 'behaviour-kept (green before and after)',
  'accepted-by-person': 'accepted-by-person',
};

function toolEnded(event: EventOf<'tool.ended'>): string | null {
  if (!event.is_error) return null;
  const line = event.text.trim().split('\n')[0] ?? '';
  const exit = event.name === 'run_command' ? /^Exit (\d+)/.exec(line)?.[1] : undefined;
  return exit === undefined
    ? `${event.task}  ${event.name} answers: ${oneLine(line)}`
    : `${event.task}  the command fails (exit ${exit})`;
}

const REQUESTS = new Map([
  ['stop', 'Asked to stop after the work in hand'],
  ['pause', 'Asked to pause'],
  ['resume', 'Asked to go on'],
  ['interrupt', 'Interrupted: ends now and loses nothing'],
]);

const SAYINGS: Sayings = {
  'run.started': runStarted,
  'run.paused': event => `Paused: ${oneLine(event.because)}`,
  'run.resumed': event => `Resumed: ${oneLine(event.because)}`,
  'run.stopping': event => `Stops: ${oneLine(event.because)}`,
  'run.finished': runFinished,
  'run.idle': runIdle,
  'run.requested': event =>
    REQUESTS.get(event.kind) ?? `Asked to ${words(event.kind)} ${oneLine(event.payload)}`.trim(),
  'task.claimed': event => `${event.task}  ${oneLine(event.title)}${because(event.because)}`,
  'workspace.opened': event => (event.kept ? `${event.task}  takes its worktree up again` : null),
  'rung.closed': event => `${event.task}  goes on without ${event.model}: ${oneLine(event.because)}`,
  'claim.lost': event => `${event.task}  claim lost: ${oneLine(event.because)}`,
  'setup.ended': event =>
    `${event.task}  setup ${oneLine(event.command)}: ${event.exit === 0 ? 'done' : `failed (exit ${event.exit})`}`,
  'brief.written': event => {
    const recalled = event.recalled === undefined ? '' : sayRecalled(event.recalled);
    return recalled === '' ? null : `${event.task}  recalls ${recalled}`;
  },
  'turn.started': event => `${event.task}  try ${event.try}, ${turnSentence(event)}${because(event.because)}`,
  'model.called': () => null,
  'model.replied': () => null,
  'model.failed': event =>
    `${event.task}  ${event.model} (${event.location}): ${oneLine(event.failure.message)} ${event.wait_s === null ? 'Gives up' : `Tries again in ${Math.round(event.wait_s)} s`}`,
  'tool.started': event => (isSilent(event.name) ? null : `${event.task}  ${toolAction(event.name, event.input)}`),
  'tool.ended': toolEnded,
  'turn.told': () => null,
  'turn.ended': turnEnded,
  'work.snapshot': () => null,
  'check.ended': event =>
    `${event.task}  ${event.on === 'base' ? 'before the work, ' : 'check '}${checkSentence(event)}`,
  'checks.judged': judged,
  'mutants.ended': event =>
    event.tried === 0
      ? null
      : `${event.task}  ${event.killed} of ${event.tried} small wrong variants were noticed by ${event.commands.map(command => oneLine(command, 60)).join(', ')}`,
  'test.weak': event => `${event.task}  the test is too weak and goes back: ${oneLine(event.detail)}`,
  'work.restored': event => `${event.task}  the work set aside is taken up again, beside the stronger test`,
  'critic.said': event =>
    event.asked
      ? `${event.task}  critic ${event.model} ${event.accepts ? 'has no objection' : `refuses: ${oneLine(event.detail)}`}`
      : `${event.task}  no critic was heard: ${oneLine(event.detail)}`,
  'proof.certified': event =>
    `${event.task}  certificate on ${event.certificate.commit.slice(0, 8)}: ${plural(event.certificate.checks.filter(({ proves }) => proves).length, 'check', 'checks')} failed before and passes now`,
  'context.compacted': event =>
    `${event.task}  old results left out: ${count(event.from_tokens)} tokens became ${count(event.to_tokens)}`,
  'test.accepted': event =>
    `${event.task}  a new check fails on the base and can prove the task: ${oneLine(event.files.join(', '))}`,
  'tester.gave_up': event => `${event.task}  no check that fails on the base could be had${because(event.because)}`,
  'handed.over': event => `${event.task}  ${event.from} hands over to the ${event.to}${because(event.summary)}`,
  'try.failed': () => null,
  'claim.refused': refused,
  escalated: event => `${event.task}  climbs from ${event.from} to ${event.to}: ${oneLine(event.because)}`,
  'memory.stored': event => `${event.task}  remembers a ${words(event.memory_type)}`,
  'summary.written': event =>
    `${event.task}  ${event.kind} summary: ${event.by === 'model' ? `written by ${event.model}` : `taken word for word${because(event.because)}`}`,
  'question.asked': event => `${event.task}  asks: ${oneLine(event.question, 600)}`,
  'merge.intended': () => null,
  'merge.ended': () => null,
  'base.moved': event => `${event.task}  the base moved to ${shortId(event.to)}: merged onto it, checks again`,
  'plan.updated': event =>
    event.changed ? `${event.task === null ? '' : `${event.task}  `}${oneLine(event.path)} updated` : null,
  'task.done': event =>
    `${event.task}  done: ${oneLine(event.title)} — ${PROOFS[event.proof]}, ${plural(event.tries, 'try', 'tries')}, ${money(event.usd)}, commit ${shortId(event.commit)}`,
  'task.blocked': blocked,
  'task.released': event => `${event.task}  given back: ${oneLine(event.because)}`,
};

function say<T extends EventType>(type: T, event: EventMap[T]): string | null {
  return SAYINGS[type](event);
}

/** The event in one plain line for people, the task's key first; null when it is not worth a line. */
export const sentence = (event: RunEvent): string | null => say(event.type, event);
