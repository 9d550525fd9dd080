import type { Result } from '../../core/failure.ts';

/** What must be equal for two vectors to be comparable. */
export type EmbeddingModel = {
  /** Provider, name and digest of the weights: `local:all-MiniLM-L6-v2@53aa5117`, `ollama:nomic-embed-text@0a109f42`. */
  readonly name: string;
  readonly dimension: number;
  readonly pooling: 'mean' | 'cls' | 'last' | 'server';
  readonly dtype: string;
  /** What the model wants in front of a stored text, and of a query. */
  readonly text_prefix: string;
  readonly query_prefix: string;
  /** Longer texts are cut into pieces before they are embedded; nothing is cut silently. */
  readonly max_tokens: number;
};

/** Makes vectors of unit length. One text per call of the model: quantised activations differ with their neighbours. */
export type Embedder = {
  readonly model: EmbeddingModel;
  /** Where it is: a folder, or the address of a server and the name there. Not part of its identity. */
  readonly location: string;
  /** One vector per text, in order; the prefix of `kind` is added here. Never blocks the event loop. */
  embed(
    texts: readonly string[],
    kind: 'text' | 'query',
    signal: AbortSignal,
  ): Promise<Result<readonly Float32Array[]>>;
  /** Tokens of a text as the model counts them, its own marks included. */
  tokens(text: string): Promise<Result<number>>;
  close(): Promise<void>;
};
