import type { TaskFilter, TaskPage } from '../km.ts';
import type { Queries } from '../queries.ts';
import type { Condition } from './condition.ts';
import { taskPage } from './task-page.ts';

/** Tasks in the plan's order. */
export const listTasks = (q: Queries, filter: TaskFilter): TaskPage =>
  taskPage(q, {
    conditions: filterConditions(filter),
    order: 'plan',
    limit: filter.limit,
    cursor: filter.cursor,
  });

export function filterConditions({ project_id, status, role, tag, stages = false }: TaskFilter): readonly Condition[] {
  const conditions: Condition[] = [['t.project_id = ?', project_id]];
  if (!stages) conditions.push(["t.kind = 'task'"]);
  if (status !== undefined) conditions.push([`t.status IN (${status.map(() => '?').join(', ')})`, ...status]);
  if (role !== undefined) conditions.push(['t.role = ?', role]);
  if (tag !== undefined) conditions.push(['EXISTS (SELECT 1 FROM json_each(t.tags) tag WHERE tag.value = ?)', tag]);
  return conditions;
}
