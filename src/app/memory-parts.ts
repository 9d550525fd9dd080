import { type Failure, failure, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Consumer } from '../memory/changes.ts';
import type { DenseSearch } from '../memory/dense.ts';
import { within } from '../memory/embedding/within.ts';
import { embeddedIndex, servingModel } from '../memory/indexes/embedded.ts';
import type { MemoryIndex } from '../memory/indexes/port.ts';
import type { QdrantServer } from '../memory/indexes/qdrant-client.ts';
import { trigramConsumer } from '../memory/recall/trigrams.ts';
import { nearConsumer } from '../memory/record/near.ts';
import { createUpkeep, type Upkeep } from '../memory/upkeep.ts';
import type { AppCore } from './core.ts';
import type { Embedding } from './embedding.ts';

/** What follows the record: indexes, vectors, a server. Each is opened when it is first needed, and only where the settings want it. */
export type MemoryParts = {
  /** Search by meaning, where an embedder is set. */
  readonly dense: DenseSearch;
  /** Brings what is derived up to the record. What makes vectors is left out where it does not open in so many milliseconds. */
  upkeep(milliseconds?: number): Promise<Result<Upkeep>>;
  qdrant(): Promise<Result<QdrantServer | null>>;
  /** What kept vectors or a server out since somebody asked last. */
  notices(): readonly Failure[];
  close(): void;
};

const TOO_LATE = failure(
  'provider.timeout',
  'What makes the vectors did not answer in the time there was.',
  'Look what is wrong: llmclis memory status',
);

type Opened = { readonly embedding: Embedding | null; readonly qdrant: Result<QdrantServer | null> };

/** The parts of one app; `core.once(memoryParts)` gives everybody the same. */
export function memoryParts(core: AppCore): MemoryParts {
  let opened: Promise<Result<Opened>> | null = null;
  let searching: Promise<DenseSearch | null> | null = null;
  let tending: Promise<Result<Upkeep>> | null = null;
  let heard: Failure[] = [];
  const notice = (failure: Failure): void => {
    if (!heard.some(({ message }) => message === failure.message)) heard.push(failure);
  };
  const open = (): Promise<Result<Opened>> => {
    opened ??= openAll(core);
    return opened;
  };
  const search = async (): Promise<DenseSearch | null> => {
    const parts = await open();
    if (!parts.ok || parts.value.embedding === null) return null;
    if (!parts.value.qdrant.ok) notice(parts.value.qdrant.error);
    const index = await indexOf(core, parts.value, notice);
    return index === null ? null : parts.value.embedding.dense(index, notice);
  };
  const vectorsOf = async (
    { embedding }: Opened,
    milliseconds: number | undefined,
  ): Promise<Result<Consumer | null>> => {
    const consumer = async () => (await embedding?.consumer()) ?? ok(null);
    if (milliseconds === undefined) return consumer();
    return within(milliseconds, { signal: new AbortController().signal, late: TOO_LATE }, consumer);
  };
  const tend = async (milliseconds: number | undefined): Promise<Result<Upkeep>> => {
    const parts = await open();
    if (!parts.ok) return parts;
    const database = core.database();
    if (!database.ok) return database;
    const { sqlite } = database.value;
    const consumers: Consumer[] = [trigramConsumer(sqlite), nearConsumer(sqlite, core.clock)];
    const vectors = await vectorsOf(parts.value, milliseconds);
    if (!vectors.ok) {
      notice(vectors.error);
      // It may be there the next time.
      tending = null;
    } else if (vectors.value !== null) consumers.push(vectors.value);
    const { qdrant } = parts.value;
    if (!qdrant.ok) notice(qdrant.error);
    else if (qdrant.value !== null) {
      const { qdrantConsumer } = await import('../memory/indexes/qdrant-consumer.ts');
      consumers.push(qdrantConsumer(sqlite, qdrant.value, () => servingModel(sqlite)));
    }
    return ok(createUpkeep(sqlite, core.clock, consumers));
  };
  return {
    async dense(query, scope) {
      searching ??= search();
      return (await (await searching)?.(query, scope)) ?? null;
    },
    upkeep(milliseconds) {
      tending ??= tend(milliseconds);
      return tending;
    },
    async qdrant() {
      const parts = await open();
      return parts.ok ? parts.value.qdrant : parts;
    },
    notices() {
      const all = heard;
      heard = [];
      return all;
    },
    close() {
      void opened?.then(parts => (parts.ok ? parts.value.embedding?.close() : undefined));
    },
  };
}

async function openAll(core: AppCore): Promise<Result<Opened>> {
  const { settingsOf } = await import('./settings.ts');
  const project = core.project();
  const settings = settingsOf(core, project.ok ? project.value : null, {});
  if (!settings.ok) return settings;
  const { embedder, qdrant_url } = settings.value;
  const embedding =
    embedder.value === 'off' ? null : (await import('./embedding.ts')).openEmbedding(core, settings.value);
  return ok({ embedding, qdrant: qdrant_url.value === null ? ok(null) : await openServer(core, settings.value) });
}

const openServer = async (core: AppCore, settings: Settings): Promise<Result<QdrantServer | null>> =>
  (await import('./qdrant.ts')).openQdrant(core, settings);

/** The vectors of the database, or a server that has them too and falls back on those. */
async function indexOf(
  core: AppCore,
  { qdrant }: Opened,
  notice: (failure: Failure) => void,
): Promise<MemoryIndex | null> {
  const database = core.database();
  if (!database.ok) return null;
  const { sqlite } = database.value;
  const serving = () => servingModel(sqlite);
  const fallback = embeddedIndex(sqlite, serving);
  if (!qdrant.ok || qdrant.value === null) return fallback;
  const { qdrantWithFallback } = await import('../memory/indexes/qdrant-consumer.ts');
  return qdrantWithFallback(sqlite, qdrant.value, { serving, fallback, notice, now: () => core.clock.now().getTime() });
}
