import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure, Result } from '../../src/core/failure.ts';
import { lag } from '../../src/memory/changes.ts';
import { embeddedIndex, servingModel } from '../../src/memory/indexes/embedded.ts';
import { qdrantAddress } from '../../src/memory/indexes/qdrant-address.ts';
import { mayCarryKey, qdrantServer } from '../../src/memory/indexes/qdrant-client.ts';
import {
  qdrantConsumer,
  qdrantWithFallback,
  targetOf,
  verifyQdrant,
} from '../../src/memory/indexes/qdrant-consumer.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { codeOf, messageOf, must } from '../km/fixtures.ts';
import { officialApi, type QdrantFault, type QdrantServer, qdrantFaults, startQdrant } from '../servers/qdrant.ts';
import {
  addEntry,
  addModel,
  addVectors,
  makeScene,
  quiet,
  type Scene,
  unitVector,
  unlikeRecord,
} from './index-histories.ts';
import { playTroubles, troubles } from './qdrant-troubles.ts';

const api = officialApi();
const all = { signal: quiet, now: true };

function write({ world, model }: Scene, from: number, count: number): void {
  for (let number = from; number < from + count; number++) {
    const id = addEntry(world, { project: 1 + (number % 2), task: null, type: 'note', text: `entry ${number}` });
    addVectors(world, model, id, number % 3 === 0 ? [] : [unitVector(number), unitVector(number + 1)]);
  }
}
const waiting = ({ world, server }: Scene): number => lag(world.database.sqlite, server.address.consumer);

async function withServer(
  work: (server: QdrantServer, scene: Scene) => Promise<void>,
  options: Parameters<typeof startQdrant>[1] = {},
): Promise<void> {
  const server = await startQdrant(api, options);
  const scene = makeScene(server.url, options.key ?? null);
  try {
    await work(server, scene);
    expect(server.violations).toEqual([]);
  } finally {
    scene.world.database.sqlite.close();
    await server.close();
  }
}

