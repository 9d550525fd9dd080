import { describe, expect, it } from 'vitest';
import { addTasks, codeOf, makeWorld, must } from './fixtures.ts';

describe('what a screen reads', () => {
  it('gives the outline in plan order, the ids of parents with it', () => {
    const world = makeWorld();
    const { S, T, P, C } = addTasks(world, {
      S: { kind: 'stage', plan_order: 1 },
      T: { plan_order: 9 },
      P: { parent: 'S', plan_order: 3 },
      C: { parent: 'P', plan_order: 2 },
    });
    const row = { kind: 'task', status: 'pending' };
    expect(world.km.outline(world.project)).toEqual([
      { id: S, parent_id: null, key: 'S', kind: 'stage', status: 'pending' },
      { ...row, id: C, parent_id: P, key: 'C' },
      { ...row, id: P, parent_id: S, key: 'P' },
      { ...row, id: T, parent_id: null, key: 'T' },
    ]);
    expect(world.km.outline(world.project + 1)).toEqual([]);
  });

  it('reads tasks in the order that is asked for, and leaves out what is not there', () => {
    const world = makeWorld();
    const { A = 0, B = 0, C = 0 } = addTasks(world, { A: [], B: ['A'], C: [] });
    expect(world.km.tasksByIds([C, 999, A, B]).map(task => task.key)).toEqual(['C', 'A', 'B']);
    expect(world.km.tasksByIds([B])[0]).toEqual(must(world.km.taskById(B)));
    expect(world.km.tasksByIds([])).toEqual([]);
  });

  it('gives the ids of what a filter lets through, as the search does', () => {
    const world = makeWorld();
    const { A, C } = addTasks(world, {
      S: { kind: 'stage' },
      A: { title: 'Retry the call' },
      B: { title: 'Draw' },
      C: { title: 'Retries' },
    });
    const ids = (filter: string, typing = false) => must(world.km.matchingIds(world.project, filter, typing));
    expect(new Set(ids('retry'))).toEqual(new Set([A, C]));
    expect(ids('retry -key:C')).toEqual([A]);
    expect(ids('key:S')).toEqual([]);
    expect(new Set(ids('ret', true))).toEqual(new Set([A, C]));
    expect(codeOf(world.km.matchingIds(world.project, 'colour:red'))).toBe('input.invalid');
  });

  it('indexes a large project a part at a time', () => {
    const world = makeWorld();
    const tasks = Object.fromEntries(
      Array.from({ length: 450 }, (_, index) => [`T${index}`, { title: `Word ${index}` }]),
    );
    world.km.transaction(() => addTasks(world, tasks));
    const search = () => must(world.km.matchingIds(world.project, 'word'))?.length ?? null;
    expect([search(), search(), search()]).toEqual([null, null, 450]);
    addTasks(world, { Z: { title: 'A last word' } });
    expect(search()).toBe(451);
  });
});
