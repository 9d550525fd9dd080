import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Consumer } from '../../src/memory/changes.ts';
import { compare, isEqual } from '../../src/memory/indexes/compare.ts';
import { embeddedIndex, servingModel } from '../../src/memory/indexes/embedded.ts';
import { exactIndex } from '../../src/memory/indexes/exact.ts';
import { pointsOf } from '../../src/memory/indexes/points.ts';
import type { IndexHit, IndexQuery, MemoryIndex } from '../../src/memory/indexes/port.ts';
import { qdrantAddress } from '../../src/memory/indexes/qdrant-address.ts';
import { type QdrantServer, qdrantServer } from '../../src/memory/indexes/qdrant-client.ts';
import { qdrantConsumer, targetOf } from '../../src/memory/indexes/qdrant-consumer.ts';
import { sparseQuery } from '../../src/memory/indexes/sparse.ts';
import type { MemoryScope, MemoryType } from '../../src/memory/memory.ts';
import { createUpkeep, type Upkeep } from '../../src/memory/upkeep.ts';
import { makeWorld, must, type World } from '../km/fixtures.ts';

export const DIMENSION = 6;
const WORDS = 'port cache login timeout slug date parser retry index worker lease token'.split(' ');
const TYPES: readonly MemoryType[] = ['note', 'fact', 'lesson', 'decision'];
const SCOPES: readonly MemoryScope[] = ['project', 'task'];
/** Nothing here takes long but what hangs. */
const PATIENCE = { read: 1_000, write: 1_000 };
export const quiet = new AbortController().signal;

/** Unit vectors by number, far enough from each other that no arithmetic takes one for another. */
export function unitVector(number: number, dimension = DIMENSION): Float32Array {
  const bytes = createHash('sha512').update(`vector ${number}`).digest();
  const raw = Array.from({ length: dimension }, (_, place) => bytes.readUInt16LE((place * 2) % 64) / 32_768 - 1);
  const length = Math.hypot(...raw);
  return Float32Array.from(raw, value => value / length);
}

export type Step =
  | {
      readonly kind: 'write';
      readonly project: number;
      readonly task: number | null;
      readonly type: MemoryType;
      readonly words: readonly string[];
      readonly vectors: readonly number[];
    }
  | {
      readonly kind: 'edit';
      readonly entry: number;
      readonly words: readonly string[];
      readonly vectors: readonly number[];
    }
  | { readonly kind: 'status'; readonly entry: number; readonly status: 'live' | 'superseded' | 'wrong' | 'forgotten' }
  | { readonly kind: 'type'; readonly entry: number; readonly type: MemoryType }
  | { readonly kind: 'delete'; readonly entry: number }
  | { readonly kind: 'deliver' };
export type Question = {
  readonly projects: readonly number[];
  readonly task?: number;
  readonly types?: readonly MemoryType[];
  readonly scopes?: readonly MemoryScope[];
  readonly live?: boolean;
  readonly vector: number | null;
  readonly words: readonly string[];
  readonly limit: number;
};
export type History = { readonly steps: readonly Step[]; readonly questions: readonly Question[] };

const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 8 });
const vectors = fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 3 });
const entry = fc.nat({ max: 30 });
const type = fc.constantFrom(...TYPES);
const project = fc.constantFrom(0, 1, 2);
const write = fc.record({
  kind: fc.constant('write' as const),
  ...{ project, type, words, vectors },
  task: fc.constantFrom(null, 1, 2),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), entry, words, vectors }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      entry,
      status: fc.constantFrom('live' as const, 'superseded' as const, 'wrong' as const, 'forgotten' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('type' as const), entry, type }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), entry }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'deliver' as const }) },
);
const question: fc.Arbitrary<Question> = fc.record(
  {
    projects: fc.subarray([0, 1, 2], { minLength: 1 }),
    vector: fc.constantFrom(null, null, null, 100, 101, 102),
    words: fc.array(fc.constantFrom(...WORDS), { maxLength: 2 }),
    limit: fc.integer({ min: 1, max: 40 }),
    task: fc.constantFrom(1, 2),
    types: fc.subarray([...TYPES], { minLength: 1 }),
    scopes: fc.subarray([...SCOPES], { minLength: 1 }),
    live: fc.boolean(),
  },
  { requiredKeys: ['projects', 'vector', 'words', 'limit'] },
);
export const histories: fc.Arbitrary<History> = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 30 }),
  questions: fc.array(question, { minLength: 2, maxLength: 5 }),
});

