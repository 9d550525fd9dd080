import type { Failure, Result } from '../core/failure.ts';
import type { Evaluation } from '../memory/evaluation/evaluate.ts';

export type TendWish = {
  readonly signal: AbortSignal;
  /** Most time to spend, in milliseconds; what is left waits for the next time. */
  readonly milliseconds: number;
};
export type TendReport = {
  readonly done: number;
  readonly waiting: number;
  /** What could not be done now and is done later. */
  readonly troubles: readonly Failure[];
};

const MEMORY_INDEXES = ['words', 'trigrams', 'near', 'vectors', 'qdrant'] as const;
export type MemoryIndexName = (typeof MEMORY_INDEXES)[number];

export type ReindexWish = {
  /** All of them when none is named. */
  readonly index?: MemoryIndexName;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly name: string; readonly done: number; readonly waiting: number }) => void;
};
export type ReindexReport = {
  readonly indexes: readonly {
    readonly name: string;
    readonly done: number;
    readonly waiting: number;
    readonly trouble: Failure | null;
  }[];
};

/** One index beside the record, as ids of entries. */
export type IndexReport = {
  readonly name: MemoryIndexName;
  readonly entries: number;
  readonly missing: readonly number[];
  readonly different: readonly number[];
  readonly extra: readonly number[];
  /** Changes that have not been followed yet; what they are about is not counted as wrong by a repair. */
  readonly waiting: number;
  readonly repaired: boolean;
  /** Why it could not be looked at. */
  readonly trouble: Failure | null;
};

export type EvaluateWish = {
  readonly corpus: string;
  readonly queries: string;
  /** A model folder, `ollama:NAME`, or `settings`; words alone when it is not given. */
  readonly embedder?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: {
    readonly what: 'stored' | 'indexed' | 'asked';
    readonly done: number;
    readonly of: number;
  }) => void;
};
export type EvaluateReport = Evaluation & {
  /** Pieces of text that have a vector. */
  readonly vectors: number;
  readonly seconds: number;
};

/** The part of the app that keeps what is derived from memory in step with it. */
export type MemoryCalls = {
  /** Does some of what waits: full text by three characters, near duplicates, vectors, a server. Never on a read. */
  tendMemory(wish: TendWish): Promise<Result<TendReport>>;
  /** What kept vectors or a server out of recall since somebody asked last. */
  memoryNotices(): Promise<readonly Failure[]>;
  /** Makes indexes again from the entries, to the end; one that was interrupted goes on. */
  reindexMemory(wish: ReindexWish): Promise<Result<ReindexReport>>;
  /** Measures recall on a corpus with questions, in a throw-away database. */
  evaluateMemory(wish: EvaluateWish): Promise<Result<EvaluateReport>>;
  /** Compares each index with the entries, and mends it where that is wanted. */
  verifyMemory(wish: {
    readonly repair: boolean;
    readonly signal: AbortSignal;
  }): Promise<Result<readonly IndexReport[]>>;
};
