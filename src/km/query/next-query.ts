import type { Queue, Task } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { taskById, tasksWhere } from '../task-row.ts';
import type { Met, NextFacts, Stuck } from './next-task.ts';

/** The condition of the partial indexes `tasks_ready` and `tasks_ready_anywhere`: SQLite uses them only for these very words. */
export const READY =
  "status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0";
/** In progress, and its worker's claim has run out at the bound time: as good as pending. */
export const LAPSED =
  "claim_token IS NOT NULL AND claim_expires_at <= ? AND status = 'in-progress' AND open_blockers = 0 AND open_children = 0 AND vanished = 0";
/** Most tasks named as waiting or running. */
const LISTED = 20;

export type NextScope = {
  readonly projectId: number | undefined;
  readonly except: readonly number[];
  readonly queue?: Queue | undefined;
};
export type Candidate = { readonly id: number; readonly priority: number; readonly plan_order: number };
/** With its project's place in the turn; all zero where the scope is one project. */
type Queued = Candidate & { readonly served: number; readonly turn: number };
type Lapsed = Queued & { readonly claim_holder: string; readonly claim_expires_at: string };

/** Conditions on `t` that keep to the scope: one project, or every project that is not archived. */
export function inScope({ projectId, ...rest }: NextScope): string {
  const project =
    projectId === undefined
      ? 'NOT EXISTS (SELECT 1 FROM projects p WHERE p.id = t.project_id AND p.archived = 1)'
      : `t.project_id = ${Math.trunc(projectId)}`;
  return `${project}${furtherScope(rest)}`;
}

/** The part of the scope inside a project: ` AND …`, or nothing. */
function furtherScope({ except, queue }: Omit<NextScope, 'projectId'>): string {
  // The name of a queue is one of three words. `tasks_ready_queue` holds the classes that are rare.
  const rare = queue === 'standard' ? '' : " AND queue <> 'standard'";
  const ofQueue = queue === undefined ? '' : ` AND t.queue = '${queue}'${rare}`;
  return except.length === 0 ? ofQueue : `${ofQueue} AND t.id NOT IN (${except.join(', ')})`;
}

const BY_PLACE = 't.priority, t.plan_order, t.id';

/**
 * `SELECT` of the one task that is ready and first: priority, then the plan's order, then age; one index look-up. Over all
 * projects it is one look-up for each: the most urgent of their first tasks, and of these the one whose project was served
 * longest ago, so that a project with many tasks does not keep the others waiting.
 */
export function firstReady(scope: NextScope, columns: string): string {
  const { projectId, ...rest } = scope;
  if (projectId !== undefined)
    return `SELECT ${columns} FROM tasks t WHERE ${inScope(scope)} AND ${READY} ORDER BY ${BY_PLACE} LIMIT 1`;
  const own = `SELECT t.id FROM tasks t WHERE t.project_id = p.id${furtherScope(rest)} AND ${READY} ORDER BY ${BY_PLACE} LIMIT 1`;
  return `SELECT ${columns} FROM projects p JOIN tasks t ON t.id = (${own}) WHERE p.archived = 0 ORDER BY t.priority, p.served, p.id LIMIT 1`;
}

/** Looks up what may run next at `now` (ISO 8601, whole seconds). Writes nothing. */
export function readNextFacts(q: Queries, scope: NextScope, now: string): NextFacts {
  const ready = q.get<Queued>(firstReady(scope, `t.id, t.priority, t.plan_order, ${turnOf(scope)}`));
  const lapsed = q.get<Lapsed>(
    `SELECT t.id, t.priority, t.plan_order, ${turnOf(scope)}, t.claim_holder, t.claim_expires_at
     FROM tasks t INDEXED BY tasks_leases ${scope.projectId === undefined ? 'JOIN projects p ON p.id = t.project_id' : ''}
     WHERE ${inScope(scope)} AND ${LAPSED} ORDER BY t.priority, served, turn, t.plan_order, t.id LIMIT 1`,
    now,
  );
  const best = lapsed === undefined || (ready !== undefined && isBefore(ready, lapsed)) ? ready : lapsed;
  if (best === undefined) return whyNone(q, scope);
  const lease = best === lapsed ? { holder: lapsed.claim_holder, expired_at: lapsed.claim_expires_at } : null;
  return candidate(q, scope, best, lease);
}

