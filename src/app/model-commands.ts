import type { RoutingMode } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { ProviderStatus } from '../core/model.ts';
import type { Settings } from '../core/settings.ts';
import type { Project } from '../km/km.ts';
import { explainRoute } from '../router/explain.ts';
import { findModel } from '../router/registry.ts';
import { route } from '../router/route.ts';
import type { AppCore } from './core.ts';
import { type Models, openModels } from './models.ts';
import { registryModels, routeContext } from './ports.ts';
import { loadRegistry } from './registry.ts';
import { modeOf, settingsOf } from './settings.ts';
import type { DryRun, OrchestrateOptions, RouteExplanation, RouteQuery, SmokeResult } from './types.ts';

/** The registry in force and its models, for the project of the current folder. */
export function modelsOf(
  core: AppCore,
  project: Project | null,
  wanted: { readonly registry?: string; readonly mode: RoutingMode },
): Result<Models> {
  const places = { cwd: core.cwd, project: project?.root ?? null, home: core.home, shipped: core.shipped };
  const loaded = loadRegistry(wanted.registry === undefined ? places : { ...places, flag: wanted.registry });
  return loaded.ok ? ok(openModels(loaded.value, { env: core.env, clock: core.clock, mode: wanted.mode })) : loaded;
}

const here = (core: AppCore): Project | null => {
  const project = core.project();
  return project.ok ? project.value : null;
};

const given = (settings: Settings, registry: string | undefined) => ({
  mode: settings.mode.value,
  ...(registry !== undefined && { registry }),
});

export async function explain(core: AppCore, query: RouteQuery): Promise<Result<RouteExplanation>> {
  const project = here(core);
  const settings = settingsOf(core, project, {});
  if (!settings.ok) return settings;
  const models = modelsOf(core, project, given(settings.value, query.registry));
  if (!models.ok) return models;
  const { registry } = models.value;
  const mode = query.mode ?? modeOf(settings.value, registry);
  return explainRoute({ ...query, mode }, registry, routeContext(models.value, mode, core.clock.now()));
}

export async function providerStatus(core: AppCore, registry?: string): Promise<Result<readonly ProviderStatus[]>> {
  const models = modelsOf(core, here(core), { mode: 'local-first', ...(registry !== undefined && { registry }) });
  return models.ok ? ok(await models.value.probe(Object.keys(models.value.registry.models), true)) : models;
}

/** Sends each model (or one) a trivial prompt. */
export async function smoke(core: AppCore, model?: string, registry?: string): Promise<Result<readonly SmokeResult[]>> {
  const models = modelsOf(core, here(core), { mode: 'local-first', ...(registry !== undefined && { registry }) });
  if (!models.ok) return models;
  if (model !== undefined && findModel(models.value.registry, model) === null) {
    const known = Object.keys(models.value.registry.models).join(', ');
    return fail('input.not_found', `The registry has no model ${model}.`, `It has: ${known}`);
  }
  const aliases = model === undefined ? registryModels(models.value.registry) : [model];
  const results: SmokeResult[] = [];
  for (const alias of aliases) results.push(await smokeOne(models.value, alias));
  return ok(results);
}

async function smokeOne(models: Models, alias: string): Promise<SmokeResult> {
  const failed = (text: string): SmokeResult => ({ model: alias, ok: false, text, ms: 0, tokens: null, size: 0 });
  const usable = models.available(alias);
  if (!usable.ok) return failed(`${usable.because}. ${usable.hint ?? ''}`.trim());
  const opened = await models.open(alias);
  if (!opened.ok) return failed(`${opened.error.message} ${opened.error.hint}`);
  const about = { task: 'smoke', role: 'manager', try: 1, call: 1 } as const;
  const parts = opened.value.reply({
    messages: [{ role: 'user', text: 'Reply with the one word: ready' }],
    tools: [],
    max_output_tokens: 256,
    about,
  });
  for (let step = await parts.next(); ; step = await parts.next()) {
    if (!step.done) continue;
    if (!step.value.ok) return failed(`${step.value.error.message} ${step.value.error.hint}`);
    const { message, usage, ms } = step.value.value;
    return {
      model: alias,
      ok: true,
      text: message.text.trim().slice(0, 200),
      ms,
      tokens: usage,
      size: message.text.length,
    };
  }
}

/** Which task a run would take and which model its first turn would get; calls no model. */
export async function dryRun(core: AppCore, project: Project, wanted: OrchestrateOptions): Promise<Result<DryRun>> {
  const km = core.km();
  if (!km.ok) return km;
  const settings = settingsOf(core, project, wanted);
  if (!settings.ok) return settings;
  const models = modelsOf(core, project, given(settings.value, wanted.registry));
  if (!models.ok) return models;
  const mode = modeOf(settings.value, models.value.registry);
  await models.value.probe(registryModels(models.value.registry), false);
  const next = km.value.getNextTaskToWorkOn(project.id);
  if (next.kind !== 'ready') return ok({ next, route: null });
  const { role, tags, priority, private: isPrivate, id } = next.task;
  const job = {
    role: role ?? 'coder',
    tags,
    priority,
    private: isPrivate,
    est_tokens: 0,
    attempts: km.value.attempts(id),
    failure: null,
  } as const;
  const decision = route(job, models.value.registry, routeContext(models.value, mode, core.clock.now()));
  const used = decision.kind === 'use' ? decision : null;
  const ladder = models.value.registry.roles[job.role]?.ladder ?? models.value.registry.roles.coder?.ladder ?? [];
  const { because, rule, passed_over } = decision;
  return ok({
    next,
    route: {
      role: job.role,
      model: used?.model ?? null,
      location: used?.location ?? null,
      rule,
      because,
      ladder,
      passed_over,
    },
  });
}
