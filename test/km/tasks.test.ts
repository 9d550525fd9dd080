import { describe, expect, it } from 'vitest';
import type { NewTask } from '../../src/km/km.ts';
import { addTasks, codeOf, makeWorld, messageOf, must } from './fixtures.ts';

describe('addTask', () => {
  it('gives back what was put in, with the defaults', () => {
    const { km, project } = makeWorld();
    must(km.addTask({ project_id: project, key: 'T1', title: 'First' }, 'person'));
    const input: NewTask = {
      project_id: project,
      key: 'S1.1',
      title: '  Write it down  ',
      description: 'What\nand why',
      priority: 0,
      role: 'writer',
      tags: ['docs', 'docs', 'core'],
      checks: ['npm test'],
      protect: ['docs/**'],
      allow: ['test/a.test.ts'],
      private: true,
      acceptance: 'It can be read aloud.',
      checklist: [{ text: 'Read it', done: true }],
      links: ['research.md#rq-001'],
      complexity: 3,
      queue: 'heavy',
      assignee: 'ann',
      due: '2026-12-24',
      depends_on: ['T1'],
      related: ['T1'],
      discovered_from: ['T1'],
      created_at: '2026-01-02T03:04:05Z',
    };
    const task = must(km.addTask(input, 'claude'));
    expect(task).toEqual({
      id: task.id,
      project_id: project,
      key: 'S1.1',
      kind: 'task',
      title: 'Write it down',
      status: 'pending',
      reason: null,
      reason_detail: null,
      priority: 0,
      role: 'writer',
      tags: ['docs', 'core'],
      parent: null,
      depends_on: ['T1'],
      related: ['T1'],
      discovered_from: ['T1'],
      checks: ['npm test'],
      protect: ['docs/**'],
      allow: ['test/a.test.ts'],
      private: true,
      description: 'What\nand why',
      acceptance: 'It can be read aloud.',
      checklist: [{ text: 'Read it', done: true }],
      links: ['research.md#rq-001'],
      complexity: 3,
      queue: 'heavy',
      assignee: 'ann',
      due: '2026-12-24',
      claim: null,
      children: { open: 0, done: 0 },
      vanished: false,
      proof: null,
      tries: 0,
      usd: 0,
      branch: null,
      created_at: '2026-01-02T03:04:05Z',
      created_by: 'claude',
      started_at: null,
      finished_at: null,
      updated_at: '2026-11-21T09:00:00Z',
      last_agent: 'claude',
    });
    expect(must(km.task(project, 'S1.1'))).toEqual(task);
    expect(must(km.taskById(task.id))).toEqual(task);
  });

  it('makes keys that no other branch makes, and that can be told from words', () => {
    const { km, project } = makeWorld();
    const add = () => must(km.addTask({ project_id: project, title: 'x' }, 'me')).key;
    const keys = Array.from({ length: 200 }, add);
    expect(new Set(keys).size).toBe(200);
    expect(keys.filter(key => !/^T-\d[0-9a-hjkmnp-tv-z]{5}$/.test(key))).toEqual([]);
  });

  it('names the task that has the key already', () => {
    const world = makeWorld();
    addTasks(world, { A: { title: 'The first one' } });
    const again = world.km.addTask({ project_id: world.project, key: 'A', title: 'Another' }, 'me');
    expect(codeOf(again)).toBe('input.invalid');
    expect(messageOf(again)).toContain('The first one');
  });

  it.each([
    ['an empty title', { title: '  ' }, 'input.invalid'],
    ['a priority beyond 4', { priority: 5 }, 'input.invalid'],
    ['a priority that is no whole number', { priority: 1.5 }, 'input.invalid'],
    ['a key with a space', { key: 'A B' }, 'input.invalid'],
    ['a key with a comma', { key: 'A,B' }, 'input.invalid'],
    ['an empty key', { key: '' }, 'input.invalid'],
    ['an unknown dependency', { depends_on: ['S9.9'] }, 'input.not_found'],
    ['itself as a dependency', { key: 'X', depends_on: ['X'] }, 'task.cycle'],
    ['an unknown parent', { parent: 'S9' }, 'input.not_found'],
    ['an unknown project', { project_id: 99 }, 'project.not_found'],
  ] as const)('refuses %s and writes nothing', (_what, fields, code) => {
    const { km, project, database } = makeWorld();
    expect(codeOf(km.addTask({ project_id: project, title: 'x', ...fields }, 'me'))).toBe(code);
    expect(km.listTasks({ project_id: project, stages: true }).total).toBe(0);
    expect(database.sqlite.prepare('SELECT count(*) FROM task_history').pluck().get()).toBe(0);
  });

  it('undoes only its own part inside a larger transaction', () => {
    const { km, project } = makeWorld();
    km.transaction(() => {
      must(km.addTask({ project_id: project, title: 'kept' }, 'me'));
      expect(codeOf(km.addTask({ project_id: project, title: 'lost', depends_on: ['nothing'] }, 'me'))).toBe(
        'input.not_found',
      );
    });
    expect(km.listTasks({ project_id: project }).tasks.map(task => task.title)).toEqual(['kept']);
  });

  it('undoes everything when the larger transaction throws', () => {
    const { km, project } = makeWorld();
    const work = () =>
      km.transaction(() => {
        must(km.addTask({ project_id: project, title: 'lost' }, 'me'));
        throw new Error('power cut');
      });
    expect(work).toThrow('power cut');
    expect(km.listTasks({ project_id: project }).total).toBe(0);
  });
});

