import { describe, expect, it } from 'vitest';
import type { Report, ReportOptions } from '../../src/km/km.ts';
import { addTasks, codeOf, makeWorld, must, type World } from './fixtures.ts';

const report = ({ km, project }: World, which: Report, options: ReportOptions = {}) =>
  must(km.taskReport(project, which, options));
const told = (world: World, which: Report, options: ReportOptions = {}) =>
  report(world, which, options).tasks.map(({ key, because }) => `${key}: ${because}`);

describe('what is ready', () => {
  it('comes in the order of the work, with its reason, and what its worker left too', () => {
    const world = makeWorld();
    const { A = 0, L = 0 } = addTasks(world, { A: [], B: ['A'], C: { priority: 0 }, L: [], W: ['C'] });
    must(world.km.markTaskStatus(A, 'done', { agent: 'me', proof: 'red-green' }));
    must(world.km.claimTask(L, { holder: 'laptop', ttl_s: 60 }));
    expect(told(world, 'ready')).toEqual([
      'C: priority 0, it may be taken now, it depends on nothing',
      'B: priority 2, it may be taken now, its dependency A is done',
    ]);
    world.clock.forward(60);
    expect(told(world, 'ready').at(-1)).toBe(
      'L: priority 2, it may be taken now, it depends on nothing, its worker laptop gave no sign of life since 2026-11-21T09:01:00Z',
    );
    expect(told(world, 'ready', { filter: 'key:B' })).toHaveLength(1);
    expect(codeOf(world.km.taskReport(world.project, 'ready', { filter: 'x:y' }))).toBe('input.invalid');
  });

  it('is what next lists, page after page', () => {
    const world = makeWorld();
    addTasks(
      world,
      Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`K${index}`, { priority: index % 3 }])),
    );
    const next = world.km.getNextTaskToWorkOn(world.project, { n: 9 });
    const first = report(world, 'ready', { limit: 4 });
    const rest = report(world, 'ready', { limit: 4, cursor: first.next_cursor ?? '' });
    expect([first.total, rest.total, rest.next_cursor]).toEqual([7, 7, null]);
    const keys = [...first.tasks, ...rest.tasks].map(({ key }) => key);
    expect(keys).toEqual(next.kind === 'ready' ? next.tasks?.map(({ task }) => task.key) : []);
  });
});

describe('what is blocked', () => {
  it('says what it waits for: a reason, other tasks, a place in the plan', () => {
    const world = makeWorld();
    const { A = 0, V = 0 } = addTasks(world, { A: [], B: ['A'], P: [], C: { parent: 'P' }, V: [], Z: [] });
    must(world.km.markTaskStatus(A, 'blocked', { agent: 'me', reason: 'needs_input', detail: 'Which zone?' }));
    must(world.km.editTask(V, { vanished: true }, 'me'));
    const { tasks, total } = report(world, 'blocked');
    expect(tasks.map(({ key, on }) => [key, on])).toEqual([
      ['A', ['needs_input: Which zone?']],
      ['B', ['A']],
      ['P', ['C']],
      ['V', ['its place in the plan: the file does not list it any more']],
    ]);
    expect(total).toBe(4);
    expect(told(world, 'blocked', { filter: 'reason:needs_input' })).toEqual(['A: waits for needs_input: Which zone?']);
  });
});

describe('what is stale', () => {
  it('is what nobody touched for days and what a worker left, the oldest first', () => {
    const world = makeWorld();
    const { B = 0, C = 0, D = 0, E = 0 } = addTasks(world, { A: [], B: [], C: [], D: [], E: [] });
    must(world.km.markTaskStatus(B, 'in-progress', { agent: 'me' }));
    must(world.km.markTaskStatus(E, 'done', { agent: 'me', proof: 'red-green' }));
    world.clock.forward(2 * 86_400);
    must(world.km.claimTask(D, { holder: 'desk', ttl_s: 60 }));
    expect(told(world, 'stale')).toEqual([]);
    world.clock.forward(86_400 - 60);
    must(world.km.claimTask(C, { holder: 'laptop', ttl_s: 3600 }));
    world.clock.forward(60);
    expect(told(world, 'stale')).toEqual(['A: no change for 3 days', 'B: in progress, no change for 3 days']);
    expect(told(world, 'stale', { days: 1 }).slice(0, 2)).toHaveLength(2);
    expect(told(world, 'stale', { days: 30 })).toEqual([]);
  });

  it('names the worker that is gone before any day has passed', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [] });
    must(world.km.claimTask(A, { holder: 'desk', ttl_s: 60 }));
    world.clock.forward(59);
    expect(told(world, 'stale')).toEqual([]);
    world.clock.forward(1);
    expect(told(world, 'stale')).toEqual(['A: desk gave no sign of life since 2026-11-21T09:01:00Z']);
  });
});

describe('a task’s key', () => {
  it('may be shortened where it was made here and only one begins so', () => {
    const world = makeWorld();
    addTasks(world, { 'T-7k2x9q': [], 'T-7k2zzz': [], 'T-100': [], 'T-8abcde': [], 'S1.1': [], 'S1.10': [] });
    const find = (key: string) => world.km.task(world.project, key);
    const found = (key: string): string => must(find(key)).key;
    expect(found('T-7k2x')).toBe('T-7k2x9q');
    expect(found('t-7K2X9Q')).toBe('T-7k2x9q');
    expect(found('T-8a')).toBe('T-8abcde');
    expect(find('T-7k2')).toMatchObject({
      error: { code: 'input.invalid', message: expect.stringContaining('T-7k2x9q, T-7k2zzz') },
    });
    expect(found('S1.1')).toBe('S1.1');
    for (const key of ['T-8', 'T-10', 'S1', 's1.1', 'T-9', 'T-', '', 'T-7k2x9q0', 'T-7%'])
      expect(codeOf(find(key)), key).toBe('input.not_found');
  });

  it('means the task that has exactly this key, whatever else begins so', () => {
    const world = makeWorld();
    addTasks(world, { 'T-7k2x9qa': [], 'T-7k2x9q': [], 'T-7k2x': [] });
    expect(must(world.km.task(world.project, 'T-7k2x')).key).toBe('T-7k2x');
    expect(must(world.km.task(world.project, 'T-7k2x9q')).key).toBe('T-7k2x9q');
    expect(codeOf(world.km.task(world.project, 'T-7k2x9'))).toBe('input.invalid');
  });
});
