import { isDeepStrictEqual } from 'node:util';
import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import type { Task, TaskStatus } from '../../core/task.ts';
import type { TaskEdit } from '../km.ts';
import type { Queries } from '../queries.ts';
import { findTask, freshTask, type Store, touch } from '../store.ts';
import { editTask } from '../tasks/edit-task.ts';
import { isClosed } from '../tasks/lifecycle.ts';
import { rollUp } from '../tasks/stages.ts';
import { changedSince } from './changes.ts';
import { type Delta, TIES } from './delta.ts';
import { NO_OUTCOME, type Outcome } from './outcome.ts';
import type { FieldChanges } from './rows.ts';

/** Refuses where something is no more what the change made it. */
export function refuseChanged(q: Queries, projectId: number, task: Task, delta: Delta): Result<void> {
  const { created, status, fields, ties } = delta;
  if (created !== null) {
    const since = changedSince(q, projectId, created);
    if (since !== null) return conflict(q, task, `it was changed since (${since.kind} by ${since.agent}, ${since.at})`);
    if (task.status === 'in-progress') return conflict(q, task, 'someone works on it');
    return ok(undefined);
  }
  if (status !== null && ![status.to, settled(status.to)].includes(task.status) && !isRolledUp(q, task))
    return conflict(q, task, `it is ${task.status} by now, not ${status.to}`);
  for (const [name, { to }] of fields) {
    const value = Object.entries(task).find(([field]) => field === name)?.[1];
    if (!isDeepStrictEqual(value, to))
      return conflict(q, task, `its ${name} is ${said(value)} by now, not ${said(to)}`);
  }
  for (const tie of TIES) {
    const gone = ties[tie].added.find(key => !task[tie].includes(key));
    if (gone !== undefined) return conflict(q, task, `${gone} is not in its ${tie} any more`);
    const back = ties[tie].removed.find(key => task[tie].includes(key));
    if (back !== undefined) return conflict(q, task, `${back} is in its ${tie} again`);
  }
  return ok(undefined);
}

const said = (value: unknown): string => oneLine(JSON.stringify(value) ?? 'nothing', 60);

function conflict(q: Queries, { id, key }: Task, why: string): Result<never> {
  const last = q.get<{ agent: string; at: string }>(
    'SELECT agent, at FROM task_history WHERE task_id = ? ORDER BY id DESC LIMIT 1',
    id,
  );
  return fail(
    'undo.conflict',
    `${key} cannot be taken back: ${why}. Its last change was by ${last?.agent ?? 'nobody'} at ${last?.at ?? 'no time'}. Nothing was written.`,
    `See what happened (llmclis task log ${key}), undo the newer change first, or set it yourself: llmclis task edit ${key}`,
    { key },
  );
}

/** A claim does not come back, so neither does the work in progress. */
const settled = (status: TaskStatus): TaskStatus => (status === 'in-progress' ? 'pending' : status);

/** A stage with tasks under it: its status follows them. */
const isRolledUp = ({ get }: Queries, { id, kind }: Task): boolean =>
  kind === 'stage' && get('SELECT 1 AS one FROM tasks WHERE parent_id = ? LIMIT 1', id) !== undefined;

type Undo = { readonly undid: number; readonly agent: string; readonly redo: boolean };

/** Makes the task what it was before the change, and says so in its history. */
export function takeBack(store: Store, delta: Delta, { undid, agent, redo }: Undo): Result<void> {
  const found = findTask(store.q, delta.task_id);
  if (!found.ok) return found;
  const edited = editBack(store, found.value, delta, agent);
  if (!edited.ok) return edited;
  const moved = moveBack(store, found.value, delta);
  store.record(delta.task_id, agent, 'undone', {
    undid,
    ...(redo && { redo: true }),
    ...moved,
    ...(Object.keys(edited.value).length > 0 && { changes: edited.value }),
  });
  touch(store, delta.task_id, agent);
  rollUp(store, parentOf(store, delta.task_id));
  return ok(undefined);
}

/** Fields and ties back, by the same rules as any edit (no circle, say); what changed is the answer and no row of its own. */
function editBack(store: Store, task: Task, delta: Delta, agent: string): Result<FieldChanges> {
  if (delta.created !== null) return ok({});
  const ties = TIES.filter(tie => delta.ties[tie].added.length + delta.ties[tie].removed.length > 0).map(tie => {
    const { added, removed } = delta.ties[tie];
    return [tie, [...task[tie].filter(key => !added.includes(key)), ...removed]] as const;
  });
  // The values are those that the fields had.
  const edit = Object.fromEntries([...[...delta.fields].map(([name, { from }]) => [name, from]), ...ties]) as TaskEdit;
  let changes: FieldChanges = {};
  const quiet: Store = {
    ...store,
    record(taskId, by, kind, data) {
      if (kind === 'edited' && taskId === task.id) changes = data as FieldChanges;
      else store.record(taskId, by, kind, data);
    },
  };
  const edited = editTask(quiet, task.id, edit, agent);
  return edited.ok ? ok(changes) : edited;
}

/** The status back, with what belongs to it; a task that was added is cancelled. */
function moveBack(store: Store, before: Task, delta: Delta): Readonly<Record<string, unknown>> {
  const task = freshTask(store.q, before.id);
  const isEmpty = delta.created !== null && task.children.open + task.children.done === 0;
  if (isRolledUp(store.q, task) && !isEmpty) return {};
  const was = outcomeNow(store.q, task.id);
  const kept: Outcome = { ...NO_OUTCOME, branch: was.branch, attempts_from: was.attempts_from };
  const { status, created } = delta;
  const to = created !== null ? 'cancelled' : status === null ? task.status : settled(status.from);
  const outcome = created !== null || status === null ? kept : (status.before ?? kept);
  if (to === task.status && (status?.before == null || isDeepStrictEqual(outcome, was))) return {};
  const finished_at = isClosed(to) ? (outcome.finished_at ?? store.now()) : null;
  store.q.run(
    `UPDATE tasks SET status = ?, reason = ?, reason_detail = ?, proof = ?, commit_id = ?, branch = ?, finished_at = ?,
       attempts_from = ?, claim_token = NULL, claim_holder = NULL, claim_expires_at = NULL WHERE id = ?`,
    to,
    outcome.reason,
    outcome.reason_detail,
    outcome.proof,
    outcome.commit_id,
    outcome.branch,
    finished_at,
    outcome.attempts_from,
    task.id,
  );
  return { from: task.status, to, was: Object.fromEntries(Object.entries(was).filter(([, value]) => value)) };
}

const outcomeNow = ({ get }: Queries, id: number): Outcome =>
  get<Outcome>(
    'SELECT reason, reason_detail, proof, commit_id, branch, finished_at, attempts_from FROM tasks WHERE id = ?',
    id,
  ) ?? NO_OUTCOME;

const parentOf = ({ q }: Store, id: number): number | null =>
  q.get<{ parent_id: number | null }>('SELECT parent_id FROM tasks WHERE id = ?', id)?.parent_id ?? null;
