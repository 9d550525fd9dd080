import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { Refused } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import type { Change, Consumer } from '../changes.ts';
import type { Embedder } from './embedder.ts';
import { type EntryText, type Piece, piecesOf, wholePiece } from './input.ts';
import { knownSignal } from './known.ts';
import { consumerOf, dropRetired, missesVectors, modelById, switchTo, wantModel } from './models.ts';
import { keepKnownSignal, measureAll, measureGrown } from './signals.ts';

/** Entries of one transaction: at 20 texts a second a batch of long ones still ends within seconds. */
const BATCH = 32;
/** Rows of a model of before that are deleted at once. */
const DROPPED = 500;
/** A piece that the model refuses for itself: it is known as tried, and has no vector. */
const REFUSED = '';
/** What every model takes: a server that refuses this too is in trouble, whatever it says of a text. */
const PLAIN = 'The server answers.';

type Entry = EntryText & { readonly id: number; readonly project_id: number; readonly text_sha256: string };
type Row = { readonly chunk: number; readonly text_sha256: string };
/** What one entry should have, and the vectors that were made for it now. */
type Made = {
  readonly entry: Entry;
  readonly hashes: readonly string[];
  readonly vectors: ReadonlyMap<string, Float32Array>;
};

/**
 * Makes vectors of the entries by an embedder, and follows their changes. A new model is built beside the one that serves; when no
 * live entry misses a vector it serves at once, and what the old one made is deleted piece by piece. It can be killed anywhere.
 */
export function vectorConsumer(sqlite: Sqlite, embedder: Embedder, clock: Clock): Consumer {
  const model = wantModel(sqlite, embedder, clock);
  const finish = async (signal: AbortSignal): Promise<void> => {
    const state = modelById(sqlite, model.id)?.state;
    if (state === 'building' && !missesVectors(sqlite, model.id)) {
      const known = await knownSignal(embedder, signal);
      if (!known.ok) throw new Refused(known.error);
      keepKnownSignal(sqlite, model.id, known.value);
      measureAll(sqlite, model);
      switchTo(sqlite, model.id);
    }
    while (!signal.aborted && sqlite.transaction(() => dropRetired(sqlite, DROPPED)).immediate() > 0) await turn();
  };
  /** What could be made before trouble came is not made again. */
  const makeAll = async (entries: readonly Entry[], signal: AbortSignal) => {
    const made: Made[] = [];
    for (const entry of entries) {
      if (signal.aborted) break;
      try {
        const one = await missing(sqlite, embedder, model.id, entry, signal);
        if (one !== null) made.push(one);
      } catch (thrown) {
        return { made, problem: { thrown } };
      }
    }
    return { made, problem: null };
  };
  return {
    name: consumerOf(model.id),
    follows: 'entries',
    batch: BATCH,
    async apply(changes, signal) {
      // Another process has gone on to another model.
      if (modelById(sqlite, model.id)?.state === 'retired') return;
      const { made, problem } = await makeAll(entriesOf(sqlite, changes), signal);
      sqlite
        .transaction(() => {
          for (const one of made) keep(sqlite, model.id, one);
        })
        .immediate();
      // What was not looked at must not count as followed.
      if (problem !== null) throw problem.thrown;
      if (signal.aborted) throw signal.reason;
      if (modelById(sqlite, model.id)?.state === 'serving')
        measureGrown(sqlite, model, new Set(changes.map(({ project_id }) => project_id)));
    },
    end: finish,
  };
}

/** The entries of the changes that are to have vectors, as they are now. */
function entriesOf(sqlite: Sqlite, changes: readonly Change[]): readonly Entry[] {
  const find = sqlite.prepare<[number], Entry>(
    `SELECT id, project_id, text, agent, created_at, text_sha256 FROM memories WHERE id = ? AND status = 'live'`,
  );
  return changes.flatMap(({ memory_id }) => find.get(memory_id) ?? []);
}

