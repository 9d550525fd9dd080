import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { err, failure, ok } from '../../src/core/failure.ts';
import type { Sqlite } from '../../src/km/sqlite.ts';
import { denseSearch } from '../../src/memory/embedding/dense.ts';
import { wholePiece } from '../../src/memory/embedding/input.ts';
import { modelsOf, servingModel } from '../../src/memory/embedding/models.ts';
import { vectorConsumer } from '../../src/memory/embedding/vectors.ts';
import { embeddedIndex } from '../../src/memory/indexes/embedded.ts';
import { createMemory } from '../../src/memory/store.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { makeWorld, must } from '../km/fixtures.ts';
import { never, testEmbedder } from './embedders.ts';

const OLD = { name: 'test:old', dimension: 24 };
const NEW = { name: 'test:new', dimension: 40 };
const CHILD = join(import.meta.dirname, 'vectors-child.ts');
const THINGS = ['parser', 'server', 'printer', 'reader', 'writer', 'router', 'journal', 'ladder', 'budget', 'claim'];

export type ModelChange = {
  /** Queries that ran meanwhile, by the model that answered. */
  readonly queries: { readonly old: number; readonly new: number };
  /** What was wrong with an answer. */
  readonly wrong: readonly string[];
  readonly kills: number;
  readonly states: readonly string[];
  /** Rows of the model of before, and entries without a vector of the new one, at the end. */
  readonly left: number;
  readonly missing: number;
};

/** `kills`: after so many texts of a process it is killed, one process after the other; the last one is let go on. */
export async function changeModel(
  file: string,
  entries: number,
  kills: readonly (readonly ['embed' | 'drop', number])[],
): Promise<ModelChange> {
  const { database, clock } = makeWorld(file);
  const { sqlite } = database;
  fill(
    sqlite,
    createMemory(sqlite, clock, text => text),
    entries,
  );
  const embedders = [testEmbedder(OLD), testEmbedder(NEW)];
  const old = testEmbedder(OLD);
  await createUpkeep(sqlite, clock, [vectorConsumer(sqlite, old, clock)]).run({ signal: never });
  const asked = askForever(sqlite, embedders, entries);
  let killed = 0;
  for (const [at, how] of [...kills, null].entries()) {
    const kill = how === null ? [] : [how[0], `${how[1]}`];
    const code = await endOf([file, NEW.name, `${NEW.dimension}`, `${2 * (at + 1)}`, ...kill]);
    if (code === 'SIGKILL') killed += 1;
    else if (code !== 0) throw new Error(`The process that makes vectors ended with ${code}.`);
  }
  const answers = await asked.stop();
  const number = (sql: string): number => Number(sqlite.prepare(sql).pluck().get());
  const serving = servingModel(sqlite);
  const report = {
    ...answers,
    kills: killed,
    states: modelsOf(sqlite).map(({ name, state }) => `${name} ${state}`),
    left:
      number(`SELECT count(*) FROM memory_vectors WHERE model_id <> ${serving?.id}`) +
      number(`SELECT count(*) FROM memory_embeddings WHERE model_id <> ${serving?.id}`),
    missing: number(
      `SELECT count(*) FROM memories WHERE id NOT IN (SELECT memory_id FROM memory_vectors WHERE model_id = ${serving?.id})`,
    ),
  };
  sqlite.close();
  return report;
}

function fill(sqlite: Sqlite, memory: ReturnType<typeof createMemory>, entries: number): void {
  sqlite.transaction(() => {
    for (let at = 0; at < entries; at++) {
      const [a, b] = [THINGS[at % THINGS.length], THINGS[Math.floor(at / THINGS.length) % THINGS.length]];
      must(memory.storeMemory(`The ${a} of the ${b} has number ${at}.`, 1, null, 'fact', 'coder'));
    }
  })();
}

const endOf = (words: readonly string[]): Promise<number | string | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...words], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject).on('close', (code, signal) => resolve(signal ?? code));
  });

/**
 * Asks for one entry after the other in its own words, which only vectors of one model find with a cosine of 1: those of two models
 * have nothing to do with each other, and not the same length.
 */
function askForever(sqlite: Sqlite, embedders: readonly ReturnType<typeof testEmbedder>[], entries: number) {
  const wrong: string[] = [];
  const queries = { old: 0, new: 0 };
  let going = true;
  const dense = denseSearch({
    sqlite,
    index: embeddedIndex(sqlite, () => servingModel(sqlite)),
    embedder: async serving => {
      const found = embedders.find(({ model }) => model.name === serving.name);
      return found === undefined ? err(failure('embedder.unavailable', serving.name, '')) : ok(found);
    },
    notice: ({ message }) => wrong.push(message),
  });
  const find = sqlite.prepare<[number], { id: number; text: string; agent: string; created_at: string }>(
    'SELECT id, text, agent, created_at FROM memories WHERE id = ?',
  );
  const one = async (id: number): Promise<void> => {
    const entry = find.get(id);
    const found = entry && (await dense(wholePiece(entry).text, { projectId: 1, limit: 10 }));
    const model = servingModel(sqlite)?.name;
    if (model === NEW.name) queries.new += 1;
    else queries.old += 1;
    if (!found) wrong.push(`${id}: no answer`);
    else if (!((found.cosines.get(id) ?? 0) > 0.999)) wrong.push(`${id}: ${found.cosines.get(id)}`);
    else if (found.cosines.size !== entries) wrong.push(`${id}: ${found.cosines.size} of ${entries} entries`);
  };
  const done = (async () => {
    for (let at = 0; going; at++) {
      await one(1 + ((at * 7919) % entries));
      await turn();
    }
    await one(entries);
  })();
  return {
    async stop() {
      going = false;
      await done;
      return { queries, wrong };
    },
  };
}
