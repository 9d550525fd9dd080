import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { RoutingMode } from '../core/event.ts';
import { FAILURES, type Failure, fail, ok } from '../core/failure.ts';
import { type Permission, samePermission } from '../core/permission.ts';
import type { Settings } from '../core/settings.ts';
import type { RoleName } from '../core/task.ts';
import type { Repository } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import type { Memory } from '../memory/memory.ts';
import type { ProjectParts } from '../memory/summaries/project.ts';
import { criticChecks } from '../orchestrator/check-list.ts';
import type { Consequence, Facts } from '../orchestrator/decision.ts';
import type { ModelPort, Ports } from '../orchestrator/ports.ts';
import type { RunState } from '../orchestrator/state.ts';
import type { TaskState } from '../orchestrator/task-state.ts';
import { admit, allCloudUsd, usd, worstCaseUsd } from '../router/budget.ts';
import type { Availability, RouteContext } from '../router/ladder.ts';
import { effectiveWindow, findModel, type Registry } from '../router/registry.ts';
import { afterFailure } from '../router/retry.ts';
import { route } from '../router/route.ts';
import { summariserFor } from '../router/summariser.ts';
import { cleanKm } from './clean-store.ts';
import { criticFor } from './critic.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { Models } from './models.ts';
import { openPlans } from './open-plans.ts';
import { findPlanFiles } from './plan-files.ts';
import { openIssue } from './plans.ts';

export type RunParts = {
  readonly project: Project;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Version of llmclis. */
  readonly version: string;
  readonly clock: Clock;
  readonly km: Km;
  readonly memory: Memory;
  summaryParts(projectId: number): ProjectParts;
  readonly repository: Repository;
  readonly models: Models;
  readonly settings: Settings;
  readonly mode: RoutingMode;
  readonly budget_usd: number | null;
  redact(text: string): string;
  readonly known: KnownSecrets;
  /** What a person's own settings open for all their projects. */
  readonly own: readonly Permission[];
};
export type RunPlace = {
  readonly run_id: string;
  /** Does another run's merge go first? */
  readonly must_give_way?: () => boolean;
  readonly merge: Facts['merge'];
  readonly target: string | null;
  readonly max_steps: number;
  /** US dollars that the other workers of this run have spent, and what their open calls may cost. */
  readonly usd_elsewhere?: () => { readonly spent: number; readonly reserved: number };
};

/** What the effects of one run reach. */
export function makePorts(parts: RunParts, place: RunPlace): Ports {
  const { project, settings, km, clock, repository } = parts;
  const plans = openPlans(parts, km, project, settings.plans.value);
  return {
    clock,
    run_id: place.run_id,
    project,
    km: cleanKm(km, parts.known),
    memory: parts.memory,
    summaryParts: () => parts.summaryParts(project.id),
    repository,
    worktrees: join(parts.home, 'worktrees', String(project.id)),
    merge: place.merge,
    target: place.target,
    commands: {
      verify: settings.verify.value,
      role_checks: settings.role_checks.value,
      setup: settings.setup.value,
      protect: settings.protect.value,
      plans: settings.plans.value.filter(plan => !plan.startsWith('!')),
      timeout_s: settings.check_timeout_s.value,
    },
    mutants: settings.mutants.value,
    version: parts.version,
    models: modelPort(parts, place),
    plan: {
      sync: plans.sync,
      // Other runs add theirs: one after another, or two would find the same number free.
      openIssue: entry => km.transaction(() => openIssue(project, place.run_id, clock, entry)),
      commit: async message =>
        settings.commit_plan.value
          ? repository.commitFiles(
              [...findPlanFiles(project.root, settings.plans.value).files, 'issues.md'],
              message,
              clock.now(),
            )
          : ok(undefined),
    },
    isOpenBySetting: wanted => parts.own.some(one => samePermission(one, wanted)),
    mustGiveWay: place.must_give_way ?? (() => false),
    redact: parts.redact,
    onPart: () => undefined,
  };
}

