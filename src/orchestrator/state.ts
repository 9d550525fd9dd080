import type { CheckResult, EventOf, EventPayloads, RunEvent, TurnEnd } from '../core/event.ts';
import type { Message, ToolCall } from '../core/model.ts';
import type { Attempt, BlockReason, RoleName, Task } from '../core/task.ts';
import { addTurnEvent } from './turn-state.ts';

/** A turn that has begun and not ended, as far as the journal knows it. */
export type OpenTurn = {
  readonly role: RoleName;
  readonly model: string;
  readonly location: 'local' | 'cloud';
  readonly try: number;
  /** Tree of the worktree when it began. */
  readonly tree: string;
  readonly messages: readonly Message[];
  readonly calls: number;
  readonly pending: readonly ToolCall[];
  /** The edit of a tool that has started and not ended. */
  readonly edit: { readonly call_id: string; readonly path: string; readonly after: string } | null;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly usd: number;
};
/** A turn that has ended and is to be judged. */
export type EndedTurn = Omit<OpenTurn, 'messages' | 'pending' | 'edit' | 'calls'> & { readonly end: TurnEnd };

export type TaskState = {
  readonly task: Task;
  readonly token: string;
  readonly attempts: readonly Attempt[];
  readonly workspace: EventPayloads['workspace.opened'] | null;
  readonly setup_failed: string | null;
  /** What the work is measured from: the base, or the base plus the tester's new files. */
  readonly start_tree: string | null;
  readonly base_checks: readonly CheckResult[];
  readonly base_verdict: EventPayloads['checks.judged'] | null;
  readonly tester: 'not_yet' | 'written' | 'given_up';
  /** Role of the next turn that does the work. */
  readonly role: RoleName;
  readonly handed_over: readonly { readonly from: RoleName; readonly summary: string }[];
  /** The brief of the turn that is to come or that runs. */
  readonly brief: string | null;
  readonly turn: OpenTurn | null;
  readonly ended: EndedTurn | null;
  readonly work: EventPayloads['work.snapshot'] | null;
  readonly work_checks: readonly CheckResult[];
  readonly work_verdict: EventPayloads['checks.judged'] | null;
  readonly merge: EventPayloads['merge.intended'] | null;
  readonly commit: string | null;
  /** The base moved after the work was done: what fails now is stale. */
  readonly moved: boolean;
};

export type RunState = {
  readonly started: EventOf<'run.started'> | null;
  readonly steps: number;
  readonly task: TaskState | null;
  /** The task that ended last and whose plan entry is not written yet. */
  readonly unsettled: string | null;
  readonly idle: EventPayloads['run.idle'] | null;
  readonly requested: readonly { readonly kind: string; readonly payload: string }[];
  readonly paused: boolean;
  readonly usd: number;
  /** Reasons of the tasks blocked last, in a row. */
  readonly blocked_in_a_row: readonly string[];
  readonly setup_failed: string | null;
  /** A provider trouble or a spent budget that ends the run. */
  readonly fatal: { readonly because: string; readonly exit: number } | null;
  /** Results per tree and command: the same command on the same tree is not run twice. */
  readonly checked: Readonly<Record<string, CheckResult>>;
  readonly finished: boolean;
};

/** Tries that count: a turn cut short by the run's end is made again. */
export const triesSoFar = (task: TaskState): number =>
  task.attempts.filter(({ outcome }) => outcome !== 'interrupted').length;

/** Its proof is that the behaviour stays: green before and after. */
export const isRefactoring = (task: TaskState): boolean => task.task.tags.includes('refactor');

/** Is this the tester's turn before the work, not a task whose work is to write tests? */
export const isTesting = (task: TaskState, turn: { readonly role: RoleName }): boolean =>
  turn.role === 'tester' && task.role !== 'tester';

export const emptyRun: RunState = {
  started: null,
  steps: 0,
  task: null,
  unsettled: null,
  idle: null,
  requested: [],
  paused: false,
  usd: 0,
  blocked_in_a_row: [],
  setup_failed: null,
  fatal: null,
  checked: {},
  finished: false,
};

export const replay = (events: readonly RunEvent[]): RunState => events.reduce(apply, emptyRun);

export const checkKey = (tree: string, command: string): string => `${tree} ${command}`;

/** The one place where run state changes: the live run, a resumed one and every viewer call it. */
export function apply(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run.started':
      return { ...state, started: event };
    case 'run.idle':
      return { ...state, idle: event };
    case 'run.requested':
      return { ...state, requested: [...state.requested, { kind: event.kind, payload: event.payload }] };
    case 'run.paused':
      return { ...state, paused: true };
    case 'run.resumed':
      return { ...state, paused: false };
    case 'run.stopping':
      return { ...state, fatal: { because: event.because, exit: event.exit } };
    case 'run.finished':
      return { ...state, finished: true };
    case 'task.claimed':
      return { ...state, idle: null, task: claimed(event) };
    case 'task.released':
      return { ...state, task: null };
    case 'task.done':
      return { ...state, task: null, unsettled: event.task, blocked_in_a_row: [] };
    case 'task.blocked':
      return {
        ...state,
        task: null,
        unsettled: event.task,
        blocked_in_a_row: [...state.blocked_in_a_row, event.reason],
        setup_failed: event.reason === 'setup_failed' ? event.detail : state.setup_failed,
      };
    case 'plan.updated':
      return event.task === state.unsettled ? { ...state, unsettled: null } : state;
    case 'turn.started':
      return onTask({ ...state, steps: event.step }, event);
    case 'model.replied':
      return onTask({ ...state, usd: state.usd + event.usd }, event);
    case 'check.ended':
      return onTask({ ...state, checked: { ...state.checked, [checkKey(event.tree, event.command)]: event } }, event);
    default:
      return onTask(state, event);
  }
}

