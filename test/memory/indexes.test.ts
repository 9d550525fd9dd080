import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedIndex, servingModel } from '../../src/memory/indexes/embedded.ts';
import { exactIndex } from '../../src/memory/indexes/exact.ts';
import { pointsOf } from '../../src/memory/indexes/points.ts';
import { pieceOf, qdrantNames } from '../../src/memory/indexes/qdrant-ids.ts';
import { sparseQuery, sparseText, termsOf } from '../../src/memory/indexes/sparse.ts';
import { makeWorld, must } from '../km/fixtures.ts';
import { officialApi, type QdrantServer, startQdrant } from '../servers/qdrant.ts';
import {
  addEntry,
  addModel,
  addVectors,
  disagreement,
  histories,
  makeScene,
  quiet,
  unitVector,
  unlike,
  unlikeExact,
} from './index-histories.ts';

const api = officialApi();
const SAMPLE = 15;

describe('the three indexes', () => {
  let server: QdrantServer;
  beforeAll(async () => {
    server = await startQdrant(api);
  });
  afterAll(() => server.close());

  it(`say the same on ${SAMPLE} random histories, and hold what the record holds`, async () => {
    const property = fc.asyncProperty(histories, async history => {
      expect(await disagreement(server.url, history)).toBeNull();
    });
    await fc.assert(property, { numRuns: SAMPLE, seed: 20_261_121 });
    expect(server.violations).toEqual([]);
  });

  it.skipIf(api === null)('are asked in the official words of Qdrant (needs the shared data)', async () => {
    expect(api?.find('PUT', '/collections/x/points')?.parameters).toEqual(['x']);
    // The description does notice what is wrong, or its silence would say nothing.
    const query = api?.find('POST', '/collections/x/points/query')?.operation;
    if (api === null || query === undefined) throw new Error('The call is there.');
    const none = new URLSearchParams();
    expect(api.request(query, none, { query: [0.1], using: 'dense', limit: 3, filter: { must: [] } })).toEqual([]);
    expect(api.request(query, none, { query: [0.1], using: 'dense', limit: 0 })).not.toEqual([]);
    expect(api.request(query, none, { query: [0.1], usin: 'dense' })).not.toEqual([]);
    expect(api.request(query, none, { query: { 0: 0.1, 1: 0.2 }, using: 'dense' })).not.toEqual([]);
    expect(api.request(query, none, { filter: { must: [{ key: 'a', match: { valu: 1 } }] } })).not.toEqual([]);
    expect(api.response(query, 200, { result: { points: [{ id: 'x', score: 'high', version: 1 }] } })).not.toEqual([]);
  });

  it.skipIf(!process.env.QDRANT_URL)('say the same on a real server (needs QDRANT_URL)', async () => {
    const url = process.env.QDRANT_URL ?? '';
    const property = fc.asyncProperty(histories, async history => {
      // In a fusion the real server may rank equal scores as it likes.
      const alone = history.questions.map(one => (one.vector === null ? one : { ...one, words: [] }));
      expect(await disagreement(url, { ...history, questions: alone })).toBeNull();
    });
    await fc.assert(property, { numRuns: 20, seed: 7 });
  });
});

