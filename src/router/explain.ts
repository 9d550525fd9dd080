import type { RoutingMode } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Attempt, RoleName } from '../core/task.ts';
import { type FailureWord, isFailureWord, plainFailure, RULE_FAILURES } from './failure-words.ts';
import type { RouteStat } from './guard.ts';
import type { Job, RouteDecision } from './job.ts';
import { orderedLadder, type RouteContext } from './ladder.ts';
import { suggestion } from './problems.ts';
import type { Registry } from './registry.ts';
import { route } from './route.ts';

export type ExplainQuery = {
  readonly role: RoleName;
  readonly est_tokens?: number;
  readonly tags?: readonly string[];
  readonly priority?: number;
  /** Turns already spent on the task, all failed as `failure` says (`checks_failed` when it says nothing). */
  readonly attempts?: number;
  readonly failure?: string;
  readonly mode?: RoutingMode;
};
export type Explanation = {
  readonly role: RoleName;
  /** Null when no model is chosen; `because` says why. */
  readonly model: string | null;
  readonly location: 'local' | 'cloud' | null;
  readonly rule: string | null;
  readonly because: string;
  /** All rungs in the order of the mode. */
  readonly ladder: readonly string[];
  readonly passed_over: readonly { readonly model: string; readonly because: string }[];
};

/** The longest history that can still change the answer: a task has no more tries than this. */
const MOST_ATTEMPTS = 8;

const attemptOn = (
  decision: Extract<RouteDecision, { kind: 'use' }>,
  role: RoleName,
  failure: FailureWord,
): Attempt => ({
  run_id: 'explain',
  role,
  model: decision.model,
  location: decision.location,
  outcome: plainFailure(failure),
  evidence: '',
  tokens_in: 0,
  tokens_out: 0,
  usd: 0,
});

/** Says which model a role's turn would get and why, by the function that runs use; earlier turns are played through it. */
export function explainRoute(
  query: ExplainQuery,
  registry: Registry,
  context: RouteContext,
  stats?: readonly RouteStat[],
): Result<Explanation> {
  const word = query.failure ?? 'checks_failed';
  if (!isFailureWord(word)) {
    const near = suggestion(word, RULE_FAILURES);
    return fail('input.invalid', `There is no failure "${word}"${near}`, `Use one of: ${RULE_FAILURES.join(', ')}.`);
  }
  const settled: RouteContext = { ...context, mode: query.mode ?? context.mode };
  const job: Job = {
    role: query.role,
    tags: query.tags ?? [],
    priority: query.priority ?? 2,
    private: false,
    est_tokens: query.est_tokens ?? 0,
    attempts: [],
    failure: query.failure === undefined && (query.attempts ?? 0) === 0 ? null : word,
  };
  let decision = route({ ...job, failure: null }, registry, settled, stats);
  const attempts: Attempt[] = [];
  const wanted = Math.min(query.attempts ?? 0, MOST_ATTEMPTS);
  while (attempts.length < wanted && decision.kind === 'use') {
    attempts.push(attemptOn(decision, query.role, word));
    decision = route({ ...job, attempts }, registry, settled, stats);
  }
  if (attempts.length === 0 && job.failure !== null) decision = route(job, registry, settled, stats);
  return ok({
    role: query.role,
    model: decision.kind === 'use' ? decision.model : null,
    location: decision.kind === 'use' ? decision.location : null,
    rule: decision.rule,
    because: decision.kind === 'none' ? `${decision.because} ${decision.hint}` : decision.because,
    ladder: orderedLadder(registry, query.role, settled.mode).map(rung => rung.model),
    passed_over: decision.passed_over,
  });
}
