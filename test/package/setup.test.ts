import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const platformNode = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const bundled = join(root, 'node_modules', platformNode);

/** A build that says when it begins and ends, so that two at once would be seen. */
const BUILD = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('builds.log', 'begin ');
console.log('the build prints');
await new Promise(done => setTimeout(done, 200));
mkdirSync('dist', { recursive: true });
writeFileSync('dist/bin.js', '');
appendFileSync('builds.log', 'end ');
`;
const TOOL = `
const [, , first, code] = process.argv;
if (first === 'wait') {
  process.on('SIGTERM', () => process.exit(9));
  setInterval(() => undefined, 1000);
}
console.log(JSON.stringify(process.argv.slice(2)));
if (first === 'die') process.kill(process.pid, 'SIGKILL');
process.exitCode = Number(code ?? 0);
`;

let folder = '';
const file = (...parts: readonly string[]): string => join(folder, ...parts);
const script = (): string => file('scripts', 'with-setup.mjs');
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [script(), ...args], { cwd: folder, encoding: 'utf8' });
const builds = (): string => (existsSync(file('builds.log')) ? readFileSync(file('builds.log'), 'utf8') : '');

/** A checkout with its dependencies installed and nothing built. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmclis-setup-'));
  for (const made of ['scripts', 'src', 'bin', 'node_modules/.bin']) mkdirSync(file(made), { recursive: true });
  cpSync(join(root, 'scripts', 'with-setup.mjs'), script());
  writeFileSync(file('scripts', 'build.ts'), BUILD);
  writeFileSync(file('src', 'bin.ts'), '');
  writeFileSync(file('package.json'), '{"type": "module"}');
  writeFileSync(file('package-lock.json'), '{}');
  writeFileSync(file('node_modules', '.package-lock.json'), '{}');
  writeFileSync(file('bin', 'llmclis.cjs'), TOOL);
  if (existsSync(bundled)) symlinkSync(bundled, file('node_modules', platformNode));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the script before every npm script', () => {
  it('builds when there is no build, says so on stderr, and leaves stdout to the tool', () => {
    const { status, stdout, stderr } = run('llmclis', 'demo', '0', '--json');
    expect(stdout).toBe('["demo","0","--json"]\n');
    expect(stderr).toContain('llmclis: building …');
    expect(stderr).toContain('the build prints');
    expect(status).toBe(0);
  });

  it('does nothing the second time, and builds again after a change', () => {
    run('llmclis');
    expect(run('llmclis').stderr).toBe('');
    expect(builds()).toBe('begin end ');
    const later = new Date(Date.now() + 5_000);
    utimesSync(file('src', 'bin.ts'), later, later);
    expect(run('llmclis').stderr).toContain('building');
    expect(builds()).toBe('begin end begin end ');
  });

  it('passes the exit code on', () => {
    expect(run('llmclis', 'x', '7').status).toBe(7);
  });

  it('ends by the signal that ended the tool', () => {
    expect(run('llmclis', 'die').signal).toBe('SIGKILL');
  });

  it('passes a signal on to the tool', async () => {
    const child = spawn(process.execPath, [script(), 'llmclis', 'wait'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise(done => child.stdout.once('data', done));
    child.kill('SIGTERM');
    expect(await new Promise(done => child.once('exit', done))).toBe(9);
  });

  it('builds once when two start together', async () => {
    const ends = [1, 2].map(
      () =>
        new Promise(done =>
          spawn(process.execPath, [script(), 'llmclis', 'x', '0'], { cwd: folder, stdio: 'ignore' }).once('exit', done),
        ),
    );
    expect(await Promise.all(ends)).toEqual([0, 0]);
    expect(builds()).toBe('begin end ');
  });

  it('takes over the lock of a process that is gone', () => {
    const gone = spawnSync(process.execPath, ['-e', '0']).pid;
    mkdirSync(file('.llmclis'));
    writeFileSync(file('.llmclis', 'setup.lock'), String(gone));
    expect(run('llmclis', 'x', '0').status).toBe(0);
    expect(existsSync(file('.llmclis', 'setup.lock'))).toBe(false);
  });

  it('stops with the build when the build fails', () => {
    writeFileSync(file('scripts', 'build.ts'), 'process.exitCode = 1;');
    const { status, stdout, stderr } = run('llmclis', 'x', '0');
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toContain('the build failed');
  });

  it('names its tools when it is asked for another', () => {
    const { status, stderr } = run('nonsense');
    expect(status).toBe(2);
    expect(stderr).toContain('llmclis|vitest|soak|bench|build');
  });
});
