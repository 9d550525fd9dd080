import { describe, expect, it } from 'vitest';
import { must } from '../km/fixtures.ts';
import { changedLines, finishTask, NOTHING, PLAN, planWorld } from './fixtures.ts';

describe('what the database changed', () => {
  it('goes into exactly the lines of a worked task', () => {
    const world = planWorld();
    world.sync();
    finishTask(world, 'S1.1');
    world.km.appendTaskNote(world.task('S1.1').id, 'It was\neasy.', 'coder');
    expect(world.sync()).toMatchObject({ changed_files: ['plans.md'], to_database: 0, to_file: 3, conflicts: [] });
    expect(changedLines(PLAN, world.io.text ?? '')).toEqual({
      removed: [
        '- Last Updated: `<auto>`',
        '- Last Editor (Agent / CLI): `<name>`',
        '- [ ] **S1.1 – One**',
        '  - **Last Updated:** `<timestamp>`',
      ],
      added: [
        '- Last Updated: `2026-11-21T09:00:00Z`',
        '- Last Editor (Agent / CLI): `llmclis`',
        '- [x] **S1.1 – One**',
        '  - **Last Updated:** `2026-11-21T09:00:00Z` by `coder`',
        '    - 2026-11-21 (coder): It was easy.',
        '- 2026-11-21 — **S1.1 – One** (proof: red-green, commit abc1234) by coder',
      ],
    });
    world.clock.forward(100_000);
    expect(world.sync()).toEqual(NOTHING);
    expect(world.pull()).toEqual(NOTHING);
  });

  it('ticks a stage when its tasks are done, and takes the tick back when one is opened again', () => {
    const world = planWorld();
    world.sync();
    finishTask(world, 'S2.1');
    must(world.km.markTaskStatus(world.task('S2.2').id, 'cancelled', { agent: 'person' }));
    world.sync();
    expect(world.io.text).toContain('- [x] **Stage 2 – Second**');
    expect(world.io.text).toContain('- [-] **S2.2 – Four**');
    must(world.km.markTaskStatus(world.task('S2.1').id, 'pending', { agent: 'person' }));
    world.sync();
    expect(world.io.text).toContain('- [ ] **Stage 2 – Second**');
    expect(world.io.text).toContain('- [ ] **S2.1 – Three**');
    expect(world.sync()).toEqual(NOTHING);
    finishTask(world, 'S2.1', '0123456789');
    world.sync();
    expect(world.io.text?.match(/\*\*S2\.1 – Three\*\* \(proof/g)).toHaveLength(2);
  });

  it('leaves a stage alone that a person ticked with open tasks', () => {
    const world = planWorld();
    world.sync();
    world.edit('- [ ] **Stage 2', '- [x] **Stage 2');
    expect(world.sync().to_file).toBe(0);
    finishTask(world, 'S2.1');
    world.sync();
    expect(world.io.text).toContain('- [x] **Stage 2');
  });

  it('never changes a box for work in progress or blocked work', () => {
    const world = planWorld();
    world.sync();
    must(world.km.markTaskStatus(world.task('S1.1').id, 'in-progress', { agent: 'coder' }));
    must(world.km.markTaskStatus(world.task('S2.1').id, 'blocked', { agent: 'coder', reason: 'checks_failed' }));
    expect(world.sync()).toEqual(NOTHING);
    expect(world.io.text).toBe(PLAN);
  });

  it('adds tasks and their notes once', () => {
    const world = planWorld();
    world.sync();
    const id = must(
      world.km.addTask(
        {
          project_id: world.project.id,
          key: 'T1',
          title: 'New one',
          description: 'Line one  \nline <!-- two',
          depends_on: ['S1.2'],
        },
        'max',
      ),
    ).id;
    must(world.km.addTask({ project_id: world.project.id, title: 'Sub', key: 'S1.1.1', parent: 'S1.1' }, 'manager'));
    world.km.appendTaskNote(id, 'a note', 'max');
    expect(world.sync()).toMatchObject({ to_file: 2, conflicts: [] });
    expect(world.io.text).toContain('## Tasks\n\n- [ ] **T1 – New one**\n  - **Description:** Line one');
    expect(world.sync()).toEqual(NOTHING);
    expect(world.task('T1').description).toBe('Line one\nline <! -- two');
    expect(world.task('T1').depends_on).toEqual(['S1.2']);
    expect(world.km.listTasks({ project_id: world.project.id }).tasks.map(task => task.key)).toEqual([
      'S1.1',
      'S1.1.1',
      'S1.2',
      'S2.1',
      'S2.2',
      'T1',
    ]);
  });

  it('writes values that were edited', () => {
    const world = planWorld();
    world.sync();
    must(
      world.km.editTask(
        world.task('S2.1').id,
        { title: 'Drei', priority: 0, role: 'tester', tags: ['ui'], checks: ['make `x`'], depends_on: ['S1.2'] },
        'max',
      ),
    );
    must(world.km.editTask(world.task('S1.1').id, { description: 'Other\nwords' }, 'max'));
    expect(world.sync()).toMatchObject({ to_file: 7, to_database: 0, conflicts: [] });
    expect(world.io.text).toContain('- [ ] **S2.1 – Drei**\n  - **Last Updated:**');
    expect(world.io.text).toContain('  - **Description:** Other\n    words\n  - **Created:**');
    expect(world.sync()).toEqual(NOTHING);
    expect(world.task('S2.1')).toMatchObject({
      title: 'Drei',
      priority: 0,
      role: 'tester',
      tags: ['ui'],
      checks: ['make `x`'],
      depends_on: ['S1.2'],
    });
  });

  it('leaves a place alone that cannot be edited', () => {
    const world = planWorld('- [ ] **A1 – T**\n  ~~~\n  never closed');
    world.sync();
    world.km.appendTaskNote(world.task('A1').id, 'lost?', 'coder');
    expect(world.sync()).toEqual(NOTHING);
    expect(world.io.text).toBe('- [ ] **A1 – T**\n  ~~~\n  never closed');
  });
});
