// Recall and remembering beside their floors. npm run bench -- memory [--quick]
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sqlite } from '../src/km/sqlite.ts';
import { denseSearch } from '../src/memory/embedding/dense.ts';
import type { Embedder } from '../src/memory/embedding/embedder.ts';
import { embeddedIndex, servingModel } from '../src/memory/indexes/embedded.ts';
import { recall } from '../src/memory/recall/recall.ts';
import { createMemory } from '../src/memory/store.ts';
import { must } from './km-store.ts';
import { interleave, isMet, type Line, type Summary, summarise, table } from './measure.ts';
import { DIMENSION, fill, makeQuestion, makeText, openBench, seeded, vectorOf } from './memory-data.ts';

const quick = process.argv.includes('--quick');
const SIZES = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const TOGETHER = quick ? 9_000 : 100_000;
const PROJECTS = 30;
const QUESTIONS = 50;
const TURNS = quick ? 100 : 300;
/** Large ones are asked less often: each question takes its time. */
const turnsOf = (entries: number): number => (entries > 50_000 ? 60 : TURNS);
const clock = { now: () => new Date(), random: Math.random, sleep: async () => {} };

type Call = { readonly sql: string; readonly args: readonly unknown[]; readonly mode: 'rows' | 'raw' | 'pluck' };

/** The connection, writing down what is asked of it. */
function recorded(sqlite: Sqlite, calls: Call[]): Sqlite {
  return new Proxy(sqlite, {
    get(target, name) {
      if (name !== 'prepare')
        return typeof target[name as 'exec'] === 'function'
          ? target[name as 'exec'].bind(target)
          : target[name as 'exec'];
      return (sql: string) => {
        const statement = target.prepare(sql);
        let mode: Call['mode'] = 'rows';
        const wrapped: unknown = {
          raw: () => {
            mode = 'raw';
            statement.raw();
            return wrapped;
          },
          pluck: () => {
            mode = 'pluck';
            statement.pluck();
            return wrapped;
          },
          all: (...args: unknown[]) => {
            calls.push({ sql, args, mode });
            return statement.all(...args);
          },
          get: (...args: unknown[]) => {
            calls.push({ sql, args, mode });
            return statement.get(...args);
          },
        };
        return wrapped;
      };
    },
  });
}

/** The SQL of one query, prepared once, without anything around it. */
async function rawSql(sqlite: Sqlite, question: string): Promise<() => void> {
  const calls: Call[] = [];
  await recall(recorded(sqlite, calls), question, { projectId: 1 }, null);
  const prepared = calls.map(({ sql, args, mode }) => {
    const statement = sqlite.prepare(sql);
    if (mode === 'raw') statement.raw();
    if (mode === 'pluck') statement.pluck();
    return { statement, args };
  });
  return () => {
    for (const { statement, args } of prepared) statement.all(...args);
  };
}

/** The ten best of an array of vectors: the least that an exact search can do. */
function exactScan(rows: number): (query: Float32Array) => void {
  const vectors = new Float32Array(rows * DIMENSION).fill(0.05);
  const scores = new Float64Array(rows);
  return query => {
    for (let row = 0; row < rows; row += 1) {
      let sum = 0;
      const from = row * DIMENSION;
      for (let at = 0; at < DIMENSION; at += 1) sum += (vectors[from + at] ?? 0) * (query[at] ?? 0);
      scores[row] = sum;
    }
  };
}

const sumOf = (one: Summary, other: Summary): Summary => ({
  min: one.min + other.min,
  p50: one.p50 + other.p50,
  p99: one.p99 + other.p99,
});

const embedder: Embedder = {
  model: {
    name: 'bench',
    dimension: DIMENSION,
    pooling: 'mean',
    dtype: 'q8',
    text_prefix: '',
    query_prefix: '',
    max_tokens: 256,
  },
  location: 'bench',
  embed: async texts => ({ ok: true, value: texts.map((_, index) => vectorOf(seeded(index + 1))) }),
  tokens: async text => ({ ok: true, value: Math.ceil(text.length / 4) }),
  close: async () => {},
};

