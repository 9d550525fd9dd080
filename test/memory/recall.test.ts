import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/km/sqlite.ts';
import { pendingChanges, register } from '../../src/memory/changes.ts';
import { recall } from '../../src/memory/recall/recall.ts';
import { TRIGRAMS, trigramConsumer, trigramText } from '../../src/memory/recall/trigrams.ts';
import { createRecord } from '../../src/memory/record/record.ts';
import { must } from '../km/fixtures.ts';
import { temporaryFolder } from '../support/repository.ts';
import { makeRecallWorld } from './recall-world.ts';
import { makeRecord } from './record-fixtures.ts';

describe('queryMemory', () => {
  it('finds other forms of a word and does not look for stop words', async () => {
    const { add, texts } = makeRecallWorld();
    add('We parsed the dates by hand.');
    add('What is this and how was it done by them?');
    expect(await texts('how to parse a date')).toEqual(['We parsed the dates by hand.']);
  });

  it('finds irregular forms', async () => {
    const { add, texts } = makeRecallWorld();
    add('The tester went through all of it.');
    for (const query of ['go', 'going', 'goes', 'gone']) expect(await texts(query)).toHaveLength(1);
  });

  it('finds an identifier by a part of it', async () => {
    const { add, texts } = makeRecallWorld();
    add('normalizeSlugInput lives in src/slug.js.');
    add('Nothing of interest here.');
    expect(await texts('SlugInput')).toEqual(['normalizeSlugInput lives in src/slug.js.']);
  });

  it('finds a name of several parts before those that only share its parts', async () => {
    const { add, texts } = makeRecallWorld();
    add('S2.1 took 2.');
    add('S2.2 is done: it took one try more than was planned.');
    add('The host 10.0.0.2.');
    add('The host 10.0.0.10 is for tests, and nobody else may use it.');
    add('Host 0: 10.');
    expect((await texts('S2.2'))[0]).toContain('S2.2 is done');
    expect((await texts('host 10.0.0.10'))[0]).toContain('10.0.0.10 is for tests');
  });

  it('finds the identifiers of a long text by a part, and its other words whole', async () => {
    const { add, texts } = makeRecallWorld();
    const long = `The log begins.\n${'filler words go on and on. '.repeat(60)} parseIsoDate failed with E4042.`;
    add(long);
    expect(await texts('IsoDate')).toEqual([long]);
    expect(await texts('E404')).toEqual([long]);
    expect(trigramText(long)).not.toContain('filler');
  });

  it('finds by words what the index of parts has not followed yet', async () => {
    const { add, texts, sqlite } = makeRecallWorld(false);
    register(sqlite, TRIGRAMS);
    add('normalizeSlugInput keeps dots.');
    expect(await texts('dots')).toHaveLength(1);
    expect(await texts('SlugInput')).toEqual([]);
    await trigramConsumer(sqlite).apply(pendingChanges(sqlite, TRIGRAMS, 100), new AbortController().signal);
    expect(await texts('SlugInput')).toHaveLength(1);
  });

  it('finds by date, agent, type and task key', async () => {
    const { add, texts } = makeRecallWorld();
    add('First.', { task: 4, type: 'decision', options: { task_key: 'S4.2' } });
    for (const query of ['S4.2', 'which decision', '21 November', '2026-11-21', 'coder'])
      expect(await texts(query)).toEqual(['First.']);
  });

  it('finds Chinese and Japanese words inside a sentence', async () => {
    const { add, texts } = makeRecallWorld();
    add('日付の解析は机械学習で行う。');
    add('我们用数据库保存任务。');
    expect(await texts('学習')).toEqual(['日付の解析は机械学習で行う。']);
    expect(await texts('数据库')).toEqual(['我们用数据库保存任务。']);
    add('猫が好き。');
    add('庭に黒い猫。');
    expect(await texts('猫')).toHaveLength(2);
  });

  it('stays in its project, task and type, and knows what holds for all projects', async () => {
    const { add, texts } = makeRecallWorld();
    add('apple one', { task: 1 });
    add('apple two', { task: 2, type: 'decision' });
    add('apple three', { project: 2 });
    add('apple for all', { options: { scope: 'global' } });
    expect((await texts('apple')).toSorted()).toEqual(['apple for all', 'apple one', 'apple two']);
    expect(await texts('apple', { taskId: 1 })).toEqual(['apple one']);
    expect(await texts('apple', { type: 'decision' })).toEqual(['apple two']);
    expect((await texts('apple', { projectId: 2 })).toSorted()).toEqual(['apple for all', 'apple three']);
  });

  it('gives the best first, 1 for the best, and parts that sum up to the score', async () => {
    const { add, ask, talk } = makeRecallWorld();
    talk(['Where did the slug parser go?', 'It went to src, last week.', 'Fine with me.', 'The slug is short.']);
    add('slug slug parser', { type: 'lesson' });
    add('a slug among many other words that have nothing to do with the parser at all');
    const hits = await ask('When did Ben say where the slug parser went?', { topK: 10 });
    expect(hits[0]?.score).toBe(1);
    expect(hits.map(hit => hit.score)).toEqual(hits.map(hit => hit.score).toSorted((a, b) => b - a));
    for (const { score, parts } of hits)
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 2);
    expect(new Set(hits.flatMap(hit => Object.keys(hit.parts)))).toContain('neighbours');
  });

  it('gives five unless told', async () => {
    const { add, texts } = makeRecallWorld();
    for (let index = 0; index < 9; index += 1) add(`apple number ${index}`);
    expect(await texts('apple')).toHaveLength(5);
    expect(await texts('apple', { topK: 8 })).toHaveLength(8);
  });

  it('never gives more tokens than the budget, whatever there is', async () => {
    const { add, ask } = makeRecallWorld();
    const lengths = [1, 3, 9, 30, 90, 300];
    for (let index = 0; index < 40; index += 1) add(`apple ${index} ${'word '.repeat(lengths[index % 6] ?? 1)}`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 40 }), async (budget, topK) => {
        const hits = await ask('apple', { budget, topK });
        expect(hits.reduce((sum, hit) => sum + hit.tokens, 0)).toBeLessThanOrEqual(budget);
        expect(hits.length).toBeLessThanOrEqual(topK);
      }),
      { numRuns: 50 },
    );
    expect((await ask('apple', { budget: 20, topK: 40 })).length).toBeGreaterThan(1);
  });

  it('answers as of one moment, whatever another process does meanwhile', async () => {
    const file = join(temporaryFolder(), 'llmclis.db');
    const { say, record, sqlite, clock } = makeRecord({ file });
    const gone = say('The kiwi queue.', { type: 'note' });
    const other = createRecord(connect(file, { readonly: false, timeout: 1_000 }), clock, text => text);
    const prepare = sqlite.prepare.bind(sqlite);
    // The texts of the hits are read last.
    Object.assign(sqlite, {
      prepare: (sql: string) => {
        if (sql.includes('AS place')) must(other.change('wrong', { ids: [gone.id], projectId: 1, agent: 'person' }));
        return prepare(sql);
      },
    });
    const hits = await recall(sqlite, 'kiwi', { projectId: 1 }, null);
    expect(hits.map(({ id, status }) => [id, status])).toEqual([[gone.id, 'live']]);
    expect(must(record.show(gone.id, 1)).status).toBe('wrong');
  });

  it('tells what an edited entry said at that time', async () => {
    const { say, record, memory, clock } = makeRecord();
    const { id } = say('The queue is kiwi.', { type: 'note' });
    const asOf = clock.now().toISOString();
    clock.forward(60);
    must(record.edit({ id, text: 'The queue is a much longer mango.', projectId: 1, agent: 'person' }));
    const textsOf = async (scope: object) =>
      (await memory.queryMemory('queue', { projectId: 1, ...scope })).map(({ text, tokens }) => [text, tokens]);
    expect(await textsOf({ asOf })).toEqual([['The queue is kiwi.', 5]]);
    expect(await textsOf({ asOf: clock.now().toISOString() })).toEqual([['The queue is a much longer mango.', 9]]);
  });

  it('writes nothing', async () => {
    const { add, ask, talk, sqlite } = makeRecallWorld();
    add('apple');
    talk(['apple?', 'pear', 'plum']);
    const before = sqlite.serialize();
    const changes = sqlite.prepare('SELECT total_changes()').pluck();
    const count = changes.get();
    await ask('apple pear', { all: true, asOf: '2026-11-21T10:00:00Z' });
    await ask('apple', { projectId: 77 });
    expect(changes.get()).toBe(count);
    expect(sqlite.serialize().equals(before)).toBe(true);
  });

  it('takes any text for a query and for a memory', async () => {
    const { memory, add } = makeRecallWorld();
    add('apple');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^["*^():+\-{}a-z ANDORNT]{0,30}$/),
      fc.constantFrom(
        'constructor',
        '__proto__ toString',
        'NEAR(a b)',
        'text:apple',
        '"',
        "'",
        'a"b',
        '日',
        '\u0000apple',
      ),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (stored, query) => {
        memory.storeMemory(stored, 1, null, 'raw_interaction', stored.slice(0, 20) || 'me', { session: query || 's' });
        await memory.queryMemory(query, { projectId: 1, role: query });
        await memory.explainMemory(query, { projectId: 1, taskId: 3, type: 'note', all: true });
      }),
      { numRuns: 100 },
    );
  });
});
