/** What a Qdrant server does with the calls that are used here, in memory: one class of answers, word for word where that is known. */

type Json = Readonly<Record<string, unknown>>;
export type Answer = { readonly status: number; readonly body: unknown };
type Sparse = { readonly indices: readonly number[]; readonly values: readonly number[] };
type Point = {
  readonly id: string;
  readonly dense: Map<string, Float32Array>;
  readonly sparse: Map<string, Sparse>;
  readonly payload: Json;
};
type Collection = {
  readonly created: Json;
  metadata: Json;
  readonly indexes: Map<string, Json>;
  readonly points: Map<string, Point>;
};
export type Engine = {
  readonly collections: Map<string, Collection>;
  readonly aliases: Map<string, string>;
  /** Answers one call; `parts` are the path's parameters. */
  answer(method: string, template: string, parts: readonly string[], query: URLSearchParams, body: Json): Answer;
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
const good = (result: unknown): Answer => ({ status: 200, body: { result, status: 'ok', time: 0.001 } });
const bad = (status: number, error: string): Answer => ({ status, body: { status: { error }, time: 0.001 } });
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

class Wrong extends Error {
  readonly answer: Answer;

  constructor(status: number, text: string) {
    super(text);
    this.answer = bad(status, text);
  }
}

export function qdrantEngine(version: string): Engine {
  const collections = new Map<string, Collection>();
  const aliases = new Map<string, string>();
  let operation = 0;
  const collectionOf = (name: string): Collection => {
    const found = collections.get(aliases.get(name) ?? name);
    if (found === undefined) throw new Wrong(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return found;
  };
  const done = (query: URLSearchParams): Answer => {
    operation += 1;
    return good({ operation_id: operation, status: query.get('wait') === 'true' ? 'completed' : 'acknowledged' });
  };
  const calls: Readonly<Record<string, (parts: readonly string[], query: URLSearchParams, body: Json) => Answer>> = {
    'get /': () => ({ status: 200, body: { title: 'qdrant - vector search engine', version, commit: '74f3e85' } }),
    'get /collections': () => good({ collections: [...collections.keys()].map(name => ({ name })) }),
    'get /aliases': () =>
      good({ aliases: [...aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name })) }),
    'get /collections/{collection_name}': ([name = '']) => good(describe(collectionOf(name))),
    'put /collections/{collection_name}': ([name = ''], _, body) => {
      if (collections.has(name)) throw new Wrong(409, `Wrong input: Collection \`${name}\` already exists!`);
      const metadata = isObject(body.metadata) ? body.metadata : {};
      collections.set(name, { created: body, metadata, indexes: new Map(), points: new Map() });
      return good(true);
    },
    'patch /collections/{collection_name}': ([name = ''], _, body) => {
      const found = collectionOf(name);
      found.metadata = { ...found.metadata, ...(isObject(body.metadata) ? body.metadata : {}) };
      return good(true);
    },
    'delete /collections/{collection_name}': ([name = '']) => good(collections.delete(name)),
    'post /collections/aliases': (_, __, body) => {
      for (const action of listOf(body.actions)) {
        const { create_alias, delete_alias } = action as Readonly<Record<string, Json | undefined>>;
        if (delete_alias !== undefined) aliases.delete(String(delete_alias.alias_name));
        if (create_alias !== undefined) {
          collectionOf(String(create_alias.collection_name));
          aliases.set(String(create_alias.alias_name), String(create_alias.collection_name));
        }
      }
      return good(true);
    },
    'put /collections/{collection_name}/index': ([name = ''], query, body) => {
      collectionOf(name).indexes.set(
        String(body.field_name),
        isObject(body.field_schema) ? body.field_schema : { type: body.field_schema },
      );
      return done(query);
    },
    'put /collections/{collection_name}/points': ([name = ''], query, body) => {
      upsert(collectionOf(name), listOf(body.points).filter(isObject));
      return done(query);
    },
    'post /collections/{collection_name}/points/delete': ([name = ''], query, body) => {
      const found = collectionOf(name);
      const ids = listOf(body.points).map(String);
      const wanted =
        body.filter === undefined ? (point: Point) => ids.includes(point.id) : filterOf(found, body.filter, 'update');
      for (const point of [...found.points.values()]) if (wanted(point)) found.points.delete(point.id);
      return done(query);
    },
    'post /collections/{collection_name}/points/count': ([name = ''], _, body) => {
      const found = collectionOf(name);
      const wanted = filterOf(found, body.filter, 'retrieve');
      return good({ count: [...found.points.values()].filter(wanted).length });
    },
    'post /collections/{collection_name}/points/scroll': ([name = ''], _, body) => {
      const found = collectionOf(name);
      const wanted = filterOf(found, body.filter, 'retrieve');
      const limit = typeof body.limit === 'number' ? body.limit : 10;
      const from = typeof body.offset === 'string' ? body.offset : '';
      const all = [...found.points.values()].filter(point => wanted(point) && point.id >= from).toSorted(byId);
      const keys = Array.isArray(body.with_payload) ? body.with_payload.map(String) : null;
      const page = all.slice(0, limit).map(({ id, payload }) => ({
        id,
        payload:
          keys === null ? payload : Object.fromEntries(Object.entries(payload).filter(([key]) => keys.includes(key))),
      }));
      return good({ points: page, next_page_offset: all[limit]?.id ?? null });
    },
    'post /collections/{collection_name}/points/query': ([name = ''], _, body) => {
      const found = collectionOf(name);
      const limit = typeof body.limit === 'number' ? body.limit : 10;
      const points = search(found, body, limit).map(({ id, score }) => ({ id, score, version: 1 }));
      return good({ points });
    },
  };
  return {
    collections,
    aliases,
    answer(method, template, parts, query, body) {
      const call = calls[`${method.toLowerCase()} ${template}`];
      if (call === undefined) return bad(501, `Nobody taught this server ${method} ${template}.`);
      try {
        return call(parts, query, body);
      } catch (problem) {
        if (problem instanceof Wrong) return problem.answer;
        throw problem;
      }
    },
  };
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : Number(a.id > b.id));
const strict = ({ created }: Collection): Json =>
  isObject(created.strict_mode_config) ? created.strict_mode_config : {};

