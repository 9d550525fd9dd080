import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemory } from '../../src/memory/store.ts';
import { makeWorld, must } from '../km/fixtures.ts';

const DATA = join(process.env.LLMCLIS_SHARED ?? '../shared', 'data', 'memory');
const files = { corpus: join(DATA, 'locomo-corpus.jsonl'), queries: join(DATA, 'locomo-queries.jsonl') };
const there = existsSync(files.corpus) && existsSync(files.queries);

type Turn = { id: string; conv: string; speaker: string; date: string; text: string; caption: string | null };
type Query = { conv: string; category: number; question: string; evidence: string[] };
const lines = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);

/** `1:56 pm on 8 May, 2023`. */
const dateOf = (text: string): Date => new Date(`${/on (.*)$/.exec(text)?.[1] ?? text} UTC`);
/** Every which query is asked. */
const STEP = 5;

describe('recall on LoCoMo', () => {
  it.skipIf(!there)('finds at least half of the evidence among ten (needs the shared data)', () => {
    const { database, clock } = makeWorld();
    const memory = createMemory(database.sqlite, clock, text => text);
    const turns = lines<Turn>(files.corpus);
    const projects = [...new Set(turns.map(turn => turn.conv))];
    const idOf = new Map<string, number>();
    database.sqlite.transaction(() => {
      for (const { id, conv, speaker, date, text, caption } of turns) {
        const said = `${speaker}: ${text}${caption === null ? '' : ` [shares ${caption}]`}`;
        clock.now = () => dateOf(date);
        const project = projects.indexOf(conv) + 1;
        idOf.set(id, must(memory.storeMemory(said, project, null, 'raw_interaction', speaker)).id);
      }
    })();
    // Category 5 asks for what was never said.
    const queries = lines<Query>(files.queries).filter(query => query.category !== 5 && query.evidence.length > 0);
    const recalls = queries
      .filter((_, index) => index % STEP === 0)
      .map(({ conv, question, evidence }) => {
        const hits = memory.queryMemory(question, { projectId: projects.indexOf(conv) + 1, topK: 10 });
        const found = evidence.filter(id => hits.some(hit => hit.id === idOf.get(id)));
        return found.length / evidence.length;
      });
    const recall = recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
    expect(recalls.length).toBeGreaterThan(100);
    expect(recall).toBeGreaterThanOrEqual(0.5);
  });
});
