import { fail, ok, type Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import { pointsOf, versionsIn } from './points.ts';
import type { IndexFilter, IndexHit, IndexPoint, MemoryIndex } from './port.ts';
import { better, depthOf, fuse, inFilter, rounded, sparseHits } from './ranking.ts';
import { freshShelf, loadShelf, type Serving, type Shelf, scanShelf } from './shelf.ts';

/** Bytes of vectors that stay in memory; the project that was asked last always does. */
const MOST_BYTES = 512 * 1024 * 1024;

export type { Serving } from './shelf.ts';

/** The model whose vectors answer now, or null. */
export const servingModel = (sqlite: Sqlite): Serving | null =>
  sqlite.prepare<[], Serving>("SELECT id, dimension FROM memory_models WHERE state = 'serving'").get() ?? null;

/**
 * The vectors of the database itself, compared one by one. A project's vectors are read when they are first asked for and kept,
 * and follow the change log; nothing is written, so `upsert` and `remove` have nothing to do. `model` says whose vectors count now.
 */
export function embeddedIndex(sqlite: Sqlite, model: () => Serving | null): MemoryIndex {
  const shelves = new Map<number, Shelf>();
  const shelfOf = (serving: Serving, projectId: number): Shelf => {
    const known = shelves.get(projectId);
    const shelf =
      known?.model.id === serving.id ? freshShelf(sqlite, known, projectId) : loadShelf(sqlite, serving, projectId);
    shelves.delete(projectId);
    shelves.set(projectId, shelf);
    let bytes = [...shelves.values()].reduce((sum, { vectors }) => sum + vectors.byteLength, 0);
    for (const [id, { vectors }] of shelves) {
      if (bytes <= MOST_BYTES || id === projectId) break;
      shelves.delete(id);
      bytes -= vectors.byteLength;
    }
    return shelf;
  };
  const usable = (dense: Float32Array): Result<Serving | null> => {
    const serving = model();
    if (serving === null || serving.dimension === dense.length) return ok(serving);
    return fail(
      'input.invalid',
      `The query's vector has ${dense.length} numbers, the stored ones have ${serving.dimension}: another model made them.`,
      'See which model serves: llmclis memory status',
    );
  };
  const denseHits = (serving: Serving, dense: Float32Array, filter: IndexFilter, most: number): readonly IndexHit[] => {
    const best = bestOf(most);
    for (const projectId of new Set(filter.project_ids)) {
      const shelf = shelfOf(serving, projectId);
      scanShelf(shelf, dense, filter, (row, cosine) => {
        if (cosine > best.worst()) best.take(shelf.ids[row] ?? 0, shelf.chunks[row] ?? 0, rounded(cosine));
      });
    }
    return best.hits();
  };
  const pointsIn = (projectIds: readonly number[]): readonly IndexPoint[] => {
    const ids = sqlite
      .prepare<[string], number>('SELECT id FROM memories WHERE project_id IN (SELECT value FROM json_each(?))')
      .pluck()
      .all(JSON.stringify(projectIds));
    return pointsOf(sqlite, model()?.id ?? null, ids).points;
  };
  return {
    name: 'embedded',
    upsert: async () => ok(undefined),
    remove: async () => ok(undefined),
    async query({ filter, dense, sparse, limit }) {
      const lists: (readonly IndexHit[])[] = [];
      if (dense !== undefined) {
        const serving = usable(dense);
        if (!serving.ok) return serving;
        const most = sparse === undefined ? limit : depthOf(limit);
        lists.push(serving.value === null ? [] : denseHits(serving.value, dense, filter, most));
      }
      if (sparse !== undefined)
        lists.push(sparseHits(sparse, pointsIn(filter.project_ids), point => inFilter(point, filter)).toSorted(better));
      const [only = [], other] = lists;
      return ok(other === undefined ? only.slice(0, limit) : fuse([only, other], limit));
    },
    cosines(dense, projectIds) {
      const serving = usable(dense);
      if (!serving.ok) return serving;
      const best = new Map<number, number>();
      for (const projectId of serving.value === null ? [] : new Set(projectIds)) {
        const shelf = shelfOf(serving.value as Serving, projectId);
        scanShelf(shelf, dense, {}, (row, cosine) => {
          const id = shelf.ids[row] ?? 0;
          const known = best.get(id);
          if (known === undefined || known < cosine) best.set(id, cosine);
        });
      }
      return ok(best);
    },
    count: async filter => ok(pointsIn(filter.project_ids).filter(point => inFilter(point, filter)).length),
    versions: async () => ok(versionsIn(sqlite, model()?.id ?? null)),
  };
}

/** The best so many hits of a stream; equal ones in the order of the port. */
function bestOf(most: number) {
  let kept: IndexHit[] = [];
  let worst = Number.NEGATIVE_INFINITY;
  const shrink = (): void => {
    kept = kept.sort(better).slice(0, most);
    // Half a unit of the last decimal below it: what rounds to the same score may still come first by its id.
    if (kept.length === most) worst = (kept.at(-1)?.score ?? 0) - 1e-6;
  };
  return {
    worst: () => worst,
    take(memory_id: number, chunk: number, score: number): void {
      kept.push({ memory_id, chunk, score });
      if (kept.length >= most * 2 + 64) shrink();
    },
    hits(): readonly IndexHit[] {
      shrink();
      return kept;
    },
  };
}
