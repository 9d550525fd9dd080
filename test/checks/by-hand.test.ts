import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app.ts';
import { check } from '../../src/cli/commands/check.ts';
import { must, type, typeJson } from '../cli/app.ts';
import { git, makeRepository, temporaryFolder, writeFiles } from '../support/repository.ts';

const bwrapIsHere = existsSync('/usr/bin/bwrap');
const TEST = "import { test } from 'node:test'; import { add } from '../src/add.js';";
const FILES = {
  'package.json': '{"type": "module"}',
  '.gitignore': 'secret.txt\n',
  'src/add.js': 'export const add = (a, b) => a + b;\n',
  'test/add.test.js': `${TEST} test('adds', t => t.assert.equal(add(1, 2), 3));\n`,
};

/** A repository with a project, its settings, and the app on it. */
function scene(
  settings: string,
  options: { readonly sandbox?: boolean; readonly files?: Record<string, string> } = {},
) {
  const root = makeRepository({ ...FILES, 'llmclis.yaml': settings, ...options.files });
  const home = join(temporaryFolder(), 'home');
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, LLMCLIS_HOME: home, ...(options.sandbox ? {} : { LLMCLIS_SANDBOX: 'none' }) };
  const app = openApp({ env, cwd: root, version: '1.2.3', shipped: join(import.meta.dirname, '../..') });
  onTestFinished(() => app.close());
  const project = must(must(app.km()).addProject({ name: 'textkit', root }));
  const copies = () => readdirSync(join(home, 'worktrees', String(project.id)));
  return { root, app, project, copies };
}
const indexOf = (root: string) =>
  createHash('sha256')
    .update(readFileSync(join(root, '.git/index')))
    .digest('hex');

