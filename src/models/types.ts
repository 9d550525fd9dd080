import type { Clock } from '../core/clock.ts';
import type { LanguageModel, ProviderStatus } from '../core/model.ts';

export const PROVIDER_KINDS = ['ollama', 'anthropic', 'openai', 'replay'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** Seconds. `connect_s` bounds the connection, `first_token_s` the wait for the first part, `idle_s` the wait between parts, `total_s` the whole call. */
export type Timeouts = {
  readonly connect_s: number;
  readonly first_token_s: number;
  readonly idle_s: number;
  readonly total_s: number;
};

export type ProviderConfig = {
  readonly name: string;
  readonly kind: ProviderKind;
  /** Default: the kind's usual address. For `openai` it ends in the version, as in `https://host/api/v1`. */
  readonly base_url?: string;
  /** The key, or a function that gives it when a call is made; null or absent: there is none. Never part of a message. */
  readonly api_key?: string | null | (() => string | null);
  readonly location: 'local' | 'cloud';
  /** Address of the proxy between, with its password where it needs one. Never part of a message. */
  readonly proxy?: string;
  /** Replay only: absolute path of the script. */
  readonly script?: string;
  /** Replay only: milliseconds between the parts of a reply, so that a person can watch. Default 0. */
  readonly pace_ms?: number;
  readonly timeouts: Timeouts;
};

export type Thinking = boolean | 'low' | 'medium' | 'high';

export type ModelConfig = {
  /** Name in the model registry. */
  readonly alias: string;
  /** Name on the server. */
  readonly id: string;
  /** Tokens. `num_ctx` is the window an Ollama server is told to load; it stays the same for all calls, as a change reloads the model. */
  readonly context: { readonly window: number; readonly num_ctx?: number | null; readonly max_output: number };
  readonly capabilities: {
    readonly tools: boolean;
    readonly json: boolean;
    readonly vision: boolean;
    readonly thinking: boolean;
  };
  /** Absent: the server's own default. Sent only to a model that can think. */
  readonly think?: Thinking;
};

/**
 * One opened provider. Contract: opening it sends nothing; a missing key or an unreadable script is told by `status` and by
 * each reply, never thrown.
 */
export type Provider = {
  model(config: ModelConfig): LanguageModel;
  /** What the provider says about itself. Rejects only with the signal's reason. */
  status(signal?: AbortSignal): Promise<ProviderStatus>;
};

export type ProviderFactory = (config: ProviderConfig, clock: Clock) => Promise<Provider>;

/** The key of a provider at this moment, or null. */
export function keyOf(config: ProviderConfig): string | null {
  const key = typeof config.api_key === 'function' ? config.api_key() : (config.api_key ?? null);
  return key === null || key.trim() === '' ? null : key;
}
