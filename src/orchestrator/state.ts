import type { CheckResult } from '../core/check.ts';
import type { EventOf, EventPayloads, RunEvent } from '../core/event.ts';
import { applyToTask, claimed } from './task-fold.ts';
import type { TaskState } from './task-state.ts';

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
  /** What the call that is under way may cost: counted as spent when its reply never came. */
  readonly reserved: number;
  /** Models that this run does without. */
  readonly closed: readonly { readonly model: string; readonly because: string }[];
  /** Reasons of the tasks blocked last, in a row. */
  readonly blocked_in_a_row: readonly string[];
  readonly setup_failed: string | null;
  /** A provider trouble or a spent budget that ends the run. */
  readonly fatal: { readonly because: string; readonly exit: number } | null;
  /** Results per tree and command: the same command on the same tree is not run twice. */
  readonly checked: Readonly<Record<string, CheckResult>>;
  readonly finished: boolean;
};

export const emptyRun: RunState = {
  started: null,
  steps: 0,
  task: null,
  unsettled: null,
  idle: null,
  requested: [],
  paused: false,
  usd: 0,
  reserved: 0,
  closed: [],
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
      return event.adopted ? adopted(state) : { ...state, paused: false };
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
        // A question about a border waits for a person; another task may well do without.
        blocked_in_a_row: [...state.blocked_in_a_row, event.permission === undefined ? event.reason : 'needs_input'],
        setup_failed: event.reason === 'setup_failed' ? event.detail : state.setup_failed,
      };
    case 'plan.updated':
      return event.task === state.unsettled ? { ...state, unsettled: null } : state;
    case 'turn.started':
      return onTask({ ...state, steps: event.step }, event);
    case 'model.called':
      return onTask({ ...state, reserved: event.reserved_usd }, event);
    case 'model.replied':
    case 'model.failed':
      return onTask({ ...state, usd: state.usd + event.usd, reserved: 0 }, event);
    case 'rung.closed':
      return { ...state, closed: [...state.closed, { model: event.model, because: event.because }] };
    case 'check.ended':
      return onTask({ ...state, checked: { ...state.checked, [checkKey(event.tree, event.command)]: event } }, event);
    default:
      return onTask(state, event);
  }
}

/** What was asked of the dead process is not asked of this one; the call it was waiting for may have cost what was reserved. */
const adopted = (state: RunState): RunState => ({
  ...state,
  paused: false,
  requested: [],
  fatal: null,
  usd: state.usd + state.reserved,
  reserved: 0,
});

const onTask = (state: RunState, event: RunEvent): RunState =>
  state.task === null ? state : { ...state, task: applyToTask(state.task, event) };
