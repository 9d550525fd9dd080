import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { hotNext } from '../../src/km/hot.ts';
import { addTasks, codeOf, makeWorld, must } from './fixtures.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-projects-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('projects', () => {
  it('are found by the nearest root above a folder', () => {
    const { km } = makeWorld();
    const outer = must(km.addProject({ name: 'outer', root: '/work/a' }));
    const inner = must(km.addProject({ name: 'inner', root: '/work/a/b' }));
    expect(km.projectAt('/work/a')?.id).toBe(outer.id);
    expect(km.projectAt('/work/a/b/c/d')?.id).toBe(inner.id);
    expect(km.projectAt('/work/ab')).toBeNull();
    must(km.archiveProject(inner.id, true));
    expect(km.projectAt('/work/a/b/c')?.id).toBe(outer.id);
  });

  it('are one, however their folder is reached', () => {
    mkdirSync(join(folder, 'real', 'src'), { recursive: true });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const { km } = makeWorld();
    const project = must(km.addProject({ name: '', root: join(folder, 'link') }));
    expect(project).toMatchObject({ root: join(folder, 'real'), name: 'real' });
    expect(km.projectAt(join(folder, 'link', 'src'))?.id).toBe(project.id);
    const again = km.addProject({ name: 'again', root: join(folder, 'real') });
    expect(codeOf(again)).toBe('input.invalid');
    expect(again.ok ? '' : again.error.details).toEqual({ project_id: project.id });
  });

  it('are refused where the root is not absolute', () => {
    expect(codeOf(makeWorld().km.addProject({ name: 'x', root: 'somewhere' }))).toBe('input.invalid');
  });

  it('are listed with their counts, archived ones only when asked for', () => {
    const world = makeWorld();
    addTasks(world, { S: { kind: 'stage' }, A: {}, B: { status: 'done' }, C: { status: 'blocked' } });
    expect(world.km.listProjects()).toMatchObject([
      { name: 'demo', archived: false, counts: { pending: 1, 'in-progress': 0, done: 1, blocked: 1, cancelled: 0 } },
    ]);
    must(world.km.archiveProject(world.project, true));
    expect(world.km.listProjects()).toEqual([]);
    expect(world.km.listProjects({ archived: true })).toMatchObject([{ archived: true }]);
    expect(codeOf(world.km.archiveProject(99, true))).toBe('project.not_found');
  });
});

describe('hotNext', () => {
  it('answers as the knowledge manager does, by id and by folder', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: ['A'] });
    const row = {
      project_id: world.project,
      path: 'plans.md',
      synced_text: 'x',
      synced_at: 'x',
      size: 7,
      mtime_ms: 1,
      reader: 1,
    };
    world.km.savePlanFile(row);
    const next = world.km.getNextTaskToWorkOn(world.project);
    const { sqlite } = world.database;
    const hot = hotNext(sqlite, world.project, world.clock.now());
    expect(hot).toEqual({
      project: { id: world.project, name: 'demo', root: '/nowhere/demo' },
      next,
      plan_files: [{ path: 'plans.md', size: 7, mtime_ms: 1, reader: 1 }],
      settings_seen: null,
    });
    expect(hotNext(sqlite, '/nowhere/demo/src', world.clock.now())).toEqual(hot);
    expect(hotNext(sqlite, '/elsewhere', world.clock.now())).toBeNull();
    expect(hotNext(sqlite, 99, world.clock.now())).toBeNull();
  });

  it('loads no package but the database', async () => {
    const script = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve(specifier, context, next) { const found = next(specifier, context); seen.push(found.url); return found; } });
      await import(${JSON.stringify(new URL('../../src/km/database.ts', import.meta.url).href)});
      await import(${JSON.stringify(new URL('../../src/km/hot.ts', import.meta.url).href)});
      console.log(JSON.stringify(seen));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const packages = new Set(
      (JSON.parse(stdout) as string[]).flatMap(url => /node_modules\/([^/]+)/.exec(url)?.[1] ?? []),
    );
    expect([...packages]).toEqual(['better-sqlite3']);
  });
});