describe('the embedded index', () => {
  it('follows what other processes change, row by row and after the log was cut', async () => {
    const scene = makeScene('http://127.0.0.1:1');
    const { world, model, indexes } = scene;
    const { sqlite } = world.database;
    const question = { projects: [1], vector: 100, words: [], limit: 200 };
    const check = async (): Promise<void> => {
      const { points } = pointsOf(sqlite, model, sqlite.prepare<[], number>('SELECT id FROM memories').pluck().all());
      const oracle = exactIndex();
      await oracle.upsert(points, quiet);
      const query = { filter: { project_ids: [1] }, dense: unitVector(100), limit: question.limit };
      const [wanted, found] = [await oracle.query(query, quiet), await indexes.embedded.query(query, quiet)];
      expect(unlike(must(wanted), must(found))).toBeNull();
      const best = must(indexes.embedded.cosines?.(unitVector(100), [1]) ?? { ok: true, value: new Map() });
      expect(best.size).toBe(new Set(must(wanted).map(({ memory_id }) => memory_id)).size);
    };
    const add = (number: number): number => {
      const id = addEntry(world, { project: 1, task: null, type: 'note', text: `text ${number}` });
      addVectors(world, model, id, [unitVector(number), unitVector(number + 50)]);
      return id;
    };
    const ids = Array.from({ length: 40 }, (_, number) => add(number));
    await check();
    for (const id of ids.slice(3, 9)) sqlite.prepare('DELETE FROM memories WHERE id = ?').run(id);
    add(90);
    addVectors(world, model, ids[20] ?? 0, [unitVector(77)]);
    await check();
    sqlite.exec('DELETE FROM memory_changes');
    add(91);
    sqlite.exec('DELETE FROM memory_changes');
    await check();
    sqlite.close();
  });

  it('never compares vectors of two models', async () => {
    const world = makeWorld();
    const { sqlite } = world.database;
    const [old, next] = [addModel(world, 'old', 'serving'), addModel(world, 'new', 'building', 3)];
    const id = addEntry(world, { project: 1, task: null, type: 'note', text: 'one' });
    addVectors(world, old, id, [unitVector(1)]);
    addVectors(world, next, id, [unitVector(1, 3)]);
    const index = embeddedIndex(sqlite, () => servingModel(sqlite));
    const query = (dense: Float32Array) => index.query({ filter: { project_ids: [1] }, dense, limit: 3 }, quiet);
    expect(must(await query(unitVector(1)))).toEqual([{ memory_id: id, chunk: 0, score: 1 }]);
    sqlite.exec("UPDATE memory_models SET state = CASE id WHEN 1 THEN 'retired' ELSE 'serving' END");
    expect(await query(unitVector(1))).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
    expect(must(await query(unitVector(1, 3)))).toEqual([{ memory_id: id, chunk: 0, score: 1 }]);
    sqlite.close();
  });
});

describe('the words of an index without a full-text engine', () => {
  it('are numbered ascending and each once, whatever the text', () => {
    const property = fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
      for (const { indices, values } of [sparseText(text), sparseQuery(text)]) {
        expect(indices.length).toBe(values.length);
        expect(indices.every((index, place) => place === 0 || index > (indices[place - 1] ?? 0))).toBe(true);
        expect(values.every(value => value > 0 && Number.isFinite(value))).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 100, seed: 1 });
  });

  it('keep identifiers whole and cut text without spaces into pairs', () => {
    expect(termsOf('Set max_steps to 20, größer')).toEqual(['set', 'max_steps', 'to', '20', 'größer']);
    expect(termsOf('時刻形式')).toEqual(['時刻', '刻形', '形式']);
  });
});

describe('the id of a point', () => {
  it('is a UUID that says entry and piece, in their order, and differs by database', () => {
    const names = qdrantNames('store one', 'model', 1);
    const ids = [1, 2, 15, 16, 4096, 2 ** 40].flatMap(entry => [0, 1, 300].map(chunk => ({ entry, chunk })));
    const points = ids.map(({ entry, chunk }) => names.pointId(entry, chunk));
    expect(points).toEqual(points.toSorted());
    expect(points.map(pieceOf)).toEqual(ids.map(({ entry, chunk }) => ({ memory_id: entry, chunk })));
    expect(qdrantNames('store two', 'model', 1).pointId(1, 0)).not.toBe(points[0]);
    expect(pieceOf('00000000-0000-4000-a000-000000000001')).toBeNull();
  });
});

describe('a comparison of indexes', () => {
  it('notices another order, another score and a missing hit', async () => {
    const hits = [
      { memory_id: 1, chunk: 0, score: 0.9 },
      { memory_id: 2, chunk: 0, score: 0.5 },
    ];
    expect(unlike(hits, hits)).toBeNull();
    expect(unlike(hits, hits.toReversed())).not.toBeNull();
    expect(unlike(hits, hits.slice(1))).not.toBeNull();
    expect(unlike(hits, [{ memory_id: 1, chunk: 0, score: 0.8 }, ...hits.slice(1)])).not.toBeNull();
    const server = await startQdrant(api);
    const scene = makeScene(server.url);
    await scene.play({ kind: 'write', project: 1, task: null, type: 'note', words: ['port'], vectors: [1] });
    await scene.upkeep.run({ signal: quiet, only: ['exact'] });
    // Nothing was delivered: the server has no such collection.
    await expect(unlikeExact(scene, [{ projects: [1], vector: 100, words: [], limit: 3 }])).rejects.toThrow();
    scene.world.database.sqlite.close();
    await server.close();
  });
});
