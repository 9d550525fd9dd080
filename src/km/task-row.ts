import type { ChecklistItem, Task } from '../core/task.ts';
import type { Queries } from './queries.ts';

/** A task with what the view shows of other tables, as SQL gives it: lists are JSON texts, booleans 0 or 1. */
type TaskRow = Omit<Task, List | 'checklist' | 'private' | 'vanished' | 'claim' | 'children'> &
  Readonly<Record<List | 'checklist', string>> & {
    readonly private: number;
    readonly vanished: number;
    readonly claim_holder: string | null;
    readonly claim_expires_at: string | null;
    readonly open_children: number;
    readonly done_children: number;
  };
type List = 'tags' | 'depends_on' | 'related' | 'discovered_from' | 'checks' | 'protect' | 'allow' | 'links';

const relatedBy = (kind: 'related' | 'discovered-from'): string =>
  `(SELECT json_group_array(o.key ORDER BY o.plan_order, o.id)
     FROM task_relations r JOIN tasks o ON o.id = r.other_id WHERE r.task_id = t.id AND r.kind = '${kind}')`;

/** `SELECT` list that makes a `Task` of the row `t`. */
const TASK_VIEW = `
  t.id, t.project_id, t.key, t.kind, t.title, t.status, t.reason, t.reason_detail, t.priority, t.role, t.tags,
  (SELECT key FROM tasks parent WHERE parent.id = t.parent_id) AS parent,
  (SELECT json_group_array(b.key ORDER BY b.plan_order, b.id)
     FROM task_deps d JOIN tasks b ON b.id = d.blocker_id WHERE d.task_id = t.id) AS depends_on,
  ${relatedBy('related')} AS related, ${relatedBy('discovered-from')} AS discovered_from,
  t.checks, t.protect, t.allow, t.private, t.description, t.acceptance, t.checklist, t.links, t.complexity, t.queue,
  t.assignee, t.due, t.claim_holder, t.claim_expires_at, t.open_children, t.done_children, t.vanished, t.proof,
  (SELECT count(*) FROM attempts a WHERE a.task_id = t.id AND a.id > t.attempts_from AND a.outcome NOT IN ('interrupted', 'weak_test')) AS tries,
  (SELECT coalesce(sum(a.usd), 0) FROM attempts a WHERE a.task_id = t.id) AS usd,
  t.branch, t.created_at, t.created_by, t.started_at, t.finished_at, t.updated_at, t.last_agent`;

/** The lists are written by this program alone, as arrays of texts. */
const list = (json: string): readonly string[] => JSON.parse(json) as string[];

function toTask(row: TaskRow): Task {
  const { claim_holder, claim_expires_at, open_children, done_children, ...own } = row;
  return {
    ...own,
    tags: list(row.tags),
    depends_on: list(row.depends_on),
    related: list(row.related),
    discovered_from: list(row.discovered_from),
    checks: list(row.checks),
    protect: list(row.protect),
    allow: list(row.allow),
    links: list(row.links),
    checklist: JSON.parse(row.checklist) as ChecklistItem[],
    private: row.private === 1,
    vanished: row.vanished === 1,
    claim:
      claim_holder === null || claim_expires_at === null
        ? null
        : { holder: claim_holder, expires_at: claim_expires_at },
    children: { open: open_children, done: done_children },
  };
}

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
