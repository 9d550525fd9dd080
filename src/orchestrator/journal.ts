import { type Clock, isoSeconds, newId } from '../core/clock.ts';
import type { NewEvent, RunEvent } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import { makeQueries, type Queries } from '../km/queries.ts';
import type { Sqlite } from '../km/sqlite.ts';
import { inTransaction } from '../km/transaction.ts';
import type { runRequests, runs } from './schema.ts';

export type RunRow = typeof runs.$inferSelect;
export type RequestKind = (typeof runRequests.$inferSelect)['kind'];
export type RunRequest = { readonly id: number; readonly kind: RequestKind; readonly payload: string };

/** A run without a sign of life for this long, in seconds, belongs to nobody, even where its process id lives on. */
const SILENT_S = 30;

/**
 * The append-only events of runs. Contract: what `append` returned is on disk (the process may be killed after it); `seq`
 * counts from 1 in each run without a gap; a journal that cannot be written throws, and the run stops. A run that was started or
 * adopted here and then adopted by another process (this one was asleep) is not written any more: `RunTakenOver` is thrown.
 */
export type Journal = {
  /** Id of the new run; `run.busy` when another process is at work on the project. */
  startRun(projectId: number, options: Readonly<Record<string, unknown>>, pid: number): Result<string>;
  /** The project's unfinished run, if there is one. */
  openRun(projectId: number): RunRow | null;
  /** Takes an unfinished run over; `run.busy` while its process is at work. */
  adopt(runId: string, pid: number): Result<string>;
  /** Writes events, and whatever `together` writes to the same database, in one transaction. */
  append(runId: string, events: readonly NewEvent[], together?: () => void): readonly RunEvent[];
  /** In order; those after `afterSeq` (default 0: all). */
  events(runId: string, afterSeq?: number): readonly RunEvent[];
  /** A sign of life. */
  heartbeat(runId: string): void;
  finish(runId: string): void;
  /** Newest first. */
  runs(projectId: number): readonly RunRow[];
  /** Asks something of a run that has not finished. */
  request(runId: string, kind: RequestKind, payload?: string): Result<void>;
  /** Requests nobody handled yet, oldest first. */
  openRequests(runId: string): readonly RunRequest[];
  handled(requestId: number): void;
};

/** Another process goes on with the run. */
export class RunTakenOver extends Error {}

/** `isAlive` says whether a process of this machine is there. */
export function createJournal(sqlite: Sqlite, clock: Clock, isAlive: (pid: number) => boolean): Journal {
  const desk: Desk = {
    q: makeQueries(sqlite),
    clock,
    isAlive,
    one: work => inTransaction(sqlite, clock, work),
    now: () => isoSeconds(clock.now()),
    mine: new Map(),
  };
  return { ...makeRuns(desk), ...makeEvents(desk), ...makeRequests(desk) };
}

type Desk = {
  readonly q: Queries;
  readonly clock: Clock;
  isAlive(pid: number): boolean;
  /** One immediate transaction, or a part of the open one. */
  one<T>(work: () => T): T;
  now(): string;
  /** Runs started or adopted here, with the process id they were given. */
  readonly mine: Map<string, number>;
};

function makeRuns({ q, clock, isAlive, one, now, mine }: Desk): Omit<Journal, keyof Events | keyof Requests> {
  const isBusy = ({ pid, heartbeat_at }: RunRow): boolean =>
    pid !== null &&
    heartbeat_at !== null &&
    clock.now().getTime() - Date.parse(heartbeat_at) < SILENT_S * 1000 &&
    isAlive(pid);
  return {
    startRun: (projectId, options, pid) =>
      one(() => {
        const busy = runsOf(q, projectId).find(run => run.status === 'running' && isBusy(run));
        if (busy !== undefined) return atWork(busy);
        const id = newId(clock);
        const sql = `INSERT INTO runs (id, project_id, status, pid, heartbeat_at, started_at, options)
          VALUES (?, ?, 'running', ?, ?, ?, ?)`;
        q.run(sql, id, projectId, pid, now(), now(), JSON.stringify(options));
        mine.set(id, pid);
        return ok(id);
      }),
    openRun: projectId => runsOf(q, projectId).find(run => run.status === 'running') ?? null,
    adopt: (runId, pid) =>
      one(() => {
        const run = findRun(q, runId);
        if (run === null || run.status === 'finished') return notOpen(runId, run);
        if (run.pid !== pid && isBusy(run)) return atWork(run);
        q.run('UPDATE runs SET pid = ?, heartbeat_at = ? WHERE id = ?', pid, now(), runId);
        mine.set(runId, pid);
        return ok(runId);
      }),
    heartbeat(runId) {
      const pid = mine.get(runId) ?? null;
      q.run('UPDATE runs SET heartbeat_at = ? WHERE id = ? AND coalesce(?, pid) IS pid', now(), runId, pid);
    },
    finish(runId) {
      const sql = "UPDATE runs SET status = 'finished', finished_at = ? WHERE id = ? AND finished_at IS NULL";
      q.run(sql, now(), runId);
    },
    runs: projectId => runsOf(q, projectId),
  };
}

