import type { Guard } from './schema.ts';

/** How a model has done a role's work so far. */
export type RouteStat = {
  readonly role: string;
  readonly model: string;
  /** Tries whose outcome is known, and how many of them passed. */
  readonly n: number;
  readonly ok: number;
  /** US dollars per try, on average. */
  readonly mean_usd: number;
};

/** Below so many tries of a role, its numbers are mixed with the model's numbers in all roles. */
const ENOUGH = 20;

type TrackRecord = { readonly n: number; readonly ok: number; readonly mean_usd: number };

function sum(stats: readonly RouteStat[]): TrackRecord {
  const n = stats.reduce((total, stat) => total + stat.n, 0);
  const ok = stats.reduce((total, stat) => total + stat.ok, 0);
  const spent = stats.reduce((total, stat) => total + stat.n * stat.mean_usd, 0);
  return { n, ok, mean_usd: n === 0 ? 0 : spent / n };
}

/**
 * A role's own numbers, filled up to `ENOUGH` tries with the model's numbers in the other roles. `scope` leaves `role` out:
 * all roles count alike.
 */
function recordOf(guard: Guard, stats: readonly RouteStat[], role: string, model: string): TrackRecord {
  const ofModel = stats.filter(stat => stat.model === model);
  if (!guard.scope.includes('role')) return sum(ofModel);
  const own = sum(ofModel.filter(stat => stat.role === role));
  const others = sum(ofModel.filter(stat => stat.role !== role));
  if (own.n >= ENOUGH || others.n === 0) return own;
  const weight = Math.min(1, (ENOUGH - own.n) / others.n);
  return sum([
    { role, model, ...own },
    { role, model, n: others.n * weight, ok: others.ok * weight, mean_usd: others.mean_usd },
  ]);
}

/** Chance that a try passes: the record with the optimistic prior mixed in. */
const chance = ({ prior }: Guard, record: TrackRecord): number =>
  (record.ok + prior.p * prior.weight) / (record.n + prior.weight);

/**
 * Break-even: a rung runs only when `cost < margin × p(it passes) × cost of the next rung`; else trying it first costs more
 * than it saves. Null lets it run, a text is why not. A free rung runs (`ignore_if_price_zero`), and so does one tried fewer
 * than `min_probes` times or one above which no cost is known.
 */
export function guardObjection(
  guard: Guard,
  stats: readonly RouteStat[],
  at: { readonly role: string; readonly model: string; readonly next: string; readonly free: boolean },
): string | null {
  if (!guard.enabled || (guard.ignore_if_price_zero && at.free)) return null;
  const here = recordOf(guard, stats, at.role, at.model);
  const next = recordOf(guard, stats, at.role, at.next);
  if (here.n < guard.min_probes || next.n === 0) return null;
  const p = chance(guard, here);
  if (here.mean_usd < guard.margin * p * next.mean_usd) return null;
  const numbers = `${here.mean_usd.toFixed(4)} USD a try, passes ${Math.round(p * 100)} %`;
  return `costs more than it saves: ${numbers}, ${at.next} costs ${next.mean_usd.toFixed(4)} USD`;
}
