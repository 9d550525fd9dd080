import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileIo } from '../../src/km/plan/io.ts';
import { pullPlan, syncPlan } from '../../src/km/plan/sync.ts';
import { planUnchanged } from '../../src/km/plan/unchanged.ts';
import { must } from '../km/fixtures.ts';
import { PLAN, planWorld } from './fixtures.ts';

describe('files on disk', () => {
  it('are written atomically with their mode, and only over the expected text', () => {
    const { project } = planWorld(null, mkdtempSync(join(tmpdir(), 'plan-')));
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

  it('take away what killed processes left behind, and nothing else', () => {
    const root = mkdtempSync(join(tmpdir(), 'plan-'));
    const file = join(root, 'plans.md');
    const lay = (name: string, inside: string, old: boolean) => {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, inside), 'half');
      if (old) utimesSync(join(root, name), new Date(0), new Date(0));
    };
    lay('.plans.md-aaaaaa', 'plans.md', true);
    lay('.plans.md-bbbbbb', 'plans.md', false);
    lay('.plans.md-cccccc', 'mine.md', true);
    lay('.plans.md-backups', 'plans.md', true);
    must(fileIo().write(file, 'one', null));
    expect(readdirSync(root).toSorted()).toEqual([
      '.plans.md-backups',
      '.plans.md-bbbbbb',
      '.plans.md-cccccc',
      'plans.md',
    ]);
    rmSync(root, { recursive: true });
  });

  it('count as unchanged by size and modification time', () => {
    const world = planWorld(null, mkdtempSync(join(tmpdir(), 'plan-')));
    const io = fileIo();
    const file = join(world.project.root, 'plans.md');
    must(io.write(file, PLAN, null));
    must(syncPlan({ ...world.options(), io }));
    const row = () => world.km.planFiles(world.project.id)[0] ?? { size: 0, mtime_ms: 0, reader: 0 };
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
