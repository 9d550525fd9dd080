import { describe, expect, it } from 'vitest';
import { must } from '../km/fixtures.ts';
import { changedLines, finishTask, NOTHING, PLAN, planWorld } from './fixtures.ts';

describe('what the person changed', () => {
  it('goes into the database: boxes, fields, notes, new tasks', () => {
    const world = planWorld();
    world.sync();
    world.edit('- [ ] **S1.1 – One**', '- [x] **S1.1 – Uno**');
    world.edit('`npm test`', '`npm run check`');
    world.edit('Look at the old code.', 'Look at the old code.\n    - And at the new.');
    world.edit('- [ ] **S2.2 – Four**', '- [ ] **S2.0 – Before**\n- [ ] **S2.2 – Four**');
    expect(world.pull()).toMatchObject({ to_file: 0, to_database: 5, conflicts: [], changed_files: [] });
    expect(world.task('S1.1')).toMatchObject({
      title: 'Uno',
      status: 'done',
      proof: 'accepted-by-person',
      last_agent: 'person',
    });
    expect(world.task('S1.2').checks).toEqual(['npm run check']);
    expect(world.km.notes(world.task('S1.1').id).map(note => note.text)).toEqual([
      'Look at the old code.',
      'And at the new.',
    ]);
    expect(world.km.listTasks({ project_id: world.project.id }).tasks.map(task => task.key)).toEqual([
      'S1.1',
      'S1.2',
      'S2.1',
      'S2.0',
      'S2.2',
    ]);
    const before = world.io.text ?? '';
    expect(world.sync()).toMatchObject({ to_database: 0, to_file: 1 });
    expect(changedLines(before, world.io.text ?? '').added.at(-1)).toBe(
      '- 2026-11-21 — **S1.1 – Uno** (proof: accepted-by-person) by person',
    );
    expect(world.sync()).toEqual(NOTHING);
  });

  it('opens a task again whose box is unticked', () => {
    const world = planWorld();
    world.sync();
    finishTask(world, 'S1.1');
    world.sync();
    world.edit('- [x] **S1.1', '- [ ] **S1.1');
    expect(world.sync()).toMatchObject({ to_database: 1, to_file: 0 });
    expect(world.task('S1.1')).toMatchObject({ status: 'pending', proof: null });
  });

  it('takes marks for blocked and back', () => {
    const world = planWorld();
    world.sync();
    world.edit('- [ ] **S2.1', '- [!] **S2.1');
    world.pull();
    expect(world.task('S2.1')).toMatchObject({ status: 'blocked', reason: 'needs_input' });
    world.edit('- [!] **S2.1', '- [ ] **S2.1');
    world.sync();
    expect(world.task('S2.1').status).toBe('pending');
    expect(world.sync()).toEqual(NOTHING);
  });

  it('keeps a task that vanished from the file, and takes the flag away when it is back', () => {
    const world = planWorld();
    world.sync();
    const flagged = () =>
      world.km
        .history(world.task('S2.1').id)
        .filter(entry => 'vanished' in entry.data)
        .map(entry => entry.data.vanished);
    world.edit('- [ ] **S2.1 – Three**\n', '');
    expect(world.sync()).toMatchObject({ to_database: 1, to_file: 0 });
    expect(world.task('S2.1').status).toBe('pending');
    expect(flagged()).toHaveLength(1);
    expect(world.sync()).toEqual(NOTHING);
    expect(world.io.text).not.toContain('S2.1');
    world.edit('- [ ] **S2.2', '- [ ] **S2.1 – Three**\n- [ ] **S2.2');
    world.sync();
    expect(flagged()).toHaveLength(2);
    expect(world.sync()).toEqual(NOTHING);
  });

  it('lets a person rewrite their own note, also when a pull came between', () => {
    const world = planWorld();
    world.sync();
    world.clock.forward(3600);
    world.edit('Look at the old code.', 'Look at the oldest code.');
    world.pull();
    world.clock.forward(3600);
    expect(world.sync()).toEqual(NOTHING);
    world.km.appendTaskNote(world.task('S1.1').id, 'by command', 'person');
    world.sync();
    expect(world.io.text).toContain('    - Look at the oldest code.\n    - 2026-11-21 (person): by command\n');
    expect(world.io.text).not.toContain('old code');
  });

  it('keeps everything when the file vanished, and says so', () => {
    const world = planWorld();
    world.sync();
    world.io.text = null;
    expect(world.sync().conflicts).toMatchObject([{ key: 'plans.md', field: 'file' }]);
    expect(world.task('S1.1').status).toBe('pending');
    world.io.text = PLAN;
    expect(world.sync()).toEqual(NOTHING);
  });

  it('takes a dependency whose task comes later, and keeps one that never comes', () => {
    const world = planWorld();
    world.sync();
    world.edit('**Depends on:** S1.1', '**Depends on:** S1.1, S9.9, S9.8');
    expect(world.sync()).toEqual(NOTHING);
    must(world.km.addTask({ project_id: world.project.id, key: 'S9.9', title: 'Late' }, 'max'));
    world.sync();
    expect(world.task('S1.2').depends_on).toEqual(['S1.1', 'S9.9']);
    must(world.km.removeDependency(world.task('S1.2').id, 'S1.1', 'max'));
    world.sync();
    expect(world.io.text).toContain('**Depends on:** S9.9, S9.8');
    expect(world.sync()).toEqual(NOTHING);
  });

  it('reports a circle and takes the rest', () => {
    const world = planWorld();
    world.sync();
    world.edit('  - **Created:** `2026-01-01T00:00:00Z` by `max`', '  - **Depends on:** S1.2\n  - **Priority:** 0');
    expect(world.sync().conflicts).toMatchObject([{ key: 'S1.1', field: 'depends_on' }]);
    expect(world.task('S1.1')).toMatchObject({ depends_on: [], priority: 0 });
  });
});
