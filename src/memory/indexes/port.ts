import type { Result } from '../../core/failure.ts';
import type { MemoryScope, MemoryType } from '../memory.ts';

/** Term numbers, ascending and each once, and their weights. */
export type SparseVector = { readonly indices: readonly number[]; readonly values: readonly number[] };

/** One piece of one entry. The first carries the words of the whole entry; an entry without vectors has one piece. */
export type IndexPoint = {
  readonly memory_id: number;
  readonly chunk: number;
  readonly project_id: number;
  readonly task_id: number | null;
  readonly type: MemoryType;
  readonly scope: MemoryScope;
  readonly live: boolean;
  /** Unit length; null while the entry has no vector. */
  readonly dense: Float32Array | null;
  readonly sparse: SparseVector;
  /** `PIECES:DIGEST`: changes with anything that an index keeps of the entry; the same for all its pieces. */
  readonly version: string;
};

export type IndexFilter = {
  readonly project_ids: readonly number[];
  readonly task_id?: number;
  readonly types?: readonly MemoryType[];
  readonly scopes?: readonly MemoryScope[];
  readonly live?: boolean;
};

export type IndexQuery = {
  readonly filter: IndexFilter;
  /**
   * With `dense` alone the score is the cosine. With `sparse` alone it is the dot product of the terms in both, each times its inverse
   * document frequency in the projects asked. With both it is their reciprocal rank fusion (k = 60) over the first hundred of each, or
   * `limit` where that is more.
   */
  readonly dense?: Float32Array;
  readonly sparse?: SparseVector;
  /** Most points. */
  readonly limit: number;
};

/** Scores are rounded to six decimals, so that another order of adding gives no other order of hits. */
export type IndexHit = { readonly memory_id: number; readonly chunk: number; readonly score: number };

/** A derived index of pieces of entries. Every call is safe to repeat. A failure says what to do; nothing is thrown for a server's trouble. */
export type MemoryIndex = {
  readonly name: 'exact' | 'embedded' | 'qdrant';
  /** Replaces all pieces of the entries that are named by `points`. */
  upsert(points: readonly IndexPoint[], signal: AbortSignal): Promise<Result<void>>;
  /** Removes all pieces of these entries. */
  remove(memoryIds: readonly number[], signal: AbortSignal): Promise<Result<void>>;
  /** Best first; equal scores by memory id, then piece. */
  query(query: IndexQuery, signal: AbortSignal): Promise<Result<readonly IndexHit[]>>;
  /** Cosines of all entries in these projects, each that of its best piece; only where that is cheap. */
  cosines?(dense: Float32Array, projectIds: readonly number[]): Result<ReadonlyMap<number, number>>;
  /** Pieces that a filter lets through. */
  count(filter: IndexFilter, signal: AbortSignal): Promise<Result<number>>;
  /** The version of each entry in it, empty where its pieces disagree or one is missing: what a comparison with the record needs. */
  versions(signal: AbortSignal): Promise<Result<ReadonlyMap<number, string>>>;
};
