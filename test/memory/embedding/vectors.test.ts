import { describe, expect, it } from 'vitest';
import { err, type Failure, failure, ok } from '../../../src/core/failure.ts';
import { denseSearch } from '../../../src/memory/embedding/dense.ts';
import type { Embedder } from '../../../src/memory/embedding/embedder.ts';
import { modelsOf, servingModel, stopVectors } from '../../../src/memory/embedding/models.ts';
import { vectorConsumer } from '../../../src/memory/embedding/vectors.ts';
import { embeddedIndex } from '../../../src/memory/indexes/embedded.ts';
import { createMemory } from '../../../src/memory/store.ts';
import { createUpkeep } from '../../../src/memory/upkeep.ts';
import { makeWorld, must } from '../../km/fixtures.ts';
import { never, type TestEmbedder, testEmbedder } from '../../support/embedders.ts';

const WORDS = 'parser server printer journal ladder budget claim router reader writer'.split(' ');

function makeStore(entries = 60) {
  const { database, clock } = makeWorld();
  const { sqlite } = database;
  const memory = createMemory(sqlite, clock, text => text);
  const add = (text: string, project = 1): number => must(memory.storeMemory(text, project, null, 'note', 'coder')).id;
  for (let at = 0; at < entries; at++)
    add(`The ${WORDS[at % 10]} and the ${WORDS[(at * 7 + 3) % 10]} of part ${at} share ${WORDS[(at * 3) % 10]}.`);
  const follow = (embedder: Embedder) =>
    createUpkeep(sqlite, clock, [vectorConsumer(sqlite, embedder, clock)]).run({ signal: never, now: true });
  const notices: Failure[] = [];
  const dense = (embedder: Parameters<typeof denseSearch>[0]['embedder']) =>
    denseSearch({
      sqlite,
      embedder,
      index: embeddedIndex(sqlite, () => servingModel(sqlite)),
      notice: one => notices.push(one),
    });
  const number = (sql: string): number => Number(sqlite.prepare(sql).pluck().get());
  const states = () => modelsOf(sqlite).map(({ name, state }) => `${name} ${state}`);
  return { sqlite, clock, memory, add, follow, dense, notices, number, states };
}
const best = (cosines: ReadonlyMap<number, number> | undefined): number | undefined =>
  [...(cosines ?? [])].sort((a, b) => b[1] - a[1])[0]?.[0];
/** What was embedded of the record; a new model also embeds the known sentences. */
const ofEntries = (embedder: TestEmbedder): readonly string[] =>
  embedder.asked.filter(text => text.includes('coder: '));
const asked = { projectId: 1, limit: 10 };

