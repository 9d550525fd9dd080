import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TASK_STATUSES } from '../../src/core/task.ts';
import { firstReady } from '../../src/km/query/next-query.ts';
import { addTasks, makeWorld, must, type World } from './fixtures.ts';

const next = ({ km, project }: World) => km.getNextTaskToWorkOn(project);
const PROOF = { agent: 'me', proof: 'red-green' } as const;

describe('getNextTaskToWorkOn', () => {
  it('says why it is this one', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { A: [], B: [], C: { depends_on: ['A', 'B'], priority: 1 } });
    expect(next(world)).toMatchObject({
      kind: 'ready',
      task: { key: 'A' },
      because: 'priority 2, nothing before it in the plan is ready, it depends on nothing',
    });
    must(world.km.markTaskStatus(A, 'done', PROOF));
    must(world.km.markTaskStatus(B, 'done', PROOF));
    expect(next(world)).toMatchObject({
      kind: 'ready',
      because: 'priority 1, nothing before it in the plan is ready, its dependencies A and B are done',
    });
  });

  it('says that it is more urgent than what stands before it', () => {
    const world = makeWorld();
    const { B = 0 } = addTasks(world, { A: [], B: [], C: { depends_on: ['B'], priority: 0 } });
    must(world.km.markTaskStatus(B, 'cancelled', { agent: 'me' }));
    expect(next(world)).toMatchObject({
      task: { key: 'C' },
      because: 'priority 0, nothing more urgent is ready, its dependency B is cancelled',
    });
  });

  it('shortens a long list of dependencies', () => {
    const world = makeWorld();
    const keys = Array.from({ length: 9 }, (_, index) => `D${index}`);
    const ids = addTasks(world, { ...Object.fromEntries(keys.map(key => [key, []])), Z: keys });
    for (const key of keys) must(world.km.markTaskStatus(ids[key] ?? 0, 'done', PROOF));
    expect(next(world)).toMatchObject({
      because: expect.stringContaining('its dependencies D0, D1, D2, D3 and 5 more are done'),
    });
  });

  it('takes priority before the place in the plan, and the place before age', () => {
    const world = makeWorld();
    addTasks(world, { A: { plan_order: 9 }, B: { plan_order: 3 }, C: { plan_order: 7, priority: 1 } });
    const order: string[] = [];
    for (let found = next(world); found.kind === 'ready'; found = next(world)) {
      order.push(found.task.key);
      must(world.km.markTaskStatus(found.task.id, 'done', PROOF));
    }
    expect(order).toEqual(['C', 'B', 'A']);
    expect(next(world)).toEqual({ kind: 'all-done' });
  });

  it('says what everything waits for', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, {
      A: [],
      B: ['A'],
      P: { depends_on: ['B'] },
      C: { parent: 'P', depends_on: ['A'] },
    });
    must(world.km.markTaskStatus(A, 'blocked', { agent: 'coder', reason: 'needs_input', detail: 'Which time zone?' }));
    expect(next(world)).toEqual({
      kind: 'blocked',
      waiting: [
        { key: 'A', title: 'Task A', on: ['needs_input: Which time zone?'] },
        { key: 'B', title: 'Task B', on: ['A'] },
        { key: 'P', title: 'Task P', on: ['B', 'C'] },
        { key: 'C', title: 'Task C', on: ['A'] },
      ],
    });
  });

  it('names at most twenty that wait', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, {
      A: [],
      ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`B${index}`, ['A']])),
    });
    must(world.km.markTaskStatus(A, 'blocked', { agent: 'me', reason: 'budget' }));
    const found = next(world);
    expect(found.kind === 'blocked' ? found.waiting.length : 0).toBe(20);
  });

  it('leaves a task alone that its plan does not list any more, and says so', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [] });
    must(world.km.editTask(A, { vanished: true }, 'me'));
    expect(next(world)).toMatchObject({
      kind: 'blocked',
      waiting: [{ key: 'A', on: [expect.stringContaining('plan')] }],
    });
    must(world.km.editTask(A, { vanished: false }, 'me'));
    expect(next(world)).toMatchObject({ kind: 'ready' });
  });

  it('waits for those who work', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: ['A'] });
    world.km.claimNext({ projectId: world.project, holder: 'w', ttl_s: 60 });
    expect(next(world)).toMatchObject({ kind: 'waiting', running: [{ key: 'A', status: 'in-progress' }] });
  });

  it('counts a task as ready again whose worker is gone, without writing', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [] });
    world.km.claimNext({ projectId: world.project, holder: 'laptop', ttl_s: 60 });
    world.clock.forward(59);
    expect(next(world).kind).toBe('waiting');
    world.clock.forward(1);
    expect(next(world)).toMatchObject({
      kind: 'ready',
      because: expect.stringContaining('its worker laptop gave no sign of life since 2026-11-21T09:01:00Z'),
    });
    expect(must(world.km.taskById(A)).status).toBe('in-progress');
  });

  it('looks at every project that is not archived when none is named', () => {
    const world = makeWorld();
    const other = must(world.km.addProject({ name: 'other', root: '/nowhere/other' })).id;
    addTasks(world, { A: [] });
    addTasks({ km: world.km, project: other }, { Z: { priority: 0 } });
    expect(world.km.getNextTaskToWorkOn()).toMatchObject({ task: { key: 'Z' } });
    must(world.km.archiveProject(other, true));
    expect(world.km.getNextTaskToWorkOn()).toMatchObject({ task: { key: 'A' } });
  });

  it.each([
    [{ projectId: 1 }, ['SEARCH t USING INDEX tasks_ready (project_id=?)']],
    [{ projectId: 1, queue: 'heavy' }, ['SEARCH t USING INDEX tasks_ready_queue (project_id=? AND queue=?)']],
    [
      { projectId: undefined },
      ['SCAN p', 'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)', 'SEARCH t USING INDEX tasks_ready (project_id=?)'],
    ],
  ] as const)('is one look-up in an index for each project, however many tasks there are (%j)', (scope, expected) => {
    const { sqlite } = makeWorld().database;
    const sql = `EXPLAIN QUERY PLAN ${firstReady({ ...scope, except: [] }, 't.id')}`;
    const plan = sqlite.prepare<[], { detail: string }>(sql).all();
    const details = plan.map(({ detail }) => detail);
    expect(details.filter(detail => /^(?:SEARCH|SCAN)/.test(detail))).toEqual(expected);
    // Only the projects are sorted, never the tasks.
    expect(details.filter(detail => detail.includes('TEMP B-TREE'))).toHaveLength(scope.projectId === 1 ? 0 : 1);
  });

  it('is what looking at every task gives', () => {
    const one = fc.record({
      priority: fc.nat(4),
      plan_order: fc.nat(5),
      status: fc.constantFrom(...TASK_STATUSES),
      deps: fc.array(fc.nat(9), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 10 }), list => {
        const world = makeWorld();
        const tasks = list.map((task, id) => ({ ...task, id, deps: task.deps.filter(dep => dep < id) }));
        for (const { id, deps, priority, plan_order, status } of tasks)
          addTasks(world, { [`K${id}`]: { priority, plan_order, status, depends_on: deps.map(dep => `K${dep}`) } });
        const closed = (id: number): boolean => ['done', 'cancelled'].includes(tasks[id]?.status ?? '');
        const [first] = tasks
          .filter(task => task.status === 'pending' && task.deps.every(closed))
          .sort((a, b) => a.priority - b.priority || a.plan_order - b.plan_order || a.id - b.id);
        const found = next(world);
        expect(found.kind === 'ready' ? found.task.key : undefined).toBe(first && `K${first.id}`);
        if (first === undefined) {
          const some = (...statuses: string[]) => tasks.some(({ status }) => statuses.includes(status));
          const kind = some('in-progress') ? 'waiting' : some('pending', 'blocked') ? 'blocked' : 'all-done';
          expect(found.kind).toBe(kind);
        }
        world.database.sqlite.close();
      }),
      { numRuns: 80 },
    );
  });
});
