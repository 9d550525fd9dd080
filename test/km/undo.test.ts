import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/core/task.ts';
import { type UndoOptions, undoChange } from '../../src/km/history/undo.ts';
import { addTasks, codeOf, makeWorld, messageOf, must, type World } from './fixtures.ts';
import { randomOperations } from './random-operations.ts';

const undo = ({ database, clock, project }: World, options: Partial<UndoOptions> = {}) =>
  undoChange(database, clock, { project_id: project, agent: 'person', ...options });
const task = ({ km, project }: World, key: string): Task => must(km.task(project, key));
const rows = ({ database }: World) => database.sqlite.prepare('SELECT count(*) FROM task_history').pluck().get();

/** What an undo promises to bring back: all but who touched it when, the work in progress, and what turns on it have cost. */
function restored({ km, project }: World) {
  const { tasks } = km.listTasks({ project_id: project, stages: true });
  return new Map(
    tasks.map(({ updated_at: _u, last_agent: _l, started_at: _s, claim: _c, vanished: _v, children: _n, ...kept }) => {
      const { status, reason, reason_detail, proof, branch, finished_at, tries: _t, usd: _d, ...fields } = kept;
      const settled = status === 'in-progress' ? 'pending' : status;
      const outcome = { status: settled, reason, reason_detail, proof, branch, finished_at };
      return [kept.key, { ...fields, ...(kept.kind === 'task' && outcome) }];
    }),
  );
}

/** Counters that the triggers keep, against a recount. */
const countersWrong = ({ database }: World) =>
  database.sqlite
    .prepare(
      `SELECT key FROM tasks t WHERE
         open_blockers <> (SELECT count(*) FROM task_deps d JOIN tasks b ON b.id = d.blocker_id WHERE d.task_id = t.id AND b.status NOT IN ('done', 'cancelled'))
         OR open_children <> (SELECT count(*) FROM tasks c WHERE c.parent_id = t.id AND c.status NOT IN ('done', 'cancelled'))
         OR done_children <> (SELECT count(*) FROM tasks c WHERE c.parent_id = t.id AND c.status = 'done')`,
    )
    .all();

