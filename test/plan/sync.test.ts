import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPlan } from '../../src/km/plan/import.ts';
import { fileIo } from '../../src/km/plan/io.ts';
import { pullPlan, syncPlan } from '../../src/km/plan/sync.ts';
import { planUnchanged } from '../../src/km/plan/unchanged.ts';
import { must } from '../km/fixtures.ts';
import { changedLines, ourPlan, PLAN, planWorld } from './fixtures.ts';

const NOTHING = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };
const done = (world: ReturnType<typeof planWorld>, key: string, commit = 'abc1234def') => {
  must(world.km.markTaskStatus(world.task(key).id, 'in-progress', { agent: 'coder' }));
  must(world.km.markTaskStatus(world.task(key).id, 'done', { agent: 'coder', proof: 'red-green', commit }));
};

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

describe('what the database changed', () => {
  it('goes into exactly the lines of a worked task', () => {
    const world = planWorld();
    world.sync();
    done(world, 'S1.1');
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
    done(world, 'S2.1');
    must(world.km.markTaskStatus(world.task('S2.2').id, 'cancelled', { agent: 'person' }));
    world.sync();
    expect(world.io.text).toContain('- [x] **Stage 2 – Second**');
    expect(world.io.text).toContain('- [-] **S2.2 – Four**');
    must(world.km.markTaskStatus(world.task('S2.1').id, 'pending', { agent: 'person' }));
    world.sync();
    expect(world.io.text).toContain('- [ ] **Stage 2 – Second**');
    expect(world.io.text).toContain('- [ ] **S2.1 – Three**');
    expect(world.sync()).toEqual(NOTHING);
    done(world, 'S2.1', '0123456789');
    world.sync();
    expect(world.io.text?.match(/\*\*S2\.1 – Three\*\* \(proof/g)).toHaveLength(2);
  });

  it('leaves a stage alone that a person ticked with open tasks', () => {
    const world = planWorld();
    world.sync();
    world.edit('- [ ] **Stage 2', '- [x] **Stage 2');
    expect(world.sync().to_file).toBe(0);
    done(world, 'S2.1');
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
    done(world, 'S1.1');
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
    done(world, 'S1.1');
    let times = 1;
    world.io.beforeWrite = () => {
      if (times-- > 0) world.edit('- [ ] **S2.1', '- [x] **S2.1');
    };
    world.sync();
    expect(world.io.text).toContain('- [x] **S2.1');
    expect(world.io.text).toContain('- [x] **S1.1');
    expect(world.task('S2.1').status).toBe('done');
    done(world, 'S1.2');
    world.io.beforeWrite = () => {
      world.io.text = `${world.io.text}x`;
    };
    expect(syncPlan(world.options())).toMatchObject({ ok: false, error: { code: 'file.changed' } });
  });
});

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

describe('files on disk', () => {
  it('are written atomically with their mode, and only over the expected text', () => {
    const { project } = planWorld(null);
    const io = fileIo();
    const file = join(project.root, 'plans.md');
    expect(io.read(file)).toBeNull();
    expect(io.stat(file)).toBeNull();
    must(io.write(file, 'one', null));
    expect(io.write(file, 'two', null)).toMatchObject({ ok: false, error: { code: 'file.changed' } });
    chmodSync(file, 0o640);
    const stat = must(io.write(file, 'two\n', 'one'));
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(project.root)).toEqual(['plans.md']);
    expect(io.read(file)).toEqual({ text: 'two\n', ...stat });
    expect(stat).toEqual(io.stat(file));
    writeFileSync(file, Buffer.from([0xff, 0x41]));
    expect(io.write(file, 'x', '\uFFFDA')).toMatchObject({ ok: false, error: { code: 'plan.invalid' } });
    expect(statSync(file).size).toBe(2);
    expect(io.write(join(project.root, 'missing/plans.md'), 'x', null).ok).toBe(false);
    rmSync(project.root, { recursive: true });
  });

  it('count as unchanged by size and modification time', () => {
    const world = planWorld(null);
    const io = fileIo();
    const file = join(world.project.root, 'plans.md');
    must(io.write(file, PLAN, null));
    must(syncPlan({ ...world.options(), io }));
    const row = () => world.km.planFiles(world.project.id)[0] ?? { size: 0, mtime_ms: 0 };
    expect(planUnchanged(row(), file)).toBe(true);
    writeFileSync(file, `${PLAN}\n`);
    expect(planUnchanged(row(), file)).toBe(false);
    must(pullPlan({ ...world.options(), io }));
    expect(planUnchanged(row(), file)).toBe(true);
    rmSync(file);
    expect(planUnchanged(row(), file)).toBe(false);
    rmSync(world.project.root, { recursive: true });
  });
});
