import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** The record: every index is derived from it. Project 0 holds what is true for all projects. */
export const memories = sqliteTable(
  'memories',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    project_id: integer().notNull(),
    task_id: integer(),
    task_key: text(),
    type: text().notNull(),
    agent: text().notNull(),
    text: text().notNull(),
    text_sha256: text().notNull(),
    /** Where it came from: `run:ID`, `person`. */
    source: text().notNull(),
    created_at: text().notNull(),
    scope: text().notNull().default('project'),
    /** Model that wrote it. */
    model: text(),
    /** Stream it is a turn of, in the order of the ids. */
    session: text(),
    run_id: text(),
    step: integer(),
    file: text(),
    /** `12-40`. */
    lines: text(),
    /** What it states the value of, for example `db.port`: a later statement of the same slot supersedes this one. */
    slot: text(),
    /** When it became true and when it stopped; null: still true. */
    valid_from: text().notNull().default(''),
    valid_to: text(),
    superseded_by: integer(),
    trust: text().notNull().default('agent'),
    /** Estimate. */
    tokens: integer().notNull().default(0),
    /** Times the very same text was stored. */
    seen: integer().notNull().default(1),
    pinned: integer().notNull().default(0),
    status: text().notNull().default('live'),
    updated_at: text().notNull().default(''),
  },
  t => [
    index('memories_scope').on(t.project_id, t.type),
    index('memories_task').on(t.task_id).where(sql`task_id IS NOT NULL`),
    index('memories_session').on(t.project_id, t.session, t.id, t.tokens).where(sql`session IS NOT NULL`),
    uniqueIndex('memories_live_hash').on(t.project_id, t.text_sha256).where(sql`status IN ('live', 'wrong')`),
    uniqueIndex('memories_slot').on(t.project_id, t.slot).where(sql`slot IS NOT NULL AND status = 'live'`),
  ],
);

/** What happened to an entry after it was stored; refuses UPDATE and DELETE. Texts are kept apart, in `memory_versions`. */
export const memoryHistory = sqliteTable(
  'memory_history',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    memory_id: integer().notNull(),
    at: text().notNull(),
    agent: text().notNull(),
    /** `stored`, `merged`, `edited`, `pinned`, `unpinned`, `superseded`, `wrong`, `restored`, `forgotten`. */
    action: text().notNull(),
    because: text().notNull().default(''),
    /** The entry that superseded it, or the version that an edit replaced. */
    other_id: integer(),
  },
  t => [index('memory_history_memory').on(t.memory_id)],
);

/** Texts that an edit replaced; `forget` deletes them. */
export const memoryVersions = sqliteTable(
  'memory_versions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    memory_id: integer().notNull(),
    replaced_at: text().notNull(),
    text: text().notNull(),
  },
  t => [index('memory_versions_memory').on(t.memory_id)],
);

/** How entries belong together: `summarises`, `supersedes`, `near`, `contradicts`, `derives`. */
export const memoryLinks = sqliteTable(
  'memory_links',
  {
    from_id: integer().notNull(),
    to_id: integer().notNull(),
    kind: text().notNull(),
    created_at: text().notNull(),
  },
  t => [primaryKey({ columns: [t.from_id, t.kind, t.to_id] }), index('memory_links_reverse').on(t.to_id, t.kind)],
);

/** Every change of an entry or of its vectors, by trigger: what derived indexes follow, each at its own pace. */
export const memoryChanges = sqliteTable('memory_changes', {
  seq: integer().primaryKey({ autoIncrement: true }),
  memory_id: integer().notNull(),
  project_id: integer().notNull(),
  /** `entry`, or `vector` where only what a model made of it came or went. */
  kind: text().notNull().default('entry'),
});

/** How far each derived index has followed the changes. */
export const memoryConsumers = sqliteTable('memory_consumers', {
  name: text().primaryKey(),
  /** `all` changes, or those of `entries` alone. */
  follows: text().notNull().default('all'),
  seq: integer().notNull().default(0),
  /** Grows with every rebuild. */
  generation: integer().notNull().default(1),
  /** A rebuild goes through the ids of all entries, from above the first number up to the second; they are equal when none is going on. */
  rebuild_from: integer().notNull().default(0),
  rebuild_to: integer().notNull().default(0),
  /** The process that works on it, until when (milliseconds). */
  holder: text().notNull().default(''),
  held_until: integer().notNull().default(0),
  /** Troubles in a row, what the last one said, and before when (milliseconds) nobody tries again. */
  failures: integer().notNull().default(0),
  trouble: text().notNull().default(''),
  retry_at: integer().notNull().default(0),
});

/** Models that made vectors; a vector of one is never compared with a vector of another. */
export const memoryModels = sqliteTable(
  'memory_models',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Provider, name, and digest of the weights. */
    name: text().notNull(),
    dimension: integer().notNull(),
    pooling: text().notNull(),
    dtype: text().notNull(),
    text_prefix: text().notNull().default(''),
    query_prefix: text().notNull().default(''),
    max_tokens: integer().notNull(),
    /** Where it was last: a folder, or the address of a server and the name there. */
    location: text().notNull().default(''),
    /** `building` → `serving` → `retired`. One serves at most. */
    state: text().notNull(),
    created_at: text().notNull(),
  },
  t => [
    uniqueIndex('memory_models_identity').on(t.name, t.dimension, t.pooling, t.dtype, t.text_prefix, t.query_prefix),
    uniqueIndex('memory_models_serving').on(t.state).where(sql`state = 'serving'`),
  ],
);

/** Embeddings by content: the same text is embedded once by a model. `vector` is little-endian float32, unit length. */
export const memoryEmbeddings = sqliteTable(
  'memory_embeddings',
  {
    model_id: integer().notNull(),
    text_sha256: text().notNull(),
    vector: blob({ mode: 'buffer' }).notNull(),
  },
  t => [primaryKey({ columns: [t.model_id, t.text_sha256] })],
);

/** Which pieces of an entry a model has embedded. */
export const memoryVectors = sqliteTable(
  'memory_vectors',
  {
    model_id: integer().notNull(),
    project_id: integer().notNull(),
    memory_id: integer().notNull(),
    chunk: integer().notNull(),
    text_sha256: text().notNull(),
  },
  t => [
    primaryKey({ columns: [t.model_id, t.project_id, t.memory_id, t.chunk] }),
    index('memory_vectors_memory').on(t.memory_id),
    index('memory_vectors_text').on(t.text_sha256),
  ],
);

/** What a project's own entries say about a model: whether its vectors carry a signal there. */
export const memorySignals = sqliteTable(
  'memory_signals',
  {
    model_id: integer().notNull(),
    project_id: integer().notNull(),
    /** Mean Pearson correlation of BM25 and cosine over sampled entries. */
    correlation: real().notNull(),
    /** Entries there when it was measured. */
    entries: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.model_id, t.project_id] })],
);

/** The one row names this database among others that share an index server. */
export const memoryStore = sqliteTable('memory_store', { id: text().primaryKey() });
