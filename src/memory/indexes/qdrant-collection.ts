import { err, fail, ok, type Result } from '../../core/failure.ts';
import { oddAnswer, type QdrantServer } from './qdrant-client.ts';
import type { QdrantNames } from './qdrant-ids.ts';

/** Grows when a point keeps something else: then a new collection is filled. */
export const POINT_SCHEMA = 1;

/** What tells a collection of ours from others. */
export type Mark = { readonly store: string; readonly model: string; readonly generation: number };

/** Fields that filters ask for, each with its index: a server in strict mode refuses to look for others. */
const FIELDS = {
  project: { type: 'keyword', is_tenant: true },
  memory_id: { type: 'integer' },
  task_id: { type: 'integer' },
  type: { type: 'keyword' },
  scope: { type: 'keyword' },
  live: { type: 'bool' },
} as const;

/** Most points of an upsert that the server takes, and most that a query may ask for. */
const BATCH_LIMIT = 512;
const QUERY_LIMIT = 100_000;

const COMPLETED = 'completed';

/** Did the server do it, not only note it? */
export function completed(server: QdrantServer, result: { status?: unknown } | undefined): Result<void> {
  if (result?.status === COMPLETED) return ok(undefined);
  return fail(
    'provider.timeout',
    `Qdrant (${server.address.shown}) noted a change and did not finish it in time (${String(result?.status)}).`,
    'It is sent again later; sending twice does no harm.',
  );
}

type Info = { readonly config: { readonly metadata?: unknown }; readonly payload_schema: object };
type Collection = { readonly mark: Mark | null; readonly fields: readonly string[] };

/** The collection as it is on the server; null when there is none. */
export async function lookAtCollection(
  server: QdrantServer,
  name: string,
  signal: AbortSignal,
): Promise<Result<Collection | null>> {
  const found = await server.call((api, init) => api.getCollection({ collection_name: name }, init), signal, 'read');
  if (!found.ok) return found.error.details?.status === 404 ? ok(null) : found;
  const info: Partial<Info> | undefined = found.value.data.result;
  if (info?.config === undefined) return err(oddAnswer(server.address));
  return ok({ mark: readMark(info.config.metadata), fields: Object.keys(info.payload_schema ?? {}) });
}

function readMark(metadata: unknown): Mark | null {
  if (typeof metadata !== 'object' || metadata === null) return null;
  const { made_by, store, model, generation } = metadata as Record<string, unknown>;
  if (made_by !== 'llmclis' || typeof store !== 'string' || typeof model !== 'string') return null;
  return { store, model, generation: typeof generation === 'number' ? generation : 0 };
}

type Owner = Pick<Mark, 'store' | 'model'>;
const isOurs = ({ mark }: Collection, { store, model }: Owner): boolean =>
  mark?.store === store && mark.model === model;
const notOurs = (server: QdrantServer, names: QdrantNames) =>
  fail(
    'provider.bad_request',
    `The collection ${names.collection} on ${server.address.shown} was not made by this database; it is left alone.`,
    'Rename or remove it there, or take another server: qdrant_url',
  );

/** Fails where the collection is somebody else's, or is not there. */
export async function checkCollection(
  server: QdrantServer,
  names: QdrantNames,
  owner: Owner,
  signal: AbortSignal,
): Promise<Result<void>> {
  const there = await lookAtCollection(server, names.collection, signal);
  if (!there.ok) return there;
  if (there.value !== null) return isOurs(there.value, owner) ? ok(undefined) : notOurs(server, names);
  return fail(
    'input.not_found',
    `Qdrant (${server.address.shown}) has no collection ${names.collection} yet.`,
    'Deliver everything: llmclis memory reindex --index qdrant',
  );
}

const markText = (mark: Mark) => ({ made_by: 'llmclis', schema: POINT_SCHEMA, ...mark });

/**
 * Makes sure that the collection is there, is ours and has its indexes; says of which generation it is, 0 when it was made just now.
 * A collection that somebody else made under this name is left alone.
 */
export async function ensureCollection(
  server: QdrantServer,
  names: QdrantNames,
  wanted: { readonly store: string; readonly model: string; readonly dimension: number | null },
  signal: AbortSignal,
): Promise<Result<number>> {
  const version = await server.version(signal);
  if (!version.ok) return version;
  const { store, model, dimension } = wanted;
  const there = await lookAtCollection(server, names.collection, signal);
  if (!there.ok) return there;
  if (there.value === null) {
    const made = await createCollection(server, names.collection, { store, model, generation: 0 }, dimension, signal);
    if (!made.ok) return made;
  } else if (!isOurs(there.value, wanted)) {
    return notOurs(server, names);
  }
  const indexed = await indexFields(server, names.collection, there.value?.fields ?? [], signal);
  return indexed.ok ? ok(there.value?.mark?.generation ?? 0) : indexed;
}

