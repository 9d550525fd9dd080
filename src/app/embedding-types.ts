import type { Failure, Result } from '../core/failure.ts';
import type { EMBEDDERS } from '../core/settings.ts';

type EmbedderKind = (typeof EMBEDDERS)[number];

export type EnableWish = {
  /** Folder of a model on this machine; with `download` a name of the hub. */
  readonly model?: string;
  /** Name of an embedding model of Ollama. */
  readonly ollama?: string;
  readonly download?: boolean;
};

/** What `enable` needs of the person who called it. */
export type EnableTalk = {
  /** What it does now. */
  say(text: string): void;
  /** Is this wanted? */
  confirm(question: string): Promise<boolean>;
  readonly signal: AbortSignal;
};

export type EnableReport = {
  readonly embedder: Exclude<EmbedderKind, 'off'>;
  readonly model: string;
  readonly dimension: number;
  /** The settings file that says so now. */
  readonly file: string;
  /** Was `@huggingface/transformers` installed for it? */
  readonly installed: boolean;
  /** The variable that says something else and wins, where there is one. */
  readonly overridden: string | null;
};

export type MemoryStatus = {
  readonly embedder: { readonly kind: EmbedderKind; readonly model: string | null; readonly from: string };
  /** Folder in which `@huggingface/transformers` was found; null when it is not there. */
  readonly package: string | null;
  /** Why the embedder cannot be used, where it cannot. */
  readonly problem: Failure | null;
  readonly index: string;
  readonly entries: { readonly all: number; readonly live: number };
  readonly models: readonly {
    readonly name: string;
    readonly state: 'building' | 'serving' | 'retired';
    readonly dimension: number;
    readonly location: string;
    /** Live entries with and without vectors. */
    readonly made: number;
    readonly to_make: number;
    /** Live entries that the model refuses: they have none. */
    readonly refused: number;
  }[];
  readonly signals: readonly {
    readonly project_id: number;
    readonly project: string;
    readonly correlation: number;
    readonly entries: number;
    /** Are vectors used there? */
    readonly used: boolean;
  }[];
  /** What follows the record, how many changes it is behind, and what its last try said when that failed. */
  readonly consumers: readonly { readonly name: string; readonly lag: number; readonly trouble: string }[];
  readonly bytes: { readonly database: number; readonly vectors: number };
};

/** The part of the app that looks after vectors. */
export type EmbeddingCalls = {
  /** Makes ready what makes vectors, proves it by one, and writes it into the user's settings. */
  enableEmbedder(wish: EnableWish, talk: EnableTalk): Promise<Result<EnableReport>>;
  /** Recall goes on with text alone; vectors that were made stay. */
  disableEmbedder(): Promise<Result<{ readonly file: string }>>;
  memoryStatus(): Promise<Result<MemoryStatus>>;
};
