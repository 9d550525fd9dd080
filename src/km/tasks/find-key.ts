import { fail, ok, type Result } from '../../core/failure.ts';
import type { Task } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { taskById, taskByKey } from '../task-row.ts';

/** Fewest characters of a made key that may stand for the whole. */
const SHORTEST = 4;
/** A key that `freshKey` makes. */
const MADE = /^T-\d[0-9a-z]{5,}$/;
const NAMED = 5;

/**
 * The task that people mean by a key: the one that has exactly this key, else the one whose made key (`T-7k2x9q`) begins
 * with it, capital letters or not. Keys that a plan gives are never shortened: `S1.1` is not `S1.10`.
 */
export function taskByShortKey(q: Queries, projectId: number, key: string): Result<Task> {
  const exact = taskByKey(q, projectId, key);
  if (exact !== null) return ok(exact);
  const found = madeKeys(q, projectId, key);
  const task = found.length === 1 && found[0] !== undefined ? taskById(q, found[0].id) : null;
  if (task !== null) return ok(task);
  if (found.length === 0)
    return fail('input.not_found', `There is no task ${key} in this project.`, 'See the keys: llmclis task list');
  const names = found.slice(0, NAMED).map(one => one.key);
  const more = found.length > NAMED ? ' and more' : '';
  return fail(
    'input.invalid',
    `${key} is the beginning of several keys: ${names.join(', ')}${more}.`,
    'Give one more character of the key.',
  );
}

function madeKeys(
  q: Queries,
  projectId: number,
  key: string,
): readonly { readonly id: number; readonly key: string }[] {
  if (key.length < SHORTEST || !/^t-\d[0-9a-z]*$/i.test(key)) return [];
  const start = `T-${key.slice(2).toLowerCase()}`;
  const sql = `SELECT id, key FROM tasks WHERE project_id = ? AND key >= ? AND key < ? ORDER BY key LIMIT ${NAMED + 1}`;
  return q.all<{ id: number; key: string }>(sql, projectId, start, `${start}~`).filter(row => MADE.test(row.key));
}
