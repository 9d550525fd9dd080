import { isoSeconds } from '../../core/clock.ts';
import { TASK_STATUSES, type Task, type TaskStatus } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { type Cut, rewind } from './rewind.ts';
import type { Draft } from './snapshot.ts';

/** A task as it was. Who held it then is not known. */
export type TaskThen = Omit<Task, 'claim'> & { readonly notes: number };

export type ProjectThen = {
  readonly project: { readonly id: number; readonly name: string; readonly root: string };
  /** The moment asked for, in UTC. */
  readonly at: string;
  /** Every task that existed, stages included, in the plan's present order. */
  readonly tasks: readonly TaskThen[];
  /** Tasks, not stages. */
  readonly counts: Readonly<Record<TaskStatus, number>>;
};

/** The project as it was at the end of the second of `moment`. */
export function projectAsOf(q: Queries, project: ProjectThen['project'], moment: Date): ProjectThen {
  const { id, name, root } = project;
  const at = isoSeconds(moment);
  const drafts = rewind(q, { project_id: id }, cutAt(q, id, at));
  const tasks = tell(drafts, attemptsUntil(q, id, at));
  return { project: { id, name, root }, at, tasks, counts: countTasks(tasks) };
}

/** The last row of that moment: with it came all before it, also where a clock went back. */
export function cutAt(q: Queries, projectId: number, at: string): Cut {
  const sql = `SELECT h.id AS row FROM task_history h CROSS JOIN tasks t ON t.id = h.task_id
    WHERE t.project_id = ? AND h.at <= ? ORDER BY h.id DESC LIMIT 1`;
  return { row: q.get<{ row: number }>(sql, projectId, at)?.row ?? 0, at };
}

type Try = { readonly task_id: number; readonly id: number; readonly outcome: string; readonly usd: number };

function attemptsUntil(q: Queries, projectId: number, at: string): ReadonlyMap<number, readonly Try[]> {
  const rows = q.all<Try>(
    `SELECT a.task_id, a.id, a.outcome, a.usd FROM attempts a JOIN tasks t ON t.id = a.task_id
     WHERE t.project_id = ? AND a.at <= ? ORDER BY a.id`,
    projectId,
    at,
  );
  return Map.groupBy(rows, row => row.task_id);
}

function tell(drafts: ReadonlyMap<number, Draft>, attempts: ReadonlyMap<number, readonly Try[]>): readonly TaskThen[] {
  const children = new Map<string, { open: number; done: number }>();
  for (const { parent, status } of drafts.values()) {
    if (parent === null) continue;
    const counted = children.get(parent) ?? { open: 0, done: 0 };
    children.set(parent, counted);
    if (status === 'done') counted.done += 1;
    else if (status !== 'cancelled') counted.open += 1;
  }
  return [...drafts.values()].map(({ commit_id: _, attempts_from, ...draft }) => {
    const tried = attempts.get(draft.id) ?? [];
    return {
      ...draft,
      children: children.get(draft.key) ?? { open: 0, done: 0 },
      tries: tried.filter(one => one.id > attempts_from && one.outcome !== 'interrupted').length,
      usd: tried.reduce((sum, one) => sum + one.usd, 0),
    };
  });
}

export function countTasks(tasks: readonly Pick<Task, 'kind' | 'status'>[]): Readonly<Record<TaskStatus, number>> {
  const counts = Object.fromEntries(TASK_STATUSES.map(status => [status, 0])) as Record<TaskStatus, number>;
  for (const { kind, status } of tasks) if (kind === 'task') counts[status] += 1;
  return counts;
}
