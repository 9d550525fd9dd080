import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const platformNode = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const bundled = join(root, 'node_modules', platformNode);

const versionOf = (node: string): readonly number[] =>
  spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1).split('.').map(Number);
const isOld = ([major = 0, minor = 0]: readonly number[]): boolean => major < 22 || (major === 22 && minor < 18);

/** A Node on this machine that is too old for the program, or null. */
const oldNode =
  (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'node'))
    .find(node => existsSync(node) && isOld(versionOf(node))) ?? null;

const PROGRAM = `
console.log(process.versions.node, JSON.stringify(process.argv.slice(2)));
process.exitCode = 5;
if (process.argv[2] === 'die') process.kill(process.pid, 'SIGTERM');
`;

let folder = '';
const run = (node: string, ...args: readonly string[]) =>
  spawnSync(node, [join(folder, 'bin', 'llmclis.cjs'), ...args], { encoding: 'utf8' });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmclis-launcher-'));
  for (const made of ['bin', 'dist', 'node_modules']) mkdirSync(join(folder, made));
  cpSync(join(root, 'bin', 'llmclis.cjs'), join(folder, 'bin', 'llmclis.cjs'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'dist', 'bin.js'), PROGRAM);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the launcher', () => {
  it('runs the program in its own process when Node is new enough', () => {
    const { status, stdout } = run(process.execPath, 'next', '--json');
    expect(stdout).toBe(`${process.versions.node} ["next","--json"]\n`);
    expect(status).toBe(5);
  });

  it('says how to build when there is no build', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    const { status, stdout, stderr } = run(process.execPath);
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toContain('npm run build');
  });

  it.skipIf(oldNode === null || !existsSync(bundled))(
    're-executes itself on the bundled Node when this one is too old',
    () => {
      symlinkSync(bundled, join(folder, 'node_modules', platformNode));
      const { status, stdout } = run(oldNode ?? '', 'next');
      expect(isOld((stdout.split(' ')[0] ?? '').split('.').map(Number))).toBe(false);
      expect(stdout).toContain('["next"]');
      expect(status).toBe(5);
      expect(run(oldNode ?? '', 'die').signal).toBe('SIGTERM');
    },
  );

  it.skipIf(oldNode === null)('says what is needed when there is no Node to go to', () => {
    const { status, stdout, stderr } = run(oldNode ?? '');
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toMatch(/needs Node 22\.18 or newer.+\n$/);
  });
});