/** What the entry needs; null when it has all of it. Throws `Refused` when the embedder is in trouble. */
async function missing(
  sqlite: Sqlite,
  embedder: Embedder,
  modelId: number,
  entry: Entry,
  signal: AbortSignal,
): Promise<Made | null> {
  const rows = rowsOf(sqlite, modelId, entry);
  if (rows.length === 1 && rows[0]?.text_sha256 === wholePiece(entry).sha256) return null;
  const pieces = await piecesOf(entry, embedder);
  if (!pieces.ok) throw new Refused(pieces.error);
  const had = new Set(rows.map(({ text_sha256 }) => text_sha256));
  const hashes = pieces.value.map(({ sha256 }) => sha256);
  const isWhole =
    rows.length === hashes.length && rows.every((row, at) => row.text_sha256 === hashes[at] && row.chunk === at);
  if (isWhole) return null;
  // Tried before, and refused: only another text is tried again.
  if (rows.length === 1 && had.has(REFUSED)) return null;
  const vectors = new Map<string, Float32Array>();
  const known = sqlite
    .prepare<[number, string], number>('SELECT 1 FROM memory_embeddings WHERE model_id = ? AND text_sha256 = ?')
    .pluck();
  const wanted = pieces.value.filter(({ sha256 }) => known.get(modelId, sha256) === undefined);
  for (const piece of wanted) {
    if (signal.aborted && vectors.size > 0) throw signal.reason;
    const vector = await embedPiece(embedder, piece, signal);
    if (vector === null) return { entry, hashes: [REFUSED], vectors: new Map() };
    vectors.set(piece.sha256, vector);
  }
  return { entry, hashes, vectors };
}

/** Null when the model can do nothing with this very text, so that one text never holds up all others. */
async function embedPiece(embedder: Embedder, piece: Piece, signal: AbortSignal): Promise<Float32Array | null> {
  const made = await embedder.embed([piece.text], 'text', signal);
  if (made.ok) return made.value[0] ?? null;
  if (signal.aborted) throw signal.reason;
  if (made.error.code !== 'provider.bad_request' && made.error.code !== 'model.context_exceeded')
    throw new Refused(made.error);
  const plain = await embedder.embed([PLAIN], 'text', signal);
  if (plain.ok) return null;
  if (signal.aborted) throw signal.reason;
  throw new Refused(plain.error);
}

const rowsOf = (sqlite: Sqlite, modelId: number, { id, project_id }: Entry): readonly Row[] =>
  sqlite
    .prepare<[number, number, number], Row>(
      'SELECT chunk, text_sha256 FROM memory_vectors WHERE model_id = ? AND project_id = ? AND memory_id = ? ORDER BY chunk',
    )
    .all(modelId, project_id, id);

/** Stores what was made, unless the entry is another one by now: its change comes later. */
function keep(sqlite: Sqlite, modelId: number, { entry, hashes, vectors }: Made): void {
  const { id, project_id, text_sha256, agent, created_at } = entry;
  const same = sqlite
    .prepare(
      `SELECT 1 FROM memories WHERE id = ? AND project_id = ? AND text_sha256 = ? AND agent = ? AND created_at = ? AND status = 'live'`,
    )
    .get(id, project_id, text_sha256, agent, created_at);
  if (same === undefined || modelById(sqlite, modelId)?.state === 'retired') return;
  const embed = sqlite.prepare(
    'INSERT INTO memory_embeddings (model_id, text_sha256, vector) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  for (const [hash, vector] of vectors) embed.run(modelId, hash, bytesOf(vector));
  const isThere = sqlite.prepare('SELECT 1 FROM memory_embeddings WHERE model_id = ? AND text_sha256 = ?');
  // One that was known a moment ago may have gone with another entry.
  if (hashes.some(hash => hash !== REFUSED && isThere.get(modelId, hash) === undefined)) return;
  const put = sqlite.prepare(
    `INSERT INTO memory_vectors (model_id, project_id, memory_id, chunk, text_sha256) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET text_sha256 = excluded.text_sha256`,
  );
  sqlite
    .prepare(
      'DELETE FROM memory_vectors WHERE model_id = ? AND memory_id = ? AND (project_id <> ? OR chunk >= ? OR text_sha256 NOT IN (SELECT value FROM json_each(?)))',
    )
    .run(modelId, id, project_id, hashes.length, JSON.stringify(hashes));
  hashes.forEach((hash, chunk) => {
    put.run(modelId, project_id, id, chunk, hash);
  });
}

/** Little-endian float32, as it is stored. */
export function bytesOf(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, at) => {
    bytes.writeFloatLE(value, at * 4);
  });
  return bytes;
}
