import type { EventOf, EventPayloads, EventType, RunEvent } from './event.ts';

type EventMap = { readonly [T in EventType]: EventOf<T> };
type Sayings = { readonly [T in EventType]: (event: EventMap[T]) => string | null };

/** `$0`, `$0.0123` below one dollar, `$12.30` above. */
export const money = (usd: number): string => (usd === 0 ? '$0' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`);

/** `12,345`: thousands apart, whole. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

const plural = (value: number, one: string, many: string): string => `${count(value)} ${value === 1 ? one : many}`;

/**
 * One line that a terminal can show as it is: escape sequences and control characters are gone (texts of models and commands
 * may hold some), white space is single, at most `limit` characters.
 */
export function oneLine(text: string, limit = 160): string {
  const flat = text
    .slice(0, limit * 8)
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b\[[0-?]*[ -/]*[@-~]?|\u001b./g, '')
    .replace(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  const characters = Array.from(flat);
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join('')}…`;
}

/** The field of a tool's input as text; a model's input may be anything. */
function field(input: unknown, name: string): string {
  if (typeof input !== 'object' || input === null) return '';
  const value: unknown = Object.entries(input).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : '';
}

const ACTIONS = new Map<string, (input: unknown) => string>(
  Object.entries({
    read_file: (input: unknown) => `reads ${field(input, 'path')}`,
    write_file: (input: unknown) => `writes ${field(input, 'path')}`,
    edit_file: (input: unknown) => `edits ${field(input, 'path')}`,
    list_files: (input: unknown) => `lists ${field(input, 'path') || field(input, 'glob') || 'files'}`,
    search_text: (input: unknown) => `searches for ${field(input, 'pattern')}`,
    run_command: (input: unknown) => `runs ${field(input, 'command')}`,
    recall: (input: unknown) => `recalls ${field(input, 'query')}`,
    note: (input: unknown) => `notes: ${field(input, 'text')}`,
    hand_off: (input: unknown) => `hands off to the ${field(input, 'role')}`,
    ask: (input: unknown) => `asks: ${field(input, 'question')}`,
    finish: () => 'says it is done',
  }),
);
/** Reading is not worth a line, and what ends a turn is said when it ended. */
const SILENT = ['read_file', 'list_files', 'search_text', 'recall', 'hand_off', 'ask', 'finish'];

/** What a tool call does, in the third person: `writes src/slug.js`. */
export const toolAction = (name: string, input: unknown): string =>
  oneLine(ACTIONS.get(name)?.(input) ?? `calls ${name}`);

/** `node --test test/x.test.js: 2 passed, 1 failed (exit 1)`. */
export function checkSentence(
  check: Pick<EventPayloads['check.ended'], 'command' | 'exit' | 'passed' | 'failed' | 'missing'>,
): string {
  const command = oneLine(check.command, 100);
  if (check.missing !== null) return `${command}: cannot start, ${oneLine(check.missing)} is missing`;
  const counts =
    check.passed === null && check.failed === null
      ? ''
      : `${count(check.passed ?? 0)} passed, ${count(check.failed ?? 0)} failed `;
  if (counts === '') return `${command}: ${check.exit === 0 ? 'passed' : 'failed'} (exit ${check.exit})`;
  return `${command}: ${counts}(exit ${check.exit})`;
}

/** `coder on opus (cloud)`. */
export const turnSentence = (turn: {
  readonly role: string;
  readonly model: string;
  readonly location: string;
}): string => `${turn.role} on ${turn.model} (${turn.location})`;

const words = (name: string): string => name.replaceAll('_', ' ');
const shortId = (id: string): string => id.slice(0, 7);
const because = (text: string): string => (text === '' ? '' : ` — ${oneLine(text)}`);

function runStarted(event: EventOf<'run.started'>): string {
  const parts = [
    plural(event.tasks_total, 'task', 'tasks'),
    event.mode,
    `at most ${plural(event.max_steps, 'step', 'steps')}`,
    ...(event.budget_usd === null ? [] : [`budget ${money(event.budget_usd)}`]),
    event.target === null ? `merge ${event.merge}` : `merge ${event.merge} into ${event.target}`,
    `sandbox ${event.sandbox}`,
    ...(event.scripted ? ['models are scripted'] : []),
  ];
  return `Run ${event.run_id} on ${oneLine(event.project)}: ${parts.join(', ')}`;
}

