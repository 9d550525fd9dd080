import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCli } from '../support/cli.ts';
import { of } from '../support/events.ts';
import { git, read, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, type Scene, write } from '../support/run.ts';

/** In the sandbox there is no network, so what runs there needs none. */
const no_sandbox = !existsSync('/usr/bin/bwrap');

const command = (line: string) => ({ name: 'run_command', input: { command: line } });
/** Paths that a commit changed, and all paths in its tree. */
const changedBy = (scene: Scene, commit = 'HEAD') =>
  git(scene.root, 'show', '--name-only', '--format=', commit).split('\n');
const allIn = (scene: Scene, commit = 'HEAD') => git(scene.root, 'ls-tree', '-r', '--name-only', commit).split('\n');

const WORKSPACES = {
  'package.json': JSON.stringify({ name: 'scene', type: 'module', private: true, workspaces: ['packages/*'] }),
  '.gitignore': 'node_modules/\n.env\n',
  'packages/core/package.json': JSON.stringify({ name: '@scene/core', type: 'module', exports: './index.js' }),
  'packages/core/index.js': 'export const one = 1;\n',
  'packages/app/package.json': JSON.stringify({ name: '@scene/app', type: 'module' }),
  'packages/app/test/double.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plus } from 'adder';
import { minus } from 'nested';
import * as core from '@scene/core';
test('doubles', () => assert.equal(core.double?.(plus(2, minus(3, 1))), 8));
`,
};
const packageOf = (folder: string, name: string, text: string) => ({
  [`${folder}/${name}/package.json`]: JSON.stringify({ name, type: 'module', exports: './index.js' }),
  [`${folder}/${name}/index.js`]: text,
});
const TASK = {
  key: 'T1',
  title: 'Double',
  description: 'Export double(x) from packages/core/index.js.',
  checks: ['node --test packages/app/test/double.test.js'],
};
const DOUBLE = write('packages/core/index.js', 'export const one = 1;\nexport const double = x => 2 * x;\n');

/** What `npm install` would have left in the person's working copy. */
function installed(scene: Scene): void {
  writeFiles(scene.root, {
    ...packageOf('node_modules', 'adder', 'export const plus = (a, b) => a + b;\n'),
    ...packageOf('packages/app/node_modules', 'nested', 'export const minus = (a, b) => a - b;\n'),
    'node_modules/@scene/.keep': '',
    'node_modules/sayer/say.js': '#!/usr/bin/env node\nconsole.log("said");\n',
    '.env': 'TOKEN=of-the-person\n',
  });
  symlinkSync('../../packages/core', join(scene.root, 'node_modules/@scene/core'));
  mkdirSync(join(scene.root, 'node_modules/.bin'));
  symlinkSync('../sayer/say.js', join(scene.root, 'node_modules/.bin/say'));
  chmodSync(join(scene.root, 'node_modules/sayer/say.js'), 0o755);
}

describe('a repository that needs node_modules', () => {
  it('is worked in its worktree, with the packages linked and its own sources seen, and no link enters a commit', async () => {
    const scene = await makeScene(WORKSPACES, [
      reply(
        'T1',
        1,
        1,
        DOUBLE,
        command('mkdir -p node_modules/.cache && echo 1 > node_modules/.cache/x; cat .env; node_modules/.bin/say'),
      ),
      reply('T1', 1, 2, finish()),
    ]);
    installed(scene);
    scene.addTask(TASK);
    const { events, summary } = await scene.run({ no_sandbox, merge: 'auto' });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(of(events, 'task.done')[0]?.proof).toBe('red-green');
    expect(of(events, 'workspace.opened')[0]?.linked).toEqual(['node_modules', 'packages/app/node_modules']);
    expect(changedBy(scene)).toEqual(['packages/core/index.js']);
    expect(allIn(scene)).toEqual([...Object.keys(WORKSPACES)].sort());
    // The cache was the worktree's own, the person's .env was not there.
    expect(existsSync(join(scene.root, 'node_modules/.cache'))).toBe(false);
    const said = of(events, 'tool.ended').find(({ name }) => name === 'run_command')?.text;
    expect(said).toContain('said');
    expect(said).not.toContain('of-the-person');
    expect(read(scene.root, 'packages/core/index.js')).toContain('double');
    expect(git(scene.root, 'status', '--porcelain')).toBe('');
  });

  it.skipIf(no_sandbox)(
    'shows them to commands read-only: the person’s own packages cannot be changed (bwrap)',
    async () => {
      const scene = await makeScene(WORKSPACES, [
        reply(
          'T1',
          1,
          1,
          command('echo broken > node_modules/adder/index.js; rm -rf packages/app/node_modules/nested/*'),
          DOUBLE,
        ),
        reply('T1', 1, 2, finish()),
      ]);
      installed(scene);
      scene.addTask(TASK);
      expect((await scene.run({ no_sandbox })).summary.tasks.done).toBe(1);
      expect(read(scene.root, 'node_modules/adder/index.js')).toContain('plus');
      expect(read(scene.root, 'packages/app/node_modules/nested/index.js')).toContain('minus');
    },
  );

  it('ends setup_failed without a model call when they are not installed, and says what is missing', async () => {
    const scene = await makeScene(WORKSPACES, []);
    scene.addTask(TASK);
    const { events, summary } = await scene.run({ no_sandbox });
    expect(summary).toMatchObject({ exit: 4, calls: { local: 0, cloud: 0 }, tasks: { blocked: 1, done: 0 } });
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'setup_failed' });
    expect(summary.because).toContain('adder');
    expect(read(scene.root, 'issues.md')).toContain('adder');
  });

  it('ends setup_failed when the test command itself is not there', async () => {
    const scene = await makeScene({ ...WORKSPACES, 'llmclis.yaml': 'verify: no-such-runner --all\n' }, []);
    scene.addTask({ ...TASK, checks: [] });
    const { summary } = await scene.run({ no_sandbox });
    expect(summary).toMatchObject({ exit: 4, calls: { local: 0, cloud: 0 } });
    expect(summary.because).toContain('no-such-runner');
  });

  it('goes on after the person has installed what was missing and reopened the task', async () => {
    const scene = await makeScene(WORKSPACES, [reply('T1', 1, 1, DOUBLE), reply('T1', 1, 2, finish())]);
    scene.addTask(TASK);
    await scene.run({ no_sandbox });
    installed(scene);
    reopen(scene, 'T1');
    const { summary } = await scene.run({ no_sandbox });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
  });
});

describe('the settings setup and link', () => {
  it('setup runs once in each fresh worktree: the task’s, and each in which its checks run', async () => {
    const scene = await makeScene({ ...WORKSPACES, 'llmclis.yaml': 'setup: bash install.sh\n' }, [
      reply('T1', 1, 1, write('packages/core/index.js', 'export const double = x => x;\n')),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, DOUBLE),
      reply('T1', 2, 2, finish()),
      reply('T2', 1, 1, write('packages/core/index.js', 'export const double = x => x + x;\n')),
      reply('T2', 1, 2, finish()),
    ]);
    const count = join(scene.home, '..', 'count');
    writeFiles(scene.root, { 'install.sh': installScript(`echo ran >> ${count}`) });
    git(scene.root, 'add', 'install.sh');
    git(scene.root, 'commit', '--quiet', '--message=Install');
    scene.addTask(TASK);
    scene.addTask({ ...TASK, key: 'T2', checks: ['! grep -q "2 \\* x" packages/core/index.js'], depends_on: ['T1'] });
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 2 } });
    expect(of(events, 'setup.ended').map(({ task, exit }) => [task, exit])).toEqual([
      ['T1', 0],
      ['T2', 0],
    ]);
    // T1: its worktree, the base, two tries. T2: its worktree, the base, one try. Each proof: the base once more.
    expect(read(count)).toBe('ran\n'.repeat(9));
    expect(allIn(scene).some(path => path.includes('node_modules'))).toBe(false);
  });

  it('a setup that fails blocks the task with its last words, and runs again once the task is reopened', async () => {
    const files = { ...WORKSPACES, 'llmclis.yaml': 'setup: bash ../../../setup.sh\n' };
    const scene = await makeScene(files, [reply('T1', 1, 1, DOUBLE), reply('T1', 1, 2, finish())]);
    const script = join(scene.home, 'setup.sh');
    writeFiles(scene.home, { 'setup.sh': 'echo the registry is down; exit 7\n' });
    scene.addTask(TASK);
    const first = await scene.run();
    expect(first.summary).toMatchObject({ exit: 4, calls: { local: 0, cloud: 0 } });
    expect(of(first.events, 'task.blocked')[0]).toMatchObject({ reason: 'setup_failed' });
    expect(of(first.events, 'task.blocked')[0]?.detail).toContain('the registry is down');
    writeFiles(scene.home, { 'setup.sh': installScript('') });
    expect(existsSync(script)).toBe(true);
    reopen(scene, 'T1');
    const second = await scene.run();
    expect(of(second.events, 'setup.ended').map(({ exit }) => exit)).toEqual([0]);
    expect(second.summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('a setup that %s cuts short is run again from its start', async signal => {
    const files = { ...WORKSPACES, 'llmclis.yaml': 'setup: bash ../../../setup.sh\n' };
    const scene = await makeScene(files, [reply('T1', 1, 1, DOUBLE), reply('T1', 1, 2, finish())]);
    const begun = join(scene.home, 'begun');
    writeFiles(scene.home, {
      'setup.sh': `mkdir -p node_modules; touch ${begun}; while test -f ${begun}; do sleep 0.1; done\n`,
    });
    scene.addTask(TASK);
    const words = ['orchestrate', '--registry', scene.registry, '--no-sandbox', '--json'];
    const run = startCli(words, { cwd: scene.root, home: scene.home });
    await run.line(({ type }) => type === 'task.claimed');
    while (!existsSync(begun)) await new Promise(done => setTimeout(done, 20));
    run.kill(signal);
    expect((await run.ended).exit).toBe(signal === 'SIGINT' ? 130 : null);
    rmSync(begun);
    writeFiles(scene.home, { 'setup.sh': installScript('') });
    const { events, summary } = await scene.run();
    expect(of(events, 'setup.ended').map(({ exit }) => exit)).toEqual([0]);
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
  });

  it('link says exactly what is linked: nothing, or a file that stays out otherwise', async () => {
    const nothing = await makeScene({ ...WORKSPACES, 'llmclis.yaml': 'link: []\n' }, []);
    installed(nothing);
    nothing.addTask(TASK);
    expect((await nothing.run({ no_sandbox })).summary).toMatchObject({ exit: 4, calls: { local: 0 } });

    const files = { ...WORKSPACES, 'llmclis.yaml': 'link: [node_modules, packages/app/node_modules, .env]\n' };
    const scene = await makeScene(files, [
      reply('T1', 1, 1, DOUBLE, command('grep -c TOKEN .env')),
      reply('T1', 1, 2, finish()),
    ]);
    installed(scene);
    scene.addTask(TASK);
    const { events, summary } = await scene.run({ no_sandbox, merge: 'auto' });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(of(events, 'workspace.opened')[0]?.linked).toContain('.env');
    expect(of(events, 'tool.ended').find(({ name }) => name === 'run_command')?.text).toContain('1');
    expect(changedBy(scene)).toEqual(['packages/core/index.js']);
  });
});

/** Puts the packages into the worktree itself, as an installer would. */
const installScript = (first: string): string => `${first}
mkdir -p node_modules/adder node_modules/@scene packages/app/node_modules/nested
ln -sfn ../../packages/core node_modules/@scene/core
echo '{"name":"adder","type":"module","exports":"./index.js"}' > node_modules/adder/package.json
echo 'export const plus = (a, b) => a + b;' > node_modules/adder/index.js
echo '{"name":"nested","type":"module","exports":"./index.js"}' > packages/app/node_modules/nested/package.json
echo 'export const minus = (a, b) => a - b;' > packages/app/node_modules/nested/index.js
`;

function reopen(scene: Scene, key: string): void {
  const km = scene.app.km();
  const task = km.ok ? km.value.task(scene.projectId, key) : km;
  if (!km.ok || !task.ok) throw new Error('The task is not there.');
  const opened = km.value.markTaskStatus(task.value.id, 'pending', { agent: 'person', fresh_tries: true });
  if (!opened.ok) throw new Error(opened.error.message);
}
