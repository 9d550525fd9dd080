import type { Sqlite } from '../../km/sqlite.ts';
import { lastChange } from '../changes.ts';
import { MEMORY_SCOPES, MEMORY_TYPES } from '../memory.ts';
import type { IndexFilter } from './port.ts';

/** The model whose vectors are compared. */
export type Serving = { readonly id: number; readonly dimension: number };

/** The vectors of one project side by side, and what filters ask of each. */
export type Shelf = {
  readonly model: Serving;
  readonly rows: number;
  readonly ids: Float64Array;
  readonly chunks: Uint32Array;
  readonly types: Uint8Array;
  readonly scopes: Uint8Array;
  readonly tasks: Float64Array;
  readonly live: Uint8Array;
  readonly vectors: Float32Array;
  /** The change up to which it is right. */
  readonly seq: number;
};

type Raw = [
  id: number,
  chunk: number,
  type: string,
  scope: string,
  task: number | null,
  status: string,
  vector: Buffer,
];

const FROM = `FROM memory_vectors v JOIN memories m ON m.id = v.memory_id
  JOIN memory_embeddings e ON e.model_id = v.model_id AND e.text_sha256 = v.text_sha256
  WHERE v.model_id = ? AND v.project_id = ? AND m.status <> 'forgotten'`;
const ROWS = `SELECT v.memory_id, v.chunk, m.type, m.scope, m.task_id, m.status, e.vector ${FROM}`;

const BYTES_PER_NUMBER = 4;
/** Above this share of changed entries everything is read again. */
const MUCH = 0.25;

function emptyShelf(model: Serving, capacity: number, seq: number): Shelf {
  return {
    model,
    rows: 0,
    ids: new Float64Array(capacity),
    chunks: new Uint32Array(capacity),
    types: new Uint8Array(capacity),
    scopes: new Uint8Array(capacity),
    tasks: new Float64Array(capacity),
    live: new Uint8Array(capacity),
    vectors: new Float32Array(capacity * model.dimension),
    seq,
  };
}

/** Puts rows behind those that are there; the shelf has room for them. */
function fill(shelf: Shelf, rows: Iterable<Raw>): Shelf {
  const { dimension } = shelf.model;
  const bytes = new Uint8Array(shelf.vectors.buffer);
  let at = shelf.rows;
  for (const [id, chunk, type, scope, task, status, vector] of rows) {
    if (vector.length !== dimension * BYTES_PER_NUMBER || at >= shelf.ids.length) continue;
    shelf.ids[at] = id;
    shelf.chunks[at] = chunk;
    shelf.types[at] = MEMORY_TYPES.indexOf(type as (typeof MEMORY_TYPES)[number]);
    shelf.scopes[at] = MEMORY_SCOPES.indexOf(scope as (typeof MEMORY_SCOPES)[number]);
    shelf.tasks[at] = task ?? 0;
    shelf.live[at] = status === 'live' ? 1 : 0;
    bytes.set(vector, at * dimension * BYTES_PER_NUMBER);
    at += 1;
  }
  return { ...shelf, rows: at };
}

/** Reads the vectors of a project. */
export function loadShelf(sqlite: Sqlite, model: Serving, projectId: number): Shelf {
  const seq = lastChange(sqlite);
  const of = [model.id, projectId];
  const count =
    sqlite
      .prepare<unknown[], number>(`SELECT count(*) ${FROM}`)
      .pluck()
      .get(...of) ?? 0;
  const rows = sqlite
    .prepare<unknown[], Raw>(ROWS)
    .raw(true)
    .iterate(...of) as IterableIterator<Raw>;
  return fill(emptyShelf(model, count, seq), rows);
}

