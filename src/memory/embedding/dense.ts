import { err, type Failure, ok, type Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import type { DenseScores, DenseSearch } from '../dense.ts';
import type { IndexHit, MemoryIndex } from '../indexes/port.ts';
import type { Embedder } from './embedder.ts';
import { isSameModel, type StoredModel, servingModel } from './models.ts';
import { cutIntoPieces } from './pieces.ts';
import { carriesSignal } from './signal.ts';
import { signalOf } from './signals.ts';
import { within } from './within.ts';

export type DenseOptions = {
  readonly sqlite: Sqlite;
  /** The embedder of the model whose vectors serve; asked again when another model serves. */
  readonly embedder: Embedder | ((serving: StoredModel) => Promise<Result<Embedder>>);
  readonly index: MemoryIndex;
  /** Told once what keeps vectors out; recall goes on by text. */
  readonly notice?: (failure: Failure) => void;
  /** Ends what is asked of the embedder and the index. */
  readonly signal?: AbortSignal;
  /** Milliseconds that the vector of a query may take. */
  readonly patience?: number;
};

/** Somebody waits for a query: a model that is loaded first has the time, one that hangs has not more. */
const PATIENCE_MS = 10_000;
/** Milliseconds for which an embedder in trouble is not asked again. */
const REST_MS = 30_000;
/** Queries whose vectors are kept. */
const KEPT_QUERIES = 64;
/** A model may be switched while a query runs; it is asked again with the new one, so many times. */
const TRIES = 3;

/**
 * Search by meaning: embeds the query by the model that serves and asks the index. It answers null, and recall goes on by text,
 * when there are no vectors yet, when they carry no signal in this project, and on any trouble.
 */
export function denseSearch(options: DenseOptions): DenseSearch {
  const { sqlite, index, notice, patience = PATIENCE_MS } = options;
  const signal = options.signal ?? new AbortController().signal;
  const embedderFor = oneEmbedder(options.embedder);
  const kept = keptQueries();
  let told = false;
  let resting: { readonly id: number; readonly over: AbortSignal } | null = null;
  const without = (failure: Failure): null => {
    if (!told && !signal.aborted)
      notice?.({ ...failure, message: `Recall goes on with text alone. ${failure.message}` });
    told = true;
    return null;
  };
  const vectorOf = async (serving: StoredModel, query: string): Promise<Result<Float32Array> | null> => {
    const key = `${serving.id}:${query}`;
    const known = kept.get(key);
    if (known !== undefined) return ok(known);
    if (resting?.id === serving.id && !resting.over.aborted) return null;
    const made = await within(patience, { signal, late: tooLate(patience) }, async limited => {
      const embedder = await embedderFor(serving);
      return embedder.ok ? embedQuery(embedder.value, query, limited) : embedder;
    });
    if (made.ok) kept.set(key, made.value);
    else resting = { id: serving.id, over: AbortSignal.timeout(REST_MS) };
    return made;
  };
  return async (query, { projectId, limit }) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const serving = servingModel(sqlite);
      if (serving === null || query.trim() === '') return null;
      const measured = signalOf(sqlite, serving.id, projectId);
      if (measured === null || !carriesSignal(measured)) return null;
      const vector = await vectorOf(serving, query);
      if (vector === null) return null;
      if (!vector.ok) return without(vector.error);
      const scores = await ask(index, vector.value, projectId, limit, signal);
      // Another model may serve by now, and the index may have compared with its vectors.
      if (servingModel(sqlite)?.id !== serving.id) continue;
      return scores.ok ? scores.value : without(scores.error);
    }
    return null;
  };
}

async function ask(
  index: MemoryIndex,
  dense: Float32Array,
  projectId: number,
  limit: number,
  signal: AbortSignal,
): Promise<Result<DenseScores>> {
  if (index.cosines !== undefined) {
    const cosines = index.cosines(dense, [projectId]);
    return cosines.ok ? ok({ cosines: cosines.value, complete: true }) : cosines;
  }
  const hits = await index.query({ filter: { project_ids: [projectId], live: true }, dense, limit }, signal);
  return hits.ok ? ok({ cosines: bestPieces(hits.value), complete: false }) : hits;
}

function bestPieces(hits: readonly IndexHit[]): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  for (const { memory_id, score } of hits) best.set(memory_id, Math.max(score, best.get(memory_id) ?? -1));
  return best;
}

const tooLate = (milliseconds: number): Failure => ({
  code: 'provider.timeout',
  message: `The embedding model did not answer within ${milliseconds / 1000} seconds.`,
  hint: 'Look what is wrong: llmclis memory status',
});

/** The vector of a query; one that is too long for the model is the mean of its pieces. */
async function embedQuery(embedder: Embedder, query: string, signal: AbortSignal): Promise<Result<Float32Array>> {
  const { max_tokens, query_prefix, dimension } = embedder.model;
  const count = (text: string) => embedder.tokens(query_prefix + text);
  const spans = await cutIntoPieces(query, { max_tokens, count });
  if (!spans.ok) return spans;
  const texts = spans.value.map(({ start, end }) => query.slice(start, end));
  const made = await embedder.embed(texts, 'query', signal);
  if (!made.ok) return made;
  const sum = new Float32Array(dimension);
  for (const vector of made.value) for (let at = 0; at < dimension; at++) sum[at] = (sum[at] ?? 0) + (vector[at] ?? 0);
  const length = Math.hypot(...sum) || 1;
  return ok(sum.map(value => value / length));
}

/** The embedder of a model, opened once; one of another model is refused: its vectors would mean something else. */
function oneEmbedder(source: DenseOptions['embedder']): (serving: StoredModel) => Promise<Result<Embedder>> {
  let opened: { readonly id: number; readonly embedder: Promise<Result<Embedder>> } | null = null;
  return async serving => {
    if (opened === null || opened.id !== serving.id)
      opened = {
        id: serving.id,
        embedder: typeof source === 'function' ? source(serving) : Promise.resolve(ok(source)),
      };
    const found = await opened.embedder;
    // It may be there the next time.
    if (!found.ok) opened = null;
    if (!found.ok || isSameModel(found.value.model, serving)) return found;
    return err(changed(serving.name));
  };
}

const changed = (name: string): Failure => ({
  code: 'embedder.unavailable',
  message: `The vectors were made by ${name}, which is not the model that is asked now.`,
  hint: 'Vectors of the new model are made in the background: llmclis memory status',
});

function keptQueries() {
  const kept = new Map<string, Float32Array>();
  return {
    get(key: string): Float32Array | undefined {
      const vector = kept.get(key);
      if (vector === undefined) return undefined;
      kept.delete(key);
      kept.set(key, vector);
      return vector;
    },
    set(key: string, vector: Float32Array): void {
      kept.set(key, vector);
      const oldest = kept.keys().next().value;
      if (kept.size > KEPT_QUERIES && oldest !== undefined) kept.delete(oldest);
    },
  };
}
