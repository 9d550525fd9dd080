import { type Clock, newId } from '../core/clock.ts';
import type { Failure } from '../core/failure.ts';
import type { Sqlite } from '../km/sqlite.ts';

/** Milliseconds for which a process has a consumer to itself; it asks again with each batch. */
const LEASE_MS = 30_000;
/** Milliseconds before a second try after trouble: doubled each time, up to the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

type State = { readonly trouble: string; readonly retry_at: number; readonly failures: number };

/** Who works on a consumer, and how it went: kept in the database, since several processes look after the same ones. */
export type ConsumerStates = {
  /** Has this call the consumer to itself now? */
  take(name: string): boolean;
  /** Has it still? The lease begins anew. */
  keep(name: string): boolean;
  release(name: string): void;
  of(name: string): State;
  noteTrouble(name: string, failure: Failure): void;
  noteHealth(name: string): void;
};

export function consumerStates(sqlite: Sqlite, clock: Clock): ConsumerStates {
  const holder = newId(clock);
  /** What this process has in hand: the lease does not keep it from itself. */
  const inHand = new Set<string>();
  const time = (): number => clock.now().getTime();
  const keep = (name: string): boolean =>
    sqlite
      .prepare(
        'UPDATE memory_consumers SET holder = ?, held_until = ? WHERE name = ? AND (holder = ? OR held_until < ?)',
      )
      .run(holder, time() + LEASE_MS, name, holder, time()).changes > 0;
  const of = (name: string): State =>
    sqlite
      .prepare<[string], State>('SELECT trouble, retry_at, failures FROM memory_consumers WHERE name = ?')
      .get(name) ?? { trouble: '', retry_at: 0, failures: 0 };
  return {
    of,
    keep,
    take(name) {
      if (inHand.has(name) || !keep(name)) return false;
      inHand.add(name);
      return true;
    },
    release(name) {
      inHand.delete(name);
      sqlite
        .prepare("UPDATE memory_consumers SET holder = '', held_until = 0 WHERE name = ? AND holder = ?")
        .run(name, holder);
    },
    noteTrouble(name, failure) {
      const said = failure.details?.retry_after_s;
      const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** of(name).failures);
      const wait = typeof said === 'number' ? said * 1000 : doubled;
      // Not all processes at once when the server is back.
      const retryAt = Math.round(time() + wait * (1 + clock.random() / 2));
      sqlite
        .prepare('UPDATE memory_consumers SET failures = failures + 1, trouble = ?, retry_at = ? WHERE name = ?')
        .run(failure.message, retryAt, name);
    },
    noteHealth(name) {
      sqlite
        .prepare("UPDATE memory_consumers SET failures = 0, trouble = '', retry_at = 0 WHERE name = ? AND failures > 0")
        .run(name);
    },
  };
}
