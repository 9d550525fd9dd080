import type { Clock } from '../core/clock.ts';
import type { ProviderStatus, ServedModel } from '../core/model.ts';
import { factsOf } from './facts.ts';
import { explain, keyMissing, tooLate, type Where } from './failures.ts';
import { hear } from './listen.ts';
import type { ProviderConfig } from './types.ts';

/** Whom a failure is about, for one model of a provider. */
export const whereOf = (
  { name: provider, kind, location }: ProviderConfig,
  base_url: string,
  secret: string | null,
  model: string,
  window: number,
): Where => ({ provider, kind, base_url, location, model, window, secret });

/** Seconds: no model has to be loaded to answer this. */
const STATUS_LIMIT_S = 15;

/** Looks once under the provider's timers; what goes wrong becomes the status. Rejects only with the signal's reason. */
export async function lookUp(
  look: (signal: AbortSignal) => Promise<readonly ServedModel[]>,
  { timeouts }: ProviderConfig,
  where: Where,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ProviderStatus> {
  const limits = { ...timeouts, first_token_s: Math.min(timeouts.first_token_s, STATUS_LIMIT_S) };
  const heard = await hear(look, limits, clock, signal);
  const about = { provider: where.provider, base_url: where.base_url };
  if (heard.kind === 'chunk') return { ...about, reachable: true, models: heard.value };
  const problem =
    heard.kind === 'late' ? tooLate(heard.late, where) : explain(factsOf(heard.error, clock.now()), where);
  return { ...about, reachable: false, problem: { message: problem.message, hint: problem.hint }, models: [] };
}

export const withoutKey = (where: Where): ProviderStatus => ({
  provider: where.provider,
  base_url: where.base_url,
  reachable: false,
  problem: { message: `There is no API key for ${where.provider}.`, hint: keyMissing(where).hint },
  models: [],
});