describe('vectors of the record', () => {
  it('are made of every live entry, each text once by a model', async () => {
    const { add, follow, number } = makeStore();
    const embedder = testEmbedder();
    await follow(embedder);
    expect(ofEntries(embedder)).toHaveLength(60);
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(60);
    // The same text of the same author and day in another project has its vector already.
    add('The parser and the journal of part 0 share parser.', 2);
    await follow(embedder);
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(61);
    expect(ofEntries(embedder)).toHaveLength(60);
  });

  it('follow an edit and a removal, and nothing of the old text stays', async () => {
    const { sqlite, add, follow, number } = makeStore(3);
    const embedder = testEmbedder();
    const id = add('Bread is baked in the kitchen.');
    await follow(embedder);
    sqlite.prepare(`UPDATE memories SET text = 'Cake is baked.', text_sha256 = 'other' WHERE id = ?`).run(id);
    expect(number(`SELECT count(*) FROM memory_vectors WHERE memory_id = ${id}`)).toBe(0);
    expect(number('SELECT count(*) FROM memory_embeddings')).toBe(3);
    await follow(embedder);
    expect(embedder.asked.at(-1)).toContain('Cake is baked.');
    sqlite.prepare(`UPDATE memories SET text = '', text_sha256 = '', status = 'forgotten' WHERE id = ?`).run(id);
    await follow(embedder);
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(3);
    expect(number('SELECT count(*) FROM memory_embeddings')).toBe(3);
  });

  it('hold long entries in pieces, and find them by any piece', async () => {
    const { add, follow, dense, number } = makeStore();
    const embedder = testEmbedder({ max_tokens: 40 });
    const id = add(
      `${'The reader reads. '.repeat(40)} ${'Zebra sleeps barn. '.repeat(20)} ${'The writer writes. '.repeat(40)}`,
    );
    await follow(embedder);
    expect(number(`SELECT count(*) FROM memory_vectors WHERE memory_id = ${id}`)).toBeGreaterThan(4);
    const found = await dense(embedder)('zebra sleeps barn', asked);
    expect(found?.complete).toBe(true);
    expect(found?.cosines.get(id)).toBeGreaterThan(0.2);
    expect(best(found?.cosines)).toBe(id);
  });

  it('are not used before every live entry has one', async () => {
    const { sqlite, clock, dense, states, follow } = makeStore(100);
    const embedder = testEmbedder();
    const stop = new AbortController();
    const slow: Embedder = {
      ...embedder,
      embed: async (...given) => {
        if (embedder.asked.length === 50) stop.abort(new Error('Enough.'));
        return embedder.embed(...given);
      },
    };
    await createUpkeep(sqlite, clock, [vectorConsumer(sqlite, slow, clock)]).run({ signal: stop.signal });
    expect(states()).toEqual(['test:a building']);
    expect(await dense(embedder)('parser', asked)).toBeNull();
    await follow(embedder);
    expect(states()).toEqual(['test:a serving']);
    expect((await dense(embedder)('parser', asked))?.cosines.size).toBe(100);
    // What the first process made is not made again.
    expect(new Set(embedder.asked.filter(text => text.includes('part'))).size).toBe(100);
    expect(embedder.asked.filter(text => text.includes('part'))).toHaveLength(100);
  });

  it('are told apart by everything that makes them different', async () => {
    const { follow, states } = makeStore(5);
    for (const model of [{}, { dimension: 16 }, { text_prefix: 'passage: ' }, { query_prefix: 'query: ' }])
      await follow(testEmbedder(model));
    expect(states()).toEqual(['test:a retired', 'test:a retired', 'test:a retired', 'test:a serving']);
    await follow(testEmbedder());
    expect(states()).toEqual(['test:a serving', 'test:a retired', 'test:a retired', 'test:a retired']);
  });

  it('wait when the embedder is in trouble, and go on past a text that it refuses for itself', async () => {
    const { add, follow, number } = makeStore(40);
    const embedder = testEmbedder();
    const down: Embedder = {
      ...embedder,
      embed: async () => err(failure('provider.unreachable', 'It is down.', 'Start it.')),
    };
    const { troubles } = await follow(down);
    expect(troubles.map(({ failure: { message } }) => message)).toEqual(['It is down.']);
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(0);
    const id = add('poison');
    const picky: Embedder = {
      ...embedder,
      embed: async (texts, kind, signal) =>
        texts.some(text => text.includes('poison'))
          ? err(failure('provider.bad_request', 'No.', 'None.'))
          : embedder.embed(texts, kind, signal),
    };
    expect((await follow(picky)).troubles).toEqual([]);
    expect(number('SELECT count(*) FROM memory_embeddings')).toBe(40);
    expect(number(`SELECT count(*) FROM memory_vectors WHERE memory_id = ${id} AND text_sha256 = ''`)).toBe(1);
    expect((await follow(picky)).troubles).toEqual([]);
  });

  it('wait when the embedder refuses everything, whatever it says of one text', async () => {
    const { follow, number } = makeStore(3);
    const embedder = testEmbedder();
    const refusing: Embedder = {
      ...embedder,
      embed: async () => err(failure('provider.bad_request', 'A page of a proxy.', 'None.')),
    };
    expect((await follow(refusing)).troubles.map(({ failure: { message } }) => message)).toEqual([
      'A page of a proxy.',
    ]);
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(0);
    expect((await follow(embedder)).troubles).toEqual([]);
    expect(number(`SELECT count(*) FROM memory_vectors WHERE text_sha256 <> ''`)).toBe(3);
  });

  it('serve on when the model that would take their place is given up at the last moment', async () => {
    const { sqlite, clock, follow, states } = makeStore(5);
    await follow(testEmbedder());
    const second = testEmbedder({ name: 'test:b' });
    // Another process wants a third model while this one looks at the known sentences, the last step before the switch.
    await follow({
      ...second,
      embed: async (texts, kind, signal) => {
        if (kind === 'query') vectorConsumer(sqlite, testEmbedder({ name: 'test:c' }), clock);
        return second.embed(texts, kind, signal);
      },
    });
    expect(states()).toEqual(['test:a serving', 'test:b retired', 'test:c building']);
  });

  it('are not made for a model that another process has left', async () => {
    const { add, sqlite, clock, follow, number } = makeStore(5);
    const first = testEmbedder();
    const old = createUpkeep(sqlite, clock, [vectorConsumer(sqlite, first, clock)]);
    await old.run({ signal: never });
    await follow(testEmbedder({ name: 'test:b' }));
    add('Something new for both.');
    const before = first.asked.length;
    await old.run({ signal: never, now: true });
    expect(first.asked).toHaveLength(before);
    expect(number('SELECT count(*) FROM memory_vectors WHERE model_id = 1')).toBe(0);
  });

  it.each(['trouble', 'the end of the time'])('are kept as far as they were made before %s came', async what => {
    const { sqlite, clock, follow, number } = makeStore(5);
    const embedder = testEmbedder();
    const stop = new AbortController();
    const breaking: Embedder = {
      ...embedder,
      async embed(texts, kind, signal) {
        if (!texts.some(text => text.includes('part 3'))) return embedder.embed(texts, kind, signal);
        if (what === 'trouble') return err(failure('provider.unreachable', 'It is down.', 'Start it.'));
        stop.abort(new Error('Over.'));
        return err(failure('interrupted', 'Embedding was interrupted.', 'It goes on.'));
      },
    };
    await createUpkeep(sqlite, clock, [vectorConsumer(sqlite, breaking, clock)]).run({ signal: stop.signal });
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(3);
    await follow(embedder);
    expect(number('SELECT count(*) FROM memory_vectors')).toBe(5);
    expect(ofEntries(embedder)).toHaveLength(5);
  });

  it('stop being followed when the embedder is switched off, and stay', async () => {
    const { sqlite, follow, number, states } = makeStore(5);
    const embedder = testEmbedder();
    await follow(embedder);
    stopVectors(sqlite);
    expect(number(`SELECT count(*) FROM memory_consumers WHERE name LIKE 'vectors%'`)).toBe(0);
    await follow(embedder);
    expect(states()).toEqual(['test:a serving']);
    expect(ofEntries(embedder)).toHaveLength(5);
  });
});

