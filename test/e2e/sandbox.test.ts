import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { runCli } from '../support/cli.ts';
import { of } from '../support/events.ts';
import { git, read, temporaryFolder, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';
import { dump } from '../support/state.ts';

const hasBubblewrap = existsSync('/usr/bin/bwrap');
const SECRET = 'sk-test-of-the-person-4711';
const FILES = {
  'package.json': JSON.stringify({ name: 'scene', type: 'module', scripts: { test: 'node --test' } }),
  'src/math.js': 'export const add = (a, b) => a + b;\n',
  'test/multiply.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport * as math from '../src/math.js';\ntest('multiplies', () => assert.equal(math.multiply(2, 3), 6));\n",
};
const TASK = {
  key: 'T1',
  title: 'Add multiply',
  description: 'Export multiply(a, b) from src/math.js.',
  checks: ['node --test test/multiply.test.js'],
};
const MULTIPLY = write('src/math.js', `${FILES['src/math.js']}export const multiply = (a, b) => a * b;\n`);

const command = (line: string) => ({ name: 'run_command', input: { command: line } });
/** What the scripted model's commands answered, in order. */
const answers = (events: readonly RunEvent[]) =>
  of(events, 'tool.ended').flatMap(({ name, text }) => (name === 'run_command' ? [text] : []));

const sandboxed = { no_sandbox: false, merge: 'auto' } as const;
/** A home with a key in a file and in the environment, as a person has them. */
function personWith(secret: string) {
  const home = temporaryFolder('llmclis-person-');
  writeFiles(home, { '.netrc': `machine example.org password ${secret}\n` });
  return { HOME: home, ANTHROPIC_API_KEY: secret, DATABASE_PASSWORD: 'a-password-of-the-person' };
}
describe.skipIf(!hasBubblewrap)('a run with its default sandbox (bwrap)', () => {
  it('runs what models ask for where it can neither write outside nor see the home, the data folder or a key', async () => {
    const person = personWith(SECRET);
    const scene = await makeScene(
      FILES,
      [
        reply(
          'T1',
          1,
          1,
          command('env'),
          command('pwd; echo inside > src/inside.txt && cat src/inside.txt'),
          command(`echo broken > /usr/local/broken; echo broken > ${person.HOME}/broken; echo broken > ../broken`),
          command(`cat ${person.HOME}/.netrc; ls -A ${person.HOME}`),
          command('cat ../../../llmclis.db | head -c 6; ls ../../..'),
          command('ls -A ../../../../project; cat ../../../../project/.env'),
          command('echo broken > .git; git config user.name broken; cat .git'),
          command('cat /proc/*/environ | tr "\\0" "\\n" | grep -a sk-'),
          command('node -e "fetch(\'http://127.0.0.1:1\').catch(e => console.log(e.cause.code))"; ls /sys/class/net'),
        ),
        reply('T1', 1, 2, command('rm src/inside.txt'), MULTIPLY),
        reply('T1', 1, 3, finish('Added multiply.')),
      ],
      person,
    );
    writeFiles(scene.root, { '.env': 'TOKEN=of-the-person\n' });
    scene.addTask(TASK);
    const { events, summary } = await scene.run(sandboxed);
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(of(events, 'run.started')[0]?.sandbox).toBe('bubblewrap');
    const [env, inside, outside, home, data, project, ownGit, environ] = answers(events);
    for (const name of ['ANTHROPIC_API_KEY', 'DATABASE_PASSWORD', 'LLMCLIS_HOME']) expect(env).not.toContain(name);
    expect(inside).toContain('inside');
    expect(outside?.match(/Read-only file system|Permission denied|No such file/g)).toHaveLength(3);
    for (const place of ['/usr/local/broken', join(person.HOME, 'broken'), join(scene.home, 'worktrees/1/broken')])
      expect(existsSync(place)).toBe(false);
    expect(home).not.toContain('password');
    expect(data).not.toContain('SQLite');
    expect(project).not.toMatch(/src|of-the-person/);
    expect(ownGit).toContain('gitdir:');
    expect(environ).not.toContain(SECRET);
    expect(git(scene.root, 'config', 'user.name')).toBe('Test');
    expect(git(scene.root, 'show', '--name-only', '--format=')).toBe('src/math.js');
    expect(JSON.stringify(events)).not.toContain(SECRET);
  });

  it('runs checks and setup in it as well', async () => {
    const person = personWith(SECRET);
    const scene = await makeScene({ ...FILES, 'llmclis.yaml': 'setup: test -z "$ANTHROPIC_API_KEY"\n' }, [], person);
    scene.addTask({ ...TASK, checks: [`ls ${person.HOME}/.netrc ; echo key=$ANTHROPIC_API_KEY; false`] });
    const { events } = await scene.run(sandboxed);
    expect(of(events, 'setup.ended')[0]?.exit).toBe(0);
    expect(of(events, 'check.ended')[0]?.tail).toMatch(/No such file[\s\S]*key=\n?$/);
  });

  it('a command that never ends is killed with all it started, and the turn goes on', async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, { name: 'run_command', input: { command: 'sleep 4711 & sleep 4711', timeout_s: 1 } }),
      reply('T1', 1, 2, MULTIPLY),
      reply('T1', 1, 3, finish()),
    ]);
    scene.addTask(TASK);
    const { events, summary } = await scene.run(sandboxed);
    expect(answers(events)[0]).toMatch(/1 s/);
    expect(summary.tasks.done).toBe(1);
    const running = readdirSync('/proc').flatMap(pid => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'latin1')];
      } catch {
        return [];
      }
    });
    expect(running.filter(line => line === 'sleep\x004711\x00')).toEqual([]);
  });
});

