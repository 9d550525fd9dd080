import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { openDatabase } from '../km/database.ts';
import { evaluate } from '../memory/evaluation/evaluate.ts';
import { readCorpus, readQueries } from '../memory/evaluation/lines.ts';
import { createMemory } from '../memory/store.ts';
import type { AppCore, Env } from './core.ts';
import { redactorOf } from './memory.ts';
import { memoryParts } from './memory-parts.ts';
import type { EvaluateReport, EvaluateWish } from './memory-types.ts';

/** Milliseconds for one round of making indexes; there are as many as it takes. */
const ROUND_MS = 5_000;

/** Measures recall on a corpus in a database of its own in memory: nothing of anybody's is read or written. */
export async function evaluateMemory(core: AppCore, wish: EvaluateWish): Promise<Result<EvaluateReport>> {
  const corpus = readText(core, wish.corpus, readCorpus);
  if (!corpus.ok) return corpus;
  const queries = readText(core, wish.queries, readQueries);
  if (!queries.ok) return queries;
  const opened = openDatabase(':memory:', { migrations: join(core.shipped, 'drizzle') });
  if (!opened.ok) return opened;
  const { sqlite } = opened.value;
  let time: Date | null = null;
  const clock = { ...core.clock, now: () => time ?? core.clock.now() };
  const env = { ...core.env, ...embedderEnv(core, wish.embedder), LLMCLIS_QDRANT_URL: 'none' };
  const parts = memoryParts({ ...core, env, database: () => opened });
  try {
    const began = performance.now();
    const report = await evaluate(corpus.value, queries.value, {
      memory: createMemory(sqlite, clock, redactorOf(core.env), parts.dense),
      setTime: at => {
        time = at;
      },
      inOne: work => sqlite.transaction(work).immediate(),
      async tend() {
        const upkeep = await parts.upkeep();
        if (!upkeep.ok) return upkeep;
        for (;;) {
          const { waiting, troubles } = await upkeep.value.run({
            signal: wish.signal,
            milliseconds: ROUND_MS,
            now: true,
          });
          const [trouble] = [...troubles.map(({ failure }) => failure), ...parts.notices()];
          if (trouble !== undefined) return { ok: false, error: trouble };
          if (waiting === 0 || wish.signal.aborted) return ok(undefined);
          wish.onProgress({
            what: 'indexed',
            done: corpus.value.length - Math.min(waiting, corpus.value.length),
            of: corpus.value.length,
          });
        }
      },
      onProgress: wish.onProgress,
      signal: wish.signal,
    });
    if (!report.ok) return report;
    const vectors = sqlite.prepare<[], number>('SELECT count(*) FROM memory_vectors').pluck().get() ?? 0;
    return ok({ ...report.value, vectors, seconds: Math.round(performance.now() - began) / 1000 });
  } finally {
    parts.close();
    sqlite.close();
  }
}

/** What the settings would say: no embedder unless one is named, a folder or `ollama:NAME`. */
function embedderEnv(core: AppCore, embedder: string | undefined): Env {
  if (embedder === undefined) return { LLMCLIS_EMBEDDER: 'off' };
  if (embedder === 'settings') return {};
  const [, name] = /^ollama:(.+)$/.exec(embedder) ?? [];
  if (name !== undefined) return { LLMCLIS_EMBEDDER: 'ollama', LLMCLIS_EMBEDDER_MODEL: name };
  return { LLMCLIS_EMBEDDER: 'local', LLMCLIS_EMBEDDER_MODEL: resolve(core.cwd, embedder) };
}

function readText<T>(
  core: AppCore,
  file: string,
  read: (lines: { readonly file: string; readonly text: string }) => Result<T>,
): Result<T> {
  const path = resolve(core.cwd, file);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    return fail('input.not_found', `There is no file ${path}.`, 'Give a file with one JSON object on each line.');
  return read({ file: path, text: readFileSync(path, 'utf8') });
}
