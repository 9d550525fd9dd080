import type { Usage } from '../core/model.ts';
import { orderedLadder } from './ladder.ts';
import { findModel, type Registry, type RegistryModel } from './registry.ts';

type Priced = Pick<RegistryModel, 'price'>;

/** Sums of many small products keep their last digits honest: a billionth of a dollar. */
const rounded = (dollars: number): number => Math.round(dollars * 1e9) / 1e9;

/** US dollars of one reply: what came from a cache at `cache_read`, the rest of what was read at `input`. */
export function usd({ price }: Priced, usage: Usage): number {
  const cached = Math.min(Math.max(usage.cached, 0), usage.in);
  const read = (usage.in - cached) * price.input + cached * price.cache_read;
  return rounded((read + usage.out * price.output) / 1e6);
}

/** The most that a call can cost: nothing cached (all of it written to the cache where that costs more), the longest reply. */
export function worstCaseUsd({ price }: Priced, estInTokens: number, maxOutput: number): number {
  return rounded((estInTokens * Math.max(price.input, price.cache_write) + maxOutput * price.output) / 1e6);
}

export type Admission =
  | { readonly ok: true }
  | { readonly ok: false; readonly which: 'task' | 'run'; readonly because: string };

const dollars = (amount: number): string => `${amount.toFixed(4)} USD`;

/**
 * May a call that costs at most `worst` be sent? Budgets are US dollars, null is no limit; calls that cost nothing always may.
 * When both budgets are spent, the run's is named: it stops more.
 */
export function admit(asked: {
  readonly spent_task: number;
  readonly spent_run: number;
  readonly budgets: { readonly task: number | null; readonly run: number | null };
  readonly worst: number;
}): Admission {
  const { spent_task, spent_run, budgets, worst } = asked;
  if (worst <= 0) return { ok: true };
  const refuse = (which: 'task' | 'run', spent: number, cap: number): Admission => ({
    ok: false,
    which,
    because: `${dollars(spent)} of the ${which}’s ${dollars(cap)} are spent, and the next call may cost ${dollars(worst)}`,
  });
  if (budgets.run !== null && rounded(spent_run + worst) > budgets.run) return refuse('run', spent_run, budgets.run);
  if (budgets.task !== null && rounded(spent_task + worst) > budgets.task)
    return refuse('task', spent_task, budgets.task);
  return { ok: true };
}

/** The last cloud rung of a role's ladder, as written. */
function topCloud(registry: Registry, role: string): RegistryModel | null {
  const cloud = orderedLadder(registry, role, 'local-first').filter(rung => rung.location === 'cloud');
  const top = cloud[cloud.length - 1];
  return top === undefined ? null : findModel(registry, top.model);
}

/** What these tokens would have cost on the role's top cloud rung (coder's where it has none, 0 where there is none), no caches. */
export function allCloudUsd(
  registry: Registry,
  role: string,
  tokens: { readonly in: number; readonly out: number },
): number {
  const top = topCloud(registry, role) ?? topCloud(registry, 'coder');
  return top === null ? 0 : usd(top, { ...tokens, cached: 0 });
}
