import type { Clock } from '../core/clock.ts';
import { err } from '../core/failure.ts';
import type { LanguageModel, ModelRequest, ProviderStatus, ServedModel } from '../core/model.ts';
import { anthropicCollector, toAnthropic } from './anthropic-wire.ts';
import { converse } from './converse.ts';
import { keyMissing, type Where } from './failures.ts';
import { adapting, type Refused } from './fields.ts';
import { lookUp, whereOf, withoutKey } from './status.ts';
import { openTransport } from './transport.ts';
import { keyOf, type ModelConfig, type Provider, type ProviderConfig } from './types.ts';

const DEFAULT_URL = 'https://api.anthropic.com';
/** The library's own timer, set out of the way: ours decide. The largest delay a timer can have. */
const NEVER_MS = 2 ** 31 - 1;

/** Anthropic's Messages API. */
export async function openAnthropic(config: ProviderConfig, clock: Clock): Promise<Provider> {
  const { Anthropic } = await import('@anthropic-ai/sdk');
  const fetch = await openTransport(config.timeouts.connect_s, config.proxy);
  const baseURL = config.base_url ?? DEFAULT_URL;
  const connect = (apiKey: string) =>
    new Anthropic({ apiKey, baseURL, fetch, maxRetries: 0, timeout: NEVER_MS, logLevel: 'off' });
  const about = (model: string, window: number): Where => whereOf(config, baseURL, keyOf(config), model, window);

  const listModels = (key: string, signal: AbortSignal) => connect(key).models.list({ limit: 100 }, { signal });

  const modelOf = (model: ModelConfig): LanguageModel => {
    const learned: { refused: Refused } = { refused: { fields: new Set(), malformed: 0 } };
    const ask = (request: ModelRequest, refused: Refused, key: string, signal?: AbortSignal) => {
      const where = about(model.id, model.context.window);
      const body = toAnthropic(request, model, model.capabilities.thinking && !refused.fields.has('thinking'));
      const open = (inner: AbortSignal) => connect(key).messages.create(body, { signal: inner });
      const collector = anthropicCollector(request, model.id, where);
      return converse({ where, timeouts: config.timeouts, clock, collector, open }, signal);
    };
    return {
      id: model.alias,
      async *reply(request, signal) {
        signal?.throwIfAborted();
        const key = keyOf(config);
        if (key === null) return err(keyMissing(about(model.id, model.context.window)));
        return yield* adapting((refused, inner) => ask(request, refused, key, inner), model.alias, learned)(signal);
      },
    };
  };

  const status = async (signal?: AbortSignal): Promise<ProviderStatus> => {
    const key = keyOf(config);
    const where = about('status', 0);
    if (key === null) return withoutKey(where);
    return lookUp(async inner => served(await listModels(key, inner)), config, where, clock, signal);
  };
  return { model: modelOf, status };
}

type ListedModel = { readonly id: string; readonly max_input_tokens?: number | null };

const served = ({ data }: { readonly data: readonly ListedModel[] }): readonly ServedModel[] =>
  data.map(({ id, max_input_tokens }) => ({
    name: id,
    ...(typeof max_input_tokens === 'number' && { context_tokens: max_input_tokens }),
  }));