describe('what waits for a Qdrant server', () => {
  it('is delivered after each kind of trouble, and nothing is lost (8 random histories)', async () => {
    const property = fc.asyncProperty(troubles, async history => {
      expect(await playTroubles(api, history)).toBeNull();
    });
    await fc.assert(property, { numRuns: 8, seed: 20_261_121 });
  });

  it.each(Object.entries(qdrantFaults))('stays in the outbox while the server answers %s', async (_, fault) => {
    await withServer(async (server, scene) => {
      write(scene, 0, 5);
      server.trouble(({ method, path }) => (method === 'PUT' && path.endsWith('/points') ? fault : null));
      const report = await scene.upkeep.run(all);
      expect(report.troubles).toHaveLength(1);
      expect(waiting(scene)).toBe(5);
      server.trouble(() => null);
      expect((await scene.upkeep.run(all)).troubles).toEqual([]);
      expect(waiting(scene)).toBe(0);
      expect(await unlikeRecord(scene)).toBeNull();
    });
  });

  it('is delivered again, whole, when the server comes back empty', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 12);
      await scene.upkeep.run(all);
      await server.kill();
      write(scene, 12, 3);
      const down = await scene.upkeep.run(all);
      expect(down.troubles[0]?.failure.code).toBe('provider.unreachable');
      expect(scene.upkeep.lag().find(({ name }) => name.startsWith('qdrant'))).toMatchObject({
        waiting: lag(scene.world.database.sqlite, scene.server.address.consumer),
        trouble: expect.stringContaining('does not answer'),
      });
      await server.start('empty');
      expect((await scene.upkeep.run(all)).troubles).toEqual([]);
      expect(await unlikeRecord(scene)).toBeNull();
      // Without anything new to write it is noticed, too.
      await server.start('empty');
      await scene.upkeep.run(all);
      expect(await unlikeRecord(scene)).toBeNull();
    });
  });

  it('is put right where points were lost or strangers came in', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 9);
      await scene.upkeep.run(all);
      const [points] = [...server.engine().collections.values()].map(collection => collection.points);
      const [first, second] = [...(points?.entries() ?? [])];
      if (points === undefined || first === undefined || second === undefined) throw new Error('There are points.');
      points.delete(first[0]);
      await scene.upkeep.run(all);
      expect(await unlikeRecord(scene)).toBeNull();
      points.set(second[0].replace(/.{8}$/, 'ffff0000'), {
        ...second[1],
        id: second[0].replace(/.{8}$/, 'ffff0000'),
        payload: { ...second[1].payload, memory_id: 65_535 },
      });
      await scene.upkeep.run(all);
      expect(await unlikeRecord(scene)).toBeNull();
    });
  });

  it('needs no repair where nothing went wrong', async () => {
    await withServer(async (server, scene) => {
      const { sqlite } = scene.world.database;
      write(scene, 0, 9);
      await scene.upkeep.run(all);
      sqlite.exec("UPDATE memories SET status = 'forgotten' WHERE id = 2; DELETE FROM memories WHERE id = 3");
      addVectors(scene.world, scene.model, 5, [unitVector(50)]);
      await scene.upkeep.run(all);
      expect(server.requests.filter(({ path }) => path.endsWith('/points/scroll'))).toEqual([]);
      expect(await unlikeRecord(scene)).toBeNull();
    });
  });

  it('goes to nobody’s collection but its own', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 3);
      const { names } = targetOf(scene.world.database.sqlite, scene.server, servingModel(scene.world.database.sqlite));
      server.engine().answer('PUT', '/collections/{collection_name}', [names.collection], new URLSearchParams(), {
        vectors: { dense: { size: 6, distance: 'Cosine' } },
      });
      const report = await scene.upkeep.run(all);
      expect(report.troubles[0]?.failure.message).toContain('was not made by this database; it is left alone');
      const serving = servingModel(scene.world.database.sqlite);
      const compared = await verifyQdrant(scene.world.database.sqlite, scene.server, serving, quiet);
      expect(messageOf(compared)).toContain('was not made by this database');
      expect(server.engine().collections.get(names.collection)?.points.size).toBe(0);
      expect(waiting(scene)).toBe(3);
    });
  });

  it('waits longer after each trouble, as long as the server says, and not at the same moment everywhere', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 1);
      server.trouble(() => qdrantFaults.tooMany);
      const { failure } = (await scene.upkeep.run(all)).troubles[0] ?? {};
      expect(failure).toMatchObject({ code: 'provider.rate_limit', details: { retry_after_s: 37 } });
      const rest = (): number => {
        const retry = scene.upkeep.lag().find(({ name }) => name.startsWith('qdrant'))?.retry_at ?? '';
        return (Date.parse(retry) - scene.world.clock.now().getTime()) / 1000;
      };
      expect(rest()).toBeGreaterThanOrEqual(37);
      server.trouble(() => qdrantFaults.broken);
      const asked = server.requests.length;
      await scene.upkeep.run({ signal: quiet });
      expect(server.requests.length).toBe(asked);
      const waits: number[] = [];
      for (let time = 0; time < 4; time++) {
        await scene.upkeep.run(all);
        waits.push(rest());
      }
      expect(waits.every((wait, place) => place === 0 || wait > (waits[place - 1] ?? 0))).toBe(true);
      server.trouble(() => null);
      scene.world.clock.forward(600);
      await scene.upkeep.run({ signal: quiet });
      expect(waiting(scene)).toBe(0);
    });
  });

  it('is worked on by one process at a time', async () => {
    await withServer(async (server, scene) => {
      const { world, server: client } = scene;
      const { sqlite } = world.database;
      write(scene, 0, 4);
      server.trouble(() => ({ kind: 'slow', milliseconds: 20 }));
      const other = createUpkeep(sqlite, world.clock, [qdrantConsumer(sqlite, client, () => servingModel(sqlite))]);
      await Promise.all([scene.upkeep.run(all), other.run(all)]);
      expect(server.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/points'))).toHaveLength(
        1,
      );
      expect(await unlikeRecord(scene)).toBeNull();
    });
  });

  it('takes nobody’s alias away', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 3);
      const { sqlite } = scene.world.database;
      const { names } = targetOf(sqlite, scene.server, servingModel(sqlite));
      const ask = (method: string, path: string, name: readonly string[], body: Record<string, unknown>) =>
        server.engine().answer(method, path, [...name], new URLSearchParams(), body);
      ask('PUT', '/collections/{collection_name}', ['theirs'], { vectors: {} });
      const theirs = { create_alias: { collection_name: 'theirs', alias_name: names.alias } };
      ask('POST', '/collections/aliases', [], { actions: [theirs] });
      const report = await scene.upkeep.run(all);
      expect(report.troubles[0]?.failure.message).toContain('leads to theirs, which this database did not make');
      expect(server.engine().aliases.get(names.alias)).toBe('theirs');
      expect(await unlikeRecord(scene)).toBeNull();
      ask('POST', '/collections/aliases', [], { actions: [{ delete_alias: { alias_name: names.alias } }] });
      expect((await scene.upkeep.run(all)).troubles).toEqual([]);
      expect(server.engine().aliases.get(names.alias)).toBe(names.collection);
    });
  });

  it('goes to a new collection when the model changes; the alias moves when all is there, and the old one goes', async () => {
    await withServer(async (server, scene) => {
      const { world } = scene;
      const { sqlite } = world.database;
      write(scene, 0, 6);
      await scene.upkeep.run(all);
      const [old] = [...server.engine().aliases.values()];
      const next = addModel(world, 'next', 'building', 3);
      for (const id of sqlite.prepare<[], number>('SELECT id FROM memories').pluck().all())
        addVectors(world, next, id, [unitVector(id, 3)]);
      sqlite.exec("UPDATE memory_models SET state = CASE name WHEN 'next' THEN 'serving' ELSE 'retired' END");
      server.trouble(({ path }) => (path.endsWith('/points') ? qdrantFaults.broken : null));
      await scene.upkeep.run(all);
      expect([...server.engine().aliases.values()]).toEqual([old]);
      server.trouble(() => null);
      await scene.upkeep.run(all);
      const [now] = [...server.engine().aliases.values()];
      expect(now).not.toBe(old);
      expect([...server.engine().collections.keys()]).toEqual([now]);
    });
  });
});

