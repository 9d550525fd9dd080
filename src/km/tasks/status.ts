import { err, fail, ok, type Result } from '../../core/failure.ts';
import type { Task, TaskKind, TaskStatus } from '../../core/task.ts';
import type { StatusMetadata } from '../km.ts';
import type { SqlValue } from '../sqlite.ts';
import { freshTask, noTask, type Store } from '../store.ts';
import { isHeld, lostClaim } from './leases.ts';
import { illegalTransition, isClosed, isLegal, reopens } from './lifecycle.ts';
import { rollUp } from './stages.ts';

/** What the change of status forgets, so that history can say how the task was before. */
const FORGOTTEN = [
  ...(['reason', 'reason_detail', 'proof', 'commit_id', 'branch'] as const),
  ...(['started_at', 'finished_at', 'attempts_from'] as const),
];
const COLUMNS = `id, key, kind, status, parent_id, claim_token, claim_expires_at, ${FORGOTTEN.join(', ')}`;
type Row = Readonly<Record<(typeof FORGOTTEN)[number], SqlValue>> & {
  readonly id: number;
  readonly key: string;
  readonly kind: TaskKind;
  readonly status: TaskStatus;
  readonly parent_id: number | null;
  readonly branch: string | null;
  readonly claim_token: string | null;
  readonly claim_expires_at: string | null;
};

/** Moves a task along a legal transition, with everything that follows from it, all or nothing. */
export const markTaskStatus = (
  store: Store,
  taskId: number,
  status: TaskStatus,
  metadata: StatusMetadata,
): Result<Task> =>
  store.write(() => {
    const row = store.q.get<Row>(`SELECT ${COLUMNS} FROM tasks WHERE id = ?`, taskId);
    if (row === undefined) return noTask(taskId);
    const { claim } = metadata;
    if (claim !== undefined && !isHeld(store, row, claim)) return lostClaim(row.key);
    const allowed = mayMove(store, row, status, metadata);
    if (!allowed.ok) return allowed;
    writeStatus(store, row, status, metadata);
    rollUp(store, row.parent_id);
    return ok(freshTask(store.q, taskId));
  });

function mayMove(store: Store, row: Row, to: TaskStatus, { reason, proof }: StatusMetadata): Result<void> {
  const { key, kind, status } = row;
  if (!isLegal(status, to)) return err(illegalTransition(key, status, to));
  if (kind === 'stage' && hasChildren(store, row.id))
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

function writeStatus(store: Store, row: Row, to: TaskStatus, metadata: StatusMetadata): void {
  const { agent, reason = null, detail = null, proof = null, commit = null } = metadata;
  const done = to === 'done';
  // A done task's work is merged; a branch stays only where the caller names it.
  const branch = metadata.branch === undefined ? (done ? null : row.branch) : metadata.branch;
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
    row.id,
  );
  const fresh = metadata.fresh_tries === true || reopens(row.status, to);
  if (fresh) forgetTries(store, row.id);
  store.record(row.id, agent, 'status', moved(row, to, metadata, fresh));
}

/** The move as history tells it. */
function moved(row: Row, to: TaskStatus, metadata: StatusMetadata, fresh: boolean): Readonly<Record<string, unknown>> {
  const { reason, detail, proof, commit, branch, permission } = metadata;
  const given = Object.entries({ reason, detail, proof, commit, branch, permission }).filter(
    ([, value]) => value !== undefined,
  );
  const was = FORGOTTEN.map(name => [name, row[name]] as const).filter(([, value]) => value !== null && value !== 0);
  return {
    from: row.status,
    to,
    ...Object.fromEntries(given),
    ...(fresh && { fresh_tries: true }),
    ...(was.length > 0 && { was: Object.fromEntries(was) }),
  };
}

const forgetTries = ({ q }: Store, taskId: number): void => {
  q.run('UPDATE tasks SET attempts_from = (SELECT coalesce(max(id), 0) FROM attempts) WHERE id = ?', taskId);
};
