import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/failure.ts';
import { pendingChanges, register } from '../../src/memory/changes.ts';
import { evaluate } from '../../src/memory/evaluation/evaluate.ts';
import { readCorpus, readQueries } from '../../src/memory/evaluation/lines.ts';
import { TRIGRAMS, trigramConsumer } from '../../src/memory/recall/trigrams.ts';
import { createMemory } from '../../src/memory/store.ts';
import { makeWorld, must } from '../km/fixtures.ts';

const DATA = join(process.env.LLMCLIS_SHARED ?? '../shared', 'data', 'memory');
const files = { corpus: join(DATA, 'locomo-corpus.jsonl'), queries: join(DATA, 'locomo-queries.jsonl') };
const there = existsSync(files.corpus) && existsSync(files.queries);
const read = (file: string) => ({ file, text: readFileSync(file, 'utf8') });

/** Every which question is asked; all of them: `llmclis memory eval`. */
const STEP = 4;

describe('recall on LoCoMo', () => {
  it.skipIf(!there)('finds what answers a question, by words alone (needs the shared data)', async () => {
    const { database, clock } = makeWorld();
    let time = clock.now();
    const memory = createMemory(database.sqlite, { now: () => time }, text => text);
    const queries = must(readQueries(read(files.queries))).filter((_, index) => index % STEP === 0);
    const { overall, unknown } = must(
      await evaluate(must(readCorpus(read(files.corpus))), queries, {
        memory,
        setTime: at => {
          time = at ?? time;
        },
        inOne: work => database.sqlite.transaction(work)(),
        async tend() {
          register(database.sqlite, TRIGRAMS);
          const changes = pendingChanges(database.sqlite, TRIGRAMS, 100_000);
          return ok(await trigramConsumer(database.sqlite).apply(changes, new AbortController().signal));
        },
        onProgress: () => {},
        signal: new AbortController().signal,
      }),
    );
    expect(unknown).toBe(0);
    expect(overall.queries).toBeGreaterThan(150);
    expect(overall.recall_5).toBeGreaterThanOrEqual(0.73);
    expect(overall.recall_10).toBeGreaterThanOrEqual(0.79);
    expect(overall.mrr).toBeGreaterThanOrEqual(0.64);
  });
});
