import type { EventOf, RunEvent } from '../core/event.ts';
import type { CheckEvidence, TaskEvidence } from '../core/evidence.ts';
import type { Task } from '../core/task.ts';
import { makeQueries } from '../km/queries.ts';
import type { Sqlite } from '../km/sqlite.ts';

const TYPES = ['check.ended', 'claim.refused', 'mutants.ended', 'proof.certified', 'brief.written'] as const;
type Told = EventOf<(typeof TYPES)[number]>;

/** What the last run that worked this task found out about it; null when none did. */
export function evidenceOf(sqlite: Sqlite, task: Pick<Task, 'id' | 'key' | 'claim'>): TaskEvidence | null {
  const q = makeQueries(sqlite);
  const held = /^run (\w+)/.exec(task.claim?.holder ?? '')?.[1];
  const last = q.get<{ run_id: string }>(
    'SELECT run_id FROM attempts WHERE task_id = ? ORDER BY id DESC LIMIT 1',
    task.id,
  );
  const runId = held ?? last?.run_id;
  if (runId === undefined) return null;
  const rows = q.all<{ seq: number; type: string; at: string; data: string }>(
    `SELECT seq, type, at, data FROM run_events
     WHERE run_id = ? AND type IN (${TYPES.map(() => '?').join(', ')}) AND json_extract(data, '$.task') = ? ORDER BY seq`,
    runId,
    ...TYPES,
    task.key,
  );
  const events = rows.map(({ data, ...row }) => ({ ...row, run_id: runId, ...JSON.parse(data) }) as Told);
  return events.length === 0 ? null : gather(runId, events);
}

function gather(runId: string, events: readonly Told[]): TaskEvidence {
  const of = <T extends Told['type']>(type: T) =>
    events.filter((event): event is Extract<RunEvent, { type: T }> & Told => event.type === type);
  const checks = new Map<string, CheckEvidence>();
  for (const { command, of: whose, on, exit, passed, failed, failing, missing, flaky } of of('check.ended')) {
    const known = checks.get(command) ?? { command, of: whose, base: null, work: null, flaky: false };
    const said = { exit, passed, failed, failing, missing };
    checks.set(command, { ...known, [on]: said, flaky: known.flaky || flaky === true });
  }
  const mutants = of('mutants.ended').at(-1);
  return {
    run_id: runId,
    checks: [...checks.values()],
    refusals: of('claim.refused').map(({ because, detail, model }) => ({ because, detail, model })),
    mutants: mutants === undefined || mutants.tried === 0 ? null : { tried: mutants.tried, killed: mutants.killed },
    certificate: of('proof.certified').at(-1)?.certificate ?? null,
    recalled: of('brief.written').at(-1)?.recalled ?? null,
  };
}
