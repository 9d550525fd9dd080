import { realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { RunEvent, RunSummary } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { RoleName } from '../core/task.ts';
import type { Sandbox } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import { isDue, startCheck } from '../km/safety/start-check.ts';
import { readParts } from '../memory/summaries/parts.ts';
import { printScript, type ReplayEntry } from '../models/replay-script.ts';
import { mustGiveWay } from '../orchestrator/merge-line.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import { bordersOf } from './borders.ts';
import { readableChecks } from './check-settings.ts';
import { cleanJournal, cleanRepository } from './clean-store.ts';
import { commandFor } from './command.ts';
import { type AppCore, openCore } from './core.ts';
import { layOutDemo } from './demo.ts';
import { repositoryOf } from './git-commands.ts';
import { type KnownSecrets, knownSecrets, secretsOf } from './known-secrets.ts';
import { openMemory } from './memory.ts';
import { memoryTender } from './memory-tender.ts';
import { openModels } from './models.ts';
import { pullPlans, syncPlans } from './plan-commands.ts';
import type { RunParts } from './ports.ts';
import { preflight } from './preflight.ts';
import { projectSecrets } from './project-secrets.ts';
import { loadRegistry } from './registry.ts';
import { startOrResume } from './run.ts';
import { journalOf } from './runs.ts';
import { rescueDatabase } from './safety.ts';
import { sandboxOf } from './sandbox.ts';
import { keyNames } from './secrets-for.ts';
import { modeOf, settingsOf } from './settings.ts';
import type { DemoReport, OrchestrateOptions, Person } from './types.ts';

/** Looks at everything a run needs before it changes anything, then runs. A run that is taken up keeps the options it was started with. */
export async function orchestrate(
  core: AppCore,
  project: Project,
  wanted: OrchestrateOptions,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
  person?: Person,
): Promise<Result<RunSummary>> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  const dead = journal.value.deadRuns(project.id, process.pid);
  const whole = wholeDatabase(core, dead.length > 0);
  if (!whole.ok) return whole;
  const options = { ...dead[0]?.options, ...wanted };
  const recorded: ReplayEntry[] = [];
  const prepared = await prepare(core, project, options, recorded, person);
  if (!prepared.ok) return prepared;
  const { parts, sandbox, known } = prepared.value;
  const pulled = await pullPlans(core, parts.km, project);
  if (!pulled.ok) return pulled;
  const tender = memoryTender(core, signal);
  const done = await startOrResume(
    {
      parts,
      journal: cleanJournal(journal.value, known),
      sandbox,
      options,
      pid: process.pid,
      onEvent(event) {
        onEvent(event);
        tender.hear(event);
      },
      rescue: () => rescueDatabase(core),
      mustGiveWay: mergeLine(core, project),
    },
    signal,
  );
  const left = await tender.finish();
  if (left !== null) person?.tell?.(left);
  if (options.record !== undefined) writeFileSync(options.record, parts.redact(printScript(recorded)));
  return done;
}

/** Whose merge goes first, where several processes work on the project. */
function mergeLine(core: AppCore, project: Project): (runId: string) => boolean {
  const database = core.database();
  if (!database.ok) return () => false;
  const { sqlite } = database.value;
  return runId => mustGiveWay(sqlite, core.clock, project.id, runId);
}

/** Looks at every page of the database before a run: after an unclean end, and once a day. */
function wholeDatabase(core: AppCore, unclean: boolean): Result<void> {
  const database = core.database();
  if (!database.ok) return database;
  const { file, sqlite } = database.value;
  const now = core.clock.now();
  return isDue(file, now, unclean) ? startCheck(sqlite, file, now, join(core.home, 'backups')) : ok(undefined);
}

async function prepare(
  core: AppCore,
  project: Project,
  options: OrchestrateOptions,
  recorded: ReplayEntry[],
  person: Person | undefined,
): Promise<Result<{ parts: RunParts; sandbox: Sandbox; known: KnownSecrets }>> {
  const km = core.km();
  if (!km.ok) return km;
  const settings = settingsOf(core, project, options);
  if (!settings.ok) return settings;
  const checks = readableChecks(settings.value);
  if (!checks.ok) return checks;
  const places = { cwd: core.cwd, project: project.root, home: core.home, shipped: core.shipped };
  const loaded = loadRegistry(options.registry === undefined ? places : { ...places, flag: options.registry });
  if (!loaded.ok) return loaded;
  const mode = modeOf(settings.value, loaded.value.registry);
  const record = options.record === undefined ? {} : { record: (entry: ReplayEntry) => void recorded.push(entry) };
  const known = knownSecrets([
    ...secretsOf(core.env, keyNames(loaded.value.registry)),
    ...projectSecrets(project.root),
  ]);
  const models = openModels(loaded.value, {
    env: core.env,
    clock: core.clock,
    mode,
    known,
    ...record,
    ...(person?.tell && { warn: person.tell }),
  });
  const now = core.clock.now();
  const usable = await preflight({
    ...{ models, mode, now, person },
    file: loaded.value.file,
    roles: rolesOf(km.value, project),
  });
  if (!usable.ok) return usable;
  const sandbox = await sandboxOf(core, project, settings.value, known);
  if (!sandbox.ok) return sandbox;
  const borders = bordersOf(core, project);
  if (!borders.ok) return borders;
  const repository = await repositoryOf(core, project.root, settings.value.link.value, sandbox.value, known.redact);
  if (!repository.ok) return repository;
  const apart = homeIsApart(core, repository.value.root);
  if (!apart.ok) return apart;
  const database = core.database();
  if (!database.ok) return database;
  const memory = openMemory(core, known);
  if (!memory.ok) return memory;
  const parts: RunParts = {
    project,
    env: core.env,
    home: core.home,
    version: core.version,
    clock: core.clock,
    km: km.value,
    memory: memory.value,
    summaryParts: projectId => readParts(database.value.sqlite, projectId),
    repository: cleanRepository(repository.value, known),
    models,
    settings: settings.value,
    mode,
    budget_usd: settings.value.budget_usd.value,
    redact: known.clean,
    known,
    own: borders.value.own,
  };
  return ok({ parts, sandbox: sandbox.value, known });
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
