import { err, fail, ok, type Result } from '../core/failure.ts';
import type { Task, TaskStatus } from '../core/task.ts';
import type { StatusMetadata } from './km.ts';
import { holds, lostClaim } from './leases.ts';
import { illegalTransition, isClosed, isLegal, reopens } from './lifecycle.ts';
import { rollUp } from './stages.ts';
import { findTask, freshTask, type Store } from './store.ts';

/** Moves a task along a legal transition, with everything that follows from it, all or nothing. */
export const markTaskStatus = (
  store: Store,
  taskId: number,
  status: TaskStatus,
  metadata: StatusMetadata,
): Result<Task> =>
  store.write(() => {
    const found = findTask(store.q, taskId);
    if (!found.ok) return found;
    const task = found.value;
    const { claim } = metadata;
    if (claim !== undefined && !holds(store, taskId, claim)) return lostClaim(task.key);
    const allowed = mayMove(store, task, status, metadata);
    if (!allowed.ok) return allowed;
    writeStatus(store, task, status, metadata);
    rollUp(store, parentOf(store, taskId));
    return ok(freshTask(store.q, taskId));
  });

function mayMove(store: Store, task: Task, to: TaskStatus, { reason, proof }: StatusMetadata): Result<void> {
  const { key, kind, status } = task;
  if (!isLegal(status, to)) return err(illegalTransition(key, status, to));
  if (kind === 'stage' && hasChildren(store, task.id))
    return fail(
      'input.invalid',
      `${key} is a stage: its status follows its tasks.`,
      'Change the tasks under it instead.',
    );
  if (to === 'blocked' && reason === undefined)
    return fail('input.invalid', `${key} cannot be blocked without a reason.`, 'Say what kind of obstacle it is.');
  if (to === 'done' && kind === 'task' && proof === undefined)
    return fail('input.invalid', `${key} cannot be done without a proof.`, `Say it yourself: llmclis task done ${key}`);
  return ok(undefined);
}

const hasChildren = ({ q }: Store, id: number): boolean =>
  q.get('SELECT 1 AS one FROM tasks WHERE parent_id = ? LIMIT 1', id) !== undefined;

const parentOf = ({ q }: Store, id: number): number | null =>
  q.get<{ parent_id: number | null }>('SELECT parent_id FROM tasks WHERE id = ?', id)?.parent_id ?? null;

function writeStatus(store: Store, task: Task, to: TaskStatus, metadata: StatusMetadata): void {
  const { agent, reason = null, detail = null, proof = null, commit = null } = metadata;
  const done = to === 'done';
  // A done task's work is merged; a branch stays only where the caller names it.
  const branch = metadata.branch === undefined ? (done ? null : task.branch) : metadata.branch;
  const was = wasBefore(store, task.id);
  const at = store.now();
  store.q.run(
    `UPDATE tasks SET status = ?, reason = ?, reason_detail = ?, proof = ?, commit_id = ?, branch = ?,
       claim_token = NULL, claim_holder = NULL, claim_expires_at = NULL,
       started_at = coalesce(started_at, ?), finished_at = ?, updated_at = ?, last_agent = ? WHERE id = ?`,
    to,
    to === 'blocked' ? reason : null,
    to === 'blocked' ? detail : null,
    done ? proof : null,
    done ? commit : null,
    branch,
    to === 'in-progress' ? at : null,
    isClosed(to) ? at : null,
    at,
    agent,
    task.id,
  );
  const fresh = metadata.fresh_tries === true || reopens(task.status, to);
  if (fresh) forgetTries(store, task.id);
  const facts = { reason: metadata.reason, detail: metadata.detail, proof: metadata.proof, commit: metadata.commit };
  store.record(task.id, agent, 'status', {
    from: task.status,
    to,
    ...Object.fromEntries(
      Object.entries({ ...facts, branch: metadata.branch }).filter(([, value]) => value !== undefined),
    ),
    ...(fresh && { fresh_tries: true }),
    ...(Object.keys(was).length > 0 && { was }),
  });
}

/** What the change of status forgets, so that history can say how the task was before. */
function wasBefore({ q }: Store, id: number): Readonly<Record<string, unknown>> {
  const row = q.get<Record<string, unknown>>(
    'SELECT reason, reason_detail, proof, commit_id, branch, started_at, finished_at, attempts_from FROM tasks WHERE id = ?',
    id,
  );
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== null && value !== 0));
}

const forgetTries = ({ q }: Store, taskId: number): void => {
  q.run('UPDATE tasks SET attempts_from = (SELECT coalesce(max(id), 0) FROM attempts) WHERE id = ?', taskId);
};
