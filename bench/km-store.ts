import { join } from 'node:path';
import type { Result } from '../src/core/failure.ts';
import { openDatabase } from '../src/km/database.ts';
import { projectAsOf } from '../src/km/history/at.ts';
import { makeQueries } from '../src/km/queries.ts';
import { firstReady } from '../src/km/query/next-query.ts';
import { createKm } from '../src/km/repository.ts';
import type { Sqlite } from '../src/km/sqlite.ts';
import { makeBigDatabase } from './km-data.ts';
import { interleave, type Line, summarise } from './measure.ts';

const clock = { now: () => new Date(), random: Math.random, sleep: async () => {} };

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

const open = (file: string) => must(openDatabase(file, { migrations: join(import.meta.dirname, '..', 'drizzle') }));

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const randomKey = (): string =>
  `T-${Array.from({ length: 6 }, () => ALPHABET[Math.floor(Math.random() * ALPHABET.length)]).join('')}`;

/** One row into `tasks`, in a transaction of its own, with the pragmas of every connection: what adding costs at least. */
function bareInsert(sqlite: Sqlite): (turn: number) => void {
  let place = Number(sqlite.prepare('SELECT max(plan_order) FROM tasks').pluck().get());
  const insert = sqlite.prepare(
    `INSERT INTO tasks (project_id, key, title, plan_order, created_at, created_by, updated_at, last_agent)
     VALUES (1, ?, ?, ?, ?, 'bench', ?, 'bench')`,
  );
  return turn => {
    const now = clock.now().toISOString();
    place += 1;
    insert.run(randomKey(), `A bare row ${turn}`, place, now, now);
  };
}

/** The knowledge manager on `count` tasks beside raw prepared statements, in one process. */
export async function measureStore(file: string, count: number, turns: number): Promise<readonly Line[]> {
  makeBigDatabase(file, count);
  const database = open(file);
  const { sqlite } = database;
  const km = createKm(database, clock);
  const byId = sqlite.prepare('SELECT * FROM tasks WHERE id = ?');
  const next = sqlite.prepare(firstReady({ projectId: 1, except: [] }, 't.*'));
  const anyId = (): number => 1 + Math.floor(Math.random() * count);
  const reads = await interleave(
    turns,
    {
      'primary key': () => byId.get(anyId()),
      'next query': () => next.get(),
      'task by id': () => km.taskById(anyId()),
      'next explained': () => km.getNextTaskToWorkOn(1),
    },
    200,
  );
  // Pending ones, from the middle on.
  let toDo = Math.floor(count * 0.5);
  const writes = await interleave(
    turns,
    {
      'bare insert': bareInsert(sqlite),
      add: turn => must(km.addTask({ project_id: 1, title: `A task of the bench ${turn}` }, 'bench')),
      done() {
        toDo += 1;
        const stage = (toDo - 1) % 101 === 0;
        must(km.markTaskStatus(stage ? ++toDo : toDo, 'done', { agent: 'bench', proof: 'accepted-by-person' }));
      },
      claim: () => km.claimNext({ projectId: 1, holder: 'bench', ttl_s: 900 }),
    },
    200,
  );
  sqlite.close();
  const line = (
    what: string,
    ours: readonly number[],
    floor: string,
    beside: readonly number[],
    target: number | null,
  ) => {
    const [mine, its] = [summarise(ours), summarise(beside)];
    return { what, ours: mine, floor, floorIs: its, ratio: mine.p99 / its.p99, target };
  };
  const size = count.toLocaleString('en');
  const [pk, bare] = [reads('primary key'), writes('bare insert')];
  return [
    line(`next-task query, ${size} tasks`, reads('next query'), 'primary-key look-up', pk, 5),
    line('  explained (getNextTaskToWorkOn)', reads('next explained'), 'task by id', reads('task by id'), 5),
    line(`add a task, ${size} tasks`, writes('add'), 'bare insert', bare, 5),
    line('finish a task', writes('done'), 'bare insert', bare, 5),
    line('claim a task', writes('claim'), 'bare insert', bare, null),
  ];
}

/** A second of this machine, whatever the machine: the limit of `project at`. */
const AT_LIMIT_MS = 1000;

/** `project at TIME` over `rows` rows of history, ten for each task. */
export async function measurePast(file: string, rows: number): Promise<readonly Line[]> {
  const database = open(file);
  const km = createKm(database, clock);
  const q = makeQueries(database.sqlite);
  const project = must(km.addProject({ name: 'past', root: '/nowhere/past' }));
  km.transaction(() => {
    for (let task = 0; task < rows / 10; task += 1) {
      const { id } = must(km.addTask({ project_id: project.id, title: `Task ${task}` }, 'bench'));
      for (let edit = 0; edit < 9; edit += 1)
        must(km.editTask(id, { priority: edit % 5, description: `Said for the ${edit}th time.` }, 'bench'));
    }
  });
  const counted = Number(database.sqlite.prepare('SELECT count(*) FROM task_history').pluck().get());
  const times = await interleave(5, {
    past: () => projectAsOf(q, project, new Date()),
    list: () => q.all('SELECT * FROM task_history ORDER BY id'),
  });
  database.sqlite.close();
  const [ours, floorIs] = [summarise(times('past')), summarise(times('list'))];
  const what = `project at TIME, ${counted.toLocaleString('en')} rows`;
  const limit = { min: AT_LIMIT_MS, p50: AT_LIMIT_MS, p99: AT_LIMIT_MS };
  return [
    { what, ours, floor: 'one second', floorIs: limit, ratio: ours.min / AT_LIMIT_MS, target: 1 },
    {
      what: '  beside reading the rows',
      ours,
      floor: 'SELECT *',
      floorIs,
      ratio: ours.min / floorIs.min,
      target: null,
    },
  ];
}
