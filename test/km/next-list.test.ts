import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTasks, codeOf, makeWorld, must, type World } from './fixtures.ts';

const listed = ({ km }: World, projectId: number | undefined, n: number) => {
  const next = km.getNextTaskToWorkOn(projectId, { n });
  return next.kind === 'ready' ? (next.tasks ?? []) : [];
};
const keys = (world: World, projectId: number | undefined, n: number): readonly string[] =>
  listed(world, projectId, n).map(({ task }) => task.key);

describe('the next tasks in a row', () => {
  it('come in the order they would be taken, each with its reason, the first as the answer itself', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [], B: ['A'], C: { priority: 1 }, D: [], E: ['D'] });
    must(world.km.markTaskStatus(A, 'done', { agent: 'me', proof: 'red-green' }));
    const next = world.km.getNextTaskToWorkOn(world.project, { n: 2 });
    expect(next).toMatchObject({
      kind: 'ready',
      task: { key: 'C' },
      tasks: [
        { task: { key: 'C' }, because: 'priority 1, nothing more urgent is ready, it depends on nothing' },
        { task: { key: 'B' }, because: 'priority 2, next after C, its dependency A is done' },
      ],
    });
    expect(keys(world, world.project, 9)).toEqual(['C', 'B', 'D']);
    expect(world.km.getNextTaskToWorkOn(world.project)).not.toHaveProperty('tasks');
  });

  it('never hold what is in progress, unless its worker gave no sign of life', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { A: [], B: [], C: [], D: [] });
    must(world.km.claimTask(A, { holder: 'w', ttl_s: 60 }));
    must(world.km.markTaskStatus(B, 'in-progress', { agent: 'me' }));
    expect(keys(world, world.project, 9)).toEqual(['C', 'D']);
    expect(keys(world, undefined, 9)).toEqual(['C', 'D']);
    world.clock.forward(60);
    expect(keys(world, world.project, 9)).toEqual(['A', 'C', 'D']);
    expect(listed(world, world.project, 1)[0]?.because).toContain('its worker w gave no sign of life');
    must(world.km.claimTask(must(world.km.task(world.project, 'C')).id, { holder: 'x', ttl_s: 60 }));
    expect(keys(world, undefined, 9)).toEqual(['A', 'D']);
  });

  it('are of one queue where that is asked for', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: { queue: 'heavy' }, C: { queue: 'critic' }, D: { queue: 'heavy', priority: 0 } });
    const heavy = world.km.getNextTaskToWorkOn(world.project, { queue: 'heavy', n: 5 });
    expect(heavy.kind === 'ready' ? heavy.tasks?.map(({ task }) => task.key) : []).toEqual(['D', 'B']);
    expect(world.km.getNextTaskToWorkOn(world.project, { queue: 'critic' })).toMatchObject({ task: { key: 'C' } });
    const standard = world.km.getNextTaskToWorkOn(world.project, { queue: 'standard', n: 5 });
    expect(standard).toMatchObject({ task: { key: 'A' }, tasks: [{ task: { key: 'A' } }] });
  });
});

