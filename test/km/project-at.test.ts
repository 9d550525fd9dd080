import { describe, expect, it } from 'vitest';
import { projectAsOf } from '../../src/km/history/at.ts';
import { compareProjects } from '../../src/km/history/diff.ts';
import { undoChange } from '../../src/km/history/undo.ts';
import { makeQueries } from '../../src/km/queries.ts';
import { addTasks, makeWorld, must, type World } from './fixtures.ts';
import { randomOperations } from './random-operations.ts';

/** Every task as it is, told like a past one. */
function present({ km, project }: World) {
  return km.listTasks({ project_id: project, stages: true }).tasks.map(({ claim: _, ...task }) => ({
    ...task,
    notes: km.notes(task.id).length,
  }));
}

const asOf = ({ km, project, database }: World, moment: Date) =>
  projectAsOf(makeQueries(database.sqlite), must(km.project(project)), moment);

describe('a project as of a moment', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is what it was then, whatever was done (seed %i)', seed => {
    const world = makeWorld();
    const operate = randomOperations(world, seed);
    const snapshots = Array.from({ length: 150 }, (_, turn) => {
      operate();
      const { database, clock, project } = world;
      if (turn % 5 === 4) undoChange(database, clock, { project_id: project, agent: 'person', redo: turn % 3 === 0 });
      return { moment: world.clock.now(), tasks: present(world) };
    });
    for (const { moment, tasks } of snapshots) expect(asOf(world, moment).tasks).toEqual(tasks);
    expect(Math.max(...snapshots.map(({ tasks }) => tasks.length))).toBeGreaterThan(15);
  });

  it('counts tasks and not stages, and holds nothing before the first task', () => {
    const world = makeWorld();
    world.clock.forward(60);
    addTasks(world, { S1: { kind: 'stage' }, A: { parent: 'S1' }, B: { status: 'done' } });
    expect(asOf(world, world.clock.now()).counts).toEqual({
      pending: 1,
      'in-progress': 0,
      done: 1,
      blocked: 0,
      cancelled: 0,
    });
    expect(asOf(world, new Date('2026-11-21T09:00:00Z'))).toMatchObject({ at: '2026-11-21T09:00:00Z', tasks: [] });
  });

  it('reads rows of before 0.2, which do not say what a change of status took away', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {} });
    const { sqlite } = world.database;
    const insert = sqlite.prepare(
      "INSERT INTO task_history (task_id, at, agent, kind, data) VALUES (?, ?, 'ann', ?, ?)",
    );
    const row = (minute: number, kind: string, data: object) =>
      insert.run(A, `2026-11-21T09:0${minute}:00Z`, kind, JSON.stringify(data));
    row(1, 'status', { from: 'pending', to: 'blocked', reason: 'needs_input', detail: 'Which one?', branch: 'b1' });
    row(2, 'status', { from: 'blocked', to: 'done', proof: 'red-green', commit: 'abc' });
    row(3, 'status', { from: 'done', to: 'pending', fresh_tries: true });
    row(4, 'edited', { title: { from: 'Task A', to: 'Later' }, tags: { from: ['x'], to: [] } });
    sqlite.prepare("UPDATE tasks SET title = 'Later' WHERE id = ?").run(A);
    const at = (minute: number) => asOf(world, new Date(`2026-11-21T09:0${minute}:30Z`)).tasks[0];
    expect(at(1)).toMatchObject({
      status: 'blocked',
      reason: 'needs_input',
      reason_detail: 'Which one?',
      branch: 'b1',
    });
    expect(at(2)).toMatchObject({
      status: 'done',
      proof: 'red-green',
      reason: null,
      branch: null,
      finished_at: '2026-11-21T09:02:00Z',
    });
    expect(at(3)).toMatchObject({ status: 'pending', proof: null, finished_at: null, title: 'Task A', tags: ['x'] });
    expect(at(3)).toMatchObject({ updated_at: '2026-11-21T09:03:00Z', last_agent: 'ann' });
    expect(at(4)).toMatchObject({ title: 'Later', tags: [] });
  });

  it('says what became of each task since', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {}, B: {} });
    const then = world.clock.now();
    world.clock.forward(60);
    must(world.km.editTask(A, { title: 'Better', depends_on: ['B'] }, 'ann'));
    addTasks(world, { C: {} });
    expect(compareProjects(asOf(world, then), asOf(world, world.clock.now()))).toEqual([
      {
        key: 'A',
        title: 'Better',
        kind: 'changed',
        changes: [
          { field: 'title', from: 'Task A', to: 'Better' },
          { field: 'depends_on', from: [], to: ['B'] },
        ],
      },
      { key: 'C', title: 'Task C', kind: 'added', changes: [] },
    ]);
  });
});
