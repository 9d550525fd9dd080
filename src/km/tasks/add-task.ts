import { fail, ok, type Result } from '../../core/failure.ts';
import type { Task } from '../../core/task.ts';
import type { NewTask } from '../km.ts';
import type { Queries } from '../queries.ts';
import type { SqlValue } from '../sqlite.ts';
import { findId, freshTask, type Store } from '../store.ts';
import { setDependencies, setRelations } from './dependencies.ts';
import { checkFields, checkKey, columnsOf, PLACE_COLUMNS, shown } from './fields.ts';
import { freshKey } from './keys.ts';
import { isClosed } from './lifecycle.ts';
import { rollUp } from './stages.ts';

/** Adds a task, its dependencies and its first history row, all or nothing. */
export const addTask = (store: Store, input: NewTask, agent: string): Result<Task> =>
  store.write(() => {
    const { q } = store;
    const fine = checkFields(input);
    if (!fine.ok) return fine;
    const last = lastPlace(q, input.project_id);
    if (!last.ok) return last;
    const free = input.key === undefined ? ok(undefined) : freeKey(q, input.project_id, input.key);
    if (!free.ok) return free;
    const parent = input.parent == null ? ok(null) : findId(q, input.project_id, input.parent);
    if (!parent.ok) return parent;
    const key = input.key ?? freshKey(store, input.project_id);
    const id = insert(store, { ...input, key, plan_order: input.plan_order ?? last.value + 1 }, parent.value, agent);
    store.record(id, agent, 'created', createdData(input, key));
    const tied = tie(store, { id, project_id: input.project_id }, input);
    if (!tied.ok) return tied;
    rollUp(store, parent.value);
    return ok(freshTask(q, id));
  });

/** Place of the last task of the project, 0 where it has none. */
function lastPlace(q: Queries, projectId: number): Result<number> {
  const row = q.get<{ last: number }>(
    'SELECT coalesce((SELECT max(plan_order) FROM tasks WHERE project_id = p.id), 0) AS last FROM projects p WHERE id = ?',
    projectId,
  );
  if (row !== undefined) return ok(row.last);
  return fail('project.not_found', `There is no project ${projectId}.`, 'See the projects: llmclis project list');
}

function freeKey(q: Queries, projectId: number, key: string): Result<void> {
  const fine = checkKey(key);
  if (!fine.ok) return fine;
  const taken = q.get<{ title: string }>('SELECT title FROM tasks WHERE project_id = ? AND key = ?', projectId, key);
  return taken === undefined
    ? ok(undefined)
    : fail(
        'input.invalid',
        `The key ${key} is taken by "${taken.title}".`,
        'Give another key, or none: then one is made that nobody has.',
      );
}

/** All that the task was born with, so that history alone can say how it was. */
function createdData(input: NewTask, key: string): Readonly<Record<string, unknown>> {
  const fields = [...columnsOf(input)].filter(([name]) => !PLACE_COLUMNS.includes(name));
  return {
    key,
    kind: input.kind ?? 'task',
    status: input.status ?? 'pending',
    ...Object.fromEntries(fields.map(([name, value]) => [name, shown(name, value)])),
    ...(input.parent != null && { parent: input.parent }),
    ...(input.depends_on !== undefined && { depends_on: input.depends_on }),
    ...(input.related !== undefined && { related: input.related }),
    ...(input.discovered_from !== undefined && { discovered_from: input.discovered_from }),
  };
}

/** Its dependencies of every kind. */
function tie(
  store: Store,
  task: { readonly id: number; readonly project_id: number },
  input: NewTask,
): Result<unknown> {
  const depends = setDependencies(store, { ...task, depends_on: [] }, input.depends_on ?? []);
  if (!depends.ok) return depends;
  const related = setRelations(store.q, task, 'related', { before: [], after: input.related ?? [] });
  if (!related.ok) return related;
  return setRelations(store.q, task, 'discovered-from', { before: [], after: input.discovered_from ?? [] });
}

function insert(
  store: Store,
  input: NewTask & { readonly key: string },
  parentId: number | null,
  agent: string,
): number {
  const at = store.now();
  const status = input.status ?? 'pending';
  const columns = new Map<string, SqlValue>([
    ...columnsOf(input),
    ['project_id', input.project_id],
    ['key', input.key],
    ['kind', input.kind ?? 'task'],
    ['status', status],
    // What a plan lists as done when it is read first was accepted by whoever ticked it.
    ['proof', status === 'done' && input.kind !== 'stage' ? 'accepted-by-person' : null],
    ['reason', status === 'blocked' ? 'needs_input' : null],
    ['parent_id', parentId],
    ['finished_at', isClosed(status) ? (input.finished_at ?? at) : null],
    ['started_at', status === 'in-progress' ? at : null],
    ['created_at', input.created_at ?? at],
    ['created_by', agent],
    ['updated_at', at],
    ['last_agent', agent],
  ]);
  const names = [...columns.keys()];
  const sql = `INSERT INTO tasks (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  return store.q.run(sql, ...columns.values()).id;
}
