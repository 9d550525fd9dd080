import type { EventOf, RunEvent } from '../core/event.ts';
import type { Attempt, BlockReason } from '../core/task.ts';
import type { EndedTurn, TaskState } from './task-state.ts';

const withDiff = (facts: string, diff: string): string =>
  diff === '' ? facts : `${facts}\n\nThe change of that turn:\n${diff}`;

const OUTCOME_OF_BLOCK: Partial<Record<BlockReason, Attempt['outcome']>> = {
  unproven: 'passed',
  conflict: 'passed',
  needs_input: 'asked',
  permission: 'asked',
};

/** Turns that an event brings to an end, as they are kept with the task. */
export function newAttempts(task: TaskState, event: RunEvent): readonly Attempt[] {
  if (event.type === 'test.weak') return weakTest(task, event);
  return [...cutShort(task, event), ...turnAttempts(task, event)];
}

const attemptOf = (
  turn: Pick<EndedTurn, 'role' | 'model' | 'location' | 'tokens_in' | 'tokens_out' | 'usd'>,
  run_id: string,
  outcome: Attempt['outcome'],
  evidence: string,
): Attempt => ({
  run_id,
  role: turn.role,
  model: turn.model,
  location: turn.location,
  outcome,
  evidence,
  tokens_in: turn.tokens_in,
  tokens_out: turn.tokens_out,
  usd: turn.usd,
});

/** The tester is told by an attempt of its own: the turn that wrote the test counted as passed, and is paid for. */
function weakTest(task: TaskState, { run_id, model, detail }: EventOf<'test.weak'>): readonly Attempt[] {
  const written = task.attempts.findLast(({ role, outcome }) => role === 'tester' && outcome === 'passed');
  const location = written?.location ?? 'local';
  const turn = { role: 'tester', model, location, tokens_in: 0, tokens_out: 0, usd: 0 } as const;
  return [attemptOf(turn, run_id, 'weak_test', detail)];
}

/** Work that still waited for a stronger test when the task was given back. */
const cutShort = ({ aside }: TaskState, event: RunEvent): readonly Attempt[] =>
  aside !== null && (event.type === 'task.released' || event.type === 'task.blocked')
    ? [attemptOf(aside.ended, event.run_id, 'interrupted', '')]
    : [];

function turnAttempts(task: TaskState, event: RunEvent): readonly Attempt[] {
  const turn = task.ended ?? (event.type === 'task.released' ? task.turn : null);
  if (turn === null) return [];
  const attempt = (outcome: Attempt['outcome'], evidence: string): readonly Attempt[] => [
    attemptOf(turn, event.run_id, outcome, evidence),
  ];
  switch (event.type) {
    case 'claim.refused':
      return attempt(
        task.critic?.accepts === false ? 'critic_refused' : event.because,
        withDiff(event.detail, event.diff),
      );
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
  const last = attempts.findLast(
    ({ role, outcome }) => role === 'tester' && (outcome === 'passed' || outcome === 'weak_test'),
  );
  const kept = last?.outcome === 'passed' ? last : undefined;
  const tree = /^accepted test: base (\w+), tree (\w+)$/.exec(kept?.evidence ?? '');
  return opened.kept && tree?.[1] === opened.base ? (tree[2] ?? null) : null;
}
