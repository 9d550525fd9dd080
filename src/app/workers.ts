import type { RunEvent, RunSummary } from '../core/event.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Journal } from '../orchestrator/journal.ts';
import { run } from '../orchestrator/run.ts';
import { replay } from '../orchestrator/state.ts';
import { createTeam } from '../orchestrator/team.ts';
import { makeFacts, makePorts, type RunParts, type RunPlace } from './ports.ts';
import { whatBroke } from './what-broke.ts';

/** A run that this process works. */
export type Worker = { readonly place: RunPlace };

type Together = {
  readonly parts: RunParts;
  readonly journal: Journal;
  onEvent(event: RunEvent): void;
  /** Copies what this process has of a database that was taken away underneath; the copy's path. */
  rescue(): string;
  mustGiveWay(runId: string): boolean;
};

/** What a person asks of the first worker's run is asked of all. */
const SHARED_REQUESTS = ['stop', 'pause', 'resume'] as const;

/** Works all runs at once, each in its own worktrees. The first one ends last; its end and its totals are those of all. */
export async function workTogether(
  { parts, journal, onEvent, rescue, mustGiveWay }: Together,
  workers: readonly Worker[],
  signal: AbortSignal,
): Promise<Result<RunSummary>> {
  const ids = workers.map(({ place }) => place.run_id);
  const [leadId = ''] = ids;
  const past = journal.team(leadId).filter(id => !ids.includes(id));
  const team = createTeam(ids, spentBy(journal, past));
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const seen = (event: RunEvent): void => {
    onEvent(event);
    const kind = event.type === 'run.requested' ? SHARED_REQUESTS.find(name => name === event.kind) : undefined;
    if (kind === undefined || event.run_id !== leadId) return;
    for (const id of ids.slice(1)) journal.request(id, kind);
  };
  const work = ({ place }: Worker): Promise<RunSummary> => {
    const elsewhere = {
      steps_elsewhere: () => team.stepsElsewhere(place.run_id),
      usd_elsewhere: () => team.usdElsewhere(place.run_id),
      must_give_way: () => mustGiveWay(place.run_id),
    };
    const deps = {
      ports: makePorts(parts, { ...place, ...elsewhere }),
      facts: { ...makeFacts(parts, place), steps_elsewhere: elsewhere.steps_elsewhere },
      journal,
      team,
      onEvent: seen,
    };
    return run(place.run_id === leadId ? { ...deps, counts: () => [...past, ...ids] } : deps, either).catch(problem => {
      broken.abort(new Error('Another worker of this run broke off.'));
      throw problem;
    });
  };
  const ended = await Promise.allSettled(workers.map(work));
  const problem = ended.find(one => one.status === 'rejected');
  if (problem !== undefined) return whatBroke(problem.reason, leadId, rescue);
  const [first] = ended;
  if (first?.status !== 'fulfilled') throw new Error('There was no worker.');
  return ok(first.value);
}

/** What runs of this `orchestrate` that are over have used of its steps and its budget. */
function spentBy(journal: Journal, runs: readonly string[]): { readonly steps: number; readonly usd: number } {
  const states = runs.map(id => replay(journal.events(id)));
  return {
    steps: states.reduce((sum, { steps }) => sum + steps, 0),
    usd: states.reduce((sum, { usd }) => sum + usd, 0),
  };
}
