import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/app.ts';
import { openDatabase } from '../../src/km/database.ts';
import { createKm } from '../../src/km/repository.ts';
import { createJournal } from '../../src/orchestrator/journal.ts';
import { must } from './app.ts';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'src/bin.ts');
const PLAN = `# Plan

- Last Updated: 2026-11-20T10:00:00Z
- Last Editor (Agent / CLI): ann

## Stage 1 – Start

- [ ] **S1.1 – Slugs keep digits**
  - Description: Digits are dropped today.
  - Created: 2026-11-20T10:00:00Z by ann

- [ ] **S1.2 – Write the guide**
  - Depends on: S1.1

## Done / Completed Work Log
`;

let folder: string;
let repository: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmclis-bin-'));
  repository = join(folder, 'textkit');
  mkdirSync(repository);
  execFileSync('git', ['init', '--quiet', repository]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = (more: Record<string, string> = {}) => {
  const { PATH = '' } = process.env;
  return { PATH, HOME: folder, LLMCLIS_HOME: join(folder, 'home'), ...more };
};
const run = (
  words: readonly string[],
  more: { readonly env?: Record<string, string>; readonly node?: readonly string[]; readonly input?: string } = {},
) => {
  const ended = spawnSync(process.execPath, [...(more.node ?? []), bin, ...words], {
    cwd: repository,
    env: env(more.env),
    encoding: 'utf8',
    input: more.input ?? '',
  });
  return { exit: ended.status, out: ended.stdout, err: ended.stderr };
};
const json = (...words: string[]) => JSON.parse(run([...words, '--json']).out);
const plan = () => readFileSync(join(repository, 'plans.md'), 'utf8');

describe('llmclis as a process', () => {
  it('answers with its version and its help', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(run(['--version'])).toEqual({ exit: 0, out: `${version}\n`, err: '' });
    expect(run(['-h'])).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('llmclis orchestrate') });
    expect(run(['nxet'])).toMatchObject({
      exit: 2,
      out: '',
      err: expect.stringContaining('Did you mean: llmclis next?'),
    });
  });

  it('says what to do in a folder that is no project', () => {
    expect(run(['next'])).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('llmclis init') });
    expect(json('next')).toMatchObject({ error: { code: 'project.not_found' } });
  });

  it('keeps plan and database in step from the first task to the last', () => {
    writeFileSync(join(repository, 'plans.md'), PLAN);
    expect(run(['project', 'add', '--name', 'textkit']).exit).toBe(0);
    expect(json('next')).toMatchObject({ kind: 'ready', task: { key: 'S1.1' } });
    expect(json('task', 'add', 'Read dates', '--key', 'T1', '--verify', 'npm test')).toMatchObject({
      key: 'T1',
      checks: ['npm test'],
    });
    expect(plan()).toContain('T1 – Read dates');
    expect(json('task', 'done', 'S1.1')).toMatchObject({ status: 'done', proof: 'accepted-by-person' });
    expect(plan()).toContain('- [x] **S1.1 – Slugs keep digits**');
    expect(json('next')).toMatchObject({ task: { key: 'S1.2' } });
    writeFileSync(join(repository, 'plans.md'), plan().replace('- [ ] **S1.2', '- [x] **S1.2'));
    expect(json('next')).toMatchObject({ task: { key: 'T1' } });
    expect(json('task', 'show', 'S1.2')).toMatchObject({ status: 'done', proof: 'accepted-by-person' });
    run(['plan', 'sync']);
    const before = plan();
    expect(json('plan', 'sync')).toMatchObject({ to_database: 0, to_file: 0 });
    expect(plan()).toBe(before);
  });

  it('works from a folder inside the project, and on another project by its number', () => {
    run(['project', 'add', '--name', 'textkit']);
    mkdirSync(join(repository, 'deep/er'), { recursive: true });
    const inside = spawnSync(process.execPath, [bin, 'task', 'add', 'Deep', '--key', 'T1'], {
      cwd: join(repository, 'deep/er'),
      env: env(),
      encoding: 'utf8',
    });
    expect(inside.stdout).toContain('T1  Deep');
    const outside = spawnSync(process.execPath, [bin, 'next', '--project-id', '1', '--json'], {
      cwd: folder,
      env: env(),
      encoding: 'utf8',
    });
    expect(JSON.parse(outside.stdout)).toMatchObject({ task: { key: 'T1' } });
  });

  it('reads a description from stdin', () => {
    run(['project', 'add']);
    run(['task', 'add', 'Piped', '--key', 'T1', '--description-file', '-'], { input: 'From a pipe.\n' });
    expect(json('task', 'show', 'T1')).toMatchObject({ description: 'From a pipe.' });
  });

  it('loads nothing heavy for the commands that must be quick', () => {
    run(['project', 'add']);
    const loadedBy = (...words: string[]): string => {
      const file = join(folder, `${words.join('-')}.txt`);
      const node = ['--import', join(import.meta.dirname, 'loaded.mjs')];
      expect(run(words, { env: { LOADED: file }, node })).toMatchObject({ exit: 0, err: '' });
      return readFileSync(file, 'utf8');
    };
    const heavy =
      /node_modules\/(?:meow|ink|react|string-width|drizzle-orm|ollama|openai|undici|@anthropic-ai|zod|yaml)\//;
    expect(loadedBy('task', 'add', 'One', '--key', 'T1')).not.toMatch(heavy);
    expect(loadedBy('task', 'done', 'T1')).not.toMatch(heavy);
    const next = loadedBy('next');
    expect(next).toContain('/src/cli/commands/next.ts');
    expect(next).not.toMatch(heavy);
  });

  it('ends quietly when nobody reads what it says', async () => {
    const child = spawn(process.execPath, [bin, 'help'], {
      cwd: repository,
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.on('data', (text: Buffer) => {
      complaints += text.toString();
    });
    const exit = await new Promise(resolve => child.on('close', resolve));
    expect([exit, complaints]).toEqual([0, '']);
  });

  it('tells a bug from a failure: exit 1, the stack only when asked for', () => {
    const inGoneFolder = (more: Record<string, string>) =>
      spawnSync('sh', ['-c', `mkdir gone && cd gone && rmdir ../gone && exec "${process.execPath}" "${bin}" next`], {
        cwd: folder,
        env: env(more),
        encoding: 'utf8',
      });
    const quiet = inGoneFolder({});
    expect([quiet.status, quiet.stdout]).toEqual([1, '']);
    expect(quiet.stderr).toContain('This is a bug in llmclis:');
    expect(quiet.stderr).not.toContain('    at ');
    expect(inGoneFolder({ LLMCLIS_DEBUG: '1' }).stderr).toContain('    at ');
  });

  it('leaves a watched run alone at Ctrl-C and ends with 130', async () => {
    run(['project', 'add']);
    const database = must(openDatabase(join(folder, 'home/llmclis.db'), { migrations: join(root, 'drizzle') }));
    createKm(database, systemClock);
    const journal = createJournal(database.sqlite, systemClock, () => true);
    const runId = must(journal.startRun(1, {}, process.pid));
    journal.append(runId, [{ type: 'run.paused', because: 'a person asked' }]);
    const child = spawn(process.execPath, [bin, 'runs', 'watch', '--json'], {
      cwd: repository,
      env: env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const seen = await new Promise<string>(resolve =>
      child.stdout.once('data', (text: Buffer) => resolve(text.toString())),
    );
    child.kill('SIGINT');
    const exit = await new Promise(resolve => child.on('close', resolve));
    database.sqlite.close();
    expect(JSON.parse(seen)).toMatchObject({ type: 'run.paused', run_id: runId, seq: 1 });
    expect(exit).toBe(130);
  });
});
