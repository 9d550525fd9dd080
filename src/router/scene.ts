import type { RouteStat } from './guard.ts';
import type { Job } from './job.ts';
import {
  abilitySieve,
  isPrivateWork,
  orderedLadder,
  type PassedOver,
  type RouteContext,
  type Rung,
  readySieve,
  type Sieve,
  sift,
  sizeSieve,
  wallSieve,
} from './ladder.ts';
import { effectiveWindow, findModel, type Registry, roleConfig } from './registry.ts';
import { matchingRule, requirementSieve } from './rules.ts';
import type { Rule } from './schema.ts';
import { readTries, type Tries } from './tries.ts';

/** Everything a decision is made of. */
export type Scene = {
  readonly job: Job;
  readonly registry: Registry;
  readonly context: RouteContext;
  readonly stats: readonly RouteStat[] | undefined;
  readonly tries: Tries;
  readonly rule: Rule | null;
  /** Usable rungs in order, and why the others aren't. */
  readonly usable: readonly Rung[];
  readonly passed_over: readonly PassedOver[];
  /** No rung is large enough, though there would be some. */
  readonly too_large: boolean;
};

/** Rules see only what happened on the rung the task is on; `attempts` counts there. */
function ruleFor(
  job: Job,
  registry: Registry,
  context: RouteContext,
  rungs: readonly Rung[],
  tries: Tries,
): Rule | null {
  const current = rungs.find(rung => rung.position === tries.reached);
  return matchingRule(registry.rules, {
    role: job.role,
    tags: job.tags,
    priority: job.priority,
    private: isPrivateWork(job.private, job.tags),
    offline: context.mode === 'offline',
    est_tokens: job.est_tokens,
    attempts: current === undefined ? 0 : tries.on(current.model).length,
    failure: job.failure ?? tries.last?.failure ?? null,
  });
}

/** Windows that `larger` in a rule is measured by: the largest that overflowed, else the one of the rung that failed last. */
export function lastWindow(registry: Registry, tries: Tries): number {
  const model = tries.last === null ? null : findModel(registry, tries.last.model);
  return tries.overflowed > 0 ? tries.overflowed : model === null ? 0 : effectiveWindow(model);
}

/** Only with `next_with` is a requirement about the next rung alone; otherwise every rung must meet it. */
const ofAllRungs = (rule: Rule | null) => (rule?.then.action === 'next_with' ? undefined : rule?.then.require);

function sievesOf(job: Job, registry: Registry, context: RouteContext, rule: Rule | null, tries: Tries) {
  const require = ofAllRungs(rule);
  const { context: size, ...abilities } = require ?? {};
  const window = lastWindow(registry, tries);
  const locations = rule?.then.locations;
  const able: Sieve[] = [
    abilitySieve(roleConfig(registry, job.role).needs),
    model =>
      locations === undefined || locations.includes(model.location)
        ? null
        : `rule ${rule?.name}: ${locations.join(', ')} only`,
    requirementSieve(abilities, 0, 0),
  ];
  const large: Sieve[] = [
    sizeSieve(job.est_tokens),
    requirementSieve(size === undefined ? {} : { context: size }, job.est_tokens, window),
    model =>
      tries.overflowed > 0 && effectiveWindow(model) <= tries.overflowed
        ? `the task overflowed ${tries.overflowed} tokens`
        : null,
  ];
  const willing: Sieve[] = [
    model => (tries.refusers.includes(model.provider) ? `${model.provider} refused this task` : null),
    readySieve(registry, context),
  ];
  return { able, large, willing };
}

/** Reads the attempts, finds the rule, and sifts the ladder. */
export function setScene(
  job: Job,
  registry: Registry,
  context: RouteContext,
  stats: readonly RouteStat[] | undefined,
): Scene {
  const ordered = orderedLadder(registry, job.role, context.mode);
  const walls = sift(registry, ordered, [wallSieve(context.mode, isPrivateWork(job.private, job.tags))]);
  const tries = readTries(job.attempts, job.role, walls.rungs, registry);
  const rule = ruleFor(job, registry, context, walls.rungs, tries);
  const sieves = sievesOf(job, registry, context, rule, tries);
  const able = sift(registry, walls.rungs, sieves.able);
  const large = sift(registry, able.rungs, sieves.large);
  const willing = sift(registry, large.rungs, sieves.willing);
  return {
    job,
    registry,
    context,
    stats,
    tries,
    rule,
    usable: willing.rungs,
    passed_over: [walls, able, large, willing].flatMap(step => step.passed_over),
    too_large: able.rungs.length > 0 && large.rungs.length === 0,
  };
}
