import { isoSeconds } from '../../core/clock.ts';
import { fail, type Result } from '../../core/failure.ts';
import type { Store } from '../store.ts';
import { rollUp } from './stages.ts';

/** When a claim of `ttl_s` seconds that begins now runs out. */
export const expiry = ({ clock }: Store, ttl_s: number): string =>
  isoSeconds(new Date(clock.now().getTime() + ttl_s * 1000));

/** The part of a token that cannot be guessed; `TOKEN_SQL` adds what makes it unique. */
export const newSecret = ({ clock }: Store): string =>
  Array.from({ length: 20 }, () => Math.floor(clock.random() * 36).toString(36)).join('');

/**
 * The fence of a claim: a secret, and the number of the history row that the claim adds. No two claims of a database are alike,
 * whatever chance says, and the number of a later claim is higher.
 */
export const TOKEN_SQL = "(SELECT ? || '-' || (coalesce(max(id), 0) + 1) FROM task_history)";

type Lease = {
  readonly status: string;
  readonly claim_token: string | null;
  readonly claim_expires_at: string | null;
};

/** Is this the task's claim, and has it not run out? */
export const isHeld = (
  { now }: Pick<Store, 'now'>,
  { status, claim_token, claim_expires_at }: Lease,
  token: string,
): boolean =>
  claim_token === token && status === 'in-progress' && claim_expires_at !== null && claim_expires_at > now();

export function holds(store: Store, taskId: number, token: string): boolean {
  const lease = store.q.get<Lease>('SELECT status, claim_token, claim_expires_at FROM tasks WHERE id = ?', taskId);
  return lease !== undefined && isHeld(store, lease, token);
}

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
    `SELECT id, parent_id, claim_holder, claim_expires_at FROM tasks INDEXED BY tasks_leases
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
