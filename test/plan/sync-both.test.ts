import { describe, expect, it } from 'vitest';
import { syncPlan } from '../../src/km/plan/sync.ts';
import { must } from '../km/fixtures.ts';
import { finishTask, NOTHING, planWorld } from './fixtures.ts';

describe('what both changed', () => {
  it('keeps both values: the file’s as the field, the database’s as a note on both sides', () => {
    const world = planWorld();
    world.sync();
    must(world.km.editTask(world.task('S1.1').id, { title: 'From the database', tags: ['db'] }, 'coder'));
    world.edit('**S1.1 – One**', '**S1.1 – From the file**');
    const result = world.sync();
    expect(result.conflicts).toEqual([
      { key: 'S1.1', field: 'title', file: 'From the file', database: 'From the database' },
    ]);
    expect(world.task('S1.1')).toMatchObject({ title: 'From the file', tags: ['db'] });
    expect(world.io.text).toMatch(/ {4}- 2026-11-21 \(llmclis\): title was changed .*From the database\n/);
    expect(world.io.text).toContain('  - **Tags:** db');
    expect(world.sync()).toEqual(NOTHING);
  });

  it('merges lists item by item', () => {
    const world = planWorld();
    world.sync();
    must(world.km.editTask(world.task('S1.2').id, { checks: ['npm test', 'make db'] }, 'coder'));
    world.edit('`npm test`', '`npm test`, `make file`');
    expect(world.sync().conflicts).toEqual([]);
    expect(world.task('S1.2').checks).toEqual(['npm test', 'make file', 'make db']);
    expect(world.sync()).toEqual(NOTHING);
  });

  it('takes the person’s box where the database disagrees', () => {
    const world = planWorld();
    world.sync();
    must(world.km.markTaskStatus(world.task('S2.1').id, 'cancelled', { agent: 'coder' }));
    world.edit('- [ ] **S2.1', '- [x] **S2.1');
    expect(world.sync().conflicts).toEqual([{ key: 'S2.1', field: 'status', file: 'done', database: 'cancelled' }]);
    expect(world.task('S2.1').status).toBe('done');
    expect(world.sync()).toEqual(NOTHING);
  });

  it('merges again when the file changes underneath, and gives up after three times', () => {
    const world = planWorld();
    world.sync();
    finishTask(world, 'S1.1');
    let times = 1;
    world.io.beforeWrite = () => {
      if (times-- > 0) world.edit('- [ ] **S2.1', '- [x] **S2.1');
    };
    world.sync();
    expect(world.io.text).toContain('- [x] **S2.1');
    expect(world.io.text).toContain('- [x] **S1.1');
    expect(world.task('S2.1').status).toBe('done');
    finishTask(world, 'S1.2');
    world.io.beforeWrite = () => {
      world.io.text = `${world.io.text}x`;
    };
    expect(syncPlan(world.options())).toMatchObject({ ok: false, error: { code: 'file.changed' } });
  });
});
