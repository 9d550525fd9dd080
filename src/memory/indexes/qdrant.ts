import { err, ok, type Result } from '../../core/failure.ts';
import type { IndexFilter, IndexHit, IndexPoint, MemoryIndex } from './port.ts';
import { oddAnswer, type QdrantServer } from './qdrant-client.ts';
import { completed } from './qdrant-collection.ts';
import { pieceOf, type QdrantNames } from './qdrant-ids.ts';
import { better, depthOf, FUSION_K, rounded } from './ranking.ts';

/** Most points of one call, and about most bytes of its body; the server takes 32 MB. */
const BATCH = 256;
const BATCH_BYTES = 8_000_000;
/** Points of one page of a list. */
const PAGE = 1_000;
/** Most points of a query; where more than these have the same score, which of them come is the server's choice. */
const MOST = 10_000;

/** Points as the server takes them: plain lists, since a typed array would travel as an object. */
function wirePoint(names: QdrantNames, point: IndexPoint) {
  const { memory_id, chunk, project_id, task_id, type, scope, live, version, dense, sparse } = point;
  return {
    id: names.pointId(memory_id, chunk),
    vector: {
      ...(dense !== null && { dense: Array.from(dense) }),
      ...(sparse.indices.length > 0 && { words: { indices: [...sparse.indices], values: [...sparse.values] } }),
    },
    payload: { project: String(project_id), memory_id, chunk, task_id, type, scope, live, version },
  };
}

const oneOf = (key: string, values: readonly (string | number)[]) =>
  values.every(value => typeof value === 'number')
    ? { key, match: { any: values.map(Number) } }
    : { key, match: { any: values.map(String) } };

/** The filter in the server's words. */
function wireFilter({ project_ids, task_id, types, scopes, live }: IndexFilter) {
  return {
    must: [
      oneOf('project', project_ids.map(String)),
      ...(task_id === undefined ? [] : [{ key: 'task_id', match: { value: task_id } }]),
      ...(types === undefined ? [] : [oneOf('type', types)]),
      ...(scopes === undefined ? [] : [oneOf('scope', scopes)]),
      ...(live === undefined ? [] : [{ key: 'live', match: { value: live } }]),
    ],
  };
}

const sizeOf = ({ dense, sparse }: IndexPoint): number => 400 + 14 * (dense?.length ?? 0) + 26 * sparse.indices.length;

/** Cut so that no batch has too many points or bytes. */
export function batches(points: readonly IndexPoint[]): readonly (readonly IndexPoint[])[] {
  const cut: IndexPoint[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const point of points) {
    const size = sizeOf(point);
    const last = cut.at(-1);
    if (last === undefined || last.length >= BATCH || bytes + size > BATCH_BYTES) {
      cut.push([point]);
      bytes = size;
    } else {
      last.push(point);
      bytes += size;
    }
  }
  return cut;
}

