import { realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { RoutingMode, RunEvent, RunSummary } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { RoleName } from '../core/task.ts';
import type { Sandbox } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import { printScript, type ReplayEntry } from '../models/replay-script.ts';
import { route } from '../router/route.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import { commandFor } from './command.ts';
import { type AppCore, openCore } from './core.ts';
import { layOutDemo } from './demo.ts';
import { repositoryOf } from './git-commands.ts';
import { keyNames, openMemory, redactorOf } from './memory.ts';
import { type Models, openModels } from './models.ts';
import { pullPlans, syncPlans } from './plan-commands.ts';
import { type RunParts, registryModels, routeContext } from './ports.ts';
import { loadRegistry } from './registry.ts';
import { startOrResume } from './run.ts';
import { isAlive, journalOf } from './runs.ts';
import { sandboxOf } from './sandbox.ts';
import { modeOf, settingsOf } from './settings.ts';
import type { DemoReport, OrchestrateOptions } from './types.ts';

/** Looks at everything a run needs before it changes anything, then runs. A run that is taken up keeps the options it was started with. */
export async function orchestrate(
  core: AppCore,
  project: Project,
  wanted: OrchestrateOptions,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<Result<RunSummary>> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  const options = { ...journal.value.openRun(project.id)?.options, ...wanted };
  const recorded: ReplayEntry[] = [];
  const prepared = await prepare(core, project, options, recorded);
  if (!prepared.ok) return prepared;
  const { parts, sandbox } = prepared.value;
  const pulled = await pullPlans(core, parts.km, project);
  if (!pulled.ok) return pulled;
  const done = await startOrResume(
    { parts, journal: journal.value, sandbox, options, pid: process.pid, isAlive, onEvent },
    signal,
  );
  if (options.record !== undefined) writeFileSync(options.record, parts.redact(printScript(recorded)));
  return done;
}

async function prepare(
  core: AppCore,
  project: Project,
  options: OrchestrateOptions,
  recorded: ReplayEntry[],
): Promise<Result<{ parts: RunParts; sandbox: Sandbox }>> {
  const km = core.km();
  if (!km.ok) return km;
  const settings = settingsOf(core, project, options);
  if (!settings.ok) return settings;
  const places = { cwd: core.cwd, project: project.root, home: core.home, shipped: core.shipped };
  const loaded = loadRegistry(options.registry === undefined ? places : { ...places, flag: options.registry });
  if (!loaded.ok) return loaded;
  const mode = modeOf(settings.value, loaded.value.registry);
  const record = options.record === undefined ? {} : { record: (entry: ReplayEntry) => void recorded.push(entry) };
  const models = openModels(loaded.value, { env: core.env, clock: core.clock, mode, ...record });
  const usable = await preflight(models, mode, core.clock.now(), loaded.value.file, rolesOf(km.value, project));
  if (!usable.ok) return usable;
  const sandbox = await sandboxOf(core, project, settings.value);
  if (!sandbox.ok) return sandbox;
  const repository = await repositoryOf(core, project.root, settings.value.link.value, sandbox.value);
  if (!repository.ok) return repository;
  const apart = homeIsApart(core, repository.value.root);
  if (!apart.ok) return apart;
  const memory = openMemory(core);
  if (!memory.ok) return memory;
  const parts: RunParts = {
    project,
    env: core.env,
    home: core.home,
    clock: core.clock,
    km: km.value,
    memory: memory.value,
    repository: repository.value,
    models,
    settings: settings.value,
    mode,
    budget_usd: settings.value.budget_usd.value,
    redact: redactorOf(core.env, keyNames(loaded.value.registry)),
  };
  return ok({ parts, sandbox: sandbox.value });
}

/** The roles that the open tasks name; a task without one is a coder's. */
function rolesOf(km: Km, project: Project): readonly RoleName[] {
  const { tasks } = km.listTasks({ project_id: project.id, status: ['pending', 'in-progress'], limit: 10_000 });
  return [...new Set(tasks.length === 0 ? (['coder'] as const) : tasks.map(({ role }) => role ?? 'coder'))];
}

/** Worktrees live in our home: inside the repository they would be files of the project. */
function homeIsApart(core: AppCore, root: string): Result<void> {
  if (relative(root, realpathSync(core.home)).startsWith('..')) return ok(undefined);
  const hint = 'Point LLMCLIS_HOME at a folder outside the repository.';
  return fail('settings.invalid', `LLMCLIS_HOME (${core.home}) lies inside the repository ${root}.`, hint);
}

/** Asks the local servers whether they are up and have their models; no run is begun when a role that open tasks need has none. */
async function preflight(
  models: Models,
  mode: RoutingMode,
  now: Date,
  file: string,
  roles: readonly RoleName[],
): Promise<Result<void>> {
  await models.probe(registryModels(models.registry), false);
  for (const role of roles) {
    const job = { role, tags: [], priority: 2, private: false, est_tokens: 0, attempts: [], failure: null } as const;
    const decision = route(job, models.registry, routeContext(models, mode, now));
    if (decision.kind === 'use') continue;
    const hint = decision.kind === 'none' ? decision.hint : 'See: llmclis models list';
    return fail('model.none_available', `No model can be used for the ${role} (${file}): ${decision.because}`, hint);
  }
  return ok(undefined);
}

/** The main job on scripted models: a repository of its own, a home of its own, the real orchestrate. */
export async function demo(
  core: AppCore,
  wanted: { readonly folder?: string },
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<Result<DemoReport>> {
  const env = childEnvironment(core.env);
  const place = layOutDemo(join(core.shipped, 'demo'), { ...wanted, temp: tmpdir(), cwd: core.cwd, env });
  if (!place.ok) return place;
  const { folder, repository, home, registry } = place.value;
  const inside = openCore({
    env: { ...core.env, LLMCLIS_HOME: home },
    cwd: repository,
    version: core.version,
    shipped: core.shipped,
    clock: core.clock,
  });
  try {
    const km = inside.km();
    if (!km.ok) return km;
    const root = realpathSync(repository);
    const known = km.value.projectAt(root);
    const project = known === null ? km.value.addProject({ name: 'textkit', root }) : ok(known);
    if (!project.ok) return project;
    const synced = await syncPlans(inside, project.value, 'llmclis');
    if (!synced.ok) return synced;
    const options = { registry, max_steps: 30, merge: 'auto', mode: 'local-first', no_sandbox: true } as const;
    const summary = await orchestrate(inside, project.value, options, onEvent, signal);
    if (!summary.ok) return summary;
    const now = km.value.project(project.value.id);
    const { counts } = now.ok ? now.value : project.value;
    return ok({ summary: summary.value, folder, repository, home, counts, command: commandFor(core) });
  } finally {
    inside.close();
  }
}