function modelPort(parts: RunParts, { usd_elsewhere }: RunPlace): ModelPort {
  const { models, clock, budget_usd } = parts;
  const { registry } = models;
  const named = (alias: string) => {
    const model = findModel(registry, alias);
    if (model === null) throw new Error(`The registry has no model ${alias}.`);
    return model;
  };
  return {
    open: models.open,
    limits: alias => ({ window: effectiveWindow(named(alias)), max_output: named(alias).context.max_output }),
    usd: (alias, usage) => usd(named(alias), usage),
    worstUsd: (alias, tokensIn, maxOutput) => worstCaseUsd(named(alias), tokensIn, maxOutput),
    admit(spent, worst) {
      const budgets = { task: registry.budgets.task.usd ?? null, run: budget_usd };
      const others = usd_elsewhere?.() ?? { spent: 0, reserved: 0 };
      const sent = spent.run + others.spent;
      const admitted = admit({ spent_task: spent.task, spent_run: sent + others.reserved, budgets, worst });
      if (admitted.ok) return ok(undefined);
      // Most calls cost less than they may: what the others' open ones leave is known when they end.
      const waits = others.reserved > 0 && admit({ spent_task: spent.task, spent_run: sent, budgets, worst }).ok;
      const hint =
        admitted.which === 'run'
          ? 'Give the next run more with --budget_usd.'
          : 'Raise budgets.task.usd in the model registry.';
      return fail('budget.spent', `${admitted.because}.`, hint, {
        which: admitted.which,
        waits: waits && admitted.which === 'run',
      });
    },
    retryAfter(failure, attempt) {
      const next = afterFailure(failure, attempt, clock.random(), 'middle');
      return next.kind === 'wait' ? next.seconds : null;
    },
    critic: ({ task }, writer, closed) => criticFor(registry, contextOf(parts, closed), task, writer),
    summariser: (task, closed, tokens) => summariser(parts, task, closed, tokens),
    allCloudUsd: (role, tokens) => allCloudUsd(registry, role, tokens),
  };
}

/** What decisions need to know beside the journal. */
export function makeFacts(parts: RunParts, place: RunPlace): Facts {
  const { registry } = parts.models;
  const ordinary = { tags: [], priority: 2, private: false, est_tokens: 0, attempts: [], failure: null };
  return {
    max_steps: place.max_steps,
    merge: place.merge,
    verify: parts.settings.verify.value,
    critics: (task, role) =>
      criticChecks(task, role, {
        verify: parts.settings.verify.value,
        role_checks: parts.settings.role_checks.value,
      }),
    route: (task, role, closed) => route(jobOf(task, role), registry, contextOf(parts, closed)),
    ...(registry.summaries !== null &&
      registry.summaries.model !== 'none' && {
        summarises: ({ task }, closed) => summariser(parts, task, closed, 0).kind === 'use',
      }),
    canUse: (role, closed) => route({ ...ordinary, role }, registry, contextOf(parts, closed)).kind === 'use',
    consequence,
  };
}

const contextOf = ({ models, mode, clock }: RunParts, closed: RunState['closed']): RouteContext => ({
  ...routeContext(models, mode, clock.now()),
  available: alias => closedRung(closed, alias, models.registry) ?? models.available(alias),
});

/** Tokens of a summary where the registry says nothing. */
const SUMMARY_TOKENS = 300;

const summariser = (
  parts: RunParts,
  task: Parameters<ModelPort['summariser']>[0],
  closed: RunState['closed'],
  tokens: number,
): ReturnType<ModelPort['summariser']> => {
  const { registry } = parts.models;
  const context = { ...contextOf(parts, closed), privateTask: task.private, tags: task.tags };
  const max_tokens = registry.summaries?.max_tokens ?? SUMMARY_TOKENS;
  return { ...summariserFor(registry, context, tokens), max_tokens };
};

/** A local rung that gave trouble counts as a server that is down: no money is spent in its place unless the registry allows it. */
function closedRung(closed: RunState['closed'], alias: string, registry: Registry): Availability | null {
  const found = closed.find(({ model }) => model === alias);
  if (found === undefined) return null;
  return { ok: false, because: found.because, down: findModel(registry, alias)?.location === 'local' };
}

export const routeContext = (models: Pick<Models, 'available'>, mode: RoutingMode, now: Date) => ({
  mode,
  available: models.available,
  today: now.toISOString().slice(0, 10),
});

/** Tokens of the system prompt, the tools and the repository's rules, by experience. */
const PROMPT_TOKENS = 2_000;

const jobOf = ({ task, attempts, handed_over }: TaskState, role: RoleName) => {
  const words = [
    task.title,
    task.description,
    ...handed_over.map(({ summary }) => summary),
    ...attempts.map(({ evidence }) => evidence),
  ];
  const est_tokens = PROMPT_TOKENS + Math.ceil(words.join(' ').length / 4);
  return { role, tags: task.tags, priority: task.priority, private: task.private, est_tokens, attempts, failure: null };
};

/** Once retrying is over: a task's failure is a try, money and configuration end the run, a provider in trouble closes its rung. */
function consequence(failure: Failure): Consequence {
  const stop: Consequence = { kind: 'stop', exit: FAILURES[failure.code].exit };
  if (failure.code === 'budget.spent')
    return failure.details?.which === 'run' ? stop : { kind: 'block', reason: 'budget' };
  if (failure.code === 'provider.credit') return { kind: 'block', reason: 'budget' };
  const after = afterFailure(failure, Number.POSITIVE_INFINITY, 0, 'middle');
  if (after.kind === 'wait' || after.as === 'run') return stop;
  if (after.as === 'provider') return { kind: 'close' };
  return { kind: 'try', because: after.attempt_failure ?? 'no_progress' };
}

export const registryModels = (registry: Registry): readonly string[] => [
  ...new Set(Object.values(registry.roles).flatMap(({ ladder }) => ladder ?? [])),
];
