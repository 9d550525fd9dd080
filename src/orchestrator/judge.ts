import type { RoleName } from '../core/task.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Decision, Facts } from './decision.ts';
import { judgeProof } from './judge-proof.ts';
import { refusal } from './refusal.ts';
import { type EndedTurn, isTesting, type TaskState } from './task-state.ts';
import { failsAnew, lostBeside } from './verdict.ts';

/** Hand-overs of one task after which it goes in circles. */
const MAX_HAND_OVERS = 5;

/** What follows from a turn that has ended: the model's word counts for nothing, its diff and the checks for everything. */
export function judgeTurn(task: TaskState, turn: EndedTurn, facts: Facts): Decision {
  const { end } = turn;
  switch (end.kind) {
    case 'asked':
      return end.permission === undefined
        ? { kind: 'block', reason: 'needs_input', detail: end.question }
        : { kind: 'block', reason: 'permission', detail: end.question, permission: end.permission };
    case 'handed_off':
      return handOver(task, end.to, end.summary);
    case 'failed': {
      const consequence = facts.consequence(end.failure);
      const detail = `${end.failure.message} ${end.failure.hint}`;
      if (consequence.kind === 'close') return { kind: 'close-rung', detail };
      if (consequence.kind === 'try') return { kind: 'fail-try', because: consequence.because, detail };
      if (consequence.kind === 'block') return { kind: 'block', reason: consequence.reason, detail };
      return { kind: 'give-up-run', because: detail, exit: consequence.exit };
    }
    case 'finished':
      return turn.role === 'manager'
        ? handOver(
            task,
            task.task.role === null || task.task.role === 'manager' ? 'coder' : task.task.role,
            end.summary,
          )
        : judgeWork(task, turn, facts);
    case 'gave_up':
      return turn.role === 'manager'
        ? { kind: 'fail-try', because: end.because, detail: end.detail }
        : judgeWork(task, turn, facts);
    default:
      return unreachable(end);
  }
}

/** Hand-overs are no tries, so they have a limit of their own, over all runs since the task was opened. */
function handOver(task: TaskState, to: RoleName, summary: string): Decision {
  const made = task.attempts.filter(({ outcome }) => outcome === 'handed_off').length;
  return made < MAX_HAND_OVERS
    ? { kind: 'hand-over', to, summary }
    : { kind: 'block', reason: 'loop', detail: `The task was handed over ${MAX_HAND_OVERS} times.` };
}

/** In the order of the proof rules: protected changes, an empty diff, then the checks. */
function judgeWork(task: TaskState, turn: EndedTurn, facts: Facts): Decision {
  const { work, work_verdict: verdict } = task;
  if (work === null) return { kind: 'snapshot' };
  if (work.protected.length > 0)
    return refusal(turn, 'protected_changed', sayProtected(work.protected, isTesting(task, turn)));
  if (work.changed.length === 0)
    return refusal(turn, 'empty_diff', 'No file was changed, so nothing can have been done.');
  if (work.no_assertion !== undefined && work.no_assertion.length > 0)
    return refusal(turn, 'already_passing', sayAsserts(work.no_assertion));
  if (verdict === null) return { kind: 'check', on: 'work' };
  if (isTesting(task, turn)) return judgeTest(task, turn, verdict.detail);
  if (verdict.verdict === 'red' || verdict.verdict === 'missing')
    return refusal(turn, task.moved ? 'stale' : 'checks_failed', verdict.detail);
  return judgeProof(task, turn, work, verdict, facts);
}

const sayAsserts = (paths: readonly string[]): string =>
  `Nothing is asserted in ${paths.join(', ')}: a test that checks no value proves nothing.`;

const sayProtected = (paths: readonly string[], testing: boolean): string =>
  testing
    ? `A tester may add test files and nothing else; these were undone: ${paths.join(', ')}.`
    : `These files decide whether the work is right, so a worker must not change them; the changes were undone: ${paths.join(', ')}.`;

function judgeTest(task: TaskState, turn: EndedTurn, detail: string): Decision {
  const missing = task.work_checks.find(check => check.missing !== null);
  if (missing !== undefined)
    return refusal(turn, 'checks_failed', `The new test cannot run: it needs ${missing.missing}.`);
  const lost = lostBeside(task.base_checks, task.work_checks);
  if (lost !== null) return refusal(turn, 'checks_failed', `Beside the new test: ${lost}`);
  if (failsAnew(task.base_checks, task.work_checks)) return { kind: 'accept-test' };
  return refusal(
    turn,
    'already_passing',
    `No new failure: the test passes on the base already, so it cannot prove the task. ${detail}`,
  );
}
