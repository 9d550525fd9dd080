import { fail, ok, type Result } from '../../core/failure.ts';
import type { DependencyKind, Task, TaskNote } from '../../core/task.ts';
import type { TaskEdit } from '../km.ts';
import type { SqlValue } from '../sqlite.ts';
import { findId, findTask, freshTask, type Store, touch } from '../store.ts';
import { depend, refuseCycle, relate, setDependencies, setRelations, undepend, unrelate } from './dependencies.ts';
import { checkFields, columnsOf, PLACE_COLUMNS, shown } from './fields.ts';
import { rollUp } from './stages.ts';

type Changes = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** Changes the given fields; what is equal already leaves no trace. */
export const editTask = (store: Store, taskId: number, edit: TaskEdit, agent: string): Result<Task> =>
  store.write(() => {
    const found = findTask(store.q, taskId);
    if (!found.ok) return found;
    const fine = checkFields(edit);
    if (!fine.ok) return fine;
    const task = found.value;
    const columns = setColumns(store, taskId, edit);
    const parent = setParent(store, task, edit.parent);
    if (!parent.ok) return parent;
    const dependencies = setAllDependencies(store, task, edit.depends_on);
    if (!dependencies.ok) return dependencies;
    const related = setAllRelations(store, task, edit);
    if (!related.ok) return related;
    const changes = { ...columns, ...parent.value, ...dependencies.value, ...related.value };
    const told = Object.entries(changes).filter(([name]) => !PLACE_COLUMNS.includes(name));
    if (told.length > 0) store.record(taskId, agent, 'edited', Object.fromEntries(told));
    if (told.some(([name]) => name !== 'vanished')) touch(store, taskId, agent);
    return ok(freshTask(store.q, taskId));
  });

function setColumns({ q }: Store, taskId: number, edit: TaskEdit): Changes {
  const before = q.get<Record<string, SqlValue>>('SELECT * FROM tasks WHERE id = ?', taskId) ?? {};
  const changed = [...columnsOf(edit)].filter(([name, value]) => before[name] !== value);
  if (changed.length === 0) return {};
  const sets = changed.map(([name]) => `${name} = ?`).join(', ');
  q.run(`UPDATE tasks SET ${sets} WHERE id = ?`, ...changed.map(([, value]) => value), taskId);
  return Object.fromEntries(
    changed.map(([name, to]) => [name, { from: shown(name, before[name] ?? null), to: shown(name, to) }]),
  );
}

function setParent(store: Store, task: Task, key: string | null | undefined): Result<Changes> {
  if (key === undefined || key === task.parent) return ok({});
  const parent = key === null ? ok(null) : findId(store.q, task.project_id, key);
  if (!parent.ok) return parent;
  // A parent waits for its children: this one must not wait for the parent.
  const free = parent.value === null ? ok(undefined) : refuseCycle(store.q, parent.value, task.id);
  if (!free.ok) return free;
  const old = task.parent === null ? ok(null) : findId(store.q, task.project_id, task.parent);
  store.q.run('UPDATE tasks SET parent_id = ? WHERE id = ?', parent.value, task.id);
  if (old.ok) rollUp(store, old.value);
  rollUp(store, parent.value);
  return ok({ parent: { from: task.parent, to: key } });
}

function setAllDependencies(store: Store, task: Task, keys: readonly string[] | undefined): Result<Changes> {
  if (keys === undefined) return ok({});
  const changed = setDependencies(store, task, keys);
  if (!changed.ok) return changed;
  return ok(changed.value ? { depends_on: { from: task.depends_on, to: freshTask(store.q, task.id).depends_on } } : {});
}

function setAllRelations(store: Store, task: Task, edit: TaskEdit): Result<Changes> {
  let changes: Changes = {};
  for (const [name, kind] of [['related', 'related'] as const, ['discovered_from', 'discovered-from'] as const]) {
    const after = edit[name];
    if (after === undefined) continue;
    const changed = setRelations(store.q, task, kind, { before: task[name], after });
    if (!changed.ok) return changed;
    if (changed.value) changes = { ...changes, [name]: { from: task[name], to: freshTask(store.q, task.id)[name] } };
  }
  return ok(changes);
}

/** What the history calls a tie of this kind, and the words for it. */
const historyOf = (kind: DependencyKind) =>
  kind === 'blocks' ? ({ entry: 'depends', data: {} } as const) : ({ entry: 'relates', data: { kind } } as const);

export const addDependency = (
  store: Store,
  taskId: number,
  otherKey: string,
  agent: string,
  kind: DependencyKind = 'blocks',
): Result<Task> =>
  store.write(() => {
    const task = findTask(store.q, taskId);
    if (!task.ok) return task;
    const { project_id } = task.value;
    const added =
      kind === 'blocks'
        ? depend(store.q, project_id, taskId, otherKey)
        : relate(store.q, project_id, taskId, kind, otherKey);
    if (!added.ok) return added;
    if (added.value) {
      const { entry, data } = historyOf(kind);
      store.record(taskId, agent, entry, { ...data, added: otherKey });
      touch(store, taskId, agent);
    }
    return ok(freshTask(store.q, taskId));
  });

export const removeDependency = (
  store: Store,
  taskId: number,
  otherKey: string,
  agent: string,
  kind: DependencyKind = 'blocks',
): Result<Task> =>
  store.write(() => {
    const task = findTask(store.q, taskId);
    if (!task.ok) return task;
    const { project_id } = task.value;
    const removed =
      kind === 'blocks'
        ? undepend(store.q, project_id, taskId, otherKey)
        : unrelate(store.q, project_id, taskId, kind, otherKey);
    if (!removed.ok) return removed;
    if (!removed.value) return notTied(task.value, otherKey, kind);
    const { entry, data } = historyOf(kind);
    store.record(taskId, agent, entry, { ...data, removed: otherKey });
    touch(store, taskId, agent);
    return ok(freshTask(store.q, taskId));
  });

function notTied(
  { key, depends_on, related, discovered_from }: Task,
  other: string,
  kind: DependencyKind,
): Result<never> {
  const [verb, keys] = {
    blocks: ['depend on', depends_on] as const,
    related: ['relate to', related] as const,
    'discovered-from': ['come from', discovered_from] as const,
  }[kind];
  const hint = keys.length === 0 ? `It does not ${verb} any task.` : `What it does ${verb}: ${keys.join(', ')}.`;
  return fail('input.not_found', `${key} does not ${verb} ${other}.`, hint);
}

/** Appends a dated note; notes are never changed or deleted. */
export const appendTaskNote = (
  store: Store,
  taskId: number,
  note: string,
  agentName: string,
  at: string = store.now(),
): Result<TaskNote> =>
  store.write(() => {
    const task = findTask(store.q, taskId);
    if (!task.ok) return task;
    if (note.trim() === '')
      return fail('input.invalid', 'The note is empty.', 'Say what the next one to work on it should know.');
    const sql = 'INSERT INTO task_notes (task_id, at, agent, text) VALUES (?, ?, ?, ?)';
    const { id } = store.q.run(sql, taskId, at, agentName, note);
    store.record(taskId, agentName, 'note', { note_id: id });
    touch(store, taskId, agentName);
    return ok({ at, agent: agentName, text: note });
  });
