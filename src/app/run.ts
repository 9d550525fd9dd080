import type { MergeMode, NewEvent, RunEvent, RunSummary } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Sandbox } from '../core/workspace.ts';
import { sqliteCode } from '../km/sqlite.ts';
import { type Journal, RunTakenOver } from '../orchestrator/journal.ts';
import { run } from '../orchestrator/run.ts';
import { findModel, findProvider } from '../router/registry.ts';
import { makeFacts, makePorts, type RunParts, registryModels } from './ports.ts';
import { targetOf } from './target.ts';
import type { OrchestrateOptions } from './types.ts';

/** Turns of one run when nobody says otherwise. */
const DEFAULT_STEPS = 20;

export type RunRequest = {
  readonly parts: RunParts;
  readonly journal: Journal;
  readonly sandbox: Sandbox;
  readonly options: OrchestrateOptions;
  readonly pid: number;
  isAlive(pid: number): boolean;
  onEvent(event: RunEvent): void;
};

/** Starts a run of the project, or takes up the one whose process died, and stays with it until it ends. */
export async function startOrResume(request: RunRequest, signal: AbortSignal): Promise<Result<RunSummary>> {
  const { parts, journal, options, pid } = request;
  const open = journal.openRun(parts.project.id);
  const begun = open === null ? null : journal.events(open.id).find(event => event.type === 'run.started');
  const merge = begun?.merge ?? options.merge ?? parts.settings.merge.value;
  const maxSteps = options.max_steps ?? begun?.max_steps ?? DEFAULT_STEPS;
  const target = begun == null ? await targetOf(merge, parts.repository) : ok(() => begun.target);
  if (!target.ok) return target;
  const started = open === null ? journal.startRun(parts.project.id, { ...options }, pid) : journal.adopt(open.id, pid);
  if (!started.ok) return started;
  const runId = started.value;
  const place = { run_id: runId, merge, target: target.value(runId), max_steps: maxSteps };
  const first: NewEvent = begun
    ? { type: 'run.resumed', because: 'the process that ran it is gone', adopted: true }
    : startEvent(request, place);
  for (const event of journal.append(runId, [first])) request.onEvent(event);
  const deps = { ports: makePorts(parts, place), facts: makeFacts(parts, place), journal, onEvent: request.onEvent };
  try {
    return ok(await run(deps, signal));
  } catch (problem) {
    const code = sqliteCode(problem);
    if (code !== null) {
      const hint = 'Close what holds the database (another program, a backup), then start the same command again.';
      return fail('database.unusable', `The journal cannot be written (${code}), so the run stopped.`, hint);
    }
    // This process was asleep (a closed lid, SIGSTOP) for so long that another one went on with its run.
    if (!(problem instanceof RunTakenOver)) throw problem;
    return fail('run.busy', problem.message, `See how it goes on: llmclis runs watch ${runId}`, { run_id: runId });
  }
}

function startEvent(
  { parts, sandbox }: RunRequest,
  place: { merge: MergeMode; target: string | null; max_steps: number },
): NewEvent {
  const { project, mode, budget_usd, models } = parts;
  const { registry } = models;
  const scripted = registryModels(registry).every(
    alias => findProvider(registry, findModel(registry, alias)?.provider ?? '')?.kind === 'replay',
  );
  const { total } = parts.km.listTasks({ project_id: project.id, limit: 1 });
  return {
    type: 'run.started',
    project_id: project.id,
    project: project.name,
    mode,
    merge: place.merge,
    max_steps: place.max_steps,
    budget_usd,
    sandbox: sandbox.name,
    target: place.target,
    scripted,
    tasks_total: total,
  };
}