async function measureSize(folder: string, entries: number): Promise<readonly Line[]> {
  const { sqlite } = openBench(join(folder, `one-${entries}.db`));
  fill(sqlite, { entries, projects: 1, vectors: true });
  sqlite.exec(
    `CREATE VIRTUAL TABLE plain USING fts5(text, content='', tokenize='porter'); INSERT INTO plain (rowid, text) SELECT id, text FROM memories`,
  );
  const random = seeded(3);
  const questions = Array.from({ length: QUESTIONS }, () => makeQuestion(random));
  const raw = await Promise.all(questions.map(question => rawSql(sqlite, question)));
  const index = embeddedIndex(sqlite, () => servingModel(sqlite));
  const dense = denseSearch({ sqlite, embedder, index, notice: failure => console.log(failure.message) });
  const plain = sqlite.prepare('SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 10').pluck();
  const query = vectorOf(random);
  const scan = exactScan(entries);
  const question = (turn: number): string => questions[Math.abs(turn) % QUESTIONS] ?? '';
  const values = await interleave(
    turnsOf(entries),
    {
      words: turn => recall(sqlite, question(turn), { projectId: 1 }, null),
      vectors: turn => recall(sqlite, question(turn), { projectId: 1 }, dense),
      raw: turn => raw[Math.abs(turn) % QUESTIONS]?.(),
      scan: () => scan(query),
      plain: turn => plain.all(question(turn).split(' ').join(' OR ')),
    },
    10,
  );
  const [sql, exact] = [summarise(values('raw')), summarise(values('scan'))];
  const floor = sumOf(sql, exact);
  const line = (what: string, ours: Summary, floor: string, floorIs: Summary, target: number | null): Line => ({
    what,
    ours,
    floor,
    floorIs,
    ratio: ours.p50 / floorIs.p50,
    target,
  });
  const of = `${entries.toLocaleString('en')} entries`;
  const lines = [
    line(`query by words, ${of}`, summarise(values('words')), 'its SQL run raw + exact scan', floor, 2),
    line('the same with vectors', summarise(values('vectors')), 'its SQL run raw + exact scan', floor, 2),
    line('query by words', summarise(values('words')), 'its SQL run raw', sql, null),
    line('', summarise(values('words')), 'plain FTS5, `ORDER BY rank`', summarise(values('plain')), null),
    ...(await measureWrites(sqlite, of, 'FULL')),
    ...(await measureWrites(sqlite, of, 'NORMAL')),
  ];
  sqlite.close();
  return lines;
}

/** What a commit has survived when it returns: the end of the process, or also a power cut. */
const DURABILITY = { FULL: 'on the disk', NORMAL: 'as the program writes' } as const;

/** One write beside a bare insert into the same table: same indexes, triggers and pragmas, a transaction of its own. */
async function measureWrites(
  sqlite: Sqlite,
  of: string,
  synchronous: keyof typeof DURABILITY,
): Promise<readonly Line[]> {
  sqlite.pragma(`synchronous = ${synchronous}`);
  const memory = createMemory(sqlite, clock, text => text);
  const random = seeded(synchronous.length);
  const texts = Array.from({ length: 2 * TURNS + 20 }, () => makeText(random));
  const bare = sqlite.prepare(
    `INSERT INTO memories (project_id, type, agent, text, text_sha256, source, created_at, valid_from, updated_at, tokens)
     VALUES (1, 'note', 'bench', ?, ?, 'bench', ?, ?, ?, 40)`,
  );
  const words = sqlite.prepare('INSERT INTO memory_fts_1 (rowid, text) VALUES (?, ?)');
  const insert = (kind: string, turn: number): number | bigint => {
    const now = clock.now().toISOString();
    return bare.run(`${texts[next]} ${turn}`, `${kind} ${of} ${synchronous} ${turn}`, now, now, now).lastInsertRowid;
  };
  const withWords = sqlite.transaction((turn: number) => words.run(insert('words', turn), texts[next]));
  let next = 0;
  const values = await interleave(
    TURNS,
    {
      ours: () => must(memory.storeMemory(texts[next++] ?? '', 1, null, 'note', 'bench')),
      bare: turn => insert('bare', turn),
      withWords: turn => withWords.immediate(turn),
    },
    10,
  );
  const [ours, floor, indexed] = [values('ours'), values('bare'), values('withWords')].map(summarise);
  if (ours === undefined || floor === undefined || indexed === undefined) throw new Error('Nothing was measured.');
  const what = `store, ${DURABILITY[synchronous]}, ${of}`;
  return [
    { what, ours, floor: 'bare insert', floorIs: floor, ratio: ours.p50 / floor.p50, target: 2 },
    { what, ours, floor: 'bare insert + FTS5', floorIs: indexed, ratio: ours.p50 / indexed.p50, target: null },
  ];
}

async function measureTogether(folder: string): Promise<readonly Line[]> {
  const { sqlite: together } = openBench(join(folder, 'together.db'));
  fill(together, { entries: TOGETHER, projects: PROJECTS, vectors: false });
  const { sqlite: alone } = openBench(join(folder, 'alone.db'));
  fill(alone, { entries: Math.floor(TOGETHER / PROJECTS), projects: 1, vectors: false });
  const random = seeded(5);
  const questions = Array.from({ length: QUESTIONS }, () => makeQuestion(random));
  const ask = (sqlite: Sqlite) => (turn: number) =>
    recall(sqlite, questions[Math.abs(turn) % QUESTIONS] ?? '', { projectId: 1 }, null);
  const values = await interleave(TURNS, { together: ask(together), alone: ask(alone) }, 10);
  const [ours, floor] = [summarise(values('together')), summarise(values('alone'))];
  const what = `query of one of ${PROJECTS} projects with ${TOGETHER.toLocaleString('en')} entries`;
  together.close();
  alone.close();
  return [{ what, ours, floor: 'the project alone', floorIs: floor, ratio: ours.p50 / floor.p50, target: 1.3 }];
}

const folder = mkdtempSync(join(tmpdir(), 'llmclis-bench-'));
console.log(
  `Ratios of the medians. Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, load ${loadavg()[0]?.toFixed(1)}`,
);
let failed = false;
const report = (lines: readonly Line[]): void => {
  failed ||= lines.some(line => !isMet(line));
  console.log(`\n${table(lines)}`);
};
try {
  for (const entries of SIZES) report(await measureSize(folder, entries));
  report(await measureTogether(folder));
  console.log(failed ? '\nA target was missed.' : '\nEvery target was met.');
  process.exitCode = failed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
