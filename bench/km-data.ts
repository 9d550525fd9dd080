import { dirname, join } from 'node:path';
import { openDatabase } from '../src/km/database.ts';
import { makeQueries } from '../src/km/queries.ts';

/** Tasks of one stage; each depends on the two before it: two dependencies for a task. */
const STAGE = 100;
/** Share of the stages, from the first, that is done. */
const DONE = 0.3;
const AT = '2026-11-21T09:00:00Z';

/** Makes a database with one project (id 1, rooted in the file's folder) of `count` tasks in stages, with their dependencies. */
export function makeBigDatabase(file: string, count: number): void {
  const opened = openDatabase(file, { migrations: join(import.meta.dirname, '..', 'drizzle') });
  if (!opened.ok) throw new Error(opened.error.message);
  const { sqlite } = opened.value;
  const q = makeQueries(sqlite);
  sqlite
    .transaction(() => {
      const sql = 'INSERT INTO projects (id, name, root, created_at, updated_at) VALUES (1, ?, ?, ?, ?)';
      q.run(sql, 'big', dirname(file), AT, AT);
      const stages = Math.ceil(count / STAGE);
      let before: readonly number[] = [];
      for (let stage = 0; stage < stages; stage += 1) {
        const size = Math.min(STAGE, count - stage * STAGE);
        before = addStage(q, { stage, size, done: stage < stages * DONE, before });
      }
      // As after a search: no task waits to be indexed.
      q.run('DELETE FROM task_search_queue');
    })
    .immediate();
  sqlite.close();
}

type StagePlan = {
  readonly stage: number;
  readonly size: number;
  readonly done: boolean;
  /** Ids of the last tasks of the stage before. */
  readonly before: readonly number[];
};

function addStage(q: ReturnType<typeof makeQueries>, { stage, size, done, before }: StagePlan): readonly number[] {
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
  let last = before;
  for (let index = 0; index < size; index += 1) {
    const key = `S${number}.${index + 1}`;
    const title = `Make part ${index + 1} of stage ${number}`;
    const text = `What part ${index + 1} does, and the checks that say so.`;
    const priority = (index * 7) % 5;
    const order = first + index + 1;
    const { id } = q.run(insert, key, 'task', title, status, priority, parent.id, order, text, proof, AT, 'bench', AT);
    for (const blocker of last) q.run(depend, id, blocker);
    last = [...last.slice(-1), id];
  }
  return last;
}
