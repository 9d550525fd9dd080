import type { Task } from '../../core/task.ts';
import type { OutlineRow } from '../km.ts';
import type { Queries } from '../queries.ts';
import { tasksWhere } from '../task-row.ts';

/** A project's stages and tasks in the order of the plan, only what a tree of them needs. */
export const outline = (q: Queries, projectId: number): readonly OutlineRow[] =>
  q.all<OutlineRow>(
    'SELECT id, parent_id, key, kind, status FROM tasks WHERE project_id = ? ORDER BY plan_order, id',
    projectId,
  );

/** The tasks with these ids, in the order of the ids; an id that is not there is left out. */
export const tasksByIds = (q: Queries, ids: readonly number[]): readonly Task[] =>
  ids.length === 0
    ? []
    : tasksWhere(q, 'JOIN json_each(?) wanted ON wanted.value = t.id ORDER BY wanted.key', JSON.stringify(ids));
