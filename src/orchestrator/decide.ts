import type { RoleName } from '../core/task.ts';
import type { Decision, Facts } from './decision.ts';
import { isRunHolder } from './holder.ts';
import { judgeTurn } from './judge.ts';
import { MAX_TESTER_TURNS } from './judge-proof.ts';
import type { RunState } from './state.ts';
import { summariseFirst } from './summarise-first.ts';
import { isRefactoring, type TaskState, testerTurns } from './task-state.ts';

/** Same reason three times in a row means that the next task would not fare better. */
const SYSTEMIC = 3;
const SYSTEMIC_REASONS: readonly string[] = ['provider', 'permission', 'budget'];

/** Pure: the same state and facts give the same decision, live or resumed. */
export function decide(state: RunState, facts: Facts): Decision {
  if (state.task !== null) return summariseFirst(state, state.task, decideTask(state, state.task, facts), facts);
  if (state.unsettled !== null) return { kind: 'settle', task: state.unsettled };
  return endOfRun(state, facts) ?? { kind: 'claim' };
}

function endOfRun(state: RunState, facts: Facts): Decision | null {
  const stop = (because: string, exit: number): Decision => ({ kind: 'stop', because, exit });
  if (state.fatal !== null) return stop(state.fatal.because, state.fatal.exit);
  const asked = leaving(state);
  if (asked !== null)
    return stop(asked.kind === 'interrupt' ? 'interrupted' : 'stopped as asked', asked.kind === 'interrupt' ? 130 : 0);
  if (state.setup_failed !== null) return stop(`setup_failed: ${state.setup_failed}`, 4);
  const last = state.blocked_in_a_row.slice(-SYSTEMIC);
  const [reason] = last;
  if (
    last.length === SYSTEMIC &&
    reason !== undefined &&
    SYSTEMIC_REASONS.includes(reason) &&
    last.every(other => other === reason)
  )
    return stop(`${SYSTEMIC} tasks in a row were blocked for the same reason (${reason})`, reason === 'budget' ? 5 : 4);
  if (state.idle !== null && !mayGoOn(state.idle))
    return stop(sayIdle(state.idle), state.idle.kind === 'blocked' || state.blocked_in_a_row.length > 0 ? 3 : 0);
  if (isSpent(state, facts)) return stop(`max_steps (${facts.max_steps}) reached`, 0);
  return state.idle === null ? null : { kind: 'wait' };
}

/** The steps of all workers count together. */
const isSpent = ({ steps }: RunState, { max_steps, steps_elsewhere }: Facts): boolean =>
  steps + (steps_elsewhere?.() ?? 0) >= max_steps;

/** Another run's task is under way: when it ends, more may be ready. A person's own is not waited for. */
const mayGoOn = ({ kind, waiting }: NonNullable<RunState['idle']>): boolean =>
  kind === 'waiting' && waiting.some(({ on }) => on.some(isRunHolder));

function sayIdle(idle: NonNullable<RunState['idle']>): string {
  if (idle.kind === 'all-done') return 'all tasks are done';
  const waiting = idle.waiting.map(({ key, on }) => `${key} waits for ${on.join(', ')}`).join('; ');
  return idle.kind === 'waiting'
    ? `every open task is being worked on elsewhere: ${waiting}`
    : `nothing is ready: ${waiting}`;
}

const leaving = (state: RunState): { readonly kind: string } | null =>
  state.requested.find(({ kind }) => kind === 'stop' || kind === 'interrupt') ?? null;

function decideTask(state: RunState, task: TaskState, facts: Facts): Decision {
  if (task.commit !== null) return task.certified ? { kind: 'complete' } : { kind: 'certify' };
  if (task.merge !== null) return { kind: 'merge', proof: task.merge.proof };
  if (task.lost) return { kind: 'release', because: 'its claim was lost' };
  if (state.fatal !== null) return { kind: 'release', because: state.fatal.because };
  const asked = leaving(state);
  if (asked !== null)
    return { kind: 'release', because: asked.kind === 'interrupt' ? 'interrupted' : 'the run was asked to stop' };
  if (task.workspace === null) return { kind: 'open' };
  if (task.setup_failed !== null) return { kind: 'block', reason: 'setup_failed', detail: task.setup_failed };
  if (task.base_verdict === null) return { kind: 'check', on: 'base' };
  if (task.base_verdict.verdict === 'missing')
    return { kind: 'block', reason: 'setup_failed', detail: task.base_verdict.detail };
  if (task.turn !== null) return { kind: 'continue-turn' };
  if (task.ended !== null) return judgeTurn(task, task.ended, facts);
  if (task.aside !== null && nextRole(task, facts) !== 'tester') return { kind: 'restore-work' };
  return nextTurn(state, task, facts);
}

/** The role whose turn it is: a manager for what is too vague, a tester where nothing can prove the task yet, else the worker. */
function nextRole(task: TaskState, facts: Facts): RoleName {
  if (task.role !== 'coder') return task.role;
  const { description, checks } = task.task;
  const vague = description.trim() === '' || (checks.length === 0 && facts.verify.length === 0);
  if (vague && task.handed_over.length === 0) return 'manager';
  return task.base_verdict?.verdict === 'green' && task.tester === 'not_yet' && !isRefactoring(task)
    ? 'tester'
    : 'coder';
}

function nextTurn(state: RunState, task: TaskState, facts: Facts): Decision {
  const role = nextRole(task, facts);
  const testing = role === 'tester' && task.role !== 'tester';
  if (testing && facts.verify.length === 0)
    return { kind: 'give-up-testing', because: 'the project has no verify command that could run a new test' };
  if (testing && testerTurns(task) >= MAX_TESTER_TURNS)
    return { kind: 'give-up-testing', because: `${MAX_TESTER_TURNS} turns gave no test that can prove the task` };
  if (isSpent(state, facts)) return { kind: 'release', because: `max_steps (${facts.max_steps}) reached` };
  const route = facts.route(task, role, state.closed);
  if (route.kind === 'use') return { kind: 'turn', role, route };
  if (testing) return { kind: 'give-up-testing', because: route.because };
  if (route.kind === 'none') return withoutModel(state, task, role, `${route.because} ${route.hint}`, facts);
  const evidence = task.attempts.at(-1)?.evidence ?? '';
  return { kind: 'block', reason: route.reason, detail: `${route.because}\n${evidence}`.trim() };
}

/** No model for this turn: where an ordinary task would have one it is this task's matter, else the run's. */
function withoutModel(state: RunState, task: TaskState, role: RoleName, because: string, facts: Facts): Decision {
  if (!facts.canUse(role, state.closed)) return { kind: 'give-up-run', because, exit: 4 };
  const trouble = task.attempts.at(-1)?.outcome === 'provider';
  return { kind: 'block', reason: trouble ? 'provider' : 'permission', detail: because };
}