type Events = Pick<Journal, 'append' | 'events'>;

const makeEvents = ({ q, clock, one, mine }: Desk): Events => ({
  append: (runId, events, together) =>
    one(() => {
      const pid = mine.get(runId);
      if (pid !== undefined && findRun(q, runId)?.pid !== pid)
        throw new RunTakenOver(`Run ${runId} was taken over by another process.`);
      const written = appendEvents(q, runId, events, clock.now().toISOString());
      together?.();
      return written;
    }),
  events: (runId, afterSeq = 0) => readEvents(q, runId, afterSeq),
});

type Requests = Pick<Journal, 'request' | 'openRequests' | 'handled'>;

const makeRequests = ({ q, one, now }: Desk): Requests => ({
  request: (runId, kind, payload = '') =>
    one(() => {
      const run = findRun(q, runId);
      if (run === null || run.status === 'finished') return notOpen(runId, run);
      const sql = 'INSERT INTO run_requests (run_id, kind, payload, created_at) VALUES (?, ?, ?, ?)';
      q.run(sql, runId, kind, payload, now());
      return ok(undefined);
    }),
  openRequests(runId) {
    const sql = 'SELECT id, kind, payload FROM run_requests WHERE run_id = ? AND handled_at IS NULL ORDER BY id';
    return q.all<RunRequest>(sql, runId);
  },
  handled: requestId => void q.run('UPDATE run_requests SET handled_at = ? WHERE id = ?', now(), requestId),
});

function appendEvents(q: Queries, runId: string, events: readonly NewEvent[], at: string): readonly RunEvent[] {
  const last =
    q.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM run_events WHERE run_id = ?', runId)?.seq ?? 0;
  return events.map(({ type, ...payload }, index) => {
    const seq = last + index + 1;
    const data = JSON.stringify(payload);
    q.run('INSERT INTO run_events (run_id, seq, type, at, data) VALUES (?, ?, ?, ?, ?)', runId, seq, type, at, data);
    return toEvent(runId, { seq, type, at, data });
  });
}

type EventRow = { readonly seq: number; readonly type: string; readonly at: string; readonly data: string };

/** The live run and a later reader see the same value: what went through JSON. */
const toEvent = (runId: string, { seq, type, at, data }: EventRow): RunEvent =>
  ({ type, at, run_id: runId, seq, ...JSON.parse(data) }) as RunEvent;

const readEvents = (q: Queries, runId: string, afterSeq: number): readonly RunEvent[] =>
  q
    .all<EventRow>(
      'SELECT seq, type, at, data FROM run_events WHERE run_id = ? AND seq > ? ORDER BY seq',
      runId,
      afterSeq,
    )
    .map(row => toEvent(runId, row));

const RUN = 'id, project_id, status, pid, heartbeat_at, started_at, finished_at, options';
type StoredRun = Omit<RunRow, 'options'> & { readonly options: string };
const toRun = (row: StoredRun): RunRow => ({ ...row, options: JSON.parse(row.options) as RunRow['options'] });

const findRun = (q: Queries, runId: string): RunRow | null => {
  const row = q.get<StoredRun>(`SELECT ${RUN} FROM runs WHERE id = ?`, runId);
  return row === undefined ? null : toRun(row);
};
/** `rowid` tells which of two runs of the same second is newer. */
const runsOf = (q: Queries, projectId: number): readonly RunRow[] =>
  q.all<StoredRun>(`SELECT ${RUN} FROM runs WHERE project_id = ? ORDER BY rowid DESC`, projectId).map(toRun);

const atWork = ({ id, pid }: RunRow): Result<never> =>
  fail(
    'run.busy',
    `Run ${id} is at work on this project (process ${pid}).`,
    `Watch it: llmclis runs watch ${id} — or stop it: llmclis runs stop ${id}`,
    { run_id: id },
  );

const notOpen = (runId: string, run: RunRow | null): Result<never> =>
  run === null
    ? fail('input.not_found', `There is no run ${runId}.`, 'See the runs: llmclis runs list')
    : fail('input.invalid', `Run ${runId} has finished.`, 'Start a new one: llmclis orchestrate');