async function createCollection(
  server: QdrantServer,
  name: string,
  mark: Mark,
  dimension: number | null,
  signal: AbortSignal,
): Promise<Result<void>> {
  const made = await server.call(
    (api, init) =>
      api.createCollection(
        {
          collection_name: name,
          vectors: dimension === null ? {} : { dense: { size: dimension, distance: 'Cosine' } },
          sparse_vectors: { words: { modifier: 'idf' } },
          // One graph for each project: every query names its projects.
          hnsw_config: { m: 0, payload_m: 16 },
          strict_mode_config: {
            enabled: true,
            unindexed_filtering_retrieve: false,
            unindexed_filtering_update: false,
            max_query_limit: QUERY_LIMIT,
            upsert_max_batchsize: BATCH_LIMIT,
          },
          metadata: markText(mark),
        },
        init,
      ),
    signal,
    'write',
  );
  // Another process was quicker: its collection is looked at the next time.
  return made.ok || made.error.details?.status === 409 ? ok(undefined) : made;
}

/** Before the first point: strict mode refuses filters without them, and a tenant's points are laid side by side. */
async function indexFields(
  server: QdrantServer,
  name: string,
  known: readonly string[],
  signal: AbortSignal,
): Promise<Result<void>> {
  for (const [field_name, field_schema] of Object.entries(FIELDS)) {
    if (known.includes(field_name)) continue;
    const made = await server.call(
      (api, init) => api.createFieldIndex({ collection_name: name, wait: true, field_name, field_schema }, init),
      signal,
      'write',
    );
    const done = made.ok ? completed(server, made.value.data.result) : made;
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** Writes down of which generation the points are that come from now on. */
export async function markCollection(
  server: QdrantServer,
  name: string,
  mark: Mark,
  signal: AbortSignal,
): Promise<Result<void>> {
  const marked = await server.call(
    (api, init) => api.updateCollection({ collection_name: name, metadata: markText(mark) }, init),
    signal,
    'write',
  );
  return marked.ok ? ok(undefined) : marked;
}

/** Points the alias at the collection in one step, then drops those that this database had before. */
export async function promote(
  server: QdrantServer,
  names: QdrantNames,
  store: string,
  signal: AbortSignal,
): Promise<Result<void>> {
  const found = await server.call((api, init) => api.getCollectionsAliases({}, init), signal, 'read');
  if (!found.ok) return found;
  const aliases = found.value.data.result?.aliases;
  if (!Array.isArray(aliases)) return err(oddAnswer(server.address));
  const target = aliases.find(({ alias_name }) => alias_name === names.alias)?.collection_name;
  if (target === names.collection) return ok(undefined);
  const owner = target === undefined ? ok(null) : await lookAtCollection(server, target, signal);
  if (!owner.ok) return owner;
  if (owner.value !== null && owner.value.mark?.store !== store)
    return fail(
      'provider.bad_request',
      `The alias ${names.alias} on ${server.address.shown} leads to ${target}, which this database did not make; both are left alone.`,
      'Remove the alias there, or take another server: qdrant_url',
    );
  const create = { create_alias: { collection_name: names.collection, alias_name: names.alias } };
  const actions = target === undefined ? [create] : [{ delete_alias: { alias_name: names.alias } }, create];
  const switched = await server.call((api, init) => api.updateAliases({ actions }, init), signal, 'write');
  if (!switched.ok) return switched;
  return dropOld(server, names, store, signal);
}

async function dropOld(
  server: QdrantServer,
  names: QdrantNames,
  store: string,
  signal: AbortSignal,
): Promise<Result<void>> {
  const listed = await server.call((api, init) => api.getCollections({}, init), signal, 'read');
  if (!listed.ok) return listed;
  const all = listed.value.data.result?.collections;
  if (!Array.isArray(all)) return err(oddAnswer(server.address));
  const old = all
    .map(({ name }) => name)
    .filter(name => name.startsWith(`${names.alias}_`) && name !== names.collection);
  for (const name of old) {
    const there = await lookAtCollection(server, name, signal);
    if (!there.ok) return there;
    if (there.value?.mark?.store !== store) continue;
    const dropped = await server.call(
      (api, init) => api.deleteCollection({ collection_name: name }, init),
      signal,
      'write',
    );
    if (!dropped.ok) return dropped;
  }
  return ok(undefined);
}
