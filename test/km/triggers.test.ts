import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TASK_STATUSES } from '../../src/core/task.ts';
import type { Sqlite } from '../../src/km/sqlite.ts';
import { addTasks, makeWorld, must } from './fixtures.ts';

const COUNT = 6;
const task = fc.integer({ min: 1, max: COUNT });
const step = fc.oneof(
  fc.record({ kind: fc.constant('depend' as const), a: task, b: task }),
  fc.record({ kind: fc.constant('undepend' as const), a: task, b: task }),
  fc.record({ kind: fc.constant('status' as const), a: task, status: fc.constantFrom(...TASK_STATUSES) }),
  fc.record({ kind: fc.constant('parent' as const), a: task, b: fc.option(task) }),
  fc.record({ kind: fc.constant('both' as const), a: task, b: task, status: fc.constantFrom(...TASK_STATUSES) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function play(sqlite: Sqlite, change: Step): void {
  switch (change.kind) {
    case 'depend':
      sqlite.prepare('INSERT OR IGNORE INTO task_deps VALUES (?, ?)').run(change.a, change.b);
      break;
    case 'undepend':
      sqlite.prepare('DELETE FROM task_deps WHERE task_id = ? AND blocker_id = ?').run(change.a, change.b);
      break;
    case 'status':
      sqlite.prepare('UPDATE tasks SET status = ? WHERE id = ?').run(change.status, change.a);
      break;
    case 'parent':
      sqlite.prepare('UPDATE tasks SET parent_id = ? WHERE id = ?').run(change.b, change.a);
      break;
    case 'both':
      sqlite.prepare('UPDATE tasks SET status = ?, parent_id = ? WHERE id = ?').run(change.status, change.b, change.a);
      break;
  }
}

/** Tasks whose counters are not what counting gives. */
const wrong = (sqlite: Sqlite): unknown[] =>
  sqlite
    .prepare(
      `SELECT * FROM (SELECT id, open_blockers, open_children,
         (SELECT count(*) FROM task_deps d JOIN tasks b ON b.id = d.blocker_id
            WHERE d.task_id = t.id AND b.status NOT IN ('done', 'cancelled')) AS blockers,
         (SELECT count(*) FROM tasks c WHERE c.parent_id = t.id AND c.status NOT IN ('done', 'cancelled')) AS children
       FROM tasks t) WHERE open_blockers <> blockers OR open_children <> children`,
    )
    .all();

describe('the triggers', () => {
  it('keep the counters of open blockers and children right through any changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        const world = makeWorld();
        addTasks(world, Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`K${index}`, []])));
        for (const change of steps) {
          play(world.database.sqlite, change);
          expect(wrong(world.database.sqlite)).toEqual([]);
        }
        world.database.sqlite.close();
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["UPDATE task_history SET agent = 'me'", /append-only/],
    ['DELETE FROM task_history', /append-only/],
    ["UPDATE run_events SET type = 'x'", /append-only/],
    ['DELETE FROM run_events', /append-only/],
    ['DELETE FROM tasks', /never deleted/],
    ['DELETE FROM task_notes', /never deleted/],
    ['UPDATE task_deps SET blocker_id = 1', /never changed/],
  ])('refuse %s', (sql, why) => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [], B: ['A'] });
    must(world.km.appendTaskNote(A, 'A note.', 'me'));
    world.database.sqlite.exec(`
      INSERT INTO runs (id, project_id, status, started_at, options) VALUES ('r1', 1, 'running', '', '{}');
      INSERT INTO run_events (run_id, seq, type, at, data) VALUES ('r1', 1, 'run.started', '', '{}')`);
    expect(() => world.database.sqlite.exec(sql)).toThrow(why);
  });
});
