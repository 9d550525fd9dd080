import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { openApp } from '../../src/app.ts';
import { must } from '../km/fixtures.ts';

const TASK = (key: string, more = '') => `- [ ] **${key} – Title of ${key}**\n${more}`;
const NOTHING = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A project in a folder of its own, with the real app: real files, real settings, real database. */
function place(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plans-'));
  const root = join(folder, 'project');
  let tick = 0;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    // Two writes within one tick of the file system's clock would look like one.
    tick += 1;
    utimesSync(join(root, path), new Date(1_700_000_000_000 + tick * 1000), new Date(1_700_000_000_000 + tick * 1000));
  };
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) write(path, text);
  const shipped = join(import.meta.dirname, '../..');
  const app: App = openApp({
    env: { LLMCLIS_HOME: join(folder, 'home'), ...env },
    cwd: root,
    version: '1.2.3',
    shipped,
  });
  const km = must(app.km());
  const project = must(km.addProject({ name: 'demo', root }));
  closing.push(() => {
    app.close();
    rmSync(folder, { recursive: true });
  });
  return {
    root,
    app,
    km,
    project,
    write,
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
    sync: async () => must(await app.syncPlans(project, 'llmclis')),
    pull: async () => must(await app.pullPlans(project)),
    /** What the quick path says: a key, or null when it cannot tell. */
    quick: () => {
      const next = must(app.hotNext(project.id));
      return next === null ? null : next.kind === 'ready' ? next.task.key : next.kind;
    },
    keys: () => km.listTasks({ project_id: project.id }).tasks.map(task => task.key),
    task: (key: string) => must(km.task(project.id, key)),
  };
}

describe('the plan files of a project', () => {
  it('are found by globs, and a new one is noticed by the next command', async () => {
    const world = place({
      'llmclis.yaml': 'plans: [plans.md, "plans/**/*.md", "!plans/old/**"]\n',
      'plans.md': TASK('A1'),
      'plans/b.md': TASK('B1'),
      'plans/old/x.md': TASK('X1'),
    });
    expect(world.quick()).toBeNull();
    await world.pull();
    expect(world.keys()).toEqual(['A1', 'B1']);
    expect(world.quick()).toBe('A1');
    world.write('plans/deep/c.md', TASK('C1'));
    expect(world.quick()).toBeNull();
    await world.pull();
    expect(world.keys()).toEqual(['A1', 'B1', 'C1']);
    expect(world.quick()).toBe('A1');
    expect(await world.sync()).toEqual(NOTHING);
    world.write('plans/deep/d.md', TASK('D1'));
    expect(world.quick()).toBeNull();
    await world.sync();
    expect(world.quick()).toBe('A1');
    rmSync(join(world.root, 'plans/b.md'));
    expect(world.quick()).toBeNull();
    await world.sync();
    expect(world.task('B1').vanished).toBe(false);
    expect(world.quick()).toBe('A1');
  });

  it('are others when the settings say so, and a missing one is noticed when it comes', async () => {
    const world = place({ 'plans.md': TASK('A1') });
    await world.pull();
    expect(world.quick()).toBe('A1');
    world.write('llmclis.yaml', 'plans: [plans.md, more.md]\n');
    expect(world.quick()).toBeNull();
    await world.pull();
    expect(world.quick()).toBe('A1');
    world.write('more.md', TASK('M1', '  - **Priority:** 0\n'));
    expect(world.quick()).toBeNull();
    await world.pull();
    expect(world.quick()).toBe('M1');
  });

  it('are noticed as soon as they come to a project that has none', async () => {
    const world = place({});
    expect(world.quick()).toBe('all-done');
    await world.pull();
    expect(world.quick()).toBe('all-done');
    world.write('plans.md', TASK('A1'));
    expect(world.quick()).toBeNull();
    await world.pull();
    expect(world.quick()).toBe('A1');
  });

  it('can hand a task over: it moves, and nothing of it changes', async () => {
    const rest = '  - **Priority:** 1\n  - **Notes:**\n    - by hand\n';
    const world = place({
      'llmclis.yaml': 'plans: [plans.md, later.md]\n',
      'plans.md': TASK('A1', rest) + TASK('A2'),
      'later.md': TASK('L1'),
    });
    await world.sync();
    must(world.km.editTask(world.task('A1').id, { assignee: 'max' }, 'coder'));
    const before = world.km.history(world.task('A1').id).length;
    world.write('later.md', TASK('L1') + TASK('A1', rest));
    world.write('plans.md', TASK('A2'));
    const moved = await world.sync();
    expect(moved).toMatchObject({ to_database: 0, conflicts: [], changed_files: ['later.md'] });
    expect(world.task('A1')).toMatchObject({ vanished: false, priority: 1, assignee: 'max' });
    expect(world.read('later.md')).toContain('- **Assignee:** max');
    expect(world.km.history(world.task('A1').id)).toHaveLength(before);
    expect(await world.sync()).toEqual(NOTHING);
    world.write('later.md', TASK('L1'));
    await world.sync();
    expect(world.task('A1').vanished).toBe(true);
    expect(world.read('plans.md')).not.toContain('A1');
  });

  it('cannot both have one task', async () => {
    const world = place({
      'llmclis.yaml': 'plans: [plans.md, more.md]\n',
      'plans.md': TASK('A1'),
      'more.md': `\n${TASK('A1')}`,
    });
    const refused = await world.app.syncPlans(world.project, 'llmclis');
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'plan.invalid', message: 'Two plan files have the task A1: plans.md:1 and more.md:2.' },
    });
    expect([world.read('plans.md'), world.keys()]).toEqual([TASK('A1'), []]);
  });

  it('take new tasks in the first of them, also while it is away', async () => {
    const world = place({
      'llmclis.yaml': 'plans: [plans.md, more.md]\n',
      'plans.md': TASK('A1'),
      'more.md': TASK('M1'),
    });
    await world.sync();
    renameSync(join(world.root, 'plans.md'), join(world.root, 'plans.bak'));
    must(world.km.addTask({ project_id: world.project.id, key: 'N1', title: 'New' }, 'max'));
    expect((await world.sync()).conflicts).toEqual([
      { key: 'plans.md', field: 'file', file: 'missing', database: 'all tasks kept' },
    ]);
    expect(world.read('more.md')).toBe(TASK('M1'));
    renameSync(join(world.root, 'plans.bak'), join(world.root, 'plans.md'));
    await world.sync();
    expect(world.read('plans.md')).toContain('**N1 – New**');
  });

  it('keep their tasks when a file is emptied', async () => {
    const world = place({ 'plans.md': TASK('A1') });
    await world.sync();
    world.write('plans.md', '\n');
    expect((await world.sync()).conflicts).toEqual([
      { key: 'plans.md', field: 'file', file: 'empty', database: 'all tasks kept' },
    ]);
    expect([world.task('A1').vanished, world.read('plans.md')]).toEqual([false, '\n']);
    world.write('plans.md', TASK('A1'));
    expect(await world.sync()).toEqual(NOTHING);
  });
});