describe('recall through a Qdrant server', () => {
  const hits = async (scene: Scene, heard: Failure[]): Promise<Result<unknown>> => {
    const { sqlite } = scene.world.database;
    const serving = () => servingModel(sqlite);
    const index = qdrantWithFallback(sqlite, scene.server, {
      ...{ serving, fallback: embeddedIndex(sqlite, serving) },
      now: () => scene.world.clock.now().getTime(),
      notice: failure => void heard.push(failure),
    });
    const query = { filter: { project_ids: [1], live: true }, dense: unitVector(100), limit: 5 };
    await index.query(query, quiet);
    return index.query(query, quiet);
  };

  it.each<[string, (server: QdrantServer) => Promise<void>]>([
    ['killed', server => server.kill()],
    ['in trouble', async server => server.trouble(() => qdrantFaults.broken)],
    ['hung', async server => server.trouble(() => ({ kind: 'hang' }))],
    ['empty', server => server.start('empty')],
  ])('goes on with the vectors of the database when it is %s, and says so once', async (_, harm) => {
    await withServer(async (server, scene) => {
      write(scene, 0, 10);
      await scene.upkeep.run(all);
      const heard: Failure[] = [];
      const before = must(await hits(scene, heard));
      expect(heard).toEqual([]);
      await harm(server);
      expect(must(await hits(scene, heard))).toEqual(before);
      expect(heard).toHaveLength(1);
    });
  });
});

describe('recall while something waits for the server', () => {
  it('asks the vectors of the database, which know of it already', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 6);
      await scene.upkeep.run(all);
      write(scene, 7, 1);
      const { sqlite } = scene.world.database;
      const serving = () => servingModel(sqlite);
      const index = qdrantWithFallback(sqlite, scene.server, {
        ...{ serving, fallback: embeddedIndex(sqlite, serving), now: () => 0 },
        notice: failure => expect(failure).toBeNull(),
      });
      const asked = server.requests.length;
      const ask = async () =>
        must(await index.query({ filter: { project_ids: [2] }, dense: unitVector(7), limit: 1 }, quiet));
      expect(await ask()).toEqual([{ memory_id: 7, chunk: 0, score: 1 }]);
      expect(server.requests.length).toBe(asked);
      await scene.upkeep.run(all);
      expect(await ask()).toEqual([{ memory_id: 7, chunk: 0, score: 1 }]);
      expect(server.requests.at(-1)?.path).toMatch(/query$/);
    });
  });
});

