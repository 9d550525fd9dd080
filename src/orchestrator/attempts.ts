import type { RunEvent } from '../core/event.ts';
import type { Attempt, BlockReason } from '../core/task.ts';
import type { TaskState } from './task-state.ts';

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
      return attempt('passed', acceptedTest(task.workspace?.base ?? '', event.tree));
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

/** How a tester's accepted test is kept with its turn, so that the next run goes on from it: the base it fails on, and the tree that holds it. */
const acceptedTest = (base: string, tree: string): string => `accepted test: base ${base}, tree ${tree}`;

/** The tree with the accepted test of an earlier run, when the worktree is the one it was written in; else null. */
export function keptTest(
  attempts: readonly Attempt[],
  opened: { readonly base: string; readonly kept: boolean },
): string | null {
  const kept = attempts.findLast(({ role, outcome }) => role === 'tester' && outcome === 'passed');
  const tree = /^accepted test: base (\w+), tree (\w+)$/.exec(kept?.evidence ?? '');
  return opened.kept && tree?.[1] === opened.base ? (tree[2] ?? null) : null;
}
