import type { TaskFilter, TaskPage } from './km.ts';
import type { Queries } from './queries.ts';
import { tasksWhere } from './task-row.ts';

type Condition = readonly [sql: string, ...values: readonly (string | number)[]];

/** Tasks in the plan's order. A cursor names the place of the last task of its page, so that paging costs the same everywhere. */
export function listTasks(q: Queries, filter: TaskFilter): TaskPage {
  const conditions = conditionsOf(filter);
  const where = join(conditions);
  const total = q.get<{ n: number }>(`SELECT count(*) AS n FROM tasks t ${where.sql}`, ...where.values)?.n ?? 0;
  const from = filter.cursor === undefined ? conditions : [...conditions, afterCursor(filter.cursor)];
  const page = join(from);
  // One row more than asked tells whether there is a next page.
  const limit = filter.limit === undefined ? -1 : filter.limit + 1;
  const found = tasksWhere(q, `${page.sql} ORDER BY t.plan_order, t.id LIMIT ${limit}`, ...page.values);
  const tasks = filter.limit === undefined ? found : found.slice(0, filter.limit);
  const last = tasks.at(-1);
  return { tasks, total, next_cursor: found.length > tasks.length && last !== undefined ? cursorOf(q, last.id) : null };
}

function conditionsOf({ project_id, status, role, tag, stages = false }: TaskFilter): readonly Condition[] {
  const conditions: Condition[] = [['t.project_id = ?', project_id]];
  if (!stages) conditions.push(["t.kind = 'task'"]);
  if (status !== undefined) conditions.push([`t.status IN (${status.map(() => '?').join(', ')})`, ...status]);
  if (role !== undefined) conditions.push(['t.role = ?', role]);
  if (tag !== undefined) conditions.push(['EXISTS (SELECT 1 FROM json_each(t.tags) tag WHERE tag.value = ?)', tag]);
  return conditions;
}

const join = (conditions: readonly Condition[]): { sql: string; values: readonly (string | number)[] } => ({
  sql: `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`,
  values: conditions.flatMap(([, ...values]) => values),
});

/** `PLAN_ORDER.ID`; what is no cursor begins at the start. */
function afterCursor(cursor: string): Condition {
  const [order = '', id = ''] = cursor.split('.');
  const number = (text: string): number => (/^-?\d+$/.test(text) ? Number(text) : Number.MIN_SAFE_INTEGER);
  return ['(t.plan_order, t.id) > (?, ?)', number(order), number(id)];
}

function cursorOf(q: Queries, id: number): string {
  const row = q.get<{ plan_order: number }>('SELECT plan_order FROM tasks WHERE id = ?', id);
  return `${row?.plan_order ?? 0}.${id}`;
}
