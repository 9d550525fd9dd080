import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemoryType } from '../../src/memory/memory.ts';
import { createMemory } from '../../src/memory/store.ts';
import { codeOf, makeWorld, must } from '../km/fixtures.ts';

const plain = (text: string): string => text;

function makeMemory(redact = plain) {
  const world = makeWorld();
  const memory = createMemory(world.database.sqlite, world.clock, redact);
  const add = (text: string, more: { project?: number; task?: number; key?: string; type?: MemoryType } = {}) =>
    must(
      memory.storeMemory(text, more.project ?? 1, more.task ?? null, more.type ?? 'note', 'coder', {
        task_key: more.key ?? null,
      }),
    );
  const texts = (query: string, scope: object = {}) =>
    memory.queryMemory(query, { projectId: 1, ...scope }).map(hit => hit.text);
  return { ...world, memory, add, texts };
}

describe('storeMemory', () => {
  it('keeps where a text came from', () => {
    const { memory, clock } = makeMemory();
    clock.forward(3600);
    const stored = must(
      memory.storeMemory('Slugs keep dots.', 1, 7, 'task_summary', 'coder', { task_key: 'S1.1', source: 'run:r1' }),
    );
    expect(stored.stored).toBe(true);
    expect(memory.queryMemory('slugs', { projectId: 1 })).toEqual([
      {
        id: stored.id,
        type: 'task_summary',
        scope: 'task',
        text: 'Slugs keep dots.',
        score: 1,
        parts: expect.any(Object),
        source: 'run:r1',
        task_key: 'S1.1',
        created_at: '2026-11-21T10:00:00Z',
      },
    ]);
  });

  it('keeps the same text once in a project', () => {
    const { memory, add, texts } = makeMemory();
    const first = add('The parser keeps comments.');
    expect(add('The parser keeps comments.\n', { type: 'decision' })).toEqual({ id: first.id, stored: false });
    expect(add('The parser keeps comments.', { project: 2 }).stored).toBe(true);
    expect(texts('parser')).toHaveLength(1);
    expect(memory.queryMemory('parser', { projectId: 2 })).toHaveLength(1);
  });

  it('takes secrets out before anything is kept', () => {
    const { add, texts, database } = makeMemory(text => text.replaceAll('hunter2', '[secret]'));
    add('The password is hunter2 today.');
    expect(texts('password')).toEqual(['The password is [secret] today.']);
    expect(texts('hunter2')).toEqual([]);
    const dump = database.sqlite.serialize().toString('latin1');
    expect(dump).not.toContain('hunter2');
  });

  it('refuses an empty text', () => {
    const { memory } = makeMemory();
    expect(codeOf(memory.storeMemory(' \n', 1, null, 'note', 'me'))).toBe('input.invalid');
  });

  it('is undone with the transaction it is part of', () => {
    const { km, add, texts } = makeMemory();
    const work = () =>
      km.transaction(() => {
        add('A thought that is lost.');
        throw new Error('power cut');
      });
    expect(work).toThrow('power cut');
    expect(texts('thought')).toEqual([]);
    expect(add('A thought that is lost.').stored).toBe(true);
    expect(texts('thought')).toHaveLength(1);
  });
});

describe('queryMemory', () => {
  it('finds other forms of a word and does not look for stop words', () => {
    const { add, texts } = makeMemory();
    add('We parsed the dates by hand.');
    add('What is this and how was it done by them?');
    expect(texts('how to parse a date')).toEqual(['We parsed the dates by hand.']);
  });

  it('finds an identifier by a part of it', () => {
    const { add, texts } = makeMemory();
    add('normalizeSlugInput lives in src/slug.js.');
    add('Nothing of interest here.');
    expect(texts('SlugInput')).toEqual(['normalizeSlugInput lives in src/slug.js.']);
  });

  it('finds by date, agent, type and task key', () => {
    const { add, texts } = makeMemory();
    add('First.', { key: 'S4.2', task: 4, type: 'decision' });
    for (const query of ['S4.2', 'which decision', '21 November', '2026-11-21', 'coder'])
      expect(texts(query)).toEqual(['First.']);
  });

  it('finds Chinese and Japanese words inside a sentence', () => {
    const { add, texts } = makeMemory();
    add('日付の解析は机械学習で行う。');
    add('我们用数据库保存任务。');
    expect(texts('学習')).toEqual(['日付の解析は机械学習で行う。']);
    expect(texts('数据库')).toEqual(['我们用数据库保存任务。']);
  });

  it('stays in its project, task and type', () => {
    const { add, texts } = makeMemory();
    add('apple one', { task: 1 });
    add('apple two', { task: 2, type: 'decision' });
    add('apple three', { project: 2 });
    expect(texts('apple')).toHaveLength(2);
    expect(texts('apple', { taskId: 1 })).toEqual(['apple one']);
    expect(texts('apple', { type: 'decision' })).toEqual(['apple two']);
    expect(texts('apple', { taskId: 1, type: 'decision' })).toEqual([]);
    expect(texts('apple', { projectId: 99 })).toEqual([]);
  });

  it('gives the best first, 1 for the best, and what each score is made of', () => {
    const { memory, add } = makeMemory();
    add('slug slug slug dots');
    add('a slug among many other words that say something else entirely about the weather');
    add('Nothing about it.');
    const hits = memory.queryMemory('slug dots', { projectId: 1 });
    expect(hits.map(hit => hit.text.slice(0, 6))).toEqual(['slug s', 'a slug']);
    expect(hits[0]?.score).toBe(1);
    for (const { score, parts } of hits) expect((parts.bm25 ?? 0) + (parts.trigram ?? 0)).toBeCloseTo(score, 3);
  });

  it('gives five unless told', () => {
    const { add, texts } = makeMemory();
    for (let index = 0; index < 9; index += 1) add(`apple number ${index}`);
    expect(texts('apple')).toHaveLength(5);
    expect(texts('apple', { topK: 8 })).toHaveLength(8);
  });

  it('writes nothing', () => {
    const { texts, database } = makeMemory();
    const tables = () => database.sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    const before = tables();
    texts('anything');
    expect(tables()).toBe(before);
  });

  it('takes any text for a query and for a memory', () => {
    const { memory, add } = makeMemory();
    add('apple');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^["*^():+\-{}a-z ANDORNT]{0,30}$/),
    );
    fc.assert(
      fc.property(text, text, (stored, query) => {
        memory.storeMemory(stored, 1, null, 'note', 'me');
        memory.queryMemory(query, { projectId: 1 });
        memory.queryMemory(query, { projectId: 1, taskId: 3, type: 'note' });
      }),
      { numRuns: 100 },
    );
  });
});