function describe({ created, metadata, indexes, points }: Collection): Json {
  return {
    status: 'green',
    optimizer_status: 'ok',
    segments_count: 1,
    points_count: points.size,
    indexed_vectors_count: 0,
    payload_schema: Object.fromEntries(
      [...indexes].map(([field, params]) => [field, { data_type: params.type, params, points: points.size }]),
    ),
    config: {
      params: {
        vectors: created.vectors,
        sparse_vectors: created.sparse_vectors ?? null,
        shard_number: 1,
        replication_factor: 1,
        write_consistency_factor: 1,
        on_disk_payload: true,
      },
      hnsw_config: {
        m: 0,
        payload_m: 16,
        ef_construct: 100,
        full_scan_threshold: 10_000,
        max_indexing_threads: 0,
        on_disk: false,
      },
      optimizer_config: {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        flush_interval_sec: 5,
      },
      wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 },
      strict_mode_config: created.strict_mode_config ?? null,
      metadata,
    },
  };
}

/** Cosine vectors are normalised when they are written, and kept as 32-bit numbers. */
function normalised(values: readonly number[]): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(values, value => (length === 0 ? value : value / length));
}

function upsert(collection: Collection, points: readonly Json[]): void {
  const most = strict(collection).upsert_max_batchsize;
  if (typeof most === 'number' && points.length > most)
    throw new Wrong(400, `Bad request: Limit exceeded: upsert limit ${points.length} > ${most} for "upsert"`);
  const dense = isObject(collection.created.vectors) ? collection.created.vectors : {};
  const sparse = isObject(collection.created.sparse_vectors) ? collection.created.sparse_vectors : {};
  const read = points.map((point): Point => {
    const id = String(point.id);
    if (!UUID.test(id))
      throw new Wrong(
        400,
        `Format error in JSON body: value ${id} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
      );
    const made: Point = {
      id,
      dense: new Map(),
      sparse: new Map(),
      payload: isObject(point.payload) ? point.payload : {},
    };
    for (const [name, vector] of Object.entries(isObject(point.vector) ? point.vector : {})) {
      const params = dense[name];
      if (isObject(params) && Array.isArray(vector)) {
        if (vector.length !== params.size)
          throw new Wrong(
            400,
            `Wrong input: Vector dimension error: expected dim: ${String(params.size)}, got ${vector.length} for vector '${name}'`,
          );
        made.dense.set(name, normalised(vector));
      } else if (name in sparse && isObject(vector)) {
        const given = vector as unknown as Sparse;
        if (given.indices.length !== given.values.length || new Set(given.indices).size < given.indices.length)
          throw new Wrong(
            422,
            'Validation error in JSON body: [points.vector: indices must be unique and as many as values]',
          );
        made.sparse.set(name, { indices: given.indices, values: given.values.map(Math.fround) });
      } else throw new Wrong(400, `Wrong input: Not existing vector name error: ${name}`);
    }
    return made;
  });
  for (const point of read) collection.points.set(point.id, point);
}

type Test = (point: Point) => boolean;

function filterOf(collection: Collection, filter: unknown, use: 'retrieve' | 'update'): Test {
  if (!isObject(filter)) return () => true;
  const check = (condition: unknown): Test => conditionOf(collection, condition, use);
  const must = listOf(filter.must).map(check);
  const mustNot = listOf(filter.must_not).map(check);
  const should = listOf(filter.should).map(check);
  return point =>
    must.every(test => test(point)) &&
    mustNot.every(test => !test(point)) &&
    (should.length === 0 || should.some(test => test(point)));
}

const INDEX_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['keyword', 'uuid'],
  number: ['integer'],
  boolean: ['bool'],
};

function conditionOf(collection: Collection, condition: unknown, use: 'retrieve' | 'update'): Test {
  if (!isObject(condition)) throw new Wrong(400, 'Format error in JSON body: a condition is an object');
  if (Array.isArray(condition.has_id)) {
    const ids = new Set(condition.has_id.map(String));
    return point => ids.has(point.id);
  }
  const key = isObject(condition.is_empty) ? String(condition.is_empty.key) : condition.key;
  if (typeof key !== 'string') return filterOf(collection, condition, use);
  const match = isObject(condition.match) ? condition.match : {};
  const wanted = 'any' in match ? listOf(match.any) : [match.value];
  const types = INDEX_TYPES[typeof wanted[0]] ?? ['keyword', 'integer', 'bool'];
  const index = collection.indexes.get(key);
  const refuses = strict(collection).enabled === true && strict(collection)[`unindexed_filtering_${use}`] === false;
  if (refuses && (index === undefined || !types.includes(String(index.type))))
    throw new Wrong(
      400,
      `Bad request: Index required but not found for "${key}" of one of the following types: [${types.join(', ')}]. Help: Create an index for this key or use a different filter.`,
    );
  if (isObject(condition.is_empty)) return ({ payload }) => payload[key] === undefined || payload[key] === null;
  if (isObject(condition.range)) {
    const { gt, gte, lt, lte } = condition.range as Readonly<Record<string, number | undefined>>;
    return ({ payload }) => {
      const value = payload[key];
      if (typeof value !== 'number') return false;
      return !(
        value <= (gt ?? -Infinity) ||
        value < (gte ?? -Infinity) ||
        value >= (lt ?? Infinity) ||
        value > (lte ?? Infinity)
      );
    };
  }
  return ({ payload }) => wanted.includes(payload[key]);
}

type Scored = { readonly id: string; readonly score: number };
const best = (hits: readonly Scored[], limit: number): readonly Scored[] =>
  hits.toSorted((a, b) => b.score - a.score || byId(a, b)).slice(0, limit);

/** One level of a query; prefetches are searched first and fused. */
function search(collection: Collection, body: Json, limit: number): readonly Scored[] {
  const most = strict(collection).max_query_limit;
  if (typeof most === 'number' && limit > most)
    throw new Wrong(
      400,
      `Bad request: Limit exceeded ${limit} > ${most} for "limit". Help: Reduce the "limit" parameter to ${most}.`,
    );
  const wanted = filterOf(collection, body.filter, 'retrieve');
  const prefetches = listOf(body.prefetch).filter(isObject);
  if (prefetches.length > 0) {
    const rrf = isObject(body.query) && isObject(body.query.rrf) ? body.query.rrf : {};
    const k = typeof rrf.k === 'number' ? rrf.k : 2;
    const sums = new Map<string, number>();
    for (const prefetch of prefetches)
      for (const [rank, { id }] of search(collection, prefetch, Number(prefetch.limit ?? 10)).entries())
        sums.set(id, (sums.get(id) ?? 0) + 1 / (k + rank));
    const hits = [...sums].flatMap(([id, score]) => {
      const point = collection.points.get(id);
      return point !== undefined && wanted(point) ? [{ id, score: Math.fround(score) }] : [];
    });
    return best(hits, limit);
  }
  const using = String(body.using);
  const points = [...collection.points.values()];
  if (Array.isArray(body.query)) {
    const params = isObject(collection.created.vectors) ? collection.created.vectors[using] : undefined;
    if (!isObject(params)) throw new Wrong(400, `Wrong input: Not existing vector name error: ${using}`);
    if (params.size !== body.query.length)
      throw new Wrong(
        400,
        `Wrong input: Vector dimension error: expected dim: ${String(params.size)}, got ${body.query.length}`,
      );
    const query = normalised(body.query);
    const hits = points.filter(wanted).flatMap(({ id, dense }) => {
      const vector = dense.get(using);
      if (vector === undefined) return [];
      return [{ id, score: Math.fround(vector.reduce((sum, value, place) => sum + value * (query[place] ?? 0), 0)) }];
    });
    return best(hits, limit);
  }
  return best(sparseSearch(collection, body, using, points.filter(wanted)), limit);
}

function sparseSearch(collection: Collection, body: Json, using: string, among: readonly Point[]): readonly Scored[] {
  const query = body.query as unknown as Sparse;
  const idf = isObject(body.params) && isObject(body.params.idf) ? body.params.idf : {};
  const inCorpus = filterOf(collection, idf.corpus, 'retrieve');
  const texts = [...collection.points.values()].filter(point => inCorpus(point) && point.sparse.has(using));
  const weights = new Map(
    query.indices.map(index => {
      const having = texts.filter(({ sparse }) => sparse.get(using)?.indices.includes(index)).length;
      return [index, Math.log((texts.length - having + 0.5) / (having + 0.5) + 1)];
    }),
  );
  return among.flatMap(({ id, sparse }) => {
    const own = sparse.get(using);
    const shared = query.indices.flatMap((index, place) => {
      const at = own?.indices.indexOf(index) ?? -1;
      return at < 0 ? [] : [(query.values[place] ?? 0) * (own?.values[at] ?? 0) * (weights.get(index) ?? 0)];
    });
    return shared.length === 0 ? [] : [{ id, score: Math.fround(shared.reduce((sum, one) => sum + one, 0)) }];
  });
}
