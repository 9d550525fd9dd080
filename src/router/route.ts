import type { BlockReason } from '../core/task.ts';
import { failuresInWords } from './failure-words.ts';
import { guardObjection, type RouteStat } from './guard.ts';
import type { Job, Passed, RouteDecision } from './job.ts';
import { orderedLadder, type PassedOver, type RouteContext, type Rung, sift } from './ladder.ts';
import { noModel } from './no-model.ts';
import { findModel, type Registry, roleConfig } from './registry.ts';
import { requirementSieve } from './rules.ts';
import { lastWindow, type Scene, setScene } from './scene.ts';
import { blockReasonOf, MAX_TRIES_ON_TOP, MAX_TRIES_PER_TASK } from './tries.ts';

export type { Job, RouteDecision } from './job.ts';

const plain = (passed: readonly PassedOver[]): Passed => passed.map(({ model, because }) => ({ model, because }));

function exhausted(scene: Scene, reason: BlockReason, because: string): RouteDecision {
  const rule = scene.rule?.name ?? null;
  const asks = scene.rule?.then.on_exhausted === 'ask_human' ? `; rule ${rule} leaves the rest to a person` : '';
  return { kind: 'exhausted', reason, rule, because: `${because}${asks}`, passed_over: plain(scene.passed_over) };
}

function none(scene: Scene, because?: string): RouteDecision {
  const words = noModel(scene.registry, scene.job.role, scene.passed_over);
  const rule = scene.rule?.name ?? null;
  return {
    kind: 'none',
    because: because ?? words.because,
    hint: words.hint,
    rule,
    passed_over: plain(scene.passed_over),
  };
}

/** The tries that a rung has: fewer on the top one, which has nothing above it. */
function triesAllowed(scene: Scene, isTop: boolean): number {
  const { attempts_per_rung, retry_with_evidence } = roleConfig(scene.registry, scene.job.role);
  const allowed = attempts_per_rung + retry_with_evidence;
  return isTop ? Math.min(allowed, MAX_TRIES_ON_TOP) : allowed;
}

/** Whether the task's rung gets another try. A rule's action is about a failure on this very rung, not on an earlier one. */
function staysOn(scene: Scene, rung: Rung, isTop: boolean): boolean {
  const { tries, rule } = scene;
  const spent = tries.on(rung.model).length;
  if (spent === 0) return true;
  if (tries.last?.model === rung.model) {
    const action = rule?.then.action;
    if (action === 'escalate' || action === 'next_with') return false;
    if (action === 'retry_with_evidence') return !isTop || spent < MAX_TRIES_ON_TOP;
  }
  return spent < triesAllowed(scene, isTop);
}

/** Where a rule's `start_at_tier` begins: the first rung of that tier or a higher one, else the last. */
function startPosition(scene: Scene, rungs: readonly Rung[]): number {
  const tier = scene.rule?.then.start_at_tier;
  if (tier === undefined) return scene.tries.reached;
  const high = rungs.find(rung => (findModel(scene.registry, rung.model)?.tier ?? 0) >= tier);
  return Math.max(scene.tries.reached, (high ?? rungs[rungs.length - 1])?.position ?? -1);
}

/** `next_with` asks for more than the next rung in line; where no rung above has it, only a larger window is worth insisting on. */
function above(scene: Scene, rungs: readonly Rung[]): readonly Rung[] {
  const require = scene.rule?.then.action === 'next_with' ? scene.rule.then.require : undefined;
  if (require === undefined) return rungs;
  const sieve = requirementSieve(require, scene.job.est_tokens, lastWindow(scene.registry, scene.tries));
  const { rungs: fitting } = sift(scene.registry, rungs, [sieve]);
  return fitting.length > 0 || require.context !== undefined ? fitting : rungs;
}

/** Passes untried rungs over that history says cost more than they save; the last is never passed over. */
function guarded(
  scene: Scene,
  rungs: readonly Rung[],
): { readonly rung: Rung | null; readonly skipped: readonly PassedOver[] } {
  const skipped: PassedOver[] = [];
  for (const [index, rung] of rungs.entries()) {
    const next = rungs[index + 1];
    const price = findModel(scene.registry, rung.model)?.price;
    if (scene.stats === undefined || next === undefined || price === undefined) return { rung, skipped };
    const free = price.input === 0 && price.output === 0;
    const at = { role: scene.job.role, model: rung.model, next: next.model, free };
    const because = guardObjection(scene.registry.guard, scene.stats, at);
    if (because === null) return { rung, skipped };
    skipped.push({ model: rung.model, because });
  }
  return { rung: null, skipped };
}

/** A local rung whose server is down and whose turn it would be: with `on_local_down: stop` nothing is spent in its place. */
function downBelow(scene: Scene, rung: Rung): PassedOver | null {
  const { tries, registry, context } = scene;
  if (rung.location === 'local' || context.mode === 'cloud-first' || registry.defaults.on_local_down === 'escalate')
    return null;
  const order = orderedLadder(registry, scene.job.role, context.mode);
  const isDue = ({ model, down }: PassedOver): boolean => {
    const position = order.find(other => other.model === model)?.position ?? -1;
    return (
      down === true &&
      position < rung.position &&
      position >= tries.reached &&
      tries.on(model).length < triesAllowed(scene, false)
    );
  };
  return scene.passed_over.find(isDue) ?? null;
}

