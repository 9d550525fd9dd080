import { fail, ok, Refused, type Result } from '../../core/failure.ts';
import type { ClaimView, NextTask, Task } from '../../core/task.ts';
import type { Claim, Km } from '../km.ts';
import { candidate, firstReady, type NextScope, READY, readNextFacts } from '../query/next-query.ts';
import { explainNext } from '../query/next-task.ts';
import { findTask, freshTask, type Store } from '../store.ts';
import { expiry, giveBack, holds, lostClaim, newSecret, recoverLapsed, TOKEN_SQL } from './leases.ts';

type Claims = Pick<Km, 'claimNext' | 'claimTask' | 'heartbeat' | 'release' | 'holds'>;
type Worker = { readonly holder: string; readonly ttl_s: number };
type Taken = {
  readonly id: number;
  readonly project_id: number;
  readonly priority: number;
  readonly plan_order: number;
  readonly token: string;
};

/** Who may work on what. A claim is held by its token alone: two workers of one name are two workers. */
export const makeClaims = (store: Store): Claims => ({
  claimNext: ({ projectId, holder, ttl_s, except = [], queue }) => {
    const claimed = store.write<ReturnType<Km['claimNext']>>(() => {
      recoverLapsed(store);
      const scope = { projectId, except, queue };
      return ok(take(store, scope, `= (${firstReady(scope, 't.id')})`, { holder, ttl_s }) ?? whyNot(store, scope));
    });
    if (!claimed.ok) throw new Refused(claimed.error);
    return claimed.value;
  },
  claimTask: (taskId, worker) =>
    store.write(() => {
      recoverLapsed(store);
      const task = findTask(store.q, taskId);
      if (!task.ok) return task;
      const scope = { projectId: task.value.project_id, except: [] };
      const claim = take(store, scope, `= ${task.value.id}`, worker);
      return claim === null ? notReady(task.value) : ok(claim);
    }),
  heartbeat: (token, ttl_s) => store.write(() => renew(store, token, ttl_s)),
  release: (token, agent) =>
    store.write(() => {
      const held = heldBy(store, token);
      if (held === null) return lostClaim('the task');
      giveBack(store, held, agent, { because: 'given back' });
      return ok(freshTask(store.q, held));
    }),
  holds: (taskId, token) => holds(store, taskId, token),
});

/** Takes one ready task; `which` is the end of `WHERE id …`. Null when it is not ready (any more). */
function take(store: Store, scope: NextScope, which: string, { holder, ttl_s }: Worker): Claim | null {
  const { q } = store;
  const expires_at = expiry(store, ttl_s);
  const taken = q.get<Taken>(
    `UPDATE tasks SET status = 'in-progress', claim_token = ${TOKEN_SQL}, claim_holder = ?, claim_expires_at = ?,
       started_at = coalesce(started_at, ?), updated_at = ?, last_agent = ?
     WHERE id ${which} AND ${READY} RETURNING id, project_id, priority, plan_order, claim_token AS token`,
    newSecret(store),
    holder,
    expires_at,
    store.now(),
    store.now(),
    holder,
  );
  if (taken === undefined) return null;
  store.record(taken.id, holder, 'claimed', { from: 'pending', to: 'in-progress', expires_at });
  q.run('UPDATE projects SET served = (SELECT max(id) FROM task_history) WHERE id = ?', taken.project_id);
  const next = explainNext(candidate(q, scope, taken, null));
  if (next.kind !== 'ready') throw new Error(`Task ${taken.id} was taken and is not ready.`);
  return { token: taken.token, expires_at, task: next.task, because: next.because };
}

function whyNot(store: Store, scope: NextScope): Exclude<NextTask, { kind: 'ready' }> {
  const next = explainNext(readNextFacts(store.q, scope, store.now()));
  if (next.kind === 'ready') throw new Error(`${next.task.key} is ready and could not be taken.`);
  return next;
}

/** A claim that ran out comes to life again as long as nobody else took the task. */
function renew(store: Store, token: string, ttl_s: number): Result<ClaimView> {
  const held = heldBy(store, token);
  if (held === null) return lostClaim('the task');
  const expires_at = expiry(store, ttl_s);
  store.q.run('UPDATE tasks SET claim_expires_at = ? WHERE id = ?', expires_at, held);
  return ok({ token, expires_at });
}

const heldBy = ({ q }: Store, token: string): number | null =>
  q.get<{ id: number }>(
    "SELECT id FROM tasks INDEXED BY tasks_leases WHERE claim_token = ? AND status = 'in-progress'",
    token,
  )?.id ?? null;

function notReady(task: Task): Result<never> {
  const { key, status, kind } = task;
  const why =
    kind === 'stage'
      ? 'is a stage: its tasks are worked on'
      : status === 'pending'
        ? 'waits for other tasks'
        : `is ${status}`;
  return fail('input.invalid', `${key} cannot be taken: it ${why}.`, `See what it waits for: llmclis task show ${key}`);
}
