import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { denseSearch } from '../../src/memory/embedding/dense.ts';
import type { Embedder } from '../../src/memory/embedding/embedder.ts';
import { servingModel } from '../../src/memory/embedding/models.ts';
import { vectorConsumer } from '../../src/memory/embedding/vectors.ts';
import { embeddedIndex } from '../../src/memory/indexes/embedded.ts';
import { trigramConsumer } from '../../src/memory/recall/trigrams.ts';
import { createMemory } from '../../src/memory/store.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { makeWorld, must } from '../km/fixtures.ts';
import { never, SHARED } from './embedders.ts';

const DATA = join(SHARED, 'data', 'memory');
const files = { corpus: join(DATA, 'locomo-corpus.jsonl'), queries: join(DATA, 'locomo-queries.jsonl') };
export const locomoIsThere = (): boolean => existsSync(files.corpus) && existsSync(files.queries);

type Turn = {
  id: string;
  conv: string;
  session: string | number;
  speaker: string;
  date: string;
  text: string;
  caption: string | null;
};
type Query = { conv: string; category: number; question: string; evidence: readonly string[] };
const lines = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);

/** `1:56 pm on 8 May, 2023`. */
const dateOf = (text: string): Date => new Date(`${/on (.*)$/.exec(text)?.[1] ?? text} UTC`);

export type Figures = {
  readonly questions: number;
  readonly recall5: number;
  readonly recall10: number;
  readonly mrr: number;
  /** What was measured in each conversation. */
  readonly signals: readonly number[];
  /** Milliseconds for all vectors, and for one query. */
  readonly ms: { readonly vectors: number; readonly query: number };
};

/**
 * Recall on LoCoMo as the product does it: stored, embedded by the upkeep, asked by `queryMemory`. `convs`: only so many conversations;
 * `turns`: only
 * its first; `every`: only every which question.
 */
export async function locomo(
  embedder: Embedder | null,
  { convs = 5, turns = Number.POSITIVE_INFINITY, every = 1 } = {},
): Promise<Figures> {
  const { database, clock } = makeWorld();
  const { sqlite } = database;
  const index = embeddedIndex(sqlite, () => servingModel(sqlite));
  const notices: string[] = [];
  const dense = embedder && denseSearch({ sqlite, embedder, index, notice: ({ message }) => notices.push(message) });
  const memory = createMemory(sqlite, clock, text => text, dense);
  const all = lines<Turn>(files.corpus).slice(0, turns);
  const projects = [...new Set(all.map(turn => turn.conv))].slice(0, convs);
  const idOf = new Map<string, number>();
  sqlite.transaction(() => {
    for (const { id, conv, session, speaker, date, text, caption } of all) {
      const project = projects.indexOf(conv) + 1;
      if (project === 0) continue;
      clock.now = () => dateOf(date);
      const said = `${text}${caption === null ? '' : ` [shares ${caption}]`}`;
      const stored = must(
        memory.storeMemory(said, project, null, 'raw_interaction', speaker, {
          session: `${session}`,
        }),
      );
      idOf.set(id, stored.id);
    }
  })();
  const before = performance.now();
  const consumers = [trigramConsumer(sqlite), ...(embedder === null ? [] : [vectorConsumer(sqlite, embedder, clock)])];
  const { troubles } = await createUpkeep(sqlite, clock, consumers).run({ signal: never });
  const vectors = performance.now() - before;
  const queries = lines<Query>(files.queries).filter(
    ({ conv, category, evidence }) =>
      category !== 5 && evidence.length > 0 && projects.includes(conv) && evidence.every(id => idOf.has(id)),
  );
  let [recall5, recall10, mrr, questions] = [0, 0, 0, 0];
  const asked = performance.now();
  for (const [place, { conv, question, evidence }] of queries.entries()) {
    if (place % every !== 0) continue;
    const hits = await memory.queryMemory(question, { projectId: projects.indexOf(conv) + 1, topK: 100 });
    const wanted = evidence.map(id => idOf.get(id));
    const places = wanted.map(id => hits.findIndex(hit => hit.id === id)).filter(at => at >= 0);
    recall5 += places.filter(at => at < 5).length / evidence.length;
    recall10 += places.filter(at => at < 10).length / evidence.length;
    mrr += places.length === 0 ? 0 : 1 / (1 + Math.min(...places));
    questions += 1;
  }
  const query = (performance.now() - asked) / questions;
  const problems = [...troubles.map(({ failure }) => failure.message), ...notices];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const signals = sqlite
    .prepare<[], number>('SELECT correlation FROM memory_signals WHERE project_id > 0 ORDER BY project_id')
    .pluck()
    .all();
  sqlite.close();
  return {
    questions,
    recall5: recall5 / questions,
    recall10: recall10 / questions,
    mrr: mrr / questions,
    signals,
    ms: { vectors, query },
  };
}
