import type { Sqlite } from '../sqlite.ts';

const COUNTERS = ['open_blockers', 'open_children', 'done_children'] as const;
type Counters = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** A task whose counters are not what a recount says. */
export type WrongCounters = {
  readonly id: number;
  readonly project_id: number;
  readonly key: string;
  readonly kept: Counters;
  readonly counted: Counters;
};

const RECOUNT = `
  WITH blockers AS (
    SELECT d.task_id AS id, count(*) AS n FROM task_deps d JOIN tasks b ON b.id = d.blocker_id
    WHERE b.status NOT IN ('done', 'cancelled') GROUP BY d.task_id
  ), children AS (
    SELECT parent_id AS id, sum(status NOT IN ('done', 'cancelled')) AS open, sum(status = 'done') AS done
    FROM tasks WHERE parent_id IS NOT NULL GROUP BY parent_id
  )
  SELECT t.id, t.project_id, t.key, t.open_blockers, t.open_children, t.done_children,
    coalesce(b.n, 0) AS blockers, coalesce(c.open, 0) AS open, coalesce(c.done, 0) AS done
  FROM tasks t LEFT JOIN blockers b ON b.id = t.id LEFT JOIN children c ON c.id = t.id
  WHERE t.open_blockers <> coalesce(b.n, 0) OR t.open_children <> coalesce(c.open, 0) OR t.done_children <> coalesce(c.done, 0)
  ORDER BY t.id`;

type Row = Counters & { id: number; project_id: number; key: string; blockers: number; open: number; done: number };

export const wrongCounters = (sqlite: Sqlite): readonly WrongCounters[] =>
  sqlite
    .prepare<[], Row>(RECOUNT)
    .all()
    .map(({ id, project_id, key, open_blockers, open_children, done_children, blockers, open, done }) => ({
      id,
      project_id,
      key,
      kept: { open_blockers, open_children, done_children },
      counted: { open_blockers: blockers, open_children: open, done_children: done },
    }));

/** Sets what a recount says, in the open transaction; what was wrong is the answer. */
export function repairCounters(sqlite: Sqlite): readonly WrongCounters[] {
  const wrong = wrongCounters(sqlite);
  const set = sqlite.prepare('UPDATE tasks SET open_blockers = ?, open_children = ?, done_children = ? WHERE id = ?');
  for (const { id, counted } of wrong) set.run(counted.open_blockers, counted.open_children, counted.done_children, id);
  return wrong;
}

/** `S1.1: open_blockers is 2, should be 1`. */
export const counterSentence = ({ key, kept, counted }: WrongCounters): string =>
  `${key}: ${COUNTERS.filter(name => kept[name] !== counted[name])
    .map(name => `${name} is ${kept[name]}, should be ${counted[name]}`)
    .join('; ')}`;
