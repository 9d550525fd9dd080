import type { ReadyTask, Task } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { taskById } from '../task-row.ts';
import { type Candidate, inScope, LAPSED, metBy, type NextScope, READY, readNextFacts } from './next-query.ts';
import { becauseOf, explainNext } from './next-task.ts';

type Entry = Candidate & {
  readonly project_id: number;
  readonly served: number;
  readonly claim_holder: string | null;
  readonly claim_expires_at: string | null;
};

/** The tasks that would be taken one after another, each with its reason; at most `n`. Writes nothing. */
export function readyTasks(q: Queries, scope: NextScope, now: string, n: number): readonly ReadyTask[] {
  const first = explainNext(readNextFacts(q, scope, now));
  if (first.kind !== 'ready') return [];
  const rows = inTurn(entries(q, scope, now, n), n);
  return rows.map((row, index) => {
    const before = rows[index - 1];
    if (before === undefined) return { task: first.task, because: first.because };
    return afterThat(q, row, known(q, before.id).key);
  });
}

function afterThat(q: Queries, row: Entry, before: string): ReadyTask {
  const task = known(q, row.id);
  const { claim_holder: holder, claim_expires_at: expired_at } = row;
  const lease = holder === null || expired_at === null ? null : { holder, expired_at };
  return { task, because: becauseOf({ task, met: metBy(q, task), lease }, `next after ${before}`) };
}

function known(q: Queries, id: number): Task {
  const task = taskById(q, id);
  if (task === null) throw new Error(`Task ${id} is not there.`);
  return task;
}

/** The first `n` of each project in the scope, each project's in order. */
function entries(q: Queries, scope: NextScope, now: string, n: number): readonly Entry[] {
  const projects =
    scope.projectId === undefined
      ? q.all<{ id: number; served: number }>('SELECT id, served FROM projects WHERE archived = 0 ORDER BY served, id')
      : [{ id: scope.projectId, served: 0 }];
  return projects.flatMap(({ id, served }) => {
    const own = inScope({ ...scope, projectId: id });
    const columns = `t.id, t.priority, t.plan_order, t.project_id, ? AS served`;
    const order = `ORDER BY t.priority, t.plan_order, t.id LIMIT ${Math.trunc(n)}`;
    const ready = q.all<Entry>(
      `SELECT ${columns}, NULL AS claim_holder, NULL AS claim_expires_at FROM tasks t WHERE ${own} AND ${READY} ${order}`,
      served,
    );
    const lapsed = q.all<Entry>(
      `SELECT ${columns}, t.claim_holder, t.claim_expires_at FROM tasks t INDEXED BY tasks_leases WHERE ${own} AND ${LAPSED} ${order}`,
      served,
      now,
    );
    return [...ready, ...lapsed].sort(byPlace).slice(0, n);
  });
}

const byPlace = (a: Candidate, b: Candidate): number =>
  a.priority - b.priority || a.plan_order - b.plan_order || a.id - b.id;

/** The order in which claims would take them: a project that was just served is the last of those as urgent. */
function inTurn(all: readonly Entry[], n: number): readonly Entry[] {
  const served = new Map(all.map(entry => [entry.project_id, entry.served]));
  let turn = Math.max(0, ...served.values());
  const left = [...all];
  const order: Entry[] = [];
  while (order.length < n) {
    const lastTurn = (entry: Entry): number => served.get(entry.project_id) ?? 0;
    const next = left.sort(
      (a, b) => a.priority - b.priority || lastTurn(a) - lastTurn(b) || a.project_id - b.project_id || byPlace(a, b),
    )[0];
    if (next === undefined) return order;
    order.push(next);
    left.shift();
    turn += 1;
    served.set(next.project_id, turn);
  }
  return order;
}
