import type { ClientOptions } from 'openai';
import type { Clock } from '../core/clock.ts';
import { err } from '../core/failure.ts';
import type { LanguageModel, ModelRequest, ProviderStatus, ServedModel } from '../core/model.ts';
import { converse } from './converse.ts';
import { keyMissing, type Where } from './failures.ts';
import { adapting, callsAsText, type Refused } from './fields.ts';
import { at, numberAt, stringAt } from './json.ts';
import { openaiCollector, toOpenai } from './openai-wire.ts';
import { lookUp, whereOf, withoutKey } from './status.ts';
import { asText } from './text-protocol.ts';
import { type Fetch, openTransport } from './transport.ts';
import { keyOf, type ModelConfig, type Provider, type ProviderConfig } from './types.ts';

const DEFAULT_URL = 'https://api.openai.com/v1';
/** The library's own timer, set out of the way: ours decide. The largest delay a timer can have. */
const NEVER_MS = 2 ** 31 - 1;

/** Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, LM Studio, OpenRouter, OpenAI. */
export async function openOpenai(config: ProviderConfig, clock: Clock): Promise<Provider> {
  const { OpenAI } = await import('openai');
  const fetch = await openTransport(config.timeouts.connect_s, config.proxy);
  const baseURL = versioned(config.base_url ?? DEFAULT_URL);
  const connect = (key: string | null) => new OpenAI(options(key, baseURL, fetch));
  const about = (model: string, window: number): Where => whereOf(config, baseURL, keyOf(config), model, window);
  const lacksKey = (): boolean => config.location === 'cloud' && keyOf(config) === null;

  const modelOf = (model: ModelConfig): LanguageModel => {
    const learned: { refused: Refused } = { refused: { fields: new Set(), malformed: 0 } };
    const ask = (request: ModelRequest, refused: Refused, signal?: AbortSignal) => {
      const where = about(model.id, model.context.window);
      const sent = callsAsText(model.capabilities.tools, refused) ? asText(request) : request;
      const body = toOpenai(sent, model, refused.fields);
      const open = (inner: AbortSignal) => connect(keyOf(config)).chat.completions.create(body, { signal: inner });
      const collector = openaiCollector(sent, request.tools, where);
      return converse({ where, timeouts: config.timeouts, clock, collector, open }, signal);
    };
    return {
      id: model.alias,
      async *reply(request, signal) {
        signal?.throwIfAborted();
        if (lacksKey()) return err(keyMissing(about(model.id, model.context.window)));
        return yield* adapting((refused, inner) => ask(request, refused, inner), model.alias, learned)(signal);
      },
    };
  };

  const status = async (signal?: AbortSignal): Promise<ProviderStatus> => {
    const where = about('status', 0);
    if (lacksKey()) return withoutKey(where);
    const list = (inner: AbortSignal): Promise<unknown> => connect(keyOf(config)).get('/models', { signal: inner });
    return lookUp(async inner => served(await list(inner)), config, where, clock, signal);
  };
  return { model: modelOf, status };
}

const options = (key: string | null, baseURL: string, fetch: Fetch): ClientOptions => ({
  // The library insists on a key; a local server often has none, then no header is sent.
  apiKey: key ?? 'none',
  ...(key === null && { defaultHeaders: { Authorization: null } }),
  // Null keeps the library from reading the environment.
  adminAPIKey: null,
  organization: null,
  project: null,
  webhookSecret: null,
  baseURL,
  fetch,
  maxRetries: 0,
  timeout: NEVER_MS,
  logLevel: 'off',
});

/** A server's bare address gets `/v1`. */
function versioned(url: string): string {
  const trimmed = url.replace(/\/+$/, '');
  return /^https?:\/\/[^/]+$/.test(trimmed) ? `${trimmed}/v1` : trimmed;
}

/** vLLM says `max_model_len`, OpenRouter `context_length`, llama.cpp `meta.n_ctx_train`. */
function served(answer: unknown): readonly ServedModel[] {
  const data = at(answer, 'data');
  return (Array.isArray(data) ? data : []).flatMap((model: unknown): readonly ServedModel[] => {
    const name = stringAt(model, 'id');
    const context =
      numberAt(model, 'max_model_len') ?? numberAt(model, 'context_length') ?? numberAt(model, 'meta', 'n_ctx_train');
    return name === null ? [] : [{ name, ...(context !== null && { context_tokens: context }) }];
  });
}
