import type { Task, TaskWhy, WaitingOn } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { tasksWhere } from '../task-row.ts';
import { inScope, LAPSED, metBy, READY, type StuckRow, stuck } from './next-query.ts';
import { becauseOf, inWords, waiting } from './next-task.ts';

/** Most tasks named as waited for or standing before. */
const LISTED = 20;
const OPEN = "status NOT IN ('done', 'cancelled')";

/** Why a task is next, or not yet: its place, what stands before it, what it waits for down to the first cause. */
export function whyTask(q: Queries, task: Task, now: string): TaskWhy {
  const lapsed = task.status === 'in-progress' && task.claim !== null && task.claim.expires_at <= now;
  const waiting_on = waitsFor(q, task, now);
  const ready =
    task.kind === 'task' && !task.vanished && waiting_on.length === 0 && (task.status === 'pending' || lapsed);
  const facts = { kind: 'why', key: task.key, ready, waiting_on } as const;
  if (!ready) return { ...facts, place: null, ahead: [], because: whyNot(task, waiting_on) };
  const { urgent, earlier, ahead } = before(q, task, now);
  const lease = lapsed && task.claim !== null ? { holder: task.claim.holder, expired_at: task.claim.expires_at } : null;
  const because = becauseOf({ task, met: metBy(q, task), lease }, placeText(urgent, earlier));
  return { ...facts, place: urgent + earlier + 1, ahead, because };
}

function placeText(urgent: number, earlier: number): string {
  if (urgent + earlier === 0) return 'it is the next one: nothing ready stands before it';
  const parts = [
    urgent === 0 ? '' : `${urgent} ready ${urgent === 1 ? 'task is' : 'tasks are'} more urgent`,
    earlier === 0 ? '' : `${earlier} as urgent ${earlier === 1 ? 'stands' : 'stand'} before it in the plan`,
  ];
  return `it is ready, and ${parts.filter(part => part !== '').join(' and ')}`;
}

/** The ready tasks of its project that would be taken first. */
function before(q: Queries, task: Task, now: string) {
  const scope = inScope({ projectId: task.project_id, except: [task.id] });
  const place = '(SELECT o.plan_order FROM tasks o WHERE o.id = ?)';
  const first = `t.priority <= ? AND (t.priority, t.plan_order, t.id) < (?, ${place}, ?)`;
  const select = `SELECT t.id, t.key, t.priority, t.plan_order FROM tasks t`;
  // Two look-ups in two indexes.
  const from = `FROM (${select} WHERE ${scope} AND ${READY} AND ${first}
    UNION ALL ${select} INDEXED BY tasks_leases WHERE ${scope} AND ${LAPSED} AND ${first}) t`;
  const bound = [task.priority, task.priority, task.id, task.id];
  const values = [...bound, now, ...bound];
  const counted = q.get<{ urgent: number | null; earlier: number | null }>(
    `SELECT sum(t.priority < ?) AS urgent, sum(t.priority = ?) AS earlier ${from}`,
    task.priority,
    task.priority,
    ...values,
  );
  const rows = q.all<{ key: string }>(
    `SELECT t.key ${from} ORDER BY t.priority, t.plan_order, t.id LIMIT ${LISTED}`,
    ...values,
  );
  return { urgent: counted?.urgent ?? 0, earlier: counted?.earlier ?? 0, ahead: rows.map(({ key }) => key) };
}

function whyNot(task: Task, waiting_on: readonly WaitingOn[]): string {
  if (task.status === 'done') return `it is done${task.proof === null ? '' : ` (${task.proof})`}`;
  if (task.status === 'cancelled') return 'it was given up';
  if (task.kind === 'stage') return 'it is a stage: its tasks are worked on, and it is done when they are';
  if (task.status === 'in-progress')
    return task.claim === null
      ? 'it is in progress'
      : `${task.claim.holder} works on it, with a claim until ${task.claim.expires_at}`;
  const causes = waiting_on.filter(({ root }) => root);
  const own = [
    task.status === 'blocked' ? blockedText(task) : '',
    task.vanished ? 'its plan file does not list it any more' : '',
    causes.length === 0 ? '' : `it waits, in the end, for ${inWords(causes.map(({ key, why }) => `${key} (${why})`))}`,
  ];
  return own.filter(part => part !== '').join('; ');
}

const blockedText = ({ reason, reason_detail }: Pick<Task, 'reason' | 'reason_detail'>): string =>
  `it is blocked: ${reason ?? ''}${reason_detail === null || reason_detail === '' ? '' : `: ${reason_detail}`}`;

/** All open tasks that it waits for, directly or not, the nearest first; `root` marks those that wait for nothing themselves. */
function waitsFor(q: Queries, task: Task, now: string): readonly WaitingOn[] {
  const seen = new Set([task.id]);
  const found: WaitingOn[] = [];
  let level = needs(q, task.id);
  while (level.length > 0 && found.length < LISTED) {
    const fresh = level.filter(({ id }) => !seen.has(id)).slice(0, LISTED - found.length);
    for (const { id } of fresh) seen.add(id);
    const below = fresh.map(one => ({ one, on: needs(q, one.id) }));
    for (const { one, on } of below)
      found.push({
        key: one.key,
        status: one.status,
        why: whyOpen(one, on, now),
        root: on.length === 0 || one.status === 'blocked',
      });
    level = below.flatMap(({ on }) => on);
  }
  return found;
}

/** Its open dependencies and its open children. */
const needs = (q: Queries, id: number): readonly Task[] =>
  tasksWhere(
    q,
    `WHERE t.${OPEN} AND t.id IN (SELECT blocker_id FROM task_deps WHERE task_id = ? UNION SELECT id FROM tasks WHERE parent_id = ?)
     ORDER BY t.plan_order, t.id LIMIT ${LISTED}`,
    id,
    id,
  );

function whyOpen(task: Task, on: readonly Task[], now: string): string {
  const { status, claim } = task;
  if (status === 'blocked') return blockedText(task).slice('it is '.length);
  if (status === 'in-progress' && claim !== null && claim.expires_at > now)
    return `${claim.holder} works on it until ${claim.expires_at}`;
  if (status === 'in-progress' && claim === null) return 'in progress';
  if (on.length > 0) return `waits for ${inWords(on.map(({ key }) => key))}`;
  if (task.vanished) return 'its plan file does not list it any more';
  return task.kind === 'stage' ? 'a stage without a task that is done' : 'ready, and nobody has taken it';
}

/** What a task that cannot run waits for, the nearest only: as `next` says it. */
export function waitsOn(q: Queries, task: Task): readonly string[] {
  const { id, key, title, status, reason, reason_detail: detail } = task;
  const row: StuckRow = { id, key, title, status, reason, detail, vanished: Number(task.vanished) };
  return waiting(stuck(q, row)).on;
}
