import type { Attempt, AttemptFailure, BlockReason } from '../core/task.ts';
import type { Rung } from './ladder.ts';
import { effectiveWindow, findModel, type Registry } from './registry.ts';

/** All turns of a task together, whatever the role; after that a person looks. */
export const MAX_TRIES_PER_TASK = 8;
/** The top rung has nothing above it: a third try there would be hope. */
export const MAX_TRIES_ON_TOP = 2;

/** The turn ended for a reason that is not the model's work: it is no try, and it moves nothing. */
const NO_TRY: readonly Attempt['outcome'][] = ['provider', 'interrupted', 'asked', 'handed_off'];

/** What the attempts of a task say about a role's place on its ladder. */
export type Tries = {
  /** Turns of any role that count towards the limit per task. */
  readonly total: number;
  /** Highest position this role has worked at; -1 before its first turn. */
  readonly reached: number;
  /** The role's last turn that failed and counts. */
  readonly last: { readonly model: string; readonly failure: AttemptFailure } | null;
  /** Largest window that a task overflowed, in tokens; 0 when none did. */
  readonly overflowed: number;
  /** Providers whose models refused, once per refusal. */
  readonly refusers: readonly string[];
  /** Models of the counted failures, each once, in the order tried. */
  readonly models: readonly string[];
  /** The failures that count on one rung, oldest first. */
  on(model: string): readonly AttemptFailure[];
};

type Failed = { readonly model: string; readonly failure: AttemptFailure };

export function readTries(
  attempts: readonly Attempt[],
  role: string,
  rungs: readonly Rung[],
  registry: Registry,
): Tries {
  const counted = attempts.filter(attempt => !NO_TRY.includes(attempt.outcome));
  const positions = new Map(rungs.map(rung => [rung.model, rung.position]));
  const own = attempts.filter(attempt => attempt.role === role && positions.has(attempt.model));
  const failed = own.flatMap(({ model, outcome }): Failed[] =>
    outcome === 'passed' || NO_TRY.includes(outcome) ? [] : [{ model, failure: outcome }],
  );
  const modelsWith = (failure: AttemptFailure) =>
    failed.flatMap(one => (one.failure === failure ? (findModel(registry, one.model) ?? []) : []));
  return {
    total: counted.length,
    reached: Math.max(-1, ...own.map(attempt => positions.get(attempt.model) ?? -1)),
    last: failed[failed.length - 1] ?? null,
    overflowed: Math.max(0, ...modelsWith('context_exceeded').map(effectiveWindow)),
    refusers: modelsWith('refusal').map(model => model.provider),
    models: [...new Set(failed.map(one => one.model))],
    on: model => failed.filter(one => one.model === model).map(one => one.failure),
  };
}

/** Why a task is blocked when its last try ended like this. */
export function blockReasonOf(failure: AttemptFailure | null): BlockReason {
  if (failure === 'protected_changed') return 'tampering';
  if (failure === 'loop') return 'loop';
  if (failure === 'refusal') return 'refused';
  return failure === 'context_exceeded' ? 'too_large' : 'checks_failed';
}
