import { type Clock, isoSeconds } from '../core/clock.ts';
import { makeQueries } from '../km/queries.ts';
import type { Sqlite } from '../km/sqlite.ts';

/** A run without a sign of life for this long, in milliseconds, is not waited for. */
const SILENT_MS = 30_000;
/** After one of these a run is not on its way to a merge any more. */
const ELSEWHERE =
  "'task.claimed', 'turn.started', 'claim.refused', 'try.failed', 'merge.ended', 'task.done', 'task.blocked', 'task.released', 'run.paused'";

/** How often the work that a run is about to merge was overtaken: the base moved while it was being checked. */
const OVERTAKEN = `SELECT count(*) AS times FROM run_events e WHERE e.run_id = ? AND e.type = 'base.moved' AND e.seq > coalesce(
  (SELECT seq FROM run_events p WHERE p.run_id = e.run_id AND p.type IN (${ELSEWHERE}) ORDER BY seq DESC LIMIT 1), 0)`;

/**
 * Must this run's merge wait, because another run's work was overtaken more often and is being checked again? Without this a task
 * with slow checks is overtaken by quick ones for ever.
 */
export function mustGiveWay(sqlite: Sqlite, clock: Clock, projectId: number, runId: string): boolean {
  const q = makeQueries(sqlite);
  const since = isoSeconds(new Date(clock.now().getTime() - SILENT_MS));
  const others = q.all<{ id: string }>(
    "SELECT id FROM runs WHERE project_id = ? AND status = 'running' AND id <> ? AND heartbeat_at > ?",
    projectId,
    runId,
    since,
  );
  if (others.length === 0) return false;
  const times = (id: string): number => q.get<{ times: number }>(OVERTAKEN, id)?.times ?? 0;
  const own = times(runId);
  return others.some(({ id }) => times(id) > own);
}
