import { join } from 'node:path';
import { openDatabase } from '../src/km/database.ts';
import type { Sqlite } from '../src/km/sqlite.ts';
import { makeTable } from '../src/memory/recall/full-text.ts';
import { indexText } from '../src/memory/recall/words.ts';
import { must } from './km-store.ts';

export const DIMENSION = 384;
const AT = '2026-11-21T09:00:00Z';
/** Turns of one session. */
const SESSION = 25;
const VOCABULARY = 20_000;
const WORDS_OF_A_TEXT = 30;

/** Numbers from 0 to 1 that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

/** A word by its rank; frequent ones are as frequent as in a language (Zipf). */
const wordAt = (random: () => number): string => `w${Math.floor(VOCABULARY ** random()).toString(36)}x`;

export const makeText = (random: () => number, words = WORDS_OF_A_TEXT): string =>
  Array.from({ length: words }, () => wordAt(random)).join(' ');

/** Six words as a question has them: a frequent one, and rarer ones. */
export const makeQuestion = (random: () => number): string =>
  Array.from({ length: 6 }, (_, index) => wordAt(() => 0.35 + 0.13 * index * random())).join(' ');

export function vectorOf(random: () => number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSION }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map(value => value / length);
}

export const openBench = (file: string) =>
  must(openDatabase(file, { migrations: join(import.meta.dirname, '..', 'drizzle') }));

/**
 * Fills a database with entries, one after another for each project, with words, parts of words and, where wanted, vectors: as the
 * product leaves it when all its indexes have followed.
 */
export function fill(sqlite: Sqlite, options: { entries: number; projects: number; vectors: boolean }): void {
  const random = seeded(7);
  const { entries, projects, vectors } = options;
  const insert = sqlite.prepare(
    `INSERT INTO memories (project_id, type, agent, text, text_sha256, source, created_at, session, valid_from, updated_at, tokens)
     VALUES (?, 'raw_interaction', ?, ?, ?, 'bench', ?, ?, ?, ?, ?)`,
  );
  const embed = sqlite.prepare('INSERT INTO memory_embeddings (model_id, text_sha256, vector) VALUES (1, ?, ?)');
  const place = sqlite.prepare(
    'INSERT INTO memory_vectors (model_id, project_id, memory_id, chunk, text_sha256) VALUES (1, ?, ?, 0, ?)',
  );
  const indexes = Array.from({ length: projects }, (_, index) => {
    for (const kind of ['words', 'trigrams'] as const) makeTable(sqlite, kind, index + 1);
    return ['memory_fts_', 'memory_trigram_'].map(name =>
      sqlite.prepare(`INSERT INTO ${name}${index + 1} (rowid, text) VALUES (?, ?)`),
    );
  });
  if (vectors) {
    const signal = sqlite.prepare(
      'INSERT INTO memory_signals (model_id, project_id, correlation, entries) VALUES (1, ?, 0.5, ?)',
    );
    for (let project = 1; project <= projects; project += 1) signal.run(project, entries);
    sqlite
      .prepare(
        `INSERT INTO memory_models (id, name, dimension, pooling, dtype, max_tokens, state, created_at)
         VALUES (1, 'bench', ?, 'mean', 'q8', 256, 'serving', ?)`,
      )
      .run(DIMENSION, AT);
  }
  sqlite
    .transaction(() => {
      for (let index = 0; index < entries; index += 1) {
        const project = (index % projects) + 1;
        const text = makeText(random);
        const agent = index % 2 === 0 ? 'ada' : 'ben';
        const hash = `${index}`;
        const session = `${Math.floor(index / projects / SESSION)}`;
        const tokens = Math.ceil(text.length / 4);
        const { lastInsertRowid: id } = insert.run(project, agent, text, hash, AT, session, AT, AT, tokens);
        const indexed = indexText({ created_at: AT, agent, type: 'raw_interaction', task_key: null, text });
        for (const statement of indexes[project - 1] ?? []) statement.run(id, indexed);
        if (!vectors) continue;
        const { buffer } = vectorOf(random);
        embed.run(hash, Buffer.from(buffer));
        place.run(project, id, hash);
      }
      sqlite.exec('DELETE FROM memory_changes');
    })
    .immediate();
}