describe('checking by hand', () => {
  it('sees what is not committed, and what is new, and touches neither files nor index', async () => {
    const { root, app, copies } = scene('verify:\n  - node --test\n  - kind: diff\n    allow: [src/**, test/**]\n');
    expect((await type(check, app, [])).out).toContain('FAIL  @diff allow="src/** test/**"');
    writeFiles(root, {
      'src/add.js': 'export const add = (a, b) => a + b;\nexport const two = 2;\n',
      'test/two.test.js': `import { test } from 'node:test'; import { two } from '../src/add.js'; test('is two', t => t.assert.equal(two, 2));\n`,
      'secret.txt': 'ignored',
      'src/staged.js': '',
    });
    git(root, 'add', 'src/staged.js');
    const before = [git(root, 'status', '--porcelain'), indexOf(root)];
    const { exit, out } = await type(check, app, []);
    expect(out).toMatch(/^ok {4}node --test {2}2 passed, 0 failed {2}\d+\.\d s\nok {4}@diff/);
    expect(out).toContain('2 checks, all satisfied.');
    expect(exit).toBe(0);
    expect((await type(check, app, ['@missing secret.txt', '@file src/staged.js'])).exit).toBe(0);
    expect([git(root, 'status', '--porcelain'), indexOf(root)]).toEqual(before);
    expect([git(root, 'worktree', 'list').split('\n').length, copies()]).toEqual([1, []]);
  });

  it('names the tests that fail, and ends with exit 3', async () => {
    const { root, app } = scene('verify: node --test');
    writeFileSync(join(root, 'src/add.js'), 'export const add = (a, b) => a - b;\n');
    const { exit, out } = await type(check, app, []);
    expect(exit).toBe(3);
    expect(out).toContain('0 passed, 1 failed  exit 1');
    expect(out).toMatch(/failed: .*adds/);
    expect(out).toContain('1 of 1 check not satisfied.');
    expect(await typeJson(check, app, ['node --test', '@file src/add.js', '@critic "kind?"'])).toEqual({
      exit: 3,
      json: {
        checks: [
          {
            command: 'node --test',
            kind: 'command',
            exit: 1,
            passed: 0,
            failed: 1,
            skipped: 0,
            failing: [expect.stringContaining('adds')],
            output: expect.stringContaining('adds'),
            missing: null,
            ms: expect.any(Number),
            flaky: false,
          },
          expect.objectContaining({ command: '@file src/add.js', kind: 'file', exit: 0, passed: null, flaky: false }),
        ],
        not_asked: ['@critic "kind?"'],
        ok: false,
      },
    });
  });

  it.each([
    ['passes again and again', '1', 0, 4],
    ['fails once more', '1 3', 3, 3],
    ['fails at once again', '1 2', 3, 2],
  ])('runs a check that fails once more: one that then %s', async (_, bad, exit, runs) => {
    const { app } = scene('');
    const counter = join(temporaryFolder(), 'runs');
    const command = `n=$(($(cat ${counter} 2>/dev/null || echo 0) + 1)); echo $n > ${counter}; echo "run $n"; case " ${bad} " in *" $n "*) exit 1;; esac`;
    const ended = await typeJson(check, app, [command]);
    expect(ended.exit).toBe(exit);
    expect(ended.json).toMatchObject({ ok: exit === 0, checks: [{ flaky: runs > 2, exit: exit === 0 ? 0 : 1 }] });
    expect(readFileSync(counter, 'utf8').trim()).toBe(String(runs));
  });

  it('starts every check on the same files, whatever the one before did', async () => {
    const { app } = scene('');
    expect((await type(check, app, ['rm -rf src test; touch left', '@file src/add.js', '@missing left'])).exit).toBe(0);
  });

  it('takes the checks of a task and of its role', async () => {
    const { app, project } = scene('verify: "true"\nrole_checks:\n  writer: ["@file docs.md"]\n  coder: "exit 9"\n');
    const km = must(app.km());
    must(
      km.addTask(
        { project_id: project.id, title: 'Write', key: 'T1', role: 'writer', checks: ['@lines src min=1'] },
        'max',
      ),
    );
    const { exit, json } = await typeJson(check, app, ['--task', 'T1']);
    expect(exit).toBe(3);
    expect(json).toMatchObject({
      checks: [{ command: '@lines src min=1' }, { command: '@file docs.md', exit: 1 }, { command: 'true' }],
    });
    expect((await type(check, app, ['--task', 'T9'])).exit).toBe(2);
  });

  it('says what is wrong before anything is run', async () => {
    const { app, root, project } = scene('');
    const wrong = async (...words: string[]) => {
      const { exit, err } = await type(check, app, words);
      return `${exit} ${err}`;
    };
    expect(await wrong()).toContain('2 error: There is nothing to check');
    expect(await wrong('true', '@fil a')).toContain('Did you mean @file?');
    writeFileSync(join(root, 'llmclis.yaml'), 'setup: echo no compiler; exit 7');
    expect(await wrong('true')).toMatch(
      /^4 error: `echo no compiler; exit 7` \(setup\) ended with exit 7:\nno compiler/,
    );
    writeFileSync(join(root, 'llmclis.yaml'), 'merge: auto\nrole_checks:\n  coder: "@json"');
    expect(await wrong('true')).toMatch(/^2 error: .*llmclis\.yaml:2: role_checks: @json: it needs path=…\./);
    expect(await app.orchestrate(project, {}, () => {}, AbortSignal.timeout(1))).toMatchObject({
      ok: false,
      error: { code: 'settings.invalid' },
    });
    writeFileSync(join(root, 'llmclis.yaml'), 'verify: [1]');
    expect(await wrong()).toContain('llmclis.yaml:1: verify must be a check or a list of checks');
  });

  it('ends when it is interrupted, and leaves no copy behind', async () => {
    const { app, project, copies } = scene('');
    const controller = new AbortController();
    const ended = await app.check(
      project,
      { checks: ['true', 'sleep 600'] },
      () => controller.abort(new Error('Interrupted.')),
      controller.signal,
    );
    expect(ended).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    expect(copies()).toEqual([]);
  });

  it('shows every kind', async () => {
    const { app } = scene('');
    const { out } = await type(check, app, ['--list']);
    expect(out).toContain('@no-new-lint: A linter finds no problem');
    const { json } = await typeJson(check, app, ['--list']);
    expect(json).toMatchObject({
      kinds: expect.arrayContaining([expect.objectContaining({ name: 'http', guard: false })]),
    });
  });

  it('is not satisfied by a check that nobody was asked', async () => {
    const { app } = scene('');
    const { exit, out } = await type(check, app, ['@critic "kind?"']);
    expect([exit, out.trim().split('\n').at(-1)]).toEqual([3, 'Nothing was run.']);
  });

  it.skipIf(!bwrapIsHere)('runs commands and servers in the sandbox (bubblewrap)', async () => {
    const server =
      "import http from 'node:http'; http.createServer((q, s) => s.end('well')).listen(18238, '127.0.0.1');";
    const { app, root } = scene('', { sandbox: true, files: { 'server.js': server } });
    const words = [
      '@http http://127.0.0.1:18238/ start="node server.js" contains=well',
      `@exit "test -e ${root}/package.json" code=1`,
      '@parses src/**',
    ];
    expect(await typeJson(check, app, words)).toMatchObject({ exit: 0, json: { ok: true } });
  });
});