describe('search by meaning', () => {
  it('asks the model for a query once', async () => {
    const { follow, dense } = makeStore();
    const embedder = testEmbedder({ query_prefix: 'query: ' });
    await follow(embedder);
    const search = dense(embedder);
    const before = embedder.asked.length;
    for (let at = 0; at < 3; at++) await search('the parser of part 7', asked);
    expect(embedder.asked.slice(before)).toEqual(['query: the parser of part 7']);
  });

  it('cuts no long query: all of it counts', async () => {
    const { add, follow, dense } = makeStore();
    const embedder = testEmbedder({ max_tokens: 20 });
    const id = add('zebra zebra zebra');
    await follow(embedder);
    const found = await dense(embedder)(
      `${'something else entirely here '.repeat(10)} zebra ${'zebra '.repeat(12)}`,
      asked,
    );
    expect(best(found?.cosines)).toBe(id);
  });

  it('says nothing where vectors carry no signal, and where nobody measured it', async () => {
    const { follow, dense, add, number, notices } = makeStore();
    const embedder = testEmbedder({ kind: 'random' });
    await follow(embedder);
    expect(number('SELECT entries FROM memory_signals WHERE project_id = 1')).toBe(60);
    expect(await dense(embedder)('parser', asked)).toBeNull();
    expect(await dense(embedder)('parser', { projectId: 99, limit: 10 })).toBeNull();
    for (let at = 0; at < 60; at++) add(`More of the ${WORDS[at % 10]} in ${at}.`);
    await follow(embedder);
    expect(number('SELECT entries FROM memory_signals WHERE project_id = 1')).toBeGreaterThanOrEqual(120);
    expect(notices).toEqual([]);
  });

  it('takes the word of the known sentences in a small project', async () => {
    const { follow, dense, number } = makeStore(6);
    const embedder = testEmbedder({ dimension: 512 });
    await follow(embedder);
    expect(number('SELECT correlation FROM memory_signals WHERE project_id = 1')).toBeGreaterThan(0.4);
    expect((await dense(embedder)('parser', asked))?.cosines.size).toBe(6);
    await follow(testEmbedder({ kind: 'random', dimension: 512, name: 'test:random' }));
    expect(number('SELECT correlation FROM memory_signals WHERE project_id = 1 ORDER BY model_id DESC')).toBe(0);
  });

  it('goes on without vectors on trouble, and says so once', async () => {
    const { follow, dense, notices } = makeStore();
    const embedder = testEmbedder();
    await follow(embedder);
    const gone = dense({
      ...embedder,
      embed: async () => err(failure('embedder.unavailable', 'The thread ended.', 'Nothing.')),
    });
    expect([await gone('parser', asked), await gone('server', asked)]).toEqual([null, null]);
    expect(notices.map(({ message }) => message)).toEqual(['Recall goes on with text alone. The thread ended.']);
  });

  it('waits no longer for a model that hangs than people wait, and lets it rest', async () => {
    const { sqlite, follow, notices } = makeStore();
    const embedder = testEmbedder();
    await follow(embedder);
    let calls = 0;
    const hanging: Embedder = {
      ...embedder,
      embed: () => {
        calls += 1;
        return new Promise(() => {});
      },
    };
    const search = denseSearch({
      sqlite,
      embedder: hanging,
      index: embeddedIndex(sqlite, () => servingModel(sqlite)),
      notice: one => notices.push(one),
      patience: 20,
    });
    expect([await search('parser', asked), await search('server', asked)]).toEqual([null, null]);
    expect(calls).toBe(1);
    expect(notices.map(({ message }) => message)).toEqual([
      'Recall goes on with text alone. The embedding model did not answer within 0.02 seconds.',
    ]);
  });

  it('never compares with the query of another model', async () => {
    const { follow, dense, notices } = makeStore();
    await follow(testEmbedder());
    const other = testEmbedder({ name: 'test:b' });
    expect(await dense(other)('parser', asked)).toBeNull();
    expect(notices[0]?.message).toContain('test:a');
    const moved = dense(async serving => (serving.name === 'test:a' ? ok(testEmbedder()) : ok(other)));
    expect((await moved('parser', asked))?.cosines.size).toBe(60);
  });

  it('writes nothing', async () => {
    const { sqlite, follow, dense } = makeStore();
    const embedder = testEmbedder();
    await follow(embedder);
    const changes = () => sqlite.prepare('SELECT total_changes()').pluck().get();
    const before = changes();
    await dense(embedder)('parser', asked);
    expect(changes()).toBe(before);
  });
});