const onTask = (state: RunState, event: RunEvent): RunState =>
  state.task === null ? state : { ...state, task: applyToTask(state.task, event) };

const claimed = (event: EventOf<'task.claimed'>): TaskState => ({
  task: event.snapshot,
  token: event.token,
  attempts: event.attempts,
  workspace: null,
  setup_failed: null,
  start_tree: null,
  base_checks: [],
  base_verdict: null,
  tester: 'not_yet',
  role: event.role,
  handed_over: [],
  brief: null,
  turn: null,
  ended: null,
  work: null,
  work_checks: [],
  work_verdict: null,
  merge: null,
  commit: null,
  moved: false,
});

const NOTHING_TO_JUDGE = {
  ended: null,
  work: null,
  work_checks: [],
  work_verdict: null,
  brief: null,
  moved: false,
} as const;

function applyToTask(task: TaskState, event: RunEvent): TaskState {
  const withTries = { ...task, attempts: [...task.attempts, ...newAttempts(task, event)] };
  switch (event.type) {
    case 'workspace.opened':
      return { ...task, workspace: event, start_tree: event.base_tree };
    case 'setup.ended':
      return event.exit === 0
        ? task
        : { ...task, setup_failed: `\`${event.command}\` (setup) ended with exit ${event.exit}:\n${event.tail}` };
    case 'check.ended':
      return event.on === 'base'
        ? { ...task, base_checks: [...task.base_checks, event] }
        : { ...task, work_checks: [...task.work_checks, event] };
    case 'checks.judged':
      return event.on === 'base' ? { ...task, base_verdict: event } : { ...task, work_verdict: event };
    case 'test.accepted':
      return {
        ...withTries,
        ...NOTHING_TO_JUDGE,
        tester: 'written',
        start_tree: event.tree,
        base_checks: task.work_checks,
      };
    case 'tester.gave_up':
      return { ...task, tester: 'given_up' };
    case 'work.snapshot':
      return { ...task, work: event };
    case 'handed.over':
      return {
        ...withTries,
        ...NOTHING_TO_JUDGE,
        role: event.to,
        handed_over: [...task.handed_over, { from: event.from, summary: event.summary }],
      };
    case 'claim.refused':
    case 'try.failed':
      return { ...withTries, ...NOTHING_TO_JUDGE };
    case 'base.moved':
      return baseMoved(task, event);
    case 'merge.intended':
      return { ...task, merge: event };
    case 'merge.ended':
      return { ...task, commit: event.commit };
    default:
      return addTurnEvent(task, event);
  }
}

/** The work was merged onto a base that had moved: both are checked afresh. */
const baseMoved = (task: TaskState, event: EventOf<'base.moved'>): TaskState => ({
  ...task,
  workspace: task.workspace && { ...task.workspace, base: event.to, base_tree: event.to_base_tree },
  start_tree: event.to_base_tree,
  work: task.work && { ...task.work, tree: event.to_tree, base: event.to_base_tree },
  base_checks: [],
  base_verdict: null,
  work_checks: [],
  work_verdict: null,
  merge: null,
  moved: true,
});

const withDiff = (facts: string, diff: string): string =>
  diff === '' ? facts : `${facts}\n\nThe change of that turn:\n${diff}`;

const OUTCOME_OF_BLOCK: Partial<Record<BlockReason, Attempt['outcome']>> = {
  unproven: 'passed',
  conflict: 'passed',
  needs_input: 'asked',
};

/** Turns that an event brings to an end, as they are kept with the task. */
export function newAttempts(task: TaskState, event: RunEvent): readonly Attempt[] {
  const turn = task.ended ?? (event.type === 'task.released' ? task.turn : null);
  if (turn === null) return [];
  const attempt = (outcome: Attempt['outcome'], evidence: string): readonly Attempt[] => [
    {
      run_id: event.run_id,
      role: turn.role,
      model: turn.model,
      location: turn.location,
      outcome,
      evidence,
      tokens_in: turn.tokens_in,
      tokens_out: turn.tokens_out,
      usd: turn.usd,
    },
  ];
  switch (event.type) {
    case 'claim.refused':
    case 'try.failed':
      return attempt(event.because, withDiff(event.detail, event.diff));
    case 'handed.over':
      return attempt('handed_off', '');
    case 'test.accepted':
    case 'task.done':
      return attempt('passed', '');
    case 'task.blocked':
      return attempt(OUTCOME_OF_BLOCK[event.reason] ?? 'provider', event.detail);
    case 'task.released':
      return attempt('interrupted', '');
    default:
      return [];
  }
}