describe('out of all projects', () => {
  /** Three projects: one full of work, one with a little, one archived. */
  function three(): World & { readonly small: number } {
    const world = makeWorld();
    const small = must(world.km.addProject({ name: 'small', root: '/nowhere/small' })).id;
    const old = must(world.km.addProject({ name: 'old', root: '/nowhere/old' })).id;
    addTasks(world, { A1: [], A2: [], A3: [], A4: { priority: 3 } });
    addTasks({ km: world.km, project: small }, { B1: [], B2: [], B3: { priority: 4 } });
    addTasks({ km: world.km, project: old }, { Z: { priority: 0 } });
    must(world.km.archiveProject(old, true));
    return { ...world, small };
  }
  const claim = ({ km }: World): string => {
    const taken = km.claimNext({ holder: 'w', ttl_s: 60 });
    return 'kind' in taken ? taken.kind : taken.task.key;
  };

  it('takes turns between projects that are as urgent, and says so', () => {
    const world = three();
    expect(world.km.getNextTaskToWorkOn()).toMatchObject({
      task: { key: 'A1' },
      because: expect.stringContaining('nothing more urgent is ready in any project, and demo was served longest ago'),
    });
    expect(keys(world, undefined, 9)).toEqual(['A1', 'B1', 'A2', 'B2', 'A3', 'A4', 'B3']);
    const taken = Array.from({ length: 8 }, () => claim(world));
    expect(taken).toEqual(['A1', 'B1', 'A2', 'B2', 'A3', 'A4', 'B3', 'waiting']);
  });

  it('shows the one that a claim takes, whatever is ready, lapsed and served', () => {
    const task = fc.record({ project: fc.nat(2), priority: fc.nat(2), queue: fc.constantFrom('standard', 'heavy') });
    const step = fc.constantFrom('claim', 'claim', 'claim heavy', 'wait');
    fc.assert(
      fc.property(fc.array(task, { maxLength: 12 }), fc.array(step, { maxLength: 12 }), (tasks, steps) => {
        const world = makeWorld();
        const projects = [
          world.project,
          ...['b', 'c'].map(name => must(world.km.addProject({ name, root: `/${name}` })).id),
        ];
        for (const [index, { project, priority, queue }] of tasks.entries())
          addTasks(
            { km: world.km, project: projects[project] ?? 0 },
            { [`K${index}`]: { priority, queue: queue === 'heavy' ? 'heavy' : 'standard' } },
          );
        for (const one of steps) {
          if (one === 'wait') world.clock.forward(45);
          else {
            const options = one === 'claim' ? {} : { queue: 'heavy' as const };
            const shown = world.km.getNextTaskToWorkOn(undefined, options);
            const taken = world.km.claimNext({ holder: 'w', ttl_s: 60, ...options });
            expect('kind' in taken ? taken.kind : taken.task.key).toBe(
              shown.kind === 'ready' ? shown.task.key : shown.kind,
            );
          }
        }
        world.database.sqlite.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('why a task is next or not', () => {
  const why = ({ km, project }: World, key: string) => must(km.whyTask(must(km.task(project, key)).id));

  it('says its place and what stands before it', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: [], C: { priority: 0 }, D: [], E: { priority: 3 } });
    expect(why(world, 'C')).toEqual({
      kind: 'why',
      key: 'C',
      ready: true,
      place: 1,
      because: 'priority 0, it is the next one: nothing ready stands before it, it depends on nothing',
      waiting_on: [],
      ahead: [],
    });
    expect(why(world, 'B')).toMatchObject({
      place: 3,
      ahead: ['C', 'A'],
      because:
        'priority 2, it is ready, and 1 ready task is more urgent and 1 as urgent stands before it in the plan, it depends on nothing',
    });
    expect(why(world, 'E')).toMatchObject({ place: 5, ahead: ['C', 'A', 'B', 'D'] });
  });

  it('follows what it waits for down to the first cause', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, {
      A: [],
      B: ['A'],
      P: { depends_on: ['B'] },
      C: { parent: 'P' },
      G: { depends_on: ['C'], parent: 'P' },
    });
    must(world.km.markTaskStatus(A, 'blocked', { agent: 'me', reason: 'needs_input', detail: 'Which zone?' }));
    must(world.km.claimTask(must(world.km.task(world.project, 'C')).id, { holder: 'laptop', ttl_s: 60 }));
    expect(why(world, 'P')).toMatchObject({
      ready: false,
      place: null,
      ahead: [],
      waiting_on: [
        { key: 'B', status: 'pending', why: 'waits for A', root: false },
        { key: 'C', status: 'in-progress', why: 'laptop works on it until 2026-11-21T09:01:00Z', root: true },
        { key: 'G', status: 'pending', why: 'waits for C', root: false },
        { key: 'A', status: 'blocked', why: 'blocked: needs_input: Which zone?', root: true },
      ],
      because: expect.stringContaining(
        'in the end, for C (laptop works on it until 2026-11-21T09:01:00Z) and A (blocked: needs_input: Which zone?)',
      ),
    });
    expect(why(world, 'A')).toMatchObject({ ready: false, because: 'it is blocked: needs_input: Which zone?' });
    expect(why(world, 'C')).toMatchObject({
      ready: false,
      because: 'laptop works on it, with a claim until 2026-11-21T09:01:00Z',
    });
    world.clock.forward(60);
    expect(why(world, 'C')).toMatchObject({
      ready: true,
      place: 1,
      because: expect.stringContaining('laptop gave no sign of life'),
    });
  });

  it('says of every other state what it is', () => {
    const world = makeWorld();
    const {
      A = 0,
      B = 0,
      C = 0,
      V = 0,
    } = addTasks(world, { A: [], B: [], C: [], V: [], S: { kind: 'stage' }, W: { parent: 'S' } });
    must(world.km.markTaskStatus(A, 'done', { agent: 'me', proof: 'red-green' }));
    must(world.km.markTaskStatus(B, 'cancelled', { agent: 'me' }));
    must(world.km.markTaskStatus(C, 'in-progress', { agent: 'me' }));
    must(world.km.editTask(V, { vanished: true }, 'me'));
    const said = (key: string): string => why(world, key).because;
    expect(said('A')).toBe('it is done (red-green)');
    expect(said('B')).toBe('it was given up');
    expect(said('C')).toBe('it is in progress');
    expect(said('V')).toBe('its plan file does not list it any more');
    expect(said('S')).toContain('it is a stage');
    expect(codeOf(world.km.whyTask(999))).toBe('input.not_found');
  });

  it('agrees with what is listed, for every task', () => {
    const task = fc.record({
      priority: fc.nat(3),
      depends: fc.array(fc.nat(9), { maxLength: 2 }),
      claimed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 10 }), fc.boolean(), (tasks, later) => {
        const world = makeWorld();
        for (const [index, { priority, depends }] of tasks.entries()) {
          const on = [...new Set(depends)].filter(other => other < index);
          addTasks(world, { [`K${index}`]: { priority, depends_on: on.map(other => `K${other}`) } });
        }
        for (const [index, { claimed }] of tasks.entries())
          if (claimed)
            world.km.claimTask(must(world.km.task(world.project, `K${index}`)).id, { holder: 'w', ttl_s: 60 });
        if (later) world.clock.forward(60);
        const order = keys(world, world.project, 20);
        for (const index of tasks.keys()) {
          const { ready, place, ahead } = why(world, `K${index}`);
          const at = order.indexOf(`K${index}`);
          expect({ ready, place, ahead }).toEqual({
            ready: at >= 0,
            place: at < 0 ? null : at + 1,
            ahead: order.slice(0, Math.max(0, at)),
          });
        }
        world.database.sqlite.close();
      }),
      { numRuns: 60 },
    );
  });
});