export type Scene = {
  readonly world: World;
  readonly model: number;
  readonly server: QdrantServer;
  readonly upkeep: Upkeep;
  readonly indexes: { readonly exact: MemoryIndex; readonly embedded: MemoryIndex; readonly qdrant: () => MemoryIndex };
  play(step: Step): Promise<void>;
};

/** A database with a model that serves, the three indexes, and what brings them up to date. */
export function makeScene(url: string, key: string | null = null, file?: string): Scene {
  const world = makeWorld(file);
  const { sqlite } = world.database;
  const model = addModel(world, 'test', 'serving');
  const server = qdrantServer(must(qdrantAddress(url)), key, PATIENCE);
  const serving = () => servingModel(sqlite);
  const exact = exactIndex();
  const upkeep = createUpkeep(sqlite, world.clock, [follower(world, exact), qdrantConsumer(sqlite, server, serving)]);
  return {
    ...{ world, model, server, upkeep },
    indexes: {
      exact,
      embedded: embeddedIndex(sqlite, serving),
      qdrant: () => targetOf(sqlite, server, serving()).index,
    },
    play: step => play(world, model, upkeep, step),
  };
}

/** Brings an index in memory up to date by the change log. */
export function follower({ database: { sqlite } }: World, index: MemoryIndex): Consumer {
  return {
    name: 'exact',
    batch: 7,
    async apply(changes) {
      const ids = changes.map(({ memory_id }) => memory_id);
      const { points, gone } = pointsOf(sqlite, servingModel(sqlite)?.id ?? null, ids);
      must(await index.upsert(points, quiet));
      must(await index.remove(gone, quiet));
    },
  };
}

export function addModel({ database: { sqlite } }: World, name: string, state: string, dimension = DIMENSION): number {
  const row = sqlite
    .prepare<unknown[], number>(
      `INSERT INTO memory_models (name, dimension, pooling, dtype, max_tokens, state, created_at)
       VALUES (?, ?, 'mean', 'fp32', 256, ?, '2026-11-21T09:00:00Z') RETURNING id`,
    )
    .pluck()
    .get(name, dimension, state);
  return row ?? 0;
}

/** Stores an entry as it is after the write path, with the vectors that an embedder would have made. */
export function addEntry(
  { database: { sqlite } }: World,
  wanted: { project: number; task: number | null; type: MemoryType; text: string },
): number {
  const hash = createHash('sha256').update(wanted.text).digest('hex');
  const row = sqlite
    .prepare<unknown[], number>(
      `INSERT INTO memories (project_id, task_id, type, agent, text, text_sha256, source, created_at, scope)
       VALUES (?, ?, ?, 'tester', ?, ?, 'test', '2026-11-21T09:00:00Z', ?) RETURNING id`,
    )
    .pluck()
    .get(wanted.project, wanted.task, wanted.type, wanted.text, hash, wanted.task === null ? 'project' : 'task');
  return row ?? 0;
}

