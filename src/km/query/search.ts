import { ok, type Result } from '../../core/failure.ts';
import type { SearchOptions, TaskPage } from '../km.ts';
import type { Store } from '../store.ts';
import { tasksWhere } from '../task-row.ts';
import { taskByShortKey } from '../tasks/find-key.ts';
import { type Condition, whereAll } from './condition.ts';
import { type Filter, readFilter } from './filter.ts';
import type { FilterContext } from './filter-values.ts';
import { BY_RANK, MATCH, refreshIndex, refreshIndexPart, textQuery } from './full-text.ts';
import { filterConditions } from './list-tasks.ts';
import { countTasks, type PageQuery, taskPage } from './task-page.ts';

/** Tasks of a project by the filter language. Errors: `input.invalid` and `input.not_found`, with the fields and values it knows. */
export function searchTasks(store: Store, projectId: number, text: string, options: SearchOptions): Result<TaskPage> {
  const filter = readFilter(text, contextOf(store, projectId), options.typing);
  if (!filter.ok) return filter;
  const { conditions, match } = conditionsOf(store, projectId, filter.value, options);
  const all = match === null ? conditions : [...conditions, MATCH(match)];
  const { order, limit, cursor } = options;
  return ok(
    match !== null && order === undefined
      ? ranked(store, conditions, match, { limit, cursor })
      : taskPage(store.q, { conditions: all, order: order ?? 'plan', limit, cursor }),
  );
}

/**
 * Ids of all the tasks that pass a filter, in no order, for a screen that has an order of its own. Null when texts had to be
 * indexed first and some are left: the same call goes on with that, a small part at a time.
 */
export function matchingIds(
  store: Store,
  projectId: number,
  text: string,
  typing: boolean,
): Result<readonly number[] | null> {
  const filter = readFilter(text, contextOf(store, projectId), typing);
  if (!filter.ok) return filter;
  if (filter.value.words.length > 0 && refreshIndexPart(store)) return ok(null);
  const { conditions, match } = conditionsOf(store, projectId, filter.value, {});
  const { sql, values } = whereAll(match === null ? conditions : [...conditions, MATCH(match)]);
  return ok(store.q.all<{ id: number }>(`SELECT t.id FROM tasks t ${sql}`, ...values).map(({ id }) => id));
}

const contextOf = ({ q, clock }: Store, projectId: number): FilterContext => ({
  now: Math.floor(clock.now().getTime() / 1000),
  find: key => {
    const task = taskByShortKey(q, projectId, key);
    return task.ok ? ok(task.value.id) : task;
  },
});

function conditionsOf(
  store: Store,
  projectId: number,
  { conditions, words, stages }: Filter,
  options: SearchOptions,
): { readonly conditions: readonly Condition[]; readonly match: string | null } {
  const text = words.length === 0 ? { match: null, conditions: [] } : textQuery(words, refreshIndex(store));
  const fixed = filterConditions({ ...options, project_id: projectId, stages: stages || options.stages === true });
  return { conditions: [...fixed, ...conditions, ...text.conditions], match: text.match };
}

/** Best first. A place in this order is no value of the task, so its cursor counts. */
function ranked(
  { q }: Store,
  conditions: readonly Condition[],
  match: string,
  { limit = -1, cursor }: Pick<PageQuery, 'limit' | 'cursor'>,
): TaskPage {
  const from = cursor !== undefined && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0;
  const { sql, values } = whereAll([['task_search MATCH ?', match], ...conditions]);
  const tasks = tasksWhere(
    q,
    `JOIN task_search ON task_search.rowid = t.id ${sql} ORDER BY ${BY_RANK}, t.plan_order, t.id LIMIT ? OFFSET ?`,
    ...values,
    limit,
    from,
  );
  const total = countTasks(q, [...conditions, MATCH(match)]);
  const end = from + tasks.length;
  return { tasks, total, next_cursor: tasks.length > 0 && end < total ? String(end) : null };
}