describe('without a sandbox', () => {
  it('a run refuses, with the command that installs it, and changes nothing', async () => {
    const scene = await makeScene(FILES, []);
    scene.addTask(TASK);
    const before = dump(scene);
    const words = ['orchestrate', '--project_id', String(scene.projectId), '--registry', scene.registry, '--json'];
    // Where bubblewrap is installed it hides itself from the child.
    const hidden = ['bwrap', '--dev-bind', '/', '/', '--ro-bind', '/dev/null', '/usr/bin/bwrap', '--'];
    const ended = runCli(words, { cwd: scene.root, home: scene.home, under: hasBubblewrap ? hidden : [] });
    expect(ended).toMatchObject({ exit: 4, json: [{ error: { code: 'sandbox.missing' } }] });
    expect(ended.out).toContain('apt-get install bubblewrap');
    expect(dump(scene)).toEqual(before);
  });

  it('--no-sandbox says so in the first event, and even then no key is in a command’s environment', async () => {
    const scene = await makeScene(
      FILES,
      [reply('T1', 1, 1, command('env'), MULTIPLY), reply('T1', 1, 2, finish())],
      personWith(SECRET),
    );
    scene.addTask(TASK);
    const { events } = await scene.run({ no_sandbox: true });
    expect(of(events, 'run.started')[0]?.sandbox).toBe('none');
    expect(answers(events)[0]).not.toMatch(/ANTHROPIC|sk-test/);
  });

  it('a repository cannot switch its own sandbox off', async () => {
    const scene = await makeScene({ ...FILES, 'llmclis.yaml': 'sandbox: none\n' }, []);
    const project = scene.app.project();
    if (!project.ok) throw new Error(project.error.message);
    const refused = await scene.app.orchestrate(
      project.value,
      { registry: scene.registry },
      () => undefined,
      new AbortController().signal,
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'settings.invalid' } });
  });
});

describe('a secret that a command prints', () => {
  it('reaches neither the journal, the model, memory, the plan nor issues.md', async () => {
    const files = {
      ...FILES,
      'config.js': `export const key = '${SECRET}';\n`,
      'plans.md':
        "# Plan\n\n## Stage 1\n\n- [ ] **T1 – Add multiply**\n  - Description: Export multiply.\n  - Verify: `node --test test/multiply.test.js; cat config.js; node -e \"console.log('✖ ' + require('fs').readFileSync('config.js'))\"; false`\n",
    };
    const scene = await makeScene(
      files,
      [1, 2, 3, 4].flatMap(turn => [
        reply('T1', turn, 1, command('cat config.js'), { name: 'read_file', input: { path: 'config.js' } }),
        reply('T1', turn, 2, { name: 'search_text', input: { pattern: 'key' } }, write('src/math.js', `// ${turn}\n`)),
        reply('T1', turn, 3, finish()),
      ]),
      { ANTHROPIC_API_KEY: SECRET },
    );
    const { events, summary } = await scene.run();
    expect(summary).toMatchObject({ exit: 3, tasks: { blocked: 1 } });
    expect(answers(events)[0]).toContain('[redacted:ANTHROPIC_API_KEY]');
    expect(read(scene.root, 'issues.md')).toContain('[redacted:ANTHROPIC_API_KEY]');
    for (const file of ['plans.md', 'issues.md']) expect(read(scene.root, file)).not.toContain(SECRET);
    const leaks = Object.entries(dump(scene).tables).filter(([, rows]) => JSON.stringify(rows).includes(SECRET));
    expect(leaks.map(([table]) => table)).toEqual([]);
    expect(JSON.stringify(events).includes(SECRET)).toBe(false);
  });
});