describe('editTask', () => {
  it('changes what is given and remembers what was there', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: { priority: 3, tags: ['old'] } });
    world.clock.forward(5);
    const edited = must(world.km.editTask(A, { title: 'New', priority: 1, tags: ['new'], role: 'tester' }, 'me'));
    expect(edited).toMatchObject({ title: 'New', priority: 1, tags: ['new'], role: 'tester', last_agent: 'me' });
    expect(edited.updated_at).toBe('2026-11-21T09:00:05Z');
    expect(world.km.history(A).at(-1)?.data).toEqual({
      title: { from: 'Task A', to: 'New' },
      priority: { from: 3, to: 1 },
      tags: { from: ['old'], to: ['new'] },
      role: { from: null, to: 'tester' },
    });
  });

  it('leaves no trace when nothing changes', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: { checks: ['npm test'] } });
    const before = must(world.km.taskById(A));
    world.clock.forward(5);
    must(world.km.editTask(A, { title: before.title, checks: ['npm test'], parent: null, depends_on: [] }, 'me'));
    expect(must(world.km.taskById(A))).toEqual(before);
    expect(world.km.history(A)).toHaveLength(1);
  });

  it('does not make a task newer that only moved in its plan', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [] });
    const before = must(world.km.taskById(A));
    world.clock.forward(5);
    expect(must(world.km.editTask(A, { plan_order: 40, plan_file: 'plans.md' }, 'me'))).toEqual(before);
    expect(world.km.history(A)).toHaveLength(1);
    expect(must(world.km.editTask(A, { vanished: true }, 'llmclis'))).toEqual({ ...before, vanished: true });
    expect(world.km.history(A).at(-1)?.data).toEqual({ vanished: { from: false, to: true } });
  });
});

describe('notes', () => {
  it('are kept in order and never empty', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [] });
    must(world.km.appendTaskNote(A, 'The API wants UTC.', 'coder'));
    world.clock.forward(60);
    must(world.km.appendTaskNote(A, 'Second\nline', 'person'));
    expect(codeOf(world.km.appendTaskNote(A, ' \n', 'person'))).toBe('input.invalid');
    expect(codeOf(world.km.appendTaskNote(99, 'x', 'person'))).toBe('input.not_found');
    expect(world.km.notes(A)).toEqual([
      { at: '2026-11-21T09:00:00Z', agent: 'coder', text: 'The API wants UTC.' },
      { at: '2026-11-21T09:01:00Z', agent: 'person', text: 'Second\nline' },
    ]);
    expect(must(world.km.taskById(A)).last_agent).toBe('person');
  });
});

describe('listTasks', () => {
  it('filters, counts and pages in the order of the plan', () => {
    const world = makeWorld();
    addTasks(world, {
      A: { tags: ['x'], plan_order: 5 },
      B: { role: 'tester', plan_order: 4 },
      C: { tags: ['x', 'y'], plan_order: 3 },
      D: { status: 'done', plan_order: 2 },
      E: { plan_order: 2 },
    });
    const keys = (filter: object) =>
      world.km.listTasks({ project_id: world.project, ...filter }).tasks.map(task => task.key);
    expect(keys({})).toEqual(['D', 'E', 'C', 'B', 'A']);
    expect(keys({ tag: 'x' })).toEqual(['C', 'A']);
    expect(keys({ role: 'tester' })).toEqual(['B']);
    expect(keys({ status: ['done', 'blocked'] })).toEqual(['D']);
    expect(keys({ status: [] })).toEqual([]);

    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = world.km.listTasks({ project_id: world.project, limit: 2, ...(cursor !== null && { cursor }) });
      expect(page.total).toBe(5);
      seen.push(...page.tasks.map(task => task.key));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(['D', 'E', 'C', 'B', 'A']);
  });
});

describe('plan files', () => {
  it('are kept one per path, the last one saved', () => {
    const { km, project } = makeWorld();
    const row = {
      project_id: project,
      path: 'plans.md',
      synced_text: '# A',
      synced_at: 'x',
      size: 3,
      mtime_ms: 1.5,
      reader: 1,
    };
    km.savePlanFile(row);
    km.savePlanFile({ ...row, synced_text: '# B' });
    expect(km.planFiles(project)).toEqual([{ ...row, synced_text: '# B' }]);
  });
});
