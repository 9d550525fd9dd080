import { isDeepStrictEqual } from 'node:util';
import { fail, ok, type Result } from '../../core/failure.ts';
import { readMoment } from '../../core/moment.ts';
import type { Task } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { cutAt, type ProjectThen } from './at.ts';
import { type Cut, rewind } from './rewind.ts';
import type { Draft } from './snapshot.ts';

export type FieldChange = { readonly field: string; readonly from: unknown; readonly to: unknown };
export type TaskDiff = {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly changes: readonly FieldChange[];
};

/** What a difference is told of, in the order in which it is shown. */
const FIELDS = [
  ...(['title', 'status', 'reason', 'reason_detail', 'proof', 'branch', 'priority', 'role', 'queue', 'tags'] as const),
  ...(['parent', 'depends_on', 'related', 'discovered_from', 'assignee', 'due', 'complexity', 'private'] as const),
  ...(['checks', 'protect', 'allow', 'description', 'acceptance', 'checklist', 'links', 'vanished', 'notes'] as const),
];

/** Field by field, what differs between two states of a task. */
export const compareTasks = (
  from: Pick<Draft, (typeof FIELDS)[number]>,
  to: Pick<Draft, (typeof FIELDS)[number]>,
): readonly FieldChange[] =>
  FIELDS.filter(field => !isDeepStrictEqual(from[field], to[field])).map(field => ({
    field,
    from: from[field],
    to: to[field],
  }));

/** Each end is a moment, or the number of an entry of the task's log; by default from its first entry to now. */
export type DiffEnds = { readonly from?: string; readonly to?: string; readonly now: Date };

/** How one task changed between two points of its history. */
export function diffTask(q: Queries, task: Pick<Task, 'id' | 'key' | 'project_id'>, ends: DiffEnds): Result<TaskDiff> {
  const from = stateAt(q, task, ends.from ?? '1', ends.now);
  if (!from.ok) return from;
  const to = stateAt(q, task, ends.to ?? 'now', ends.now);
  if (!to.ok) return to;
  const changes = compareTasks(from.value.draft, to.value.draft);
  return ok({ key: task.key, from: from.value.at, to: to.value.at, changes });
}

function stateAt(
  q: Queries,
  task: Pick<Task, 'id' | 'key' | 'project_id'>,
  end: string,
  now: Date,
): Result<{ readonly draft: Draft; readonly at: string }> {
  const cut = /^\d+$/.test(end) ? cutAtEntry(q, task, Number(end)) : cutAtMoment(q, task, end, now);
  if (!cut.ok) return cut;
  const draft = rewind(q, { project_id: task.project_id, task_id: task.id }, cut.value).get(task.id);
  return draft === undefined ? notThere(q, task, end) : ok({ draft, at: cut.value.at });
}

function cutAtMoment(q: Queries, task: Pick<Task, 'project_id'>, end: string, now: Date): Result<Cut> {
  const moment = readMoment(end, now);
  if (!moment.ok) return moment;
  return ok(cutAt(q, task.project_id, `${moment.value.toISOString().slice(0, 19)}Z`));
}

function cutAtEntry(q: Queries, { id, key }: Pick<Task, 'id' | 'key'>, number: number): Result<Cut> {
  const sql = 'SELECT id AS row, at FROM task_history WHERE task_id = ? ORDER BY id LIMIT 1 OFFSET ?';
  const found = number < 1 ? undefined : q.get<Cut>(sql, id, number - 1);
  if (found !== undefined) return ok(found);
  const entries = q.get<{ n: number }>('SELECT count(*) AS n FROM task_history WHERE task_id = ?', id)?.n ?? 0;
  return fail(
    'input.not_found',
    `The log of ${key} has no entry ${number}: it has ${entries}.`,
    `Count them, the oldest is 1: llmclis task log ${key}`,
  );
}

function notThere(q: Queries, { id, key }: Pick<Task, 'id' | 'key'>, end: string): Result<never> {
  const born = q.get<{ at: string }>('SELECT at FROM task_history WHERE task_id = ? ORDER BY id LIMIT 1', id);
  return fail(
    'input.not_found',
    `${key} did not exist at ${end}: it was added at ${born?.at ?? 'an unknown time'}.`,
    `From its beginning: llmclis task diff ${key} --from 1`,
  );
}

export type ProjectChange = {
  readonly key: string;
  readonly title: string;
  readonly kind: 'added' | 'changed';
  /** Empty for a task that was added. */
  readonly changes: readonly FieldChange[];
};

/** What became of each task between two states of a project. Tasks are never deleted. */
export function compareProjects(then: ProjectThen, later: ProjectThen): readonly ProjectChange[] {
  const before = new Map(then.tasks.map(task => [task.id, task]));
  return later.tasks.flatMap((task): readonly ProjectChange[] => {
    const { id, key, title } = task;
    const old = before.get(id);
    if (old === undefined) return [{ key, title, kind: 'added', changes: [] }];
    const changes = compareTasks(old, task);
    return changes.length === 0 ? [] : [{ key, title, kind: 'changed', changes }];
  });
}