const turnOf = ({ projectId }: NextScope): string =>
  projectId === undefined ? 'p.served AS served, p.id AS turn' : '0 AS served, 0 AS turn';

const isBefore = (a: Queued, b: Queued): boolean =>
  (a.priority - b.priority || a.served - b.served || a.turn - b.turn || a.plan_order - b.plan_order || a.id - b.id) < 0;

type Ready = Extract<NextFacts, { kind: 'candidate' }>;

export function candidate(q: Queries, scope: NextScope, best: Candidate, lease: Ready['lease']): Ready {
  const task = taskById(q, best.id);
  if (task === null) throw new Error(`Task ${best.id} is not there.`);
  const passes_earlier = passesEarlier(q, scope, task, best);
  return {
    kind: 'candidate',
    task,
    met: metBy(q, task),
    passes_earlier,
    project: servedProject(q, scope, task),
    lease,
  };
}

/** Name of its project where it was chosen out of several. */
function servedProject(q: Queries, { projectId }: NextScope, task: Task): string | null {
  if (projectId !== undefined) return null;
  const sql = 'SELECT name, (SELECT count(*) FROM projects WHERE archived = 0) AS many FROM projects WHERE id = ?';
  const row = q.get<{ name: string; many: number }>(sql, task.project_id);
  return row === undefined || row.many < 2 ? null : row.name;
}

/** What it depends on, and how each is; nearly all are done, so that only the others are looked up by name. */
export function metBy(q: Queries, { id, depends_on }: Task): readonly Met[] {
  if (depends_on.length === 0) return [];
  const others = q.all<Met>(
    "SELECT b.key, b.status FROM task_deps d JOIN tasks b ON b.id = d.blocker_id WHERE d.task_id = ? AND b.status <> 'done'",
    id,
  );
  const statuses = new Map(others.map(({ key, status }) => [key, status]));
  return depends_on.map(key => ({ key, status: statuses.get(key) ?? 'done' }));
}

function passesEarlier(q: Queries, scope: NextScope, task: Task, { priority, plan_order }: Candidate): boolean {
  const less = [1, 2, 3, 4].filter(value => value > priority);
  if (less.length === 0) return false;
  const own = { ...scope, projectId: task.project_id };
  // The values are spelled out so that each is one seek in `tasks_ready`.
  const sql = `SELECT 1 AS one FROM tasks t WHERE ${inScope(own)} AND t.priority IN (${less.join(', ')}) AND t.plan_order < ? AND ${READY} LIMIT 1`;
  return q.get(sql, plan_order) !== undefined;
}

function whyNone(q: Queries, scope: NextScope): NextFacts {
  const order = `ORDER BY t.priority, t.plan_order, t.id LIMIT ${LISTED}`;
  const running = tasksWhere(q, `WHERE ${inScope(scope)} AND t.status = 'in-progress' AND t.kind = 'task' ${order}`);
  if (running.length > 0) return { kind: 'none', running, stuck: [] };
  const rows = q.all<StuckRow>(
    `SELECT t.id, t.key, t.title, t.status, t.reason, t.reason_detail AS detail, t.vanished FROM tasks t
     WHERE ${inScope(scope)} AND t.status IN ('pending', 'blocked') AND t.kind = 'task' ${order}`,
  );
  return { kind: 'none', running: [], stuck: rows.map(row => stuck(q, row)) };
}

export type StuckRow = Omit<Stuck, 'open' | 'children' | 'vanished'> & {
  readonly id: number;
  readonly vanished: number;
};

export function stuck(q: Queries, { id, vanished, ...row }: StuckRow): Stuck {
  const open = keys(
    q,
    `SELECT b.key FROM task_deps d JOIN tasks b ON b.id = d.blocker_id WHERE d.task_id = ? AND b.status NOT IN ('done', 'cancelled') ORDER BY b.plan_order, b.id LIMIT ${LISTED}`,
    id,
  );
  const children = keys(
    q,
    `SELECT key FROM tasks WHERE parent_id = ? AND status NOT IN ('done', 'cancelled') ORDER BY plan_order, id LIMIT ${LISTED}`,
    id,
  );
  return { ...row, open, children, vanished: vanished === 1 };
}

const keys = (q: Queries, sql: string, id: number): readonly string[] =>
  q.all<{ key: string }>(sql, id).map(({ key }) => key);
