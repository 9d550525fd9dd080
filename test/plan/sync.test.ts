import { describe, expect, it } from 'vitest';
import { pullPlan, syncPlan } from '../../src/km/plan/sync.ts';
import { NOTHING, ourPlan, PLAN, planWorld } from './fixtures.ts';

describe('the first sync', () => {
  it('imports the plan and changes no byte', () => {
    const world = planWorld();
    const result = world.sync();
    expect(result).toMatchObject({ changed_files: [], to_file: 0, conflicts: [] });
    expect(result.to_database).toBeGreaterThan(5);
    expect(world.io.text).toBe(PLAN);
    expect(world.task('S1.1')).toMatchObject({
      title: 'One',
      parent: 'S1',
      description: 'Do the first thing.\n- with care',
      status: 'pending',
      created_at: '2026-01-01T00:00:00.000Z',
    });
    expect(world.task('S1.2')).toMatchObject({ depends_on: ['S1.1'], checks: ['npm test'] });
    expect(world.task('S1')).toMatchObject({ kind: 'stage', description: 'Something that works.' });
    expect(world.km.notes(world.task('S1.1').id)).toMatchObject([{ agent: 'person', text: 'Look at the old code.' }]);
    expect(world.km.listTasks({ project_id: world.project.id, stages: true }).tasks.map(task => task.key)).toEqual([
      'S1',
      'S1.1',
      'S1.2',
      'S2',
      'S2.1',
      'S2.2',
    ]);
    expect(world.sync()).toEqual(NOTHING);
    expect(world.pull()).toEqual(NOTHING);
    expect(world.io.writes).toBe(0);
  });

  it.skipIf(ourPlan() === undefined)(
    'of the format’s own plan imports 25 tasks, and twice in a row changes no byte',
    () => {
      const world = planWorld(ourPlan() ?? '');
      world.sync();
      expect(world.km.listTasks({ project_id: world.project.id }).total).toBe(25);
      expect(world.sync()).toEqual(NOTHING);
      expect(world.io.text).toBe(ourPlan());
    },
  );

  it('takes the marks of a plan that is under way, and writes no log for what was done before', () => {
    const world = planWorld(
      '- [x] A1 – T\n- [~] A2 – T\n- [!] A3 – T\n- [-] A4 – T\n- [ ] A5 – T\n  - **Depends on:** A6\n- [ ] A6 – T\n',
    );
    const before = world.io.text;
    expect(world.sync().conflicts).toEqual([]);
    expect(['A1', 'A2', 'A3', 'A4', 'A5'].map(key => world.task(key).status)).toEqual([
      'done',
      'in-progress',
      'blocked',
      'cancelled',
      'pending',
    ]);
    expect(world.task('A3').reason).toBe('needs_input');
    expect(world.task('A5').depends_on).toEqual(['A6']);
    expect(world.io.text).toBe(before);
    expect(world.sync()).toEqual(NOTHING);
  });

  it('of a file with merge markers or double keys is refused with the lines, and nothing is taken', () => {
    const world = planWorld('- [ ] A1 – x\n- [ ] A1 – y\n');
    expect(syncPlan(world.options())).toMatchObject({
      ok: false,
      error: { code: 'plan.invalid', details: { first: 1, second: 2 } },
    });
    world.io.text = '- [ ] A1 – x\n<<<<<<< HEAD\n';
    expect(pullPlan(world.options())).toMatchObject({
      ok: false,
      error: { code: 'plan.invalid', details: { line: 2 } },
    });
    expect(world.km.listTasks({ project_id: world.project.id }).total).toBe(0);
  });

  it('of a project without the file does nothing', () => {
    const world = planWorld(null);
    expect(world.sync()).toEqual(NOTHING);
    expect(world.io.text).toBeNull();
  });
});
