import type { Result } from './failure.ts';
import type { RoleName } from './task.ts';

export type ToolCall = { readonly id: string; readonly name: string; readonly input: unknown };

/** What a model is told about a tool; `input_schema` is JSON Schema (draft 2020-12). */
export type ToolSpec = { readonly name: string; readonly description: string; readonly input_schema: object };

export type Message =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly text: string }
  | {
      readonly role: 'assistant';
      readonly text: string;
      readonly calls: readonly ToolCall[];
      /** Provider's own blocks (signed thinking) that must go back unchanged inside a tool loop. JSON. */
      readonly opaque?: unknown;
    }
  | {
      readonly role: 'tool';
      readonly call_id: string;
      readonly name: string;
      readonly text: string;
      readonly is_error: boolean;
    };

/** Tokens of one call. `in` counts everything that was read, cached or not; `cached` is the part of it read from a cache. */
export type Usage = { readonly in: number; readonly out: number; readonly cached: number };

export type ModelRequest = {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  /** Largest number of tokens the reply may have. */
  readonly max_output_tokens: number;
  readonly temperature?: number;
  /** Which work this call belongs to: replay scripts are keyed by it, recordings keep it. */
  readonly about?: {
    readonly task: string;
    readonly role: RoleName;
    /** 1 for the first turn of any role on the task. */
    readonly try: number;
    /** 1 for the first call of the turn. */
    readonly call: number;
  };
};

export type ModelPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The client tries again inside the call (a dropped field, a repaired reply); for the viewer. */
  | { readonly type: 'retry'; readonly because: string };

export type StopReason = 'end' | 'tool_use' | 'length';

export type ModelReply = {
  readonly message: Extract<Message, { role: 'assistant' }>;
  readonly usage: Usage;
  readonly stop: StopReason;
  /** Milliseconds from sending to the end of the reply. */
  readonly ms: number;
};

/**
 * Talks to one model.
 *
 * Contract: yields parts while they arrive and returns the whole reply. Never throws or rejects for provider trouble (that
 * is an `err` with a `provider.*` or `model.*` code); rejects only with the signal's reason. Makes exactly one HTTP
 * completion request unless it yields a `retry` part first: waiting and retrying is the caller's. Tool calls have parsed
 * objects as `input` and ids unique within the conversation; a call from a truncated reply is never returned.
 */
export type LanguageModel = {
  /** Alias in the registry, for example `qwen-coder-local`. */
  readonly id: string;
  reply(request: ModelRequest, signal?: AbortSignal): AsyncGenerator<ModelPart, Result<ModelReply>>;
};

/** What a provider says about itself, for `models list`. */
export type ProviderStatus = {
  readonly provider: string;
  readonly base_url: string;
  readonly reachable: boolean;
  /** Why it is not reachable, and the next step. */
  readonly problem?: { readonly message: string; readonly hint: string };
  readonly models: readonly ServedModel[];
};
export type ServedModel = {
  readonly name: string;
  /** Bytes on disk, where the server says. */
  readonly size_bytes?: number;
  /** Largest context in tokens that the server reports for the model. */
  readonly context_tokens?: number;
  readonly capabilities?: readonly string[];
};
