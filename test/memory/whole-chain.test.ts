import { expect, it } from 'vitest';
import type { Failure } from '../../src/core/failure.ts';
import { denseSearch } from '../../src/memory/embedding/dense.ts';
import { vectorConsumer } from '../../src/memory/embedding/vectors.ts';
import { compare, isEqual } from '../../src/memory/indexes/compare.ts';
import { embeddedIndex, servingModel } from '../../src/memory/indexes/embedded.ts';
import { qdrantAddress } from '../../src/memory/indexes/qdrant-address.ts';
import { qdrantServer } from '../../src/memory/indexes/qdrant-client.ts';
import { qdrantConsumer, qdrantWithFallback, targetOf } from '../../src/memory/indexes/qdrant-consumer.ts';
import { createMemory } from '../../src/memory/store.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { makeWorld, must } from '../km/fixtures.ts';
import { officialApi, startQdrant } from '../servers/qdrant.ts';
import { testEmbedder } from '../support/embedders.ts';

const quiet = new AbortController().signal;
const THINGS = 'port cache login slug date parser retry worker lease token branch merge'.split(' ');

it('what is remembered becomes vectors, goes to Qdrant and is recalled from there; another model never mixes in', async () => {
  const server = await startQdrant(officialApi());
  const { database, clock } = makeWorld();
  const { sqlite } = database;
  const client = qdrantServer(must(qdrantAddress(server.url)), null);
  const serving = () => servingModel(sqlite);
  const heard: Failure[] = [];
  const notice = (failure: Failure): void => void heard.push(failure);
  const embedded = embeddedIndex(sqlite, serving);
  const index = qdrantWithFallback(sqlite, client, {
    ...{ serving, notice, fallback: embedded },
    now: () => clock.now().getTime(),
  });
  const plain = createMemory(sqlite, clock, text => text);
  for (const [place, one] of THINGS.entries())
    for (let number = 0; number < 4; number++) {
      const other = THINGS[(place + number + 1) % THINGS.length];
      must(plain.storeMemory(`The ${one} of service ${number} needs the ${other}.`, 1, null, 'note', 'coder'));
    }
  const follow = async (name: string, dimension: number) => {
    const embedder = testEmbedder({ name, dimension });
    const upkeep = createUpkeep(sqlite, clock, [
      vectorConsumer(sqlite, embedder, clock),
      qdrantConsumer(sqlite, client, serving),
    ]);
    expect((await upkeep.run({ signal: quiet, now: true })).troubles).toEqual([]);
    const compared = must(
      await compare(sqlite, serving()?.id ?? null, targetOf(sqlite, client, serving()).index, quiet),
    );
    expect(isEqual(compared)).toBe(true);
    return { embedder, search: denseSearch({ sqlite, embedder, index, notice }) };
  };
  const first = await follow('test:first', 32);
  const scope = { projectId: 1, limit: 20 };
  const found = await first.search('the cache of service 2', scope);
  const whole = await denseSearch({ sqlite, embedder: first.embedder, index: embedded })(
    'the cache of service 2',
    scope,
  );
  expect(found).toMatchObject({ complete: false });
  expect(whole).toMatchObject({ complete: true });
  // What the server says is what the database says, as far as it goes.
  expect(found?.cosines.size).toBe(20);
  for (const [id, cosine] of found?.cosines ?? []) expect(cosine).toBeCloseTo(whole?.cosines.get(id) ?? 2, 5);
  const asked = server.requests.filter(({ path }) => path.endsWith('/points/query'));
  expect(asked).toHaveLength(1);
  // Recall takes what the server says.
  const memory = createMemory(sqlite, clock, text => text, first.search);
  const [hit] = await memory.queryMemory('the cache of service 2', { projectId: 1 });
  expect(hit?.text).toContain('The cache of service 2');
  expect(hit?.parts.vector).toBeGreaterThan(0);

  const second = await follow('test:second', 48);
  expect(await first.search('the cache of service 2', scope)).toBeNull();
  expect((await second.search('the cache of service 2', scope))?.cosines.size).toBe(20);
  await server.kill();
  const alone = await second.search('the cache of service 3', scope);
  expect(alone?.cosines.size).toBe(20);
  expect(heard.map(({ code }) => code)).toEqual(['embedder.unavailable', 'provider.unreachable']);
  expect(server.violations).toEqual([]);
  sqlite.close();
  await server.close();
});
