import type { EventOf, MergeMode, NewEvent, RunEvent, RunSummary } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Sandbox } from '../core/workspace.ts';
import type { Journal, RunRow } from '../orchestrator/journal.ts';
import { findModel, findProvider } from '../router/registry.ts';
import { type RunParts, registryModels } from './ports.ts';
import { type Target, targetOf } from './target.ts';
import type { OrchestrateOptions } from './types.ts';
import { type Worker, workTogether } from './workers.ts';

/** Turns of one run when nobody says otherwise. */
const DEFAULT_STEPS = 20;

export type RunRequest = {
  readonly parts: RunParts;
  readonly journal: Journal;
  readonly sandbox: Sandbox;
  readonly options: OrchestrateOptions;
  readonly pid: number;
  onEvent(event: RunEvent): void;
  rescue(): string;
  /** Does another run's merge go before this run's? */
  mustGiveWay(runId: string): boolean;
};

/**
 * Takes up the project's runs whose process died and begins as many more as workers are wanted; stays with them until all have
 * ended. Other processes may be at work on the project: tasks are shared by their claims, proven work goes where theirs goes.
 */
export async function startOrResume(request: RunRequest, signal: AbortSignal): Promise<Result<RunSummary>> {
  const { parts, journal, options, pid } = request;
  const wanted = options.workers ?? 1;
  const dead = journal.deadRuns(parts.project.id, pid);
  const merge = mergeOf(request, dead);
  const needsNew = dead.filter(run => journal.begunOf(run.id) !== null).length < wanted;
  const target = needsNew ? await targetOf(merge, parts.repository) : ok(() => null);
  if (!target.ok) return target;
  // All of them at once, so that none is left to another process that starts now.
  const adopted = journal.takeUp(parts.project.id, pid);
  const workers: Worker[] = [];
  for (const run of leadFirst(journal, adopted))
    workers.push(resume(request, run, { merge, target: target.value }, workers.length < wanted));
  while (workers.length < wanted) {
    const begun = begin(request, { merge, target: target.value }, workers[0]?.place.run_id ?? null, workers.length + 1);
    if (!begun.ok) return begun;
    workers.push(begun.value);
  }
  return workTogether(request, workers, signal);
}

type Aim = { readonly merge: MergeMode; readonly target: Target };

const mergeOf = ({ journal, options, parts }: RunRequest, dead: readonly RunRow[]): MergeMode => {
  const [first] = dead.flatMap(run => journal.begunOf(run.id) ?? []);
  return first?.merge ?? options.merge ?? parts.settings.merge.value;
};

/** The run that led the others, where it is among them; it ends last and counts for all. */
function leadFirst(journal: Journal, runs: readonly RunRow[]): readonly RunRow[] {
  const lead = runs.find(run => journal.begunOf(run.id)?.lead === run.id) ?? runs[0];
  return lead === undefined ? [] : [lead, ...runs.filter(run => run !== lead)];
}

/** Goes on where the dead process stopped. One more than workers are wanted only gives back what it has in hand. */
function resume(request: RunRequest, run: RunRow, aim: Aim, isWanted: boolean): Worker {
  const { journal, options } = request;
  const begun = journal.begunOf(run.id);
  const max_steps = options.max_steps ?? begun?.max_steps ?? DEFAULT_STEPS;
  const place = {
    run_id: run.id,
    merge: begun?.merge ?? aim.merge,
    target: begun === null ? aim.target(run.id) : begun.target,
    max_steps,
  };
  const resumed: NewEvent = begun
    ? { type: 'run.resumed', because: 'the process that ran it is gone', adopted: true }
    : startEvent(request, place);
  const leave: readonly NewEvent[] = isWanted
    ? []
    : [{ type: 'run.requested', kind: 'stop', payload: 'fewer workers go on than there were' }];
  for (const event of journal.append(run.id, [resumed, ...leave])) request.onEvent(event);
  return { place };
}

function begin(request: RunRequest, aim: Aim, lead: string | null, worker: number): Result<Worker> {
  const { journal, options, parts, pid } = request;
  const max_steps = options.max_steps ?? DEFAULT_STEPS;
  const isTeam = (options.workers ?? 1) > 1;
  const begun = journal.beginRun({ project_id: parts.project.id, options: { ...options }, pid }, (runId, others) => {
    const place = beside(others, aim, runId);
    if (options.merge !== undefined && options.merge !== place.merge) return otherMerge(others[0], options.merge);
    const event = startEvent(request, { ...place, max_steps });
    return ok(isTeam ? { ...event, worker, lead: lead ?? runId } : event);
  });
  if (!begun.ok) return begun;
  for (const event of begun.value) request.onEvent(event);
  const [first] = begun.value;
  if (first?.type !== 'run.started') throw new Error('A run begins with run.started.');
  const { run_id, merge, target } = first;
  return ok({ place: { run_id, merge, target, max_steps } });
}

/** Proven work of all unfinished runs of a project goes to one place, so that each builds on what the others have done. */
function beside(others: readonly EventOf<'run.started'>[], { merge, target }: Aim, runId: string) {
  const [first] = others;
  if (first === undefined) return { merge, target: target(runId) };
  // A person may have checked out another branch since the first one began.
  return { merge: first.merge, target: first.merge === merge && merge === 'auto' ? target(runId) : first.target };
}

const otherMerge = (other: EventOf<'run.started'> | undefined, wanted: MergeMode): Result<never> =>
  fail(
    'run.busy',
    `Run ${other?.run_id} is at work on this project with --merge ${other?.merge}; both must put their work in one place.`,
    `Leave --merge ${wanted} out to join it, or stop it first: llmclis runs stop ${other?.run_id}`,
    { run_id: other?.run_id ?? '' },
  );

function startEvent(
  { parts, sandbox }: RunRequest,
  place: { merge: MergeMode; target: string | null; max_steps: number },
): NewEvent & { readonly type: 'run.started' } {
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
