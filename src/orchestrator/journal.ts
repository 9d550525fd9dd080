import { type Clock, isoSeconds, newId } from '../core/clock.ts';
import type { EventOf, NewEvent, RunEvent } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import { makeQueries, type Queries } from '../km/queries.ts';
import { placeOf, type Sqlite } from '../km/sqlite.ts';
import { allOrNothing, inTransaction } from '../km/transaction.ts';
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
  /** Id of the new run. Other processes may be at work on the project: tasks are shared by their claims. */
  startRun(projectId: number, options: Readonly<Record<string, unknown>>, pid: number): Result<string>;
  /** The same with its first event, in one transaction: `first` sees how the project's unfinished runs began, the oldest first. */
  beginRun(wanted: NewRun, first: FirstEvent): Result<readonly RunEvent[]>;
  /** Unfinished runs of the project whose process is gone, the oldest first. */
  deadRuns(projectId: number, pid: number): readonly RunRow[];
  /** Takes all of them over for this process, in one transaction, so that no other process has any of them. */
  takeUp(projectId: number, pid: number): readonly RunRow[];
  /** Runs that began as workers of this one, itself included, the oldest first. */
  team(leadId: string): readonly string[];
  /** Writes events, and whatever `together` writes to the same database, in one transaction. */
  append(runId: string, events: readonly NewEvent[], together?: () => void): readonly RunEvent[];
  /** In order; those after `afterSeq` (default 0: all). */
  events(runId: string, afterSeq?: number): readonly RunEvent[];
  /** How a run began, and its last event. */
  begunOf(runId: string): EventOf<'run.started'> | null;
  lastOf(runId: string): RunEvent | null;
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

export type NewRun = {
  readonly project_id: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly pid: number;
};
export type FirstEvent = (runId: string, others: readonly EventOf<'run.started'>[]) => Result<NewEvent>;

/** Another process goes on with the run. */
export class RunTakenOver extends Error {}
/** The database file was removed or replaced: what is written now is read by nobody. */
export class DatabaseGone extends Error {}

/** `isAlive` says whether a process of this machine is there. */
export function createJournal(sqlite: Sqlite, clock: Clock, isAlive: (pid: number) => boolean): Journal {
  const desk: Desk = {
    sqlite,
    inPlace: placeOf(sqlite),
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
  readonly sqlite: Sqlite;
  inPlace(): boolean;
  readonly q: Queries;
  readonly clock: Clock;
  isAlive(pid: number): boolean;
  /** One immediate transaction, or a part of the open one. */
  one<T>(work: () => T): T;
  now(): string;
  /** Runs started or adopted here, with the process id they were given. */
  readonly mine: Map<string, number>;
};

function makeRuns({ sqlite, q, clock, isAlive, one, now, mine }: Desk): Omit<Journal, keyof Events | keyof Requests> {
  const isBusy = ({ pid, heartbeat_at }: RunRow): boolean =>
    pid !== null &&
    heartbeat_at !== null &&
    clock.now().getTime() - Date.parse(heartbeat_at) < SILENT_S * 1000 &&
    isAlive(pid);
  const insert = ({ project_id, options, pid }: NewRun): string => {
    const id = newId(clock);
    const sql = `INSERT INTO runs (id, project_id, status, pid, heartbeat_at, started_at, options)
      VALUES (?, ?, 'running', ?, ?, ?, ?)`;
    q.run(sql, id, project_id, pid, now(), now(), JSON.stringify(options));
    mine.set(id, pid);
    return id;
  };
  const unfinished = (projectId: number): readonly RunRow[] =>
    runsOf(q, projectId)
      .filter(({ status }) => status === 'running')
      .reverse();
  /** One with this process's id that was not begun here is of a dead process that had the same id. */
  const dead = (projectId: number, pid: number): readonly RunRow[] =>
    unfinished(projectId).filter(run => (run.pid === pid ? !mine.has(run.id) : !isBusy(run)));
  return {
    startRun: (project_id, options, pid) => one(() => ok(insert({ project_id, options, pid }))),
    beginRun: (wanted, first) =>
      allOrNothing(sqlite, clock, () => {
        const others = unfinished(wanted.project_id).flatMap(run => startOf(q, run.id) ?? []);
        const id = insert(wanted);
        const event = first(id, others);
        return event.ok ? ok(appendEvents(q, id, [event.value], clock.now().toISOString())) : event;
      }),
    deadRuns: dead,
    takeUp: (projectId, pid) =>
      one(() =>
        dead(projectId, pid).map(run => {
          q.run('UPDATE runs SET pid = ?, heartbeat_at = ? WHERE id = ?', pid, now(), run.id);
          mine.set(run.id, pid);
          return { ...run, pid, heartbeat_at: now() };
        }),
      ),
    team: leadId =>
      q
        .all<{ run_id: string }>(
          `SELECT e.run_id FROM run_events e JOIN runs r ON r.id = e.run_id
           WHERE e.seq = 1 AND e.type = 'run.started' AND json_extract(e.data, '$.lead') = ?
             AND r.project_id = (SELECT project_id FROM runs WHERE id = ?) ORDER BY r.rowid`,
          leadId,
          leadId,
        )
        .map(({ run_id }) => run_id),
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

type Events = Pick<Journal, 'append' | 'events' | 'begunOf' | 'lastOf'>;

const makeEvents = ({ sqlite, inPlace, q, clock, one, mine }: Desk): Events => ({
  append: (runId, events, together) =>
    one(() => {
      if (!inPlace()) throw new DatabaseGone(`${sqlite.name} was removed or replaced.`);
      const pid = mine.get(runId);
      if (pid !== undefined && findRun(q, runId)?.pid !== pid)
        throw new RunTakenOver(`Run ${runId} was taken over by another process.`);
      const written = appendEvents(q, runId, events, clock.now().toISOString());
      together?.();
      return written;
    }),
  events: (runId, afterSeq = 0) => readEvents(q, runId, afterSeq),
  begunOf: runId => startOf(q, runId),
  lastOf(runId) {
    const sql = 'SELECT seq, type, at, data FROM run_events WHERE run_id = ? ORDER BY seq DESC LIMIT 1';
    const row = q.get<EventRow>(sql, runId);
    return row === undefined ? null : toEvent(runId, row);
  },
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

const startOf = (q: Queries, runId: string): EventOf<'run.started'> | null => {
  const sql =
    "SELECT seq, type, at, data FROM run_events WHERE run_id = ? AND type = 'run.started' ORDER BY seq LIMIT 1";
  const row = q.get<EventRow>(sql, runId);
  const event = row === undefined ? null : toEvent(runId, row);
  return event?.type === 'run.started' ? event : null;
};

const notOpen = (runId: string, run: RunRow | null): Result<never> =>
  run === null
    ? fail('input.not_found', `There is no run ${runId}.`, 'See the runs: llmclis runs list')
    : fail('input.invalid', `Run ${runId} has finished.`, 'Start a new one: llmclis orchestrate');
