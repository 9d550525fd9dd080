import type { Store } from '../store.ts';

/** Crockford's base 32: no letter that is taken for another one or for a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 6;

/**
 * A key that nobody else makes: `T-` and six random characters, the first of them a digit, so that it can be told from a word.
 * Numbers in a row would collide when two branches or clones each add a task: two that add 100 tasks each meet once in
 * 33,000 times, and a plan that holds a key twice is refused, not merged.
 */
export function freshKey({ q, clock }: Pick<Store, 'q' | 'clock'>, projectId: number): string {
  // One more character each time, so that it ends whatever chance says.
  for (let length = LENGTH; ; length += 1) {
    const first = pick(clock.random() * 10);
    const rest = Array.from({ length: length - 1 }, () => pick(clock.random() * ALPHABET.length));
    const key = `T-${first}${rest.join('')}`;
    if (q.get('SELECT 1 AS one FROM tasks WHERE project_id = ? AND key = ?', projectId, key) === undefined) return key;
  }
}

const pick = (at: number): string => ALPHABET[Math.floor(at)] ?? '0';
