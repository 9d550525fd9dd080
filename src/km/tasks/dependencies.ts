import { fail, ok, type Result } from '../../core/failure.ts';
import type { DependencyKind } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { findId, type Store } from '../store.ts';

/** Everything that a task waits for: what it depends on, and its children. */
const WAITS_FOR =
  'SELECT blocker_id AS id FROM task_deps WHERE task_id = ? UNION SELECT id FROM tasks WHERE parent_id = ?';

/** Everything that waits for a task: what depends on it, and its parent. */
const AWAITED_BY =
  'SELECT task_id AS id FROM task_deps WHERE blocker_id = ? UNION SELECT parent_id FROM tasks WHERE id = ? AND parent_id IS NOT NULL';

type Search = { readonly sql: string; readonly seen: Set<number>; readonly queue: number[]; rows: number };

/**
 * Does `from` wait for `to`? Looks from both ends in turn, the one that has read fewer rows first: a task at the end of a long
 * chain is awaited by few, so that most answers cost next to nothing however long the chain is.
 */
function waitsFor(q: Queries, from: number, to: number): boolean {
  if (from === to) return true;
  const start = (sql: string, id: number): Search => ({ sql, seen: new Set([id]), queue: [id], rows: 0 });
  const ahead = start(WAITS_FOR, from);
  const back = start(AWAITED_BY, to);
  for (;;) {
    const [search, other] = ahead.rows < back.rows ? [ahead, back] : [back, ahead];
    const at = search.queue.shift();
    if (at === undefined) return false;
    for (const { id } of q.all<{ id: number }>(search.sql, at, at)) {
      search.rows += 1;
      if (other.seen.has(id)) return true;
      if (search.seen.has(id)) continue;
      search.seen.add(id);
      search.queue.push(id);
    }
    search.rows += 1;
  }
}

/** Keys on a shortest way along "waits for" from one task to another, both included; null when there is none. */
function wayTo(q: Queries, from: number, to: number): readonly string[] | null {
  const cameFrom = new Map<number, number | null>([[from, null]]);
  const queue = [from];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === to) return keysAlong(q, cameFrom, to);
    for (const { id } of q.all<{ id: number }>(WAITS_FOR, at, at)) {
      if (cameFrom.has(id)) continue;
      cameFrom.set(id, at);
      queue.push(id);
    }
  }
  return null;
}

function keysAlong(q: Queries, cameFrom: ReadonlyMap<number, number | null>, end: number): readonly string[] {
  const keys: string[] = [];
  for (let at: number | null = end; at !== null; at = cameFrom.get(at) ?? null) keys.unshift(keyOf(q, at));
  return keys;
}

const keyOf = (q: Queries, id: number): string =>
  q.get<{ key: string }>('SELECT key FROM tasks WHERE id = ?', id)?.key ?? String(id);

/** Refuses that `taskId` should wait for `otherId` where that one waits for it already. A task waits for its children too. */
export function refuseCycle(q: Queries, taskId: number, otherId: number): Result<void> {
  // Nobody can wait for a task that nothing depends on and that is nobody's child.
  const awaited = q.get(
    'SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM task_deps WHERE blocker_id = ?) OR EXISTS (SELECT 1 FROM tasks WHERE id = ? AND parent_id IS NOT NULL)',
    taskId,
    taskId,
  );
  if (awaited === undefined && taskId !== otherId) return ok(undefined);
  if (!waitsFor(q, otherId, taskId)) return ok(undefined);
  const way = wayTo(q, otherId, taskId);
  if (way === null) return ok(undefined);
  const cycle = [keyOf(q, taskId), ...way].join(' → ');
  return fail(
    'task.cycle',
    `These tasks would wait for each other for ever: ${cycle}.`,
    'Take one of these dependencies away: llmclis task dep KEY --on KEY --remove',
    { cycle },
  );
}

/** Makes `taskId` wait for the task with this key. `ok(false)`: it did already. */
export function depend(q: Queries, projectId: number, taskId: number, blockerKey: string): Result<boolean> {
  const blocker = findId(q, projectId, blockerKey);
  if (!blocker.ok) return blocker;
  const known = q.get('SELECT 1 AS one FROM task_deps WHERE task_id = ? AND blocker_id = ?', taskId, blocker.value);
  if (known !== undefined) return ok(false);
  const free = refuseCycle(q, taskId, blocker.value);
  if (!free.ok) return free;
  q.run('INSERT INTO task_deps (task_id, blocker_id) VALUES (?, ?)', taskId, blocker.value);
  return ok(true);
}

/** `ok(false)`: it did not depend on it. */
export function undepend(q: Queries, projectId: number, taskId: number, blockerKey: string): Result<boolean> {
  const blocker = findId(q, projectId, blockerKey);
  if (!blocker.ok) return blocker;
  const { changes } = q.run('DELETE FROM task_deps WHERE task_id = ? AND blocker_id = ?', taskId, blocker.value);
  return ok(changes > 0);
}

/** Makes the task depend on exactly these. The ones that go are removed first, so that turning a dependency around works. */
export function setDependencies(
  store: Store,
  task: { readonly id: number; readonly project_id: number; readonly depends_on: readonly string[] },
  keys: readonly string[],
): Result<boolean> {
  const gone = task.depends_on.filter(key => !keys.includes(key));
  for (const key of gone) undepend(store.q, task.project_id, task.id, key);
  let changed = gone.length > 0;
  for (const key of keys) {
    const added = depend(store.q, task.project_id, task.id, key);
    if (!added.ok) return added;
    changed ||= added.value;
  }
  return ok(changed);
}

type Relation = Exclude<DependencyKind, 'blocks'>;

/** Ties a task to another one that it does not wait for. `ok(false)`: it is tied already. */
export function relate(q: Queries, projectId: number, taskId: number, kind: Relation, key: string): Result<boolean> {
  const other = findId(q, projectId, key);
  if (!other.ok) return other;
  if (other.value === taskId)
    return fail('input.invalid', `${key} cannot be tied to itself.`, 'Name another task: llmclis task list');
  const sql = 'INSERT OR IGNORE INTO task_relations (task_id, other_id, kind) VALUES (?, ?, ?)';
  return ok(q.run(sql, taskId, other.value, kind).changes > 0);
}

/** `ok(false)`: it was not tied to it. */
export function unrelate(q: Queries, projectId: number, taskId: number, kind: Relation, key: string): Result<boolean> {
  const other = findId(q, projectId, key);
  if (!other.ok) return other;
  const sql = 'DELETE FROM task_relations WHERE task_id = ? AND other_id = ? AND kind = ?';
  return ok(q.run(sql, taskId, other.value, kind).changes > 0);
}

/** Ties the task to exactly these by this kind. */
export function setRelations(
  q: Queries,
  task: { readonly id: number; readonly project_id: number },
  kind: Relation,
  lists: { readonly before: readonly string[]; readonly after: readonly string[] },
): Result<boolean> {
  const gone = lists.before.filter(key => !lists.after.includes(key));
  for (const key of gone) unrelate(q, task.project_id, task.id, kind, key);
  let changed = gone.length > 0;
  for (const key of lists.after) {
    const added = relate(q, task.project_id, task.id, kind, key);
    if (!added.ok) return added;
    changed ||= added.value;
  }
  return ok(changed);
}
