import { type Failure, Refused, type Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import { type Consumer, generationOf, isBehind, lag, startOver } from '../changes.ts';
import { type Compared, compare, repair } from './compare.ts';
import type { Serving } from './embedded.ts';
import { countIn, pointsOf } from './points.ts';
import type { MemoryIndex } from './port.ts';
import { qdrantIndex } from './qdrant.ts';
import type { QdrantServer } from './qdrant-client.ts';
import { checkCollection, ensureCollection, markCollection, POINT_SCHEMA, promote } from './qdrant-collection.ts';
import { type QdrantNames, qdrantNames } from './qdrant-ids.ts';

/** The collection for the vectors of one model, or for words alone. */
export type Target = {
  readonly names: QdrantNames;
  readonly index: MemoryIndex;
  readonly store: string;
  readonly model: string;
  readonly serving: Serving | null;
};

/** Where this database's points belong now. */
export function targetOf(sqlite: Sqlite, server: QdrantServer, serving: Serving | null): Target {
  const store = sqlite.prepare<[], string>('SELECT id FROM memory_store').pluck().get() ?? '';
  const model = serving === null ? 'none' : nameOf(sqlite, serving);
  const names = qdrantNames(store, model, POINT_SCHEMA);
  return { names, index: qdrantIndex(server, names), store, model, serving };
}

type ModelRow = { readonly [column: string]: string | number };
const nameOf = (sqlite: Sqlite, { id }: Serving): string => {
  const row = sqlite
    .prepare<[number], ModelRow>(
      'SELECT name, dimension, pooling, dtype, text_prefix, query_prefix FROM memory_models WHERE id = ?',
    )
    .get(id);
  return Object.values(row ?? {}).join('|');
};

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Refused(result.error);
  return result.value;
};

/**
 * Delivers changes to a Qdrant server: the change log is the outbox. What cannot be delivered waits there; a server that comes back
 * empty, or with another state than the one it was left in, gets everything again.
 */
export function qdrantConsumer(sqlite: Sqlite, server: QdrantServer, serving: () => Serving | null): Consumer {
  const { consumer } = server.address;
  const target = (): Target => targetOf(sqlite, server, serving());
  return {
    name: consumer,
    batch: 256,
    async begin(signal) {
      const { names, store, model, serving: now } = target();
      const wanted = { store, model, dimension: now?.dimension ?? null };
      const generation = must(await ensureCollection(server, names, wanted, signal));
      if (generation === generationOf(sqlite, consumer)) return;
      startOver(sqlite, consumer);
      const mark = { store, model, generation: generationOf(sqlite, consumer) };
      must(await markCollection(server, names.collection, mark, signal));
    },
    async apply(changes, signal) {
      const { index, serving: now } = target();
      const { points, gone } = pointsOf(
        sqlite,
        now?.id ?? null,
        changes.map(({ memory_id }) => memory_id),
      );
      must(await index.upsert(points, signal));
      must(await index.remove(gone, signal));
    },
    async end(signal) {
      const { index, names, store, serving: now } = target();
      const held = must(await index.count({ project_ids: projectsOf(sqlite) }, signal));
      if (held !== countIn(sqlite, now?.id ?? null) && lag(sqlite, consumer) === 0)
        must(
          await repair(
            sqlite,
            now?.id ?? null,
            index,
            must(await compare(sqlite, now?.id ?? null, index, signal)),
            signal,
          ),
        );
      must(await promote(server, names, store, signal));
    },
  };
}

const projectsOf = (sqlite: Sqlite): readonly number[] =>
  sqlite.prepare<[], number>('SELECT DISTINCT project_id FROM memories').pluck().all();

/** Compares the collection with the record, entry by entry. */
export async function verifyQdrant(
  sqlite: Sqlite,
  server: QdrantServer,
  serving: Serving | null,
  signal: AbortSignal,
): Promise<Result<Compared>> {
  const { index, names, store, model } = targetOf(sqlite, server, serving);
  const ours = await checkCollection(server, names, { store, model }, signal);
  if (!ours.ok) return ours;
  return compare(sqlite, serving?.id ?? null, index, signal);
}

/** Milliseconds for which a server in trouble is not asked again by recall. */
const REST_MS = 30_000;

/**
 * Recall's way to the server: as long as it answers and nothing waits for it, it is asked; otherwise `fallback` answers.
 * `notice` hears of each new trouble once.
 */
export function qdrantWithFallback(
  sqlite: Sqlite,
  server: QdrantServer,
  parts: {
    readonly serving: () => Serving | null;
    readonly fallback: MemoryIndex;
    readonly now: () => number;
    readonly notice: (failure: Failure) => void;
  },
): MemoryIndex {
  let restUntil = 0;
  let told = false;
  const { fallback } = parts;
  return {
    name: 'qdrant',
    upsert: fallback.upsert,
    remove: fallback.remove,
    count: fallback.count,
    versions: fallback.versions,
    async query(query, signal) {
      if (parts.now() < restUntil || isBehind(sqlite, server.address.consumer)) return fallback.query(query, signal);
      const found = await targetOf(sqlite, server, parts.serving()).index.query(query, signal);
      if (found.ok) return found;
      restUntil = parts.now() + REST_MS;
      if (!told) parts.notice(found.error);
      told = true;
      return fallback.query(query, signal);
    },
  };
}
