import type { ChecklistItem, Task } from '../../core/task.ts';
import type { Queries } from '../queries.ts';

type Told = 'claim' | 'children' | 'tries' | 'usd';
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A task while it is taken back in time: all of its own fields, not those that are counted from others. Claims are no part of
 * it, since a sign of life leaves no row in the history.
 */
export type Draft = Mutable<Omit<Task, Told>> & { commit_id: string | null; attempts_from: number; notes: number };

type Row = Readonly<Record<string, string | number | null>> & { readonly id: number };

const COLUMNS = `t.id, t.project_id, t.key, t.kind, t.title, t.status, t.reason, t.reason_detail, t.priority, t.role, t.tags,
  (SELECT key FROM tasks parent WHERE parent.id = t.parent_id) AS parent, t.checks, t.protect, t.allow, t.private,
  t.description, t.acceptance, t.checklist, t.links, t.complexity, t.queue, t.assignee, t.due, t.vanished, t.proof,
  t.branch, t.commit_id, t.attempts_from, t.created_at, t.created_by, t.started_at, t.finished_at, t.updated_at, t.last_agent`;

/** Which tasks: of a project, or one of them. */
export type Span = { readonly project_id: number; readonly task_id?: number };

/** The condition for the tasks `t`, with its values. */
const within = ({ project_id, task_id }: Span): readonly [string, ...number[]] =>
  task_id === undefined ? ['t.project_id = ?', project_id] : ['t.project_id = ? AND t.id = ?', project_id, task_id];

/** The tasks as they are now, in plan order; each table is read once. */
export function readDrafts(q: Queries, span: Span): Map<number, Draft> {
  const [where, ...values] = within(span);
  const rows = q.all<Row>(`SELECT ${COLUMNS} FROM tasks t WHERE ${where} ORDER BY t.plan_order, t.id`, ...values);
  const depends = ties(q, 'SELECT task_id, blocker_id AS other_id FROM task_deps', span);
  const related = ties(q, "SELECT task_id, other_id FROM task_relations WHERE kind = 'related'", span);
  const found = ties(q, "SELECT task_id, other_id FROM task_relations WHERE kind = 'discovered-from'", span);
  const counted = q.all<{ task_id: number; notes: number }>(
    `SELECT n.task_id, count(*) AS notes FROM task_notes n JOIN tasks t ON t.id = n.task_id WHERE ${where} GROUP BY n.task_id`,
    ...values,
  );
  const notes = new Map(counted.map(row => [row.task_id, row.notes]));
  const draft = (row: Row): Draft =>
    // The columns are those of a task by name; lists, booleans and ties are put in their place.
    Object.assign(row, {
      tags: list(row.tags),
      checks: list(row.checks),
      protect: list(row.protect),
      allow: list(row.allow),
      checklist: list(row.checklist),
      links: list(row.links),
      private: row.private === 1,
      vanished: row.vanished === 1,
      depends_on: depends.get(row.id) ?? NONE,
      related: related.get(row.id) ?? NONE,
      discovered_from: found.get(row.id) ?? NONE,
      notes: notes.get(row.id) ?? 0,
    }) as unknown as Draft;
  return new Map(rows.map(row => [row.id, draft(row)]));
}

const NONE: readonly never[] = [];
const list = (json: string | number | null | undefined): readonly (string | ChecklistItem)[] =>
  json === '[]' || typeof json !== 'string' ? NONE : (JSON.parse(json) as (string | ChecklistItem)[]);

function ties(q: Queries, pairs: string, span: Span): ReadonlyMap<number, readonly string[]> {
  const [where, ...values] = within(span);
  const rows = q.all<{ task_id: number; key: string }>(
    `SELECT pair.task_id, o.key FROM (${pairs}) pair JOIN tasks t ON t.id = pair.task_id JOIN tasks o ON o.id = pair.other_id
     WHERE ${where} ORDER BY o.plan_order, o.id`,
    ...values,
  );
  const all = new Map<number, string[]>();
  for (const { task_id, key } of rows) {
    const known = all.get(task_id);
    if (known === undefined) all.set(task_id, [key]);
    else known.push(key);
  }
  return all;
}
