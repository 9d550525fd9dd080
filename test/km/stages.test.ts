import { describe, expect, it } from 'vitest';
import { addTasks, codeOf, makeWorld, must } from './fixtures.ts';

const PROOF = { agent: 'me', proof: 'red-green' } as const;

function staged() {
  const world = makeWorld();
  const ids = addTasks(world, {
    P: { kind: 'stage' },
    S: { kind: 'stage', parent: 'P' },
    A: { parent: 'S' },
    B: { parent: 'S' },
    C: { depends_on: ['S'] },
  });
  const status = (key: string) => must(world.km.task(world.project, key)).status;
  const id = (key: string): number => ids[key] ?? 0;
  return { world, status, id };
}

describe('a stage', () => {
  it('is done when all its tasks are done or cancelled, and so is the stage above it', () => {
    const { world, status, id } = staged();
    must(world.km.markTaskStatus(id('A'), 'done', PROOF));
    expect(status('S')).toBe('pending');
    must(world.km.markTaskStatus(id('B'), 'cancelled', { agent: 'me' }));
    expect(status('S')).toBe('done');
    expect(status('P')).toBe('done');
    expect(world.km.history(id('S')).at(-1)).toMatchObject({ agent: 'llmclis', kind: 'status', data: { to: 'done' } });
  });

  it('opens again with one of its tasks, and what waits for it waits again', () => {
    const { world, status, id } = staged();
    for (const key of ['A', 'B']) must(world.km.markTaskStatus(id(key), 'done', PROOF));
    expect(world.km.getNextTaskToWorkOn(world.project)).toMatchObject({ kind: 'ready', task: { key: 'C' } });
    must(world.km.markTaskStatus(id('B'), 'pending', { agent: 'me' }));
    expect(status('S')).toBe('pending');
    expect(status('P')).toBe('pending');
    expect(world.km.getNextTaskToWorkOn(world.project)).toMatchObject({ kind: 'ready', task: { key: 'B' } });
  });

  it('is not done when all its tasks were given up', () => {
    const { world, status, id } = staged();
    for (const key of ['A', 'B']) must(world.km.markTaskStatus(id(key), 'cancelled', { agent: 'me' }));
    expect(status('S')).toBe('pending');
  });

  it('opens again when a task is added to it or moved into it, and closes when the open one leaves', () => {
    const { world, status, id } = staged();
    for (const key of ['A', 'B']) must(world.km.markTaskStatus(id(key), 'done', PROOF));
    const added = must(world.km.addTask({ project_id: world.project, title: 'More', parent: 'S' }, 'me'));
    expect(status('S')).toBe('pending');
    must(world.km.editTask(added.id, { parent: null }, 'me'));
    expect(status('S')).toBe('done');
    must(world.km.editTask(added.id, { parent: 'S' }, 'me'));
    expect(status('S')).toBe('pending');
  });

  it('takes its status from its tasks and from nobody else, but for one without tasks', () => {
    const { world, id } = staged();
    expect(codeOf(world.km.markTaskStatus(id('S'), 'done', PROOF))).toBe('input.invalid');
    const empty = must(world.km.addTask({ project_id: world.project, title: 'Later', kind: 'stage' }, 'me'));
    expect(codeOf(world.km.markTaskStatus(empty.id, 'done', { agent: 'me' }))).toBe('ok');
  });

  it('is never next and never counted', () => {
    const world = makeWorld();
    addTasks(world, { S: { kind: 'stage' } });
    expect(world.km.getNextTaskToWorkOn(world.project)).toEqual({ kind: 'all-done' });
    expect(must(world.km.project(world.project)).counts.pending).toBe(0);
    expect(world.km.listTasks({ project_id: world.project }).total).toBe(0);
    expect(world.km.listTasks({ project_id: world.project, stages: true }).total).toBe(1);
  });
});

describe('a task with children', () => {
  it('is worked after them and keeps its own status', () => {
    const world = makeWorld();
    const { B = 0 } = addTasks(world, { A: [], B: { parent: 'A' } });
    expect(world.km.getNextTaskToWorkOn(world.project)).toMatchObject({ kind: 'ready', task: { key: 'B' } });
    must(world.km.markTaskStatus(B, 'done', PROOF));
    expect(world.km.getNextTaskToWorkOn(world.project)).toMatchObject({
      kind: 'ready',
      task: { key: 'A', status: 'pending' },
    });
  });
});
