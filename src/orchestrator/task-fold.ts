import type { CheckResult } from '../core/check.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { keptTest, newAttempts } from './attempts.ts';
import type { TaskState } from './task-state.ts';
import { addTurnEvent } from './turn-state.ts';

/** The task as a claim gives it: nothing of its run is known yet. */
export const claimed = (event: EventOf<'task.claimed'>): TaskState => ({
  task: event.snapshot,
  token: event.token,
  attempts: event.attempts,
  workspace: null,
  setup_failed: null,
  lost: false,
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
  mutants: null,
  critic: null,
  aside: null,
  summary: null,
  summary_answers: [],
  carried_usd: 0,
  remembered: [],
  merge: null,
  commit: null,
  certified: false,
  moved: false,
});

const NOTHING_TO_JUDGE = {
  ended: null,
  work: null,
  work_checks: [],
  work_verdict: null,
  mutants: null,
  critic: null,
  summary: null,
  summary_answers: [],
  brief: null,
  moved: false,
} as const;

/** What an event changes in the task in hand. */
export function applyToTask(task: TaskState, event: RunEvent): TaskState {
  const withTries = { ...task, attempts: [...task.attempts, ...newAttempts(task, event)] };
  switch (event.type) {
    case 'workspace.opened':
      return opened(task, event);
    case 'claim.lost':
      return { ...task, lost: true };
    case 'setup.ended':
      return event.exit === 0
        ? task
        : { ...task, setup_failed: `\`${event.command}\` (setup) ended with exit ${event.exit}:\n${event.tail}` };
    case 'check.ended':
      return event.on === 'base'
        ? { ...task, base_checks: withResult(task.base_checks, event) }
        : { ...task, work_checks: withResult(task.work_checks, event) };
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
    case 'mutants.ended':
      return { ...task, mutants: event };
    case 'test.weak':
      return setAside(withTries);
    case 'work.restored':
      return restored(task, event.tree);
    case 'critic.said':
      return { ...task, critic: event };
    case 'proof.certified':
      return { ...task, certified: true };
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
    case 'summary.written':
      return { ...task, summary: event, summary_answers: [] };
    case 'memory.stored':
      return { ...task, remembered: [...task.remembered, { id: event.id, type: event.memory_type }] };
    case 'merge.intended':
      return { ...task, merge: event };
    case 'merge.ended':
      return { ...task, commit: event.commit };
    default:
      return addTurnEvent(task, event);
  }
}

/** A resumed run says again what was kept: one result for each command. */
const withResult = (results: readonly CheckResult[], result: CheckResult): readonly CheckResult[] => [
  ...results.filter(({ command }) => command !== result.command),
  result,
];

/** The tester begins again on the bare base; the work waits. */
const setAside = (task: TaskState): TaskState => ({
  ...task,
  ...NOTHING_TO_JUDGE,
  aside:
    task.ended === null || task.work === null || task.start_tree === null
      ? null
      : { ended: task.ended, work: task.work, start_tree: task.start_tree },
  tester: 'not_yet',
  start_tree: task.workspace?.base_tree ?? null,
  base_checks: [],
  base_verdict: null,
});

const restored = (task: TaskState, tree: string): TaskState =>
  task.aside === null
    ? task
    : {
        ...task,
        ...NOTHING_TO_JUDGE,
        ended: task.aside.ended,
        work: { ...task.aside.work, tree, base: task.start_tree ?? task.aside.work.base },
        aside: null,
      };

function opened(task: TaskState, event: EventOf<'workspace.opened'>): TaskState {
  const test = keptTest(task.attempts, event);
  return test === null
    ? { ...task, workspace: event, start_tree: event.base_tree }
    : { ...task, workspace: event, start_tree: test, tester: 'written' };
}

/** The work was merged onto a base that had moved: both are checked afresh. */
const baseMoved = (task: TaskState, event: EventOf<'base.moved'>): TaskState => ({
  ...task,
  workspace: task.workspace && { ...task.workspace, base: event.to, base_tree: event.to_base_tree },
  start_tree: event.to_base_tree,
  // Made again, the turn begins on the new base: its first tree would take back what others have merged since.
  ended: task.ended && { ...task.ended, tree: event.to_base_tree },
  work: task.work && { ...task.work, tree: event.to_tree, base: event.to_base_tree },
  base_checks: [],
  base_verdict: null,
  work_checks: [],
  work_verdict: null,
  merge: null,
  moved: true,
});