/** The pieces of one collection on a Qdrant server. Every write waits until it is done. */
export function qdrantIndex(server: QdrantServer, names: QdrantNames): MemoryIndex {
  const { collection } = names;
  const send = async (points: readonly IndexPoint[], signal: AbortSignal): Promise<Result<void>> => {
    const wire = points.map(point => wirePoint(names, point));
    const sent = await server.call(
      (api, init) => api.upsertPoints({ collection_name: collection, wait: true, points: wire }, init),
      signal,
      'write',
    );
    if (sent.ok) return completed(server, sent.value.data.result);
    if (sent.error.details?.status !== 413 || points.length < 2) return sent;
    const half = Math.ceil(points.length / 2);
    const first = await send(points.slice(0, half), signal);
    return first.ok ? send(points.slice(half), signal) : first;
  };
  const erase = async (memoryIds: readonly number[], kept: readonly string[], signal: AbortSignal) => {
    const filter = {
      must: [oneOf('memory_id', memoryIds)],
      ...(kept.length > 0 && { must_not: [{ has_id: [...kept] }] }),
    };
    const erased = await server.call(
      (api, init) => api.deletePoints({ collection_name: collection, wait: true, filter }, init),
      signal,
      'write',
    );
    return erased.ok ? completed(server, erased.value.data.result) : erased;
  };
  return {
    name: 'qdrant',
    async upsert(points, signal) {
      for (const batch of batches(points)) {
        const sent = await send(batch, signal);
        if (!sent.ok) return sent;
      }
      const kept = points.map(({ memory_id, chunk }) => names.pointId(memory_id, chunk));
      const ids = [...new Set(points.map(({ memory_id }) => memory_id))];
      // Pieces that an entry had before and has no more.
      return ids.length === 0 ? ok(undefined) : erase(ids, kept, signal);
    },
    remove: async (memoryIds, signal) => (memoryIds.length === 0 ? ok(undefined) : erase(memoryIds, [], signal)),
    async query(query, signal) {
      const version = await server.version(signal);
      if (!version.ok) return version;
      const body = wireQuery(query, version.value.weighsByProject);
      if (body === null) return ok([]);
      // Equal scores come in any order: some more are asked for until the last that counts is worse than all that do not.
      for (let limit = query.limit + 16; ; limit *= 4) {
        const asked = Math.min(limit, MOST);
        const found = await server.call(
          (api, init) =>
            api.queryPoints({ collection_name: collection, ...body, limit: asked, with_payload: false }, init),
          signal,
          'read',
        );
        if (!found.ok) return found;
        const points = found.value.data.result?.points;
        if (!Array.isArray(points)) return err(oddAnswer(server.address));
        const hits = hitsOf(points);
        const sorted = hits.toSorted(better);
        const whole = hits.length < asked || (sorted[query.limit - 1]?.score ?? 0) > (sorted.at(-1)?.score ?? 0);
        if (whole || asked === MOST) return ok(sorted.slice(0, query.limit));
      }
    },
    async count(filter, signal) {
      const counted = await server.call(
        (api, init) => api.countPoints({ collection_name: collection, filter: wireFilter(filter), exact: true }, init),
        signal,
        'read',
      );
      if (!counted.ok) return counted;
      const count = counted.value.data.result?.count;
      return typeof count === 'number' ? ok(count) : err(oddAnswer(server.address));
    },
    versions: signal => listVersions(server, collection, signal),
  };
}

const hitsOf = (points: readonly { id: unknown; score: number }[]): readonly IndexHit[] =>
  points.flatMap(({ id, score }) => {
    const piece = pieceOf(id);
    return piece === null ? [] : [{ ...piece, score: rounded(score) }];
  });

/** What is asked, but for how many; null when nothing is. */
function wireQuery({ filter, dense, sparse, limit }: Parameters<MemoryIndex['query']>[0], byProject: boolean) {
  const among = wireFilter(filter);
  const corpus = wireFilter({ project_ids: filter.project_ids });
  const near = dense === undefined ? null : { query: Array.from(dense), using: 'dense' };
  const said =
    sparse === undefined || sparse.indices.length === 0
      ? null
      : {
          query: { indices: [...sparse.indices], values: [...sparse.values] },
          using: 'words',
          ...(byProject && { params: { idf: { corpus } } }),
        };
  if (near !== null && said !== null) {
    const depth = depthOf(limit);
    const each = { filter: among, limit: depth };
    const prefetch = [
      { ...near, ...each },
      { ...said, ...each },
    ];
    return { prefetch, query: { rrf: { k: FUSION_K } } };
  }
  const one = near ?? said;
  return one === null ? null : { ...one, filter: among };
}

/** Goes through all points of a collection, by pages. */
async function listVersions(
  server: QdrantServer,
  collection: string,
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<number, string>>> {
  const seen = new Map<number, string[]>();
  let offset: string | number | undefined;
  do {
    const from: { offset?: string | number } = offset === undefined ? {} : { offset };
    const page = await server.call(
      (api, init) =>
        api.scrollPoints(
          {
            collection_name: collection,
            limit: PAGE,
            with_payload: ['memory_id', 'version'],
            with_vector: false,
            ...from,
          },
          init,
        ),
      signal,
      'write',
    );
    if (!page.ok) return page;
    const { points, next_page_offset = null } = page.value.data.result ?? {};
    if (!Array.isArray(points)) return err(oddAnswer(server.address));
    for (const { id, payload } of points) {
      const piece = pieceOf(id);
      if (piece === null) continue;
      const version = String(payload?.version ?? '');
      const known = seen.get(piece.memory_id);
      if (known === undefined) seen.set(piece.memory_id, [version]);
      else known.push(version);
    }
    offset = next_page_offset === null ? undefined : (next_page_offset as string | number);
  } while (offset !== undefined);
  return ok(new Map([...seen].map(([id, versions]) => [id, agreed(versions)])));
}

/** The version that all pieces of an entry have, where they are as many as it says. */
const agreed = (versions: readonly string[]): string => {
  const [first = ''] = versions;
  return versions.length === Number.parseInt(first, 10) && versions.every(version => version === first) ? first : '';
};
