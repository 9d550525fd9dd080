import type { Candidate } from './candidates.ts';
import type { Weighed } from './weighed.ts';

/** Replacements of replacements that are followed. */
const LONGEST_CHAIN = 20;
/** By how much a statement stands above what it replaced. */
const ABOVE = 1e-6;

/**
 * Scores that entries get from what they replaced: what a query says in the words of a superseded statement finds the one that
 * replaced it, and the older one never stands above. What is no candidate yet is read.
 */
export function liftReplacements(
  weighed: readonly Weighed[],
  read: (ids: readonly number[]) => readonly Candidate[],
): readonly Weighed[] {
  const old = weighed.filter(({ entry }) => entry.superseded_by !== null);
  if (old.length === 0) return weighed;
  const all = new Map(weighed.map(of => [of.entry.id, of]));
  for (const { entry, score } of old) {
    let least = score;
    let next = entry.superseded_by;
    for (let step = 0; next !== null && step < LONGEST_CHAIN; step += 1) {
      const found = all.get(next)?.entry ?? read([next])[0];
      if (found === undefined) break;
      least = Math.max(least + ABOVE, all.get(next)?.score ?? 0);
      all.set(next, { entry: found, score: least });
      next = found.superseded_by;
    }
  }
  return [...all.values()];
}