function use(scene: Scene, rung: Rung, skipped: readonly PassedOver[]): RouteDecision {
  const { tries, rule } = scene;
  const down = downBelow(scene, rung);
  if (down !== null)
    return none(
      scene,
      `${down.model}: ${down.because}; no money is spent because a local server is not up (on_local_down: stop)`,
    );
  const here = tries.on(rung.model);
  const climbs = rung.position > tries.reached && tries.reached >= 0;
  const action = climbs ? 'escalate' : here.length > 0 ? 'retry_with_evidence' : 'first';
  const passed_over = plain([...scene.passed_over, ...skipped]);
  const because = whyUse(scene, action, rung, passed_over);
  return {
    kind: 'use',
    model: rung.model,
    location: rung.location,
    rung: rung.position,
    action,
    rule: rule?.name ?? null,
    because,
    passed_over,
  };
}

function whyUse(
  scene: Scene,
  action: 'first' | 'retry_with_evidence' | 'escalate',
  rung: Rung,
  passed: Passed,
): string {
  const { tries, rule, job } = scene;
  const byRule = rule === null ? '' : ` (rule ${rule.name})`;
  if (action === 'retry_with_evidence')
    return `${failuresInWords(tries.on(rung.model))}: once more with the evidence${byRule}`;
  if (action === 'escalate') {
    if (tries.last === null) return `the rung below cannot be used now${byRule}`;
    return `${failuresInWords(tries.on(tries.last.model))}${byRule}`;
  }
  if (tries.reached >= 0) return `stays on the rung it has reached${byRule}`;
  const below = passed.length > 0 && rung.position > 0 ? 'first usable rung' : 'first rung';
  return `${below} of ${job.role}’s ladder${byRule}`;
}

/** Nothing at or above the rung that was reached can be used. */
function stuck(scene: Scene): RouteDecision {
  const { tries, registry, job, context } = scene;
  const failure = tries.last?.failure ?? null;
  if (scene.too_large)
    return exhausted(scene, 'too_large', 'no rung that may be used has a window large enough for this task');
  if (failure === 'refusal' || failure === 'context_exceeded') {
    return exhausted(scene, blockReasonOf(failure), `${failuresInWords([failure])}, and no other rung is left`);
  }
  const current = orderedLadder(registry, job.role, context.mode).find(rung => rung.position === tries.reached);
  const isUsedUp = current !== undefined && tries.on(current.model).length >= triesAllowed(scene, true);
  if (!isUsedUp || tries.last === null) return none(scene);
  return exhausted(
    scene,
    blockReasonOf(failure),
    `${failuresInWords(tries.on(tries.last.model))} on ${tries.last.model}, and no rung above can be used`,
  );
}

function goUp(scene: Scene, from: Rung, rungs: readonly Rung[]): RouteDecision {
  const { tries, registry } = scene;
  const failure = tries.last?.failure ?? null;
  const said = `${failuresInWords(tries.on(from.model))} on ${from.model}`;
  const climbs = registry.budgets.task.escalations;
  if (climbs !== null && tries.models.length > climbs) {
    return exhausted(
      scene,
      blockReasonOf(failure),
      `${said}; the task has climbed ${tries.models.length - 1} times (budgets.task.escalations)`,
    );
  }
  const { rung, skipped } = guarded(scene, above(scene, rungs));
  if (rung === null) return exhausted(scene, blockReasonOf(failure), `${said}, and no rung above can be used`);
  return use(scene, rung, skipped);
}

/**
 * Chooses the model for a role's next turn on a task. Pure and total: the rung follows from the attempts of this task, so a
 * restarted run decides the same, and the next task starts at the bottom again.
 *
 * Each rung has `attempts_per_rung + retry_with_evidence` tries, the top one at most 2, a task at most 8. Turns that end
 * `provider`, `interrupted`, `asked` or `handed_off` are no tries: the rung stays, and it is the caller who must not ask for
 * ever. Offline and private work never get a cloud rung, whatever the rules say. With `stats` the break-even guard acts.
 */
export function route(
  job: Job,
  registry: Registry,
  context: RouteContext,
  stats?: readonly RouteStat[],
): RouteDecision {
  const scene = setScene(job, registry, context, stats);
  const { tries, usable } = scene;
  if (tries.total >= MAX_TRIES_PER_TASK) {
    return exhausted(scene, blockReasonOf(tries.last?.failure ?? null), `${tries.total} tries: no task gets more`);
  }
  if (tries.refusers.length >= 2) return exhausted(scene, 'refused', 'two providers refused this task');
  const start = startPosition(scene, usable);
  const rungs = usable.filter(rung => rung.position >= start);
  const [first, ...rest] = rungs;
  if (first === undefined) return stuck(scene);
  if (first.position === tries.reached) {
    return staysOn(scene, first, rest.length === 0) ? use(scene, first, []) : goUp(scene, first, rest);
  }
  const { rung, skipped } = guarded(scene, rungs);
  return rung === null ? stuck(scene) : use(scene, rung, skipped);
}

/** The `escalated` event of a decision, or null when it climbs nowhere. `from` is the alias of the task's last model. */
export function escalation(
  from: string | null,
  to: RouteDecision,
): { from: string; to: string; because: string } | null {
  if (from === null || to.kind !== 'use' || to.action !== 'escalate') return null;
  return { from, to: to.model, because: to.because };
}