export function addVectors(
  { database: { sqlite } }: World,
  model: number,
  id: number,
  vectors: readonly Float32Array[],
): void {
  const project = sqlite.prepare<[number], number>('SELECT project_id FROM memories WHERE id = ?').pluck().get(id);
  sqlite.prepare('DELETE FROM memory_vectors WHERE memory_id = ? AND model_id = ?').run(id, model);
  for (const [chunk, vector] of vectors.entries()) {
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    const hash = createHash('sha256').update(bytes).digest('hex');
    sqlite.prepare('INSERT INTO memory_embeddings VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(model, hash, bytes);
    sqlite.prepare('INSERT INTO memory_vectors VALUES (?, ?, ?, ?, ?)').run(model, project, id, chunk, hash);
  }
}

async function play(world: World, model: number, upkeep: Upkeep, step: Step): Promise<void> {
  const { sqlite } = world.database;
  if (step.kind === 'deliver') return void (await upkeep.run({ signal: quiet }));
  if (step.kind === 'write') {
    const count = sqlite.prepare<[], number>('SELECT count(*) FROM memory_changes').pluck().get();
    const id = addEntry(world, { ...step, text: `${step.words.join(' ')} n${count}` });
    return addVectors(
      world,
      model,
      id,
      step.vectors.map(number => unitVector(number)),
    );
  }
  const ids = sqlite.prepare<[], number>('SELECT id FROM memories ORDER BY id').pluck().all();
  const id = ids[step.entry % Math.max(1, ids.length)];
  if (id === undefined) return;
  const status = sqlite.prepare<[number], string>('SELECT status FROM memories WHERE id = ?').pluck().get(id);
  if (step.kind === 'delete') sqlite.prepare('DELETE FROM memories WHERE id = ?').run(id);
  if (status === 'forgotten') return;
  if (step.kind === 'status') sqlite.prepare('UPDATE memories SET status = ? WHERE id = ?').run(step.status, id);
  if (step.kind === 'type') sqlite.prepare('UPDATE memories SET type = ? WHERE id = ?').run(step.type, id);
  if (step.kind !== 'edit') return;
  const text = `${step.words.join(' ')} e${id}`;
  const hash = createHash('sha256')
    .update(`${text} ${sqlite.prepare<[], number>('SELECT count(*) FROM memory_changes').pluck().get()}`)
    .digest('hex');
  sqlite.prepare('UPDATE memories SET text = ?, text_sha256 = ? WHERE id = ?').run(text, hash, id);
  addVectors(
    world,
    model,
    id,
    step.vectors.map(number => unitVector(number)),
  );
}

export function queryOf({ projects, task, types, scopes, live, vector, words: said, limit }: Question): IndexQuery {
  return {
    filter: {
      project_ids: projects,
      ...(task !== undefined && { task_id: task }),
      ...(types !== undefined && { types }),
      ...(scopes !== undefined && { scopes }),
      ...(live !== undefined && { live }),
    },
    ...(vector !== null && { dense: unitVector(vector) }),
    ...(said.length > 0 && { sparse: sparseQuery(said.join(' ')) }),
    limit,
  };
}

const key = ({ memory_id, chunk }: IndexHit): string => `${memory_id}/${chunk}`;
const TOLERANCE = 1e-5;

/** What differs between two answers: other pieces, another order, other scores. */
export function unlike(expected: readonly IndexHit[], found: readonly IndexHit[]): string | null {
  const [left, right] = [expected.map(key).join(' '), found.map(key).join(' ')];
  if (left !== right) return `${left} ≠ ${right}`;
  const off = expected.find((hit, place) => Math.abs(hit.score - (found[place]?.score ?? 0)) > TOLERANCE);
  return off === undefined ? null : `the score of ${key(off)} is off`;
}

/** Plays a history, then asks all three; null when they say the same and hold what the record holds. */
export async function disagreement(url: string, { steps, questions }: History): Promise<string | null> {
  const scene = makeScene(url);
  try {
    for (const step of steps) {
      await scene.play(step);
      // The embedded index keeps what it has read: it is asked in between, too.
      const problem = step.kind === 'deliver' ? await unlikeExact(scene, questions, ['embedded']) : null;
      if (problem !== null) return problem;
    }
    const { troubles } = await scene.upkeep.run({ signal: quiet });
    if (troubles[0] !== undefined) return troubles[0].failure.message;
    return (await unlikeRecord(scene)) ?? (await unlikeExact(scene, questions));
  } finally {
    await leaveNothing(scene);
    scene.world.database.sqlite.close();
  }
}

/** A real server is left as it was found. */
async function leaveNothing({ world: { database }, server }: Scene): Promise<void> {
  const { names } = targetOf(database.sqlite, server, servingModel(database.sqlite));
  await server.call((api, init) => api.deleteCollection({ collection_name: names.collection }, init), quiet, 'write');
}

export async function unlikeExact(
  { indexes }: Scene,
  questions: readonly Question[],
  asked = ['embedded', 'qdrant'],
): Promise<string | null> {
  for (const question of questions) {
    const query = queryOf(question);
    const exact = must(await indexes.exact.query(query, quiet));
    const total = must(await indexes.exact.count(query.filter, quiet));
    for (const index of [indexes.embedded, indexes.qdrant()].filter(({ name }) => asked.includes(name))) {
      const problem = unlike(exact, must(await index.query(query, quiet)));
      if (problem !== null) return `${index.name}: ${problem} for ${JSON.stringify(question)}`;
      const counted = must(await index.count(query.filter, quiet));
      if (counted !== total) return `${index.name} counts ${counted}, not ${total}`;
    }
  }
  return null;
}

/** Does each index hold exactly what the record says? */
export async function unlikeRecord({ world, model, indexes }: Scene): Promise<string | null> {
  for (const index of [indexes.exact, indexes.embedded, indexes.qdrant()]) {
    const compared = must(await compare(world.database.sqlite, model, index, quiet));
    if (!isEqual(compared)) return `${index.name} is not the record: ${JSON.stringify(compared)}`;
  }
  return null;
}