/** A shelf that is right now: the same when nothing changed, with the changed entries read again, or read anew. */
export function freshShelf(sqlite: Sqlite, shelf: Shelf, projectId: number): Shelf {
  const seq = lastChange(sqlite);
  if (seq === shelf.seq) return shelf;
  const first = sqlite.prepare<[], number | null>('SELECT min(seq) FROM memory_changes').pluck().get() ?? null;
  const most = Math.max(100, shelf.rows * MUCH);
  // What was forgotten of the log might have been a change that this shelf did not see.
  if (first === null || first > shelf.seq + 1 || seq - shelf.seq > most)
    return loadShelf(sqlite, shelf.model, projectId);
  const changed = sqlite
    .prepare<[number], number>('SELECT DISTINCT memory_id FROM memory_changes WHERE seq > ?')
    .pluck()
    .all(shelf.seq);
  const rows = sqlite
    .prepare<unknown[], Raw>(`${ROWS} AND v.memory_id IN (SELECT value FROM json_each(?))`)
    .raw(true)
    .all(shelf.model.id, projectId, JSON.stringify(changed)) as Raw[];
  return fill(grown(without(shelf, new Set(changed)), rows.length, seq), rows);
}

/** Takes entries out; the last row moves into each gap. */
function without(shelf: Shelf, gone: ReadonlySet<number>): Shelf {
  const { dimension } = shelf.model;
  let rows = shelf.rows;
  for (let at = 0; at < rows; ) {
    if (!gone.has(shelf.ids[at] ?? 0)) {
      at += 1;
      continue;
    }
    rows -= 1;
    for (const column of [shelf.ids, shelf.chunks, shelf.types, shelf.scopes, shelf.tasks, shelf.live])
      column[at] = column[rows] ?? 0;
    shelf.vectors.copyWithin(at * dimension, rows * dimension, (rows + 1) * dimension);
  }
  return { ...shelf, rows };
}

/** The same with room for more rows. */
function grown(shelf: Shelf, more: number, seq: number): Shelf {
  if (shelf.rows + more <= shelf.ids.length) return { ...shelf, seq };
  const larger = emptyShelf(shelf.model, Math.ceil((shelf.rows + more) * 1.5), seq);
  larger.ids.set(shelf.ids);
  larger.chunks.set(shelf.chunks);
  larger.types.set(shelf.types);
  larger.scopes.set(shelf.scopes);
  larger.tasks.set(shelf.tasks);
  larger.live.set(shelf.live);
  larger.vectors.set(shelf.vectors);
  return { ...larger, rows: shelf.rows };
}

/** Calls `take` with each row that a filter lets through and its cosine. The scan is plain, four numbers at a time. */
export function scanShelf(
  shelf: Shelf,
  query: Float32Array,
  filter: Omit<IndexFilter, 'project_ids'>,
  take: (row: number, cosine: number) => void,
): void {
  const { rows, vectors, types, scopes, tasks, live, model } = shelf;
  const { dimension } = model;
  const wantedTypes = filter.types === undefined ? null : flags(MEMORY_TYPES, filter.types);
  const wantedScopes = filter.scopes === undefined ? null : flags(MEMORY_SCOPES, filter.scopes);
  const isLive = filter.live === undefined ? null : Number(filter.live);
  for (let row = 0; row < rows; row += 1) {
    if (isLive !== null && live[row] !== isLive) continue;
    if (filter.task_id !== undefined && tasks[row] !== filter.task_id) continue;
    if (wantedTypes !== null && wantedTypes[types[row] ?? 0] !== 1) continue;
    if (wantedScopes !== null && wantedScopes[scopes[row] ?? 0] !== 1) continue;
    take(row, dot(vectors, row * dimension, query, dimension));
  }
}

const flags = <T>(all: readonly T[], wanted: readonly T[]): Uint8Array =>
  Uint8Array.from(all, one => Number(wanted.includes(one)));

function dot(vectors: Float32Array, start: number, query: Float32Array, dimension: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const even = dimension - (dimension % 4);
  for (let place = 0; place < even; place += 4) {
    const at = start + place;
    a += (vectors[at] as number) * (query[place] as number);
    b += (vectors[at + 1] as number) * (query[place + 1] as number);
    c += (vectors[at + 2] as number) * (query[place + 2] as number);
    d += (vectors[at + 3] as number) * (query[place + 3] as number);
  }
  for (let place = even; place < dimension; place += 1)
    a += (vectors[start + place] as number) * (query[place] as number);
  return a + b + c + d;
}
