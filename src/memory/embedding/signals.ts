import type { Sqlite } from '../../km/sqlite.ts';
import type { StoredModel } from './models.ts';
import { correlationOf, type Signal, sampled } from './signal.ts';

type Model = Pick<StoredModel, 'id' | 'dimension'>;

/** A project with few entries more is not measured again. */
const GROWTH = 2;
/** Stands for the sentences of `known.ts` among the projects. */
const KNOWN = -1;

/** What was measured for the vectors of a model in a project; null before it was. */
export const signalOf = (sqlite: Sqlite, modelId: number, projectId: number): Signal | null =>
  sqlite
    .prepare<[number, number], Signal>(
      'SELECT correlation, entries FROM memory_signals WHERE model_id = ? AND project_id = ?',
    )
    .get(modelId, projectId) ?? null;

/** Keeps what a model showed on known sentences: it stands in for projects that are too small to tell. */
export const keepKnownSignal = (sqlite: Sqlite, modelId: number, correlation: number): void =>
  keepSignal(sqlite, modelId, KNOWN, { correlation, entries: 0 });

/** Measures those of the projects that have twice the entries of the last time. */
export function measureGrown(sqlite: Sqlite, model: Model, projects: ReadonlySet<number>): void {
  for (const project of projects) {
    const ids = withVectors(sqlite, model.id, project);
    if (ids.length >= GROWTH * (signalOf(sqlite, model.id, project)?.entries ?? 0.5))
      measure(sqlite, model, project, ids);
  }
}

/** Measures every project with vectors of the model. */
export function measureAll(sqlite: Sqlite, model: Model): void {
  const projects = sqlite
    .prepare<[number], number>('SELECT DISTINCT project_id FROM memory_vectors WHERE model_id = ?')
    .pluck()
    .all(model.id);
  for (const project of projects) measure(sqlite, model, project, withVectors(sqlite, model.id, project));
}

const withVectors = (sqlite: Sqlite, modelId: number, projectId: number): readonly number[] =>
  sqlite
    .prepare<[number, number], number>(
      'SELECT memory_id FROM memory_vectors WHERE model_id = ? AND project_id = ? AND chunk = 0 ORDER BY memory_id',
    )
    .pluck()
    .all(modelId, projectId);

function measure(sqlite: Sqlite, { id, dimension }: Model, projectId: number, ids: readonly number[]): void {
  const find = sqlite.prepare<[number, number], { text: string; vector: Buffer }>(
    `SELECT m.text, e.vector FROM memory_vectors v JOIN memories m ON m.id = v.memory_id
       JOIN memory_embeddings e ON e.model_id = v.model_id AND e.text_sha256 = v.text_sha256
     WHERE v.memory_id = ? AND v.model_id = ? AND v.chunk = 0`,
  );
  const entries = sampled(ids.length).flatMap(place => {
    const row = find.get(ids[place] ?? 0, id);
    return row === undefined ? [] : [{ text: row.text, vector: vectorOf(row.vector, dimension) }];
  });
  const correlation = correlationOf(entries) ?? signalOf(sqlite, id, KNOWN)?.correlation ?? 0;
  keepSignal(sqlite, id, projectId, { correlation, entries: ids.length });
}

function keepSignal(sqlite: Sqlite, modelId: number, projectId: number, { correlation, entries }: Signal): void {
  sqlite
    .prepare(
      `INSERT INTO memory_signals (model_id, project_id, correlation, entries) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET correlation = excluded.correlation, entries = excluded.entries`,
    )
    .run(modelId, projectId, correlation, entries);
}

function vectorOf(bytes: Buffer, dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, (_, at) => bytes.readFloatLE(at * 4));
}
