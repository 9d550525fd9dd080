import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/failure.ts';
import { evaluate } from '../../src/memory/evaluation/evaluate.ts';
import { figuresOf, meanOf } from '../../src/memory/evaluation/figures.ts';
import { readCorpus, readQueries } from '../../src/memory/evaluation/lines.ts';
import { messageOf, must } from '../km/fixtures.ts';
import { makeRecallWorld } from './recall-world.ts';

const file = 'x.jsonl';
const lines = (...objects: readonly unknown[]): { file: string; text: string } => ({
  file,
  text: objects.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
});

describe('the figures of an evaluation', () => {
  it('are those of the books', () => {
    expect(figuresOf([1])).toEqual({ recall_5: 1, recall_10: 1, mrr: 1, ndcg_10: 1 });
    expect(figuresOf([6, Number.POSITIVE_INFINITY])).toEqual({
      recall_5: 0,
      recall_10: 0.5,
      mrr: 1 / 6,
      ndcg_10: 1 / Math.log2(7) / (1 + 1 / Math.log2(3)),
    });
    expect(figuresOf([101]).mrr).toBe(0);
    expect(meanOf([figuresOf([1]), figuresOf([200])])).toEqual({
      queries: 2,
      recall_5: 0.5,
      recall_10: 0.5,
      mrr: 0.5,
      ndcg_10: 0.5,
    });
  });
});

describe('the lines of a corpus', () => {
  it('may be those of LoCoMo', () => {
    const turn = {
      id: 'c/1',
      conv: 'c',
      session: 1,
      speaker: 'Ada',
      date: '1:56 pm on 8 May, 2023',
      text: 'Hi!',
      caption: 'a dog',
    };
    expect(must(readCorpus(lines(turn)))).toEqual([
      {
        id: 'c/1',
        project: 'c',
        session: '1',
        agent: 'Ada',
        at: new Date('2023-05-08T13:56:00Z'),
        type: 'raw_interaction',
        text: 'Hi! [shares a dog]',
      },
    ]);
    expect(
      must(readQueries(lines({ conv: 'c', category: 2, cat_name: 'temporal', question: 'When?', evidence: ['c/1'] }))),
    ).toEqual([{ project: 'c', query: 'When?', category: 'temporal', relevant: ['c/1'] }]);
  });

  it('may be plain', () => {
    expect(
      must(readCorpus(lines({ id: 1, text: 'One.' }, '', { id: 'b', text: 'Two.', date: '2026-01-02', type: 'fact' }))),
    ).toEqual([
      { id: '1', project: 'default', session: null, agent: 'person', at: null, type: 'note', text: 'One.' },
      {
        id: 'b',
        project: 'default',
        session: null,
        agent: 'person',
        at: new Date('2026-01-02T00:00:00Z'),
        type: 'fact',
        text: 'Two.',
      },
    ]);
  });

  it.each([
    ['{"id": 1', 'Line 2 of x.jsonl is no JSON object.'],
    ['[]', 'Line 2 of x.jsonl is no JSON object.'],
    [{ id: 1 }, 'Line 2 of x.jsonl needs "id" and "text".'],
    [{ id: 'a', text: 'again' }, 'Line 2 of x.jsonl has the id "a" again.'],
    [{ id: 'b', text: 'b', date: 'soon' }, 'Line 2 of x.jsonl has a date that is none: "soon".'],
  ])('are named when they are wrong: %j', (line, message) => {
    expect(messageOf(readCorpus(lines({ id: 'a', text: 'a' }, line)))).toBe(message);
  });

  it('need a question and its texts', () => {
    expect(messageOf(readQueries(lines({ query: 'a', relevant: 'b' })))).toContain('Line 1 of x.jsonl needs "query"');
    expect(messageOf(readQueries(lines('')))).toBe('x.jsonl is empty.');
  });
});

describe('an evaluation', () => {
  it('keeps projects apart, and counts what cannot be counted', async () => {
    const { memory, sqlite } = makeRecallWorld();
    const corpus = must(
      readCorpus(
        lines(
          { id: 'a', project: 'one', text: 'The cat sleeps on the roof.' },
          { id: 'b', project: 'two', text: 'The cat sleeps in the car.' },
        ),
      ),
    );
    const queries = must(
      readQueries(
        lines(
          { project: 'one', query: 'Where does the cat sleep?', relevant: ['a'], category: 'easy' },
          { project: 'two', query: 'Where does the cat sleep?', relevant: ['a', 'nowhere'], category: 'hard' },
          { project: 'two', query: 'Who barks?', relevant: ['b'], category: 'adversarial' },
          { project: 'two', query: 'Who?', relevant: [] },
        ),
      ),
    );
    const seen: string[] = [];
    const report = must(
      await evaluate(corpus, queries, {
        memory,
        setTime: () => {},
        inOne: work => sqlite.transaction(work)(),
        tend: async () => ok(undefined),
        onProgress: ({ what, done, of }) => seen.push(`${what} ${done}/${of}`),
        signal: new AbortController().signal,
      }),
    );
    expect(report).toMatchObject({ entries: 2, projects: 2, left_out: 1, unknown: 1 });
    expect(report.overall).toMatchObject({ queries: 2, recall_5: 0.5, mrr: 0.5 });
    expect(report.categories.map(({ category, recall_10 }) => [category, recall_10])).toEqual([
      ['adversarial', 0],
      ['easy', 1],
      ['hard', 0],
    ]);
    expect(seen).toEqual(['stored 2/2', 'asked 4/4']);
  });
});
