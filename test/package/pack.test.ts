import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const folder = mkdtempSync(join(tmpdir(), 'llmclis-package-'));
const temp = join(folder, 'temp');
const installed = join(folder, 'empty');
const bin = join(installed, 'node_modules', '.bin', 'llmclis');

/** What npm says when it cannot reach the registry; anything else is a fault of the package. */
const OFFLINE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;
const INSTALL_MS = 240_000;

let offline: string | null = null;

/** The environment of a person's shell: nothing of npm's or of this test run, its own home and temporary folder. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_(?:lifecycle|package|command|node)|VITEST|LLMCLIS_|NODE_)/.test(name),
    ),
  ),
  LLMCLIS_HOME: join(folder, 'home'),
  TMPDIR: temp,
};

function run(command: string, args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 64_000_000 });
  return { status, stdout, stderr };
}

beforeAll(() => {
  for (const made of [temp, installed]) mkdirSync(made);
  // The build is there: `npm test` makes it. Without scripts nothing of this working copy changes.
  if (!existsSync(join(root, 'dist', 'bin.js'))) throw new Error('dist/bin.js is not there: npm run build');
  const packed = run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
  if (packed.status !== 0) throw new Error(packed.stderr);
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack wrote nothing: ${packed.stdout}${packed.stderr}`);
  writeFileSync(join(installed, 'package.json'), '{"private": true}\n');
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const added = run('npm', ['install', join(folder, tarball), ...flags], installed);
  if (added.status === 0) return;
  if (!OFFLINE.test(added.stderr)) throw new Error(added.stderr);
  offline = 'the package registry cannot be reached';
}, INSTALL_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package, installed into an empty folder', () => {
  it('says its version', ({ skip }) => {
    if (offline !== null) skip(offline);
    expect(run(bin, ['--version'], installed)).toEqual({ status: 0, stdout: '0.4.0\n', stderr: '' });
  });

  it('prints its help', ({ skip }) => {
    if (offline !== null) skip(offline);
    const { status, stdout } = run(bin, ['--help'], installed);
    expect(status).toBe(0);
    expect(stdout).toContain('llmclis orchestrate');
  });

  it('holds what it needs and nothing of the tests', ({ skip }) => {
    if (offline !== null) skip(offline);
    const shipped = readdirSync(join(installed, 'node_modules', 'llmclis'));
    expect(shipped).toEqual(expect.arrayContaining(['bin', 'demo', 'dist', 'drizzle', 'model_registry.yaml']));
    expect(shipped).not.toEqual(expect.arrayContaining(['src']));
    expect(shipped).not.toEqual(expect.arrayContaining(['test']));
  });

  it('runs the demo: its first task is done, and Ctrl-C ends it', async ({ skip }) => {
    if (offline !== null) skip(offline);
    const demo = spawn(bin, ['demo', '--json'], { cwd: installed, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(demo, 'close');
    let errors = '';
    demo.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const events: { readonly type: string }[] = [];
    for await (const line of createInterface({ input: demo.stdout })) {
      events.push(JSON.parse(line));
      if (events.at(-1)?.type === 'task.done') demo.kill('SIGINT');
    }
    expect(await ended).toEqual([130, null]);
    expect(errors.trimEnd().split('\n')).toEqual([expect.stringMatching(/^Stopping\. Nothing is lost/)]);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', tasks: { done: 1 }, because: 'interrupted' });
  });
});
