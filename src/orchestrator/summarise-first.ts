import type { Decision, Facts } from './decision.ts';
import type { RunState } from './state.ts';
import type { TaskState } from './task-state.ts';

/** Reasons of a block after which no model is asked for anything: there is none, or no money. */
const SILENT: readonly string[] = ['setup_failed', 'provider', 'budget'];

/** Puts a summary before what needs one, when the registry names a model for it: the end of a task, and a change of role or model. */
export function summariseFirst(state: RunState, task: TaskState, decision: Decision, facts: Facts): Decision {
  const of = summaryFor(task, decision);
  const isLeaving =
    state.fatal !== null || task.lost || state.requested.some(({ kind }) => kind === 'stop' || kind === 'interrupt');
  if (of === null || isLeaving || task.summary !== null || facts.summarises?.(task, state.closed) !== true)
    return decision;
  return { kind: 'summarise', of };
}

function summaryFor(task: TaskState, decision: Decision): 'task' | 'handoff' | null {
  if (decision.kind === 'complete') return 'task';
  if (decision.kind === 'hand-over') return 'handoff';
  if (decision.kind === 'block')
    return decision.permission === undefined && !SILENT.includes(decision.reason) && task.attempts.length > 0
      ? 'task'
      : null;
  if (decision.kind !== 'turn' || decision.route.action !== 'escalate') return null;
  const before = task.attempts.findLast(({ role }) => role === decision.role);
  return before !== undefined && before.model !== decision.route.model ? 'handoff' : null;
}
