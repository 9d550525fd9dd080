import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/km/database.ts';
import { fileIo } from '../../src/km/plan/io.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { syncPlan } from '../../src/km/plan/sync.ts';
import { createKm } from '../../src/km/repository.ts';
import { MIGRATIONS, must, testClock } from '../km/fixtures.ts';
import { NOTHING, PLAN } from './fixtures.ts';

/** Starts a writer; resolves with the keys that it said it had written. */
function write(file: string, root: string, name: string, times: number, killAfter = Number.POSITIVE_INFINITY) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sync-writer.ts'), file, root, name, String(times)]);
  let said = '';
  let problem = '';
  child.stderr.on('data', (part: Buffer) => {
    problem += part.toString();
  });
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
    if (said.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  return new Promise<{ keys: readonly string[]; problem: string }>(resolve => {
    child.on('close', () => resolve({ keys: said.split('\n').filter(key => key !== ''), problem }));
  });
}

describe('several processes with one plan file', () => {
  it('lose nothing of each other, also when one is killed', async () => {
    const root = mkdtempSync(join(tmpdir(), 'plan-'));
    const file = join(root, 'llmclis.db');
    writeFileSync(join(root, 'plans.md'), PLAN);
    const database = must(openDatabase(file, { migrations: MIGRATIONS }));
    const km = createKm(database, testClock());
    const project = must(km.addProject({ name: 'demo', root }));
    const sync = () =>
      must(syncPlan({ km, project, path: 'plans.md', io: fileIo(), now: new Date(0), agent: 'llmclis' }));
    sync();
    const done = await Promise.all([
      write(file, root, 'W1', 8),
      write(file, root, 'W2', 8),
      write(file, root, 'W3', 8),
      write(file, root, 'W4', 50, 4),
    ]);
    expect(done.map(({ problem }) => problem)).toEqual(['', '', '', '']);
    sync();
    const text = readFileSync(join(root, 'plans.md'), 'utf8');
    const inFile = parsePlan(text).tasks.map(task => task.key);
    expect(inFile).toEqual(expect.arrayContaining(done.flatMap(({ keys }) => [...keys])));
    expect(new Set(inFile).size).toBe(inFile.length);
    const inDatabase = km.listTasks({ project_id: project.id }).tasks;
    expect(inDatabase.map(task => task.key).toSorted()).toEqual(inFile.toSorted());
    expect(inDatabase.some(task => task.vanished)).toBe(false);
    expect(sync()).toEqual(NOTHING);
    expect(readFileSync(join(root, 'plans.md'), 'utf8')).toBe(text);
    expect(readdirSync(root).filter(name => name.startsWith('.plans.md-')).length).toBeLessThanOrEqual(1);
    database.sqlite.close();
    rmSync(root, { recursive: true });
  });
});
