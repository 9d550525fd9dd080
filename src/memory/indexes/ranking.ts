import type { IndexFilter, IndexHit, IndexPoint, SparseVector } from './port.ts';

/** Constant of reciprocal rank fusion: the first of a list gets a sixtieth. */
export const FUSION_K = 60;
/** Hits of each list that take part in a fusion. */
const FUSION_DEPTH = 100;

const DECIMALS = 1e6;
export const rounded = (score: number): number => Math.round(score * DECIMALS) / DECIMALS;

export const better = (a: IndexHit, b: IndexHit): number =>
  b.score - a.score || a.memory_id - b.memory_id || a.chunk - b.chunk;

export const depthOf = (limit: number): number => Math.max(limit, FUSION_DEPTH);

/** Adds what each list gives by rank. The lists are sorted, best first. */
export function fuse(lists: readonly (readonly IndexHit[])[], limit: number): readonly IndexHit[] {
  const sums = new Map<string, IndexHit>();
  for (const list of lists)
    for (const [rank, { memory_id, chunk }] of list.slice(0, depthOf(limit)).entries()) {
      const key = `${memory_id}/${chunk}`;
      sums.set(key, { memory_id, chunk, score: (sums.get(key)?.score ?? 0) + 1 / (FUSION_K + rank) });
    }
  return [...sums.values()]
    .map(hit => ({ ...hit, score: rounded(hit.score) }))
    .sort(better)
    .slice(0, limit);
}

/** How much a term says that `having` of `all` texts have. */
export const inverseFrequency = (all: number, having: number): number =>
  Math.log(1 + (all - having + 0.5) / (having + 0.5));

/** Dot product over the terms in both; null when they share none. Both are ascending. */
function sparseDot(a: SparseVector, b: SparseVector, weight: (term: number) => number): number | null {
  let sum: number | null = null;
  let left = 0;
  let right = 0;
  while (left < a.indices.length && right < b.indices.length) {
    const one = a.indices[left] ?? 0;
    const other = b.indices[right] ?? 0;
    if (one === other) sum = (sum ?? 0) + (a.values[left] ?? 0) * (b.values[right] ?? 0) * weight(one);
    if (one <= other) left += 1;
    if (other <= one) right += 1;
  }
  return sum;
}

type Sparse = Pick<IndexPoint, 'memory_id' | 'chunk' | 'sparse'>;

/** Hits of a sparse query among points. `corpus` holds all points of the projects: what is rare is measured there. */
export function sparseHits<P extends Sparse>(
  query: SparseVector,
  corpus: readonly P[],
  isWanted: (point: P) => boolean,
): readonly IndexHit[] {
  const texts = corpus.filter(({ sparse }) => sparse.indices.length > 0);
  const terms = new Set(query.indices);
  const having = new Map<number, number>();
  for (const { sparse } of texts)
    for (const term of sparse.indices) if (terms.has(term)) having.set(term, (having.get(term) ?? 0) + 1);
  const weight = (term: number): number => inverseFrequency(texts.length, having.get(term) ?? 0);
  return texts.flatMap(point => {
    const score = isWanted(point) ? sparseDot(query, point.sparse, weight) : null;
    return score === null ? [] : [{ memory_id: point.memory_id, chunk: point.chunk, score: rounded(score) }];
  });
}

export const inFilter = (
  point: Pick<IndexPoint, 'project_id' | 'task_id' | 'type' | 'scope' | 'live'>,
  { project_ids, task_id, types, scopes, live }: IndexFilter,
): boolean =>
  project_ids.includes(point.project_id) &&
  (task_id === undefined || point.task_id === task_id) &&
  (types === undefined || types.includes(point.type)) &&
  (scopes === undefined || scopes.includes(point.scope)) &&
  (live === undefined || point.live === live);
