import { createHash } from 'node:crypto';
import type { Sqlite } from '../../km/sqlite.ts';
import type { MemoryScope, MemoryType } from '../memory.ts';
import type { IndexPoint } from './port.ts';
import { sparseText } from './sparse.ts';

type EntryRow = {
  readonly id: number;
  readonly project_id: number;
  readonly task_id: number | null;
  readonly type: MemoryType;
  readonly scope: MemoryScope;
  readonly status: string;
  readonly text: string;
  readonly text_sha256: string;
};
type PieceRow = { readonly memory_id: number; readonly chunk: number; readonly text_sha256: string };

const NO_WORDS = { indices: [], values: [] };

/** A forgotten entry has no text, and so no place in an index. */
const INDEXED = "status <> 'forgotten'";
const NAMED = 'id IN (SELECT value FROM json_each(?))';

const entriesOf = (sqlite: Sqlite, ids: readonly number[]): readonly EntryRow[] =>
  sqlite
    .prepare<[string], EntryRow>(
      `SELECT id, project_id, task_id, type, scope, status, text, text_sha256 FROM memories
       WHERE ${NAMED} AND ${INDEXED} ORDER BY id`,
    )
    .all(JSON.stringify(ids));

/** The pieces that a model has embedded, by entry. */
function piecesOf(
  sqlite: Sqlite,
  model: number | null,
  ids: readonly number[] | null,
): ReadonlyMap<number, readonly PieceRow[]> {
  const pieces = new Map<number, PieceRow[]>();
  if (model === null) return pieces;
  const rows = sqlite
    .prepare<unknown[], PieceRow>(
      `SELECT memory_id, chunk, text_sha256 FROM memory_vectors
         WHERE ${ids === null ? 'model_id = ?' : '+model_id = ? AND memory_id IN (SELECT value FROM json_each(?))'} ORDER BY memory_id, chunk`,
    )
    .all(...(ids === null ? [model] : [model, JSON.stringify(ids)]));
  for (const row of rows) {
    const known = pieces.get(row.memory_id);
    if (known === undefined) pieces.set(row.memory_id, [row]);
    else known.push(row);
  }
  return pieces;
}

/** How many pieces an entry has, and everything that an index keeps of it as sixteen characters. */
function versionOf(entry: Omit<EntryRow, 'text'>, pieces: readonly PieceRow[]): string {
  const { project_id, task_id, type, scope, status, text_sha256 } = entry;
  const kept = [
    project_id,
    task_id,
    type,
    scope,
    status === 'live',
    text_sha256,
    pieces.map(piece => [piece.chunk, piece.text_sha256]),
  ];
  const digest = createHash('sha256').update(JSON.stringify(kept)).digest('hex').slice(0, 16);
  return `${Math.max(1, pieces.length)}:${digest}`;
}

/** A stored vector; its bytes may stand anywhere in their buffer. */
export const vectorOf = (blob: Buffer): Float32Array =>
  new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));

/** The pieces of these entries as an index keeps them, with the vectors of this model, and which of the entries are gone. */
export function pointsOf(
  sqlite: Sqlite,
  model: number | null,
  ids: readonly number[],
): { readonly points: readonly IndexPoint[]; readonly gone: readonly number[] } {
  const vector = sqlite
    .prepare<unknown[], Buffer>('SELECT vector FROM memory_embeddings WHERE model_id = ? AND text_sha256 = ?')
    .pluck();
  const pieces = piecesOf(sqlite, model, ids);
  const entries = entriesOf(sqlite, ids);
  const points = entries.flatMap((entry): IndexPoint[] => {
    const own = pieces.get(entry.id) ?? [];
    const { project_id, task_id, type, scope } = entry;
    const shared = {
      ...{ memory_id: entry.id, project_id, task_id, type, scope },
      live: entry.status === 'live',
      version: versionOf(entry, own),
    };
    const words = sparseText(entry.text);
    if (own.length === 0) return [{ ...shared, chunk: 0, dense: null, sparse: words }];
    return own.map(({ chunk, text_sha256 }, place) => {
      const blob = vector.get(model, text_sha256);
      return {
        ...shared,
        chunk,
        dense: blob === undefined ? null : vectorOf(blob),
        sparse: place === 0 ? words : NO_WORDS,
      };
    });
  });
  const there = new Set(entries.map(({ id }) => id));
  return { points, gone: ids.filter(id => !there.has(id)) };
}

/** What an index that follows the record would hold: the version of each entry. */
export function versionsIn(sqlite: Sqlite, model: number | null): ReadonlyMap<number, string> {
  const pieces = piecesOf(sqlite, model, null);
  const rows = sqlite
    .prepare<[], Omit<EntryRow, 'text'>>(
      `SELECT id, project_id, task_id, type, scope, status, text_sha256 FROM memories WHERE ${INDEXED} ORDER BY id`,
    )
    .all();
  return new Map(rows.map(row => [row.id, versionOf(row, pieces.get(row.id) ?? [])]));
}

/** How many pieces that are: one of each entry, and those beyond the first. */
export const countIn = (sqlite: Sqlite, model: number | null): number =>
  sqlite
    .prepare<[number | null], number>(
      `SELECT (SELECT count(*) FROM memories WHERE ${INDEXED}) + count(*) - count(DISTINCT memory_id)
       FROM memory_vectors JOIN memories ON memories.id = memory_id WHERE model_id = ? AND ${INDEXED}`,
    )
    .pluck()
    .get(model) ?? 0;
