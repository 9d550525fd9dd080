import { isoSeconds } from '../core/clock.ts';
import { fail, type Result } from '../core/failure.ts';
import { rollUp } from './stages.ts';
import type { Store } from './store.ts';

/** When a claim of `ttl_s` seconds that begins now runs out. */
export const expiry = ({ clock }: Store, ttl_s: number): string =>
  isoSeconds(new Date(clock.now().getTime() + ttl_s * 1000));

/** The part of a token that cannot be guessed; `TOKEN_SQL` adds what makes it unique. */
export const newSecret = ({ clock }: Store): string =>
  Array.from({ length: 20 }, () => Math.floor(clock.random() * 36).toString(36)).join('');

/** A secret and the number of the history row that every claim adds: no two claims of a database are alike. */
export const TOKEN_SQL = "(SELECT ? || '-' || (coalesce(max(id), 0) + 1) FROM task_history)";

/** Is this the task's claim, and has it not run out? */
export const holds = ({ q, now }: Store, taskId: number, token: string): boolean =>
  q.get(
    "SELECT 1 AS one FROM tasks WHERE id = ? AND claim_token = ? AND claim_expires_at > ? AND status = 'in-progress'",
    taskId,
    token,
    now(),
  ) !== undefined;

export const lostClaim = (key: string): Result<never> =>
  fail(
    'claim.lost',
    `The claim on ${key} is lost: it ran out, was given back, or the task was changed by someone else. Nothing was written.`,
    'Take the next task: llmclis next --claim --worker NAME',
    { key },
  );

/** Gives back the tasks whose claim ran out. Who finds that is not who worked on them, so the history names llmclis. */
export function recoverLapsed(store: Store): void {
  const { q, now } = store;
  const lapsed = q.all<{ id: number; parent_id: number | null; claim_holder: string; claim_expires_at: string }>(
    `SELECT id, parent_id, claim_holder, claim_expires_at FROM tasks
     WHERE claim_token IS NOT NULL AND claim_expires_at <= ? ORDER BY id`,
    now(),
  );
  for (const { id, parent_id, claim_holder, claim_expires_at } of lapsed) {
    giveBack(store, id, 'llmclis', {
      because: 'its claim ran out',
      holder: claim_holder,
      expired_at: claim_expires_at,
    });
    rollUp(store, parent_id);
  }
}

/** Back to pending, the tries kept. */
export function giveBack(store: Store, id: number, agent: string, data: Readonly<Record<string, unknown>>): void {
  store.q.run(
    `UPDATE tasks SET status = 'pending', claim_token = NULL, claim_holder = NULL, claim_expires_at = NULL,
       updated_at = ?, last_agent = ? WHERE id = ?`,
    store.now(),
    agent,
    id,
  );
  store.record(id, agent, 'released', { from: 'in-progress', to: 'pending', ...data });
}
