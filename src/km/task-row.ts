import type { Task } from '../core/task.ts';
import type { Queries } from './queries.ts';

/** A task with what the view shows of other tables, as SQL gives it: lists are JSON texts, booleans 0 or 1. */
type TaskRow = Omit<Task, 'tags' | 'depends_on' | 'checks' | 'protect' | 'allow' | 'private'> & {
  readonly tags: string;
  readonly depends_on: string;
  readonly checks: string;
  readonly protect: string;
  readonly allow: string;
  readonly private: number;
};

/** `SELECT` list that makes a `Task` of the row `t`. */
const TASK_VIEW = `
  t.id, t.project_id, t.key, t.kind, t.title, t.status, t.reason, t.reason_detail, t.priority, t.role, t.tags,
  (SELECT key FROM tasks parent WHERE parent.id = t.parent_id) AS parent,
  (SELECT json_group_array(b.key ORDER BY b.plan_order, b.id)
     FROM task_deps d JOIN tasks b ON b.id = d.blocker_id WHERE d.task_id = t.id) AS depends_on,
  t.checks, t.protect, t.allow, t.private, t.description, t.proof,
  (SELECT count(*) FROM attempts a WHERE a.task_id = t.id AND a.id > t.attempts_from AND a.outcome <> 'interrupted') AS tries,
  (SELECT coalesce(sum(a.usd), 0) FROM attempts a WHERE a.task_id = t.id) AS usd,
  t.branch, t.created_at, t.updated_at, t.last_agent`;

/** The lists are written by this program alone, as arrays of texts. */
const list = (json: string): readonly string[] => JSON.parse(json) as string[];

const toTask = (row: TaskRow): Task => ({
  ...row,
  tags: list(row.tags),
  depends_on: list(row.depends_on),
  checks: list(row.checks),
  protect: list(row.protect),
  allow: list(row.allow),
  private: row.private === 1,
});

export function taskById(q: Queries, id: number): Task | null {
  const row = q.get<TaskRow>(`SELECT ${TASK_VIEW} FROM tasks t WHERE t.id = ?`, id);
  return row === undefined ? null : toTask(row);
}

export function taskByKey(q: Queries, projectId: number, key: string): Task | null {
  const row = q.get<TaskRow>(`SELECT ${TASK_VIEW} FROM tasks t WHERE t.project_id = ? AND t.key = ?`, projectId, key);
  return row === undefined ? null : toTask(row);
}

/** `rest` is what follows `FROM tasks t`: joins, conditions, order, limit. */
export const tasksWhere = (q: Queries, rest: string, ...values: readonly (string | number)[]): readonly Task[] =>
  q.all<TaskRow>(`SELECT ${TASK_VIEW} FROM tasks t ${rest}`, ...values).map(toTask);
