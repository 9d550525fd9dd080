import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTasks, codeOf, makeWorld, messageOf, must } from './fixtures.ts';

describe('dependencies', () => {
  it('are refused when they close a circle, which is named', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [], B: ['A'], C: ['B'] });
    const circle = world.km.addDependency(A, 'C', 'me');
    expect(codeOf(circle)).toBe('task.cycle');
    expect(messageOf(circle)).toContain('A → C → B → A');
    expect(must(world.km.taskById(A)).depends_on).toEqual([]);
    expect(codeOf(world.km.editTask(A, { depends_on: ['B'] }, 'me'))).toBe('task.cycle');
  });

  it('are refused when a task would wait for the stage it is in', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { S: { kind: 'stage' }, A: { parent: 'S' }, B: ['S'] });
    expect(messageOf(world.km.addDependency(A, 'S', 'me'))).toContain('A → S → A');
    expect(messageOf(world.km.addDependency(A, 'B', 'me'))).toContain('A → B → S → A');
    expect(codeOf(world.km.editTask(B, { parent: 'S' }, 'me'))).toBe('task.cycle');
  });

  it('never close a circle, whatever is tried', () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 40 });
    fc.assert(
      fc.property(edges, pairs => {
        const world = makeWorld();
        const ids = addTasks(world, Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`K${index}`, []])));
        const reach = Array.from({ length: 8 }, (_, index) => new Set([index]));
        for (const [a, b] of pairs) {
          const closes = reach[b]?.has(a) ?? false;
          const added = world.km.addDependency(ids[`K${a}`] ?? 0, `K${b}`, 'me');
          expect(codeOf(added)).toBe(closes ? 'task.cycle' : 'ok');
          if (closes) continue;
          for (const set of reach) if (set.has(a)) for (const far of reach[b] ?? []) set.add(far);
        }
        world.database.sqlite.close();
      }),
      { numRuns: 50 },
    );
  });

  it('come and go with a row in the history', () => {
    const world = makeWorld();
    const { B = 0 } = addTasks(world, { A: [], B: [] });
    expect(must(world.km.addDependency(B, 'A', 'me')).depends_on).toEqual(['A']);
    must(world.km.addDependency(B, 'A', 'me'));
    expect(must(world.km.removeDependency(B, 'A', 'you')).depends_on).toEqual([]);
    expect(codeOf(world.km.removeDependency(B, 'A', 'you'))).toBe('input.not_found');
    expect(world.km.history(B).slice(1)).toMatchObject([
      { kind: 'depends', agent: 'me', data: { added: 'A' } },
      { kind: 'depends', agent: 'you', data: { removed: 'A' } },
    ]);
  });

  it('can be turned around in one edit of each', () => {
    const world = makeWorld();
    const { A = 0, B = 0 } = addTasks(world, { A: [], B: ['A'] });
    must(world.km.editTask(B, { depends_on: [] }, 'me'));
    expect(must(world.km.editTask(A, { depends_on: ['B'] }, 'me')).depends_on).toEqual(['B']);
  });
});
