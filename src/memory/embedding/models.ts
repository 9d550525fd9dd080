import { type Clock, isoSeconds } from '../../core/clock.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import { register } from '../changes.ts';
import type { Embedder, EmbeddingModel } from './embedder.ts';

export type ModelState = 'building' | 'serving' | 'retired';
export type StoredModel = EmbeddingModel & {
  readonly id: number;
  readonly state: ModelState;
  /** Where it was last: a folder, or the address of a server and the name there. */
  readonly location: string;
};

const COLUMNS = 'id, name, dimension, pooling, dtype, text_prefix, query_prefix, max_tokens, location, state';

export const modelsOf = (sqlite: Sqlite): readonly StoredModel[] =>
  sqlite.prepare<[], StoredModel>(`SELECT ${COLUMNS} FROM memory_models ORDER BY id`).all();

/** The model whose vectors answer; null while there is none. */
export const servingModel = (sqlite: Sqlite): StoredModel | null =>
  sqlite.prepare<[], StoredModel>(`SELECT ${COLUMNS} FROM memory_models WHERE state = 'serving'`).get() ?? null;

export const modelById = (sqlite: Sqlite, id: number): StoredModel | null =>
  sqlite.prepare<[number], StoredModel>(`SELECT ${COLUMNS} FROM memory_models WHERE id = ?`).get(id) ?? null;

/** Do vectors of the two belong together? */
export const isSameModel = (a: EmbeddingModel, b: EmbeddingModel): boolean =>
  a.name === b.name &&
  a.dimension === b.dimension &&
  a.pooling === b.pooling &&
  a.dtype === b.dtype &&
  a.text_prefix === b.text_prefix &&
  a.query_prefix === b.query_prefix;

/** Name of the consumer that makes the vectors of a model. */
export const consumerOf = (modelId: number): string => `vectors:${modelId}`;
const CONSUMERS = 'vectors:*';

const inOne = <T>(sqlite: Sqlite, work: () => T): T =>
  sqlite.inTransaction ? work() : sqlite.transaction(work).immediate();

/**
 * Makes the model of an embedder known, as one that is being built. Any other that is being built is given up; the one that
 * serves goes on until the switch.
 */
export function wantModel(sqlite: Sqlite, embedder: Embedder, clock: Clock): StoredModel {
  const { name, dimension, pooling, dtype, text_prefix, query_prefix, max_tokens } = embedder.model;
  const known = wanted(sqlite, embedder);
  if (known !== null) return known;
  return inOne(sqlite, () => {
    const identity = [name, dimension, pooling, dtype, text_prefix, query_prefix];
    sqlite
      .prepare(
        `INSERT INTO memory_models (name, dimension, pooling, dtype, text_prefix, query_prefix, max_tokens, location, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'building', ?)
         ON CONFLICT DO UPDATE SET max_tokens = excluded.max_tokens, location = excluded.location,
           state = iif(state = 'retired', 'building', state)`,
      )
      .run(...identity, max_tokens, embedder.location, isoSeconds(clock.now()));
    const model = modelsOf(sqlite).find(one => isSameModel(one, embedder.model));
    if (model === undefined) throw new Error('A model was neither there nor stored.');
    for (const other of modelsOf(sqlite))
      if (other.id !== model.id && other.state === 'building') retire(sqlite, other.id);
    register(sqlite, consumerOf(model.id), 'entries');
    return model;
  });
}

/** The model when there is nothing to write about it. */
function wanted(sqlite: Sqlite, { model, location }: Embedder): StoredModel | null {
  const all = modelsOf(sqlite);
  const found = all.find(one => isSameModel(one, model));
  if (found === undefined || found.state === 'retired') return null;
  if (found.location !== location || found.max_tokens !== model.max_tokens) return null;
  if (all.some(({ id, state }) => id !== found.id && state === 'building')) return null;
  const isFollowed = sqlite.prepare('SELECT 1 FROM memory_consumers WHERE name = ?').get(consumerOf(found.id));
  return isFollowed === undefined ? null : found;
}

function retire(sqlite: Sqlite, id: number): void {
  sqlite.prepare(`UPDATE memory_models SET state = 'retired' WHERE id = ?`).run(id);
  sqlite.prepare('DELETE FROM memory_consumers WHERE name = ?').run(consumerOf(id));
}

/** From here on this model answers, and the one before it does not: all in one. One that was given up meanwhile takes nobody's place. */
export function switchTo(sqlite: Sqlite, id: number): void {
  inOne(sqlite, () => {
    if (modelById(sqlite, id)?.state !== 'building') return;
    for (const { id: other, state } of modelsOf(sqlite)) if (other !== id && state === 'serving') retire(sqlite, other);
    sqlite.prepare(`UPDATE memory_models SET state = 'serving' WHERE id = ?`).run(id);
  });
}

/** Stops following the record. Vectors and the model that serves stay, so that the same embedder goes on where it was. */
export function stopVectors(sqlite: Sqlite): void {
  sqlite.prepare('DELETE FROM memory_consumers WHERE name GLOB ?').run(CONSUMERS);
}

/** An entry that is to have vectors and has none of this model; the newest first, for they are made last. By `+` each is looked up by its id, not among all of the model. */
export const missesVectors = (sqlite: Sqlite, modelId: number): boolean =>
  sqlite
    .prepare<[number], number>(
      `SELECT 1 FROM memories m WHERE m.status = 'live'
         AND NOT EXISTS (SELECT 1 FROM memory_vectors v WHERE v.memory_id = m.id AND +v.model_id = ?)
       ORDER BY m.id DESC LIMIT 1`,
    )
    .pluck()
    .get(modelId) !== undefined;

/** Deletes some vectors of models that are retired, their embeddings with them; says how many. */
export const dropRetired = (sqlite: Sqlite, limit: number): number =>
  sqlite
    .prepare(
      `DELETE FROM memory_vectors WHERE rowid IN (
         SELECT v.rowid FROM memory_vectors v JOIN memory_models m ON m.id = v.model_id WHERE m.state = 'retired' LIMIT ?)`,
    )
    .run(limit).changes;
