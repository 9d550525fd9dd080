import { ok } from '../../core/failure.ts';
import type { IndexHit, IndexPoint, IndexQuery, MemoryIndex } from './port.ts';
import { better, depthOf, fuse, inFilter, rounded, sparseHits } from './ranking.ts';

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [place, value] of a.entries()) sum += value * (b[place] ?? 0);
  return sum;
}

/** Everything in memory and compared one by one: what the other indexes are measured by. */
export function exactIndex(): MemoryIndex {
  const entries = new Map<number, readonly IndexPoint[]>();
  const all = (): readonly IndexPoint[] => [...entries.values()].flat();
  const dense = ({ filter, dense: wanted }: IndexQuery): readonly IndexHit[] =>
    all().flatMap(point => {
      if (wanted === undefined || point.dense === null || !inFilter(point, filter)) return [];
      const { memory_id, chunk } = point;
      return [{ memory_id, chunk, score: rounded(cosine(wanted, point.dense)) }];
    });
  const sparse = ({ filter, sparse: wanted }: IndexQuery): readonly IndexHit[] => {
    if (wanted === undefined) return [];
    const corpus = all().filter(point => filter.project_ids.includes(point.project_id));
    return sparseHits(wanted, corpus, point => inFilter(point, filter));
  };
  return {
    name: 'exact',
    async upsert(points) {
      for (const { memory_id } of points) entries.delete(memory_id);
      for (const point of points) entries.set(point.memory_id, [...(entries.get(point.memory_id) ?? []), point]);
      return ok(undefined);
    },
    async remove(memoryIds) {
      for (const id of memoryIds) entries.delete(id);
      return ok(undefined);
    },
    async query(query) {
      const lists = [
        ...(query.dense === undefined ? [] : [dense(query).toSorted(better)]),
        ...(query.sparse === undefined ? [] : [sparse(query).toSorted(better)]),
      ];
      const [only, other] = lists.map(list => list.slice(0, depthOf(query.limit)));
      if (only === undefined) return ok([]);
      return ok(other === undefined ? only.slice(0, query.limit) : fuse([only, other], query.limit));
    },
    count: async filter => ok(all().filter(point => inFilter(point, filter)).length),
    versions: async () => ok(new Map([...entries].map(([id, [first]]) => [id, first?.version ?? '']))),
  };
}