describe('a Qdrant server', () => {
  it('gets its key, which is in no message, not even when the server repeats it', async () => {
    await withServer(
      async (server, scene) => {
        write(scene, 0, 1);
        expect((await scene.upkeep.run(all)).troubles).toEqual([]);
        const echo: QdrantFault = { kind: 'status', status: 400, body: { status: { error: 'Bad key canary-key-1' } } };
        server.trouble(() => echo);
        const said = messageOf(await qdrantServer(scene.server.address, 'canary-key-1').version(quiet));
        expect(said).toContain('Bad key [redacted]');
        server.trouble(() => null);
        write(scene, 1, 1);
        const without = makeScene(server.url);
        write(without, 0, 1);
        const refused = (await without.upkeep.run(all)).troubles[0]?.failure;
        expect(refused).toMatchObject({ code: 'provider.auth' });
        expect(refused?.message).toContain('Must provide an API key');
        without.world.database.sqlite.close();
      },
      { key: 'canary-key-1' },
    );
  });

  it('may send compressed answers', async () => {
    await withServer(
      async (_, scene) => {
        write(scene, 0, 8);
        await scene.upkeep.run(all);
        expect(await unlikeRecord(scene)).toBeNull();
      },
      { gzip: true },
    );
  });

  it.each(['1.9.2', '0.11.0', '2.0.0', 'nonsense'])(
    'of version %s is not written to, and what is needed is said',
    async version => {
      await withServer(
        async (server, scene) => {
          write(scene, 0, 2);
          const { failure } = (await scene.upkeep.run(all)).troubles[0] ?? {};
          expect(failure?.message).toContain('llmclis needs Qdrant 1.16 or newer');
          expect(server.engine().collections.size).toBe(0);
          expect(waiting(scene)).toBe(2);
        },
        { version },
      );
    },
  );

  it.each([
    ['a page', '<html>Welcome</html>'],
    ['another form', { result: { points: 5, count: 'many' }, status: 'ok' }],
    ['nothing', {}],
  ])('that answers with %s is no Qdrant server, and no crash', async (_, body) => {
    await withServer(async (server, scene) => {
      write(scene, 0, 2);
      await scene.upkeep.run(all);
      write(scene, 2, 1);
      server.trouble(({ path }) => (path === '/' ? null : { kind: 'status', status: 200, body }));
      const { failure } = (await scene.upkeep.run(all)).troubles[0] ?? {};
      expect(failure?.message).toContain('is no Qdrant server');
      const { index } = targetOf(scene.world.database.sqlite, scene.server, null);
      expect(codeOf(await index.query({ filter: { project_ids: [1] }, dense: unitVector(1), limit: 1 }, quiet))).toBe(
        'provider.bad_request',
      );
      expect(codeOf(await index.versions(quiet))).toBe('provider.bad_request');
      expect(codeOf(await index.count({ project_ids: [1] }, quiet))).toBe('provider.bad_request');
    });
  });

  it('that hangs is given up at its limit', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 1);
      server.trouble(() => ({ kind: 'hang' }));
      const { failure } = (await scene.upkeep.run(all)).troubles[0] ?? {};
      expect(failure).toMatchObject({ code: 'provider.timeout' });
    });
  });

  it('that is slower than there is time for rests, so that no other command waits for it', async () => {
    await withServer(async (server, scene) => {
      write(scene, 0, 1);
      server.trouble(() => ({ kind: 'slow', milliseconds: 950 }));
      const only = [scene.server.address.consumer];
      await scene.upkeep.run({ signal: quiet, milliseconds: 900, only });
      const asked = server.requests.length;
      await scene.upkeep.run({ signal: quiet, milliseconds: 900, only });
      expect(server.requests.length).toBe(asked);
      expect(waiting(scene)).toBe(1);
    });
  });
});

describe('the address of a Qdrant server', () => {
  it.each([
    ['http://localhost', 'http://localhost:6333', true],
    ['https://qdrant.example.org', 'https://qdrant.example.org:443', false],
    ['https://qdrant.example.org:443/memory/', 'https://qdrant.example.org:443/memory', false],
    ['http://127.0.0.1:80', 'http://127.0.0.1:80', true],
    ['http://[::1]:6333', 'http://[::1]:6333', true],
  ])('%s is %s', (text, shown, local) => {
    expect(must(qdrantAddress(text))).toMatchObject({ shown, local });
  });

  it.each(['localhost:6333', 'ftp://x', 'http://user:canary@host', 'http://host?api-key=canary', ''])(
    '%j is none, and nothing of it is repeated',
    text => {
      expect(codeOf(qdrantAddress(text))).toBe('settings.invalid');
      expect(messageOf(qdrantAddress(text))).not.toContain('canary');
    },
  );

  it('takes a key only where nobody else can read it', () => {
    const of = (text: string) => must(qdrantAddress(text));
    expect(mayCarryKey(of('http://127.0.0.1'), 'key').ok).toBe(true);
    expect(mayCarryKey(of('https://far.example'), 'key').ok).toBe(true);
    expect(codeOf(mayCarryKey(of('http://far.example'), 'key'))).toBe('settings.invalid');
    expect(mayCarryKey(of('http://far.example'), null).ok).toBe(true);
  });
});