describe('undo', () => {
  it.each([1, 2, 3, 4, 5, 6])('brings back what any operation changed, and redo what it made (seed %i)', seed => {
    const world = makeWorld();
    const operate = randomOperations(world, seed);
    const last = world.database.sqlite.prepare('SELECT max(change) FROM task_history').pluck();
    let undone = 0;
    for (let turn = 0; turn < 150; turn += 1) {
      const [before, number] = [restored(world), Number(last.get() ?? 0)];
      operate();
      const after = restored(world);
      const taken = undo(world, { dry_run: true });
      if (!taken.ok || taken.value.change <= number) continue;
      expect(restored(world)).toEqual(after);
      must(undo(world));
      const now = restored(world);
      for (const [key, old] of before) expect(now.get(key)).toEqual(old);
      for (const key of now.keys()) if (!before.has(key)) expect(task(world, key).status).toBe('cancelled');
      expect(countersWrong(world)).toEqual([]);
      must(undo(world, { redo: true }));
      expect(restored(world)).toEqual(after);
      expect(countersWrong(world)).toEqual([]);
      undone += 1;
    }
    expect(undone).toBeGreaterThan(40);
  });

  it('goes one change further back each time, and forward again', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: { title: 'one' } });
    for (const title of ['two', 'three']) must(world.km.editTask(A, { title }, 'ann'));
    must(undo(world));
    must(undo(world));
    expect(task(world, 'A').title).toBe('one');
    must(undo(world, { redo: true }));
    expect(task(world, 'A').title).toBe('two');
    must(undo(world, { redo: true }));
    expect(task(world, 'A').title).toBe('three');
    expect(codeOf(undo(world, { redo: true }))).toBe('input.not_found');
    must(undo(world));
    expect(task(world, 'A').title).toBe('two');
  });

  it('takes back as one what was written together', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { A: {}, B: {} });
    world.km.transaction(() => {
      must(world.km.editTask(A, { priority: 0 }, 'ann'));
      must(world.km.markTaskStatus(B, 'blocked', { agent: 'ann', reason: 'needs_input', detail: 'Which?' }));
      must(world.km.appendTaskNote(B, 'A word', 'ann'));
    });
    expect(must(undo(world))).toMatchObject({
      agent: 'ann',
      notes_kept: 1,
      tasks: [
        { key: 'A', changes: [{ field: 'priority', from: 0, to: 2 }] },
        { key: 'B', changes: expect.arrayContaining([{ field: 'status', from: 'blocked', to: 'pending' }]) },
      ],
    });
    expect(world.km.notes(B)).toHaveLength(1);
    expect(world.km.history(B).at(-1)).toMatchObject({ kind: 'undone', agent: 'person' });
  });

  it('brings back why a task was blocked and how it was proven', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {} });
    const { km } = world;
    must(km.markTaskStatus(A, 'blocked', { agent: 'ann', reason: 'needs_input', detail: 'Which?', branch: 'b' }));
    const blocked = task(world, 'A');
    must(km.markTaskStatus(A, 'done', { agent: 'ann', proof: 'red-green' }));
    const [run, cost] = [{ run_id: 'r', role: 'coder', model: 'm', location: 'local' } as const, { usd: 0.5 }];
    km.addAttempt(A, { ...run, ...cost, outcome: 'passed', evidence: '', tokens_in: 1, tokens_out: 1 });
    const done = task(world, 'A');
    must(km.markTaskStatus(A, 'pending', { agent: 'ann' }));
    expect(task(world, 'A').tries).toBe(0);
    must(undo(world));
    expect(task(world, 'A')).toMatchObject({
      status: 'done',
      proof: 'red-green',
      finished_at: done.finished_at,
      tries: 1,
    });
    must(undo(world));
    expect(task(world, 'A')).toMatchObject({
      status: 'blocked',
      reason: 'needs_input',
      reason_detail: 'Which?',
      branch: blocked.branch,
      finished_at: null,
    });
  });

  it('leaves claims and notes alone: the change before them is undone', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {}, B: {} });
    must(world.km.editTask(A, { title: 'Better' }, 'ann'));
    must(world.km.claimTask(A, { holder: 'w', ttl_s: 60 }));
    must(world.km.appendTaskNote(A, 'A word', 'w'));
    must(undo(world));
    expect(task(world, 'A')).toMatchObject({ title: 'Task A', status: 'in-progress', claim: { holder: 'w' } });
  });

  it('brings no claim back: what was in progress becomes pending', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {} });
    const { token } = must(world.km.claimTask(A, { holder: 'w', ttl_s: 60 }));
    must(world.km.markTaskStatus(A, 'done', { agent: 'w', proof: 'red-green', claim: token }));
    must(undo(world));
    expect(task(world, 'A')).toMatchObject({ status: 'pending', claim: null, proof: null });
  });

  it('cancels what was added, with its stage, and takes up the stage above', () => {
    const world = makeWorld();
    addTasks(world, { S: { kind: 'stage' }, A: { parent: 'S', status: 'done' } });
    expect(task(world, 'S').status).toBe('done');
    world.km.transaction(() => addTasks(world, { S2: { kind: 'stage' }, B: { parent: 'S2' }, C: { parent: 'S' } }));
    expect(task(world, 'S').status).toBe('pending');
    must(undo(world));
    expect(['S', 'S2', 'B', 'C'].map(key => task(world, key).status)).toEqual([
      'done',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  it('refuses what was changed again since, names it, and writes nothing', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { A: {}, B: {} });
    world.km.transaction(() => {
      must(world.km.editTask(A, { title: 'one' }, 'ann'));
      must(world.km.editTask(B, { title: 'one' }, 'ann'));
    });
    must(world.km.editTask(A, { title: 'two' }, 'bob'));
    const before = rows(world);
    const refused = undo(world, { key: 'B' });
    expect(codeOf(refused)).toBe('undo.conflict');
    expect(messageOf(refused)).toContain('its title is "two" by now, not "one"');
    expect(rows(world)).toBe(before);
    must(undo(world));
    must(undo(world, { key: 'B' }));
    expect(task(world, 'A').title).toBe('Task A');
  });

  it('refuses to cancel a task that was worked on since it was added', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {}, B: {} });
    world.km.transaction(() => addTasks(world, { C: {}, D: {} }));
    must(world.km.markTaskStatus(task(world, 'C').id, 'done', { agent: 'ann', proof: 'red-green' }));
    expect(codeOf(undo(world, { key: 'D' }))).toBe('undo.conflict');
    must(world.km.claimTask(A, { holder: 'w', ttl_s: 60 }));
    expect(messageOf(undo(world, { key: 'A' }))).toContain('someone works on it');
  });

  it('refuses a dependency back that would close a circle', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { A: {}, B: { depends_on: ['A'] } });
    must(world.km.removeDependency(B, 'A', 'ann'));
    must(world.km.addDependency(A, 'B', 'ann'));
    expect(codeOf(undo(world, { key: 'B' }))).toBe('task.cycle');
    must(undo(world, { key: 'A' }));
    must(undo(world, { key: 'B' }));
    expect(task(world, 'B').depends_on).toEqual(['A']);
  });

  it('says so when there is nothing to undo, and for a task that is not there', () => {
    const world = makeWorld();
    expect(codeOf(undo(world))).toBe('input.not_found');
    expect(codeOf(undo(world, { key: 'A' }))).toBe('input.not_found');
    expect(codeOf(undo(world, { redo: true }))).toBe('input.not_found');
  });

  it('undoes rows of before 0.2 one by one', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: {} });
    const { sqlite } = world.database;
    sqlite
      .prepare(
        "INSERT INTO task_history (task_id, at, agent, kind, data) VALUES (?, '2026-11-21T08:00:00Z', 'ann', ?, ?)",
      )
      .run(A, 'edited', JSON.stringify({ title: { from: 'Older', to: 'Task A' } }));
    sqlite
      .prepare(
        "INSERT INTO task_history (task_id, at, agent, kind, data) VALUES (?, '2026-11-21T08:00:00Z', 'ann', ?, ?)",
      )
      .run(A, 'status', JSON.stringify({ from: 'blocked', to: 'pending' }));
    must(undo(world));
    expect(task(world, 'A').status).toBe('blocked');
    must(undo(world));
    expect(task(world, 'A').title).toBe('Older');
  });
});
