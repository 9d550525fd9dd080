import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPlan } from '../../src/km/plan/import.ts';
import { must } from '../km/fixtures.ts';
import { NOTHING, ourPlan, planWorld } from './fixtures.ts';

describe('importing', () => {
  const importInto = (world: ReturnType<typeof planWorld>, path: string, text: string) =>
    must(
      importPlan({
        km: world.km,
        project: world.project,
        path,
        text,
        io: world.io,
        now: world.clock.now(),
        agent: 'max',
      }),
    );

  it.skipIf(ourPlan() === undefined)('counts what the file says, also the second time', () => {
    const world = planWorld(ourPlan() ?? '');
    const imported = { stages: 8, tasks: 25, done: 0, open: 25, in_progress: 0, blocked: 0, cancelled: 0 };
    const file = join(world.project.root, 'plans.md');
    expect(importInto(world, file, ourPlan() ?? '')).toEqual({ imported, updated: 0, unchanged: 0, unrecognised: [] });
    expect(importInto(world, file, ourPlan() ?? '')).toEqual({ imported, updated: 0, unchanged: 25, unrecognised: [] });
    expect(world.sync()).toEqual(NOTHING);
  });

  it('brings the tasks of another file into the project’s plan, and says what it did not understand', () => {
    const world = planWorld();
    world.sync();
    const result = importInto(world, '/elsewhere/todo.md', '- [ ] X1 – From elsewhere\n- [ ] no key\n');
    expect(result.unrecognised).toEqual([{ line: 2, text: '- [ ] no key' }]);
    expect(world.sync()).toMatchObject({ to_file: 1, to_database: 0 });
    expect(world.io.text).toContain('- [ ] **X1 – From elsewhere**');
    expect(importInto(world, '/elsewhere/todo.md', '- [x] X1 – From elsewhere\n')).toMatchObject({
      updated: 1,
      unchanged: 0,
    });
    expect(world.task('X1').status).toBe('done');
  });
});
