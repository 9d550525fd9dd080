import { dirname, join } from 'node:path';
import { openDatabase } from '../src/km/database.ts';
import { makeQueries } from '../src/km/queries.ts';

/** Tasks of one stage; each depends on the one before it, every seventh on the last of the stage before, too. */
const STAGE = 100;
/** Share of the stages, from the first, that is done. */
const DONE = 0.3;
const AT = '2026-11-21T09:00:00Z';

/** Makes a database with one project (id 1, rooted in the file's folder) of `count` tasks in stages, with their dependencies. */
export async function makeBigDatabase(file: string, count: number): Promise<void> {
  const opened = openDatabase(file, { migrations: join(import.meta.dirname, '..', 'drizzle') });
  if (!opened.ok) throw new Error(opened.error.message);
  const { sqlite } = opened.value;
  const q = makeQueries(sqlite);
  sqlite
    .transaction(() => {
      const sql = 'INSERT INTO projects (id, name, root, created_at, updated_at) VALUES (1, ?, ?, ?, ?)';
      q.run(sql, 'big', dirname(file), AT, AT);
      const stages = Math.ceil(count / STAGE);
      let lastOfStage: number | null = null;
      for (let stage = 0; stage < stages; stage += 1) {
        const size = Math.min(STAGE, count - stage * STAGE);
        lastOfStage = addStage(q, { stage, size, done: stage < stages * DONE, before: lastOfStage });
      }
    })
    .immediate();
  sqlite.exec('PRAGMA optimize');
  sqlite.close();
}

type StagePlan = {
  readonly stage: number;
  readonly size: number;
  readonly done: boolean;
  /** Id of the last task of the stage before. */
  readonly before: number | null;
};

function addStage(q: ReturnType<typeof makeQueries>, { stage, size, done, before }: StagePlan): number | null {
  const insert =
    'INSERT INTO tasks (project_id, key, kind, title, status, priority, parent_id, plan_order, description, proof, created_at, created_by, updated_at) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
  const depend = 'INSERT INTO task_deps (task_id, blocker_id) VALUES (?, ?)';
  const status = done ? 'done' : 'pending';
  const proof = done ? 'red-green' : null;
  const first = stage * (STAGE + 1);
  const number = stage + 1;
  const parent = q.run(
    insert,
    `S${number}`,
    'stage',
    `Stage ${number}`,
    status,
    2,
    null,
    first,
    '',
    null,
    AT,
    'bench',
    AT,
  );
  let last: number | null = null;
  for (let index = 0; index < size; index += 1) {
    const key = `S${number}.${index + 1}`;
    const title = `Make part ${index + 1} of stage ${number}`;
    const text = `What part ${index + 1} does, and the checks that say so.`;
    const priority = (index * 7) % 5;
    const order = first + index + 1;
    const { id } = q.run(insert, key, 'task', title, status, priority, parent.id, order, text, proof, AT, 'bench', AT);
    if (last !== null) q.run(depend, id, last);
    if (before !== null && index % 7 === 0) q.run(depend, id, before);
    last = id;
  }
  return last;
}