function runFinished(event: EventOf<'run.finished'>): string {
  const { tasks, calls } = event;
  const cancelled = tasks.cancelled === 0 ? '' : `, ${count(tasks.cancelled)} cancelled`;
  const work = `${count(tasks.done)} done, ${count(tasks.blocked)} blocked${cancelled}, ${count(tasks.left)} left`;
  const bill = `${count(calls.local)} local and ${count(calls.cloud)} cloud calls, ${money(event.usd)} (estimate all in the cloud: ${money(event.usd_all_cloud)})`;
  return `Finished, ${oneLine(event.because)}: ${work}; ${bill}`;
}

function runIdle(event: EventOf<'run.idle'>): string {
  if (event.kind === 'all-done') return 'Every task is done';
  const waits = event.waiting.slice(0, 5).map(wait => `${wait.key} waits for ${wait.on.join(', ')}`);
  const more = event.waiting.length > 5 ? ` and ${event.waiting.length - 5} more` : '';
  const reason = event.kind === 'waiting' ? 'others are being worked on' : 'what is left is blocked';
  return `Nothing is ready: ${waits.length === 0 ? reason : `${waits.join('; ')}${more}`}`;
}

function turnEnded(event: EventOf<'turn.ended'>): string | null {
  const { end } = event;
  switch (end.kind) {
    case 'finished':
      return `${event.task}  ${event.role} says it is done${because(end.summary)}`;
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

function blocked(event: EventOf<'task.blocked'>): string {
  const issue = event.issue === null ? '' : `; see ${oneLine(event.issue)}`;
  const branch = event.branch === null ? '' : `; its work is kept on ${event.branch}`;
  return `${event.task}  blocked, ${words(event.reason)}${because(event.detail)}${issue}${branch}`;
}

const REQUESTS = new Map([
  ['stop', 'Asked to stop after the work in hand'],
  ['pause', 'Asked to pause'],
  ['resume', 'Asked to go on'],
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
  'setup.ended': event =>
    `${event.task}  setup ${oneLine(event.command)}: ${event.exit === 0 ? 'done' : `failed (exit ${event.exit})`}`,
  'brief.written': () => null,
  'turn.started': event => `${event.task}  try ${event.try}  ${turnSentence(event)}${because(event.because)}`,
  'model.called': () => null,
  'model.replied': () => null,
  'model.failed': event =>
    `${event.task}  ${event.model} (${event.location}): ${oneLine(event.failure.message)} ${event.wait_s === null ? 'Gives up' : `Tries again in ${Math.round(event.wait_s)} s`}`,
  'tool.started': event =>
    SILENT.includes(event.name) ? null : `${event.task}  ${toolAction(event.name, event.input)}`,
  'tool.ended': event => (event.is_error ? `${event.task}  ${event.name} answers: ${oneLine(event.text)}` : null),
  'turn.told': () => null,
  'turn.ended': turnEnded,
  'work.snapshot': () => null,
  'check.ended': event => `${event.task}  ${event.on === 'base' ? 'base check' : 'check'} ${checkSentence(event)}`,
  'checks.judged': judged,
  'test.accepted': event =>
    `${event.task}  a new check fails on the base and can prove the task: ${oneLine(event.files.join(', '))}`,
  'tester.gave_up': event => `${event.task}  no check that fails on the base could be had${because(event.because)}`,
  'handed.over': event => `${event.task}  ${event.from} hands over to the ${event.to}${because(event.summary)}`,
  'try.failed': () => null,
  'claim.refused': event =>
    `${event.task}  refused: ${words(event.because)}${because(event.detail)}${event.undone.length === 0 ? '' : ` (undone: ${oneLine(event.undone.join(', '))})`}`,
  escalated: event => `${event.task}  climbs from ${event.from} to ${event.to}: ${oneLine(event.because)}`,
  'memory.stored': event => `${event.task}  remembers a ${words(event.memory_type)}`,
  'question.asked': event => `${event.task}  asks: ${oneLine(event.question)}`,
  'merge.intended': () => null,
  'merge.ended': () => null,
  'base.moved': event => `${event.task}  the base moved to ${shortId(event.to)}: merged onto it, checks again`,
  'plan.updated': event =>
    event.changed ? `${event.task === null ? '' : `${event.task}  `}${oneLine(event.path)} updated` : null,
  'task.done': event =>
    `${event.task}  done: ${oneLine(event.title)} — ${event.proof}, ${plural(event.tries, 'try', 'tries')}, ${money(event.usd)}, commit ${shortId(event.commit)}`,
  'task.blocked': blocked,
  'task.released': event => `${event.task}  given back: ${oneLine(event.because)}`,
};

function say<T extends EventType>(type: T, event: EventMap[T]): string | null {
  return SAYINGS[type](event);
}

/** The event in one plain line for people, the task's key first; null when it is not worth a line. */
export const sentence = (event: RunEvent): string | null => say(event.type, event);
