import { ok, type Result } from '../../core/failure.ts';
import type { Memory } from '../memory.ts';
import { DEPTH, type Figures, figuresOf, meanOf } from './figures.ts';
import { ADVERSARIAL, type CorpusEntry, type CorpusQuery } from './lines.ts';

export type Evaluation = {
  /** All questions but the adversarial ones. */
  readonly overall: Figures;
  readonly categories: readonly (Figures & { readonly category: string })[];
  readonly entries: number;
  readonly projects: number;
  /** Questions without a text that answers them, which are left out. */
  readonly left_out: number;
  /** Texts that answer a question and are not in the corpus, which are left out too. */
  readonly unknown: number;
};

export type EvaluationOptions = {
  readonly memory: Memory;
  /** Sets the time at which the next text is stored. */
  readonly setTime: (at: Date | null) => void;
  /** Runs many writes as one transaction. */
  readonly inOne: <T>(work: () => T) => T;
  /** Brings the indexes up to what was stored. */
  readonly tend: () => Promise<Result<unknown>>;
  readonly onProgress: (progress: {
    readonly what: 'stored' | 'asked';
    readonly done: number;
    readonly of: number;
  }) => void;
  readonly signal: AbortSignal;
};

/** Stores in one transaction. */
const BATCH = 500;

/** Stores a corpus in an empty memory, asks all questions and says how well they are answered. */
export async function evaluate(
  corpus: readonly CorpusEntry[],
  queries: readonly CorpusQuery[],
  options: EvaluationOptions,
): Promise<Result<Evaluation>> {
  const { memory, tend, onProgress, signal } = options;
  const projects = [...new Set([...corpus, ...queries].map(({ project }) => project))];
  // Project 0 is that of all projects.
  const numberOf = new Map(projects.map((project, index) => [project, index + 1]));
  const stored = storeAll(corpus, numberOf, options);
  if (!stored.ok) return stored;
  const tended = await tend();
  if (!tended.ok) return tended;
  const figures: { readonly category: string; readonly of: Omit<Figures, 'queries'> }[] = [];
  let unknown = 0;
  for (const [index, { project, query, category, relevant }] of queries.entries()) {
    if (signal.aborted) break;
    const ids = relevant.flatMap(id => stored.value.get(id) ?? []);
    unknown += relevant.length - ids.length;
    if (ids.length > 0) {
      const hits = await memory.queryMemory(query, { projectId: numberOf.get(project) ?? 0, topK: DEPTH });
      const places = new Map(hits.map((hit, place) => [hit.id, place + 1]));
      figures.push({ category, of: figuresOf(ids.map(id => places.get(id) ?? Number.POSITIVE_INFINITY)) });
    }
    if ((index + 1) % 100 === 0 || index + 1 === queries.length)
      onProgress({ what: 'asked', done: index + 1, of: queries.length });
  }
  const categories = [...new Set(figures.map(({ category }) => category))].sort();
  return ok({
    overall: meanOf(figures.filter(({ category }) => category !== ADVERSARIAL).map(({ of }) => of)),
    categories: categories.map(category => ({
      category,
      ...meanOf(figures.filter(one => one.category === category).map(({ of }) => of)),
    })),
    entries: corpus.length,
    projects: projects.length,
    left_out: queries.length - figures.length,
    unknown,
  });
}

function storeAll(
  corpus: readonly CorpusEntry[],
  numberOf: ReadonlyMap<string, number>,
  { memory, setTime, inOne, onProgress, signal }: EvaluationOptions,
): Result<ReadonlyMap<string, number>> {
  const idOf = new Map<string, number>();
  for (let from = 0; from < corpus.length && !signal.aborted; from += BATCH) {
    const trouble = inOne(() => {
      for (const { id, project, session, agent, at, type, text } of corpus.slice(from, from + BATCH)) {
        setTime(at);
        const options = session === null ? {} : { session };
        const stored = memory.storeMemory(text, numberOf.get(project) ?? 0, null, type, agent, options);
        if (!stored.ok) return stored;
        idOf.set(id, stored.value.id);
      }
      return null;
    });
    if (trouble !== null) return trouble;
    onProgress({ what: 'stored', done: Math.min(from + BATCH, corpus.length), of: corpus.length });
  }
  return ok(idOf);
}
