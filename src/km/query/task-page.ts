import type { TaskOrder, TaskPage } from '../km.ts';
import type { Queries } from '../queries.ts';
import { tasksWhere } from '../task-row.ts';
import { type Condition, whereAll } from './condition.ts';

/** What each order sorts by; the id last makes every place one of a kind. */
const ORDERS: Readonly<Record<TaskOrder, readonly string[]>> = {
  plan: ['t.plan_order', 't.id'],
  next: ['t.priority', 't.plan_order', 't.id'],
  oldest: ['unixepoch(t.updated_at)', 't.id'],
};

export type PageQuery = {
  readonly conditions: readonly Condition[];
  readonly order: TaskOrder;
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
};

/** One page of tasks. A cursor names the place of the last task of its page, so that paging costs the same everywhere. */
export function taskPage(q: Queries, { conditions, order, limit, cursor }: PageQuery): TaskPage {
  const columns = ORDERS[order];
  const page = whereAll(cursor === undefined ? conditions : [...conditions, afterCursor(columns, cursor)]);
  // One row more than asked tells whether there is a next page.
  const rows = limit === undefined ? -1 : limit + 1;
  const found = tasksWhere(q, `${page.sql} ORDER BY ${columns.join(', ')} LIMIT ${rows}`, ...page.values);
  const tasks = limit === undefined ? found : found.slice(0, limit);
  const last = found.length > tasks.length ? tasks.at(-1) : undefined;
  return {
    tasks,
    total: limit === undefined && cursor === undefined ? tasks.length : countTasks(q, conditions),
    next_cursor: last === undefined ? null : cursorOf(q, columns, last.id),
  };
}

export function countTasks(q: Queries, conditions: readonly Condition[]): number {
  const { sql, values } = whereAll(conditions);
  return q.get<{ n: number }>(`SELECT count(*) AS n FROM tasks t ${sql}`, ...values)?.n ?? 0;
}

/** `PLAN_ORDER.ID`; what is no cursor begins at the start. */
function afterCursor(columns: readonly string[], cursor: string): Condition {
  const parts = cursor.split('.');
  const number = (text = ''): number => (/^-?\d+$/.test(text) ? Number(text) : Number.MIN_SAFE_INTEGER);
  return [
    `(${columns.join(', ')}) > (${columns.map(() => '?').join(', ')})`,
    ...columns.map((_, index) => number(parts[index])),
  ];
}

function cursorOf(q: Queries, columns: readonly string[], id: number): string {
  const place = columns.join(" || '.' || ");
  return q.get<{ place: string }>(`SELECT ${place} AS place FROM tasks t WHERE t.id = ?`, id)?.place ?? '';
}
