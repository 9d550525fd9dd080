import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { of } from '../support/events.ts';
import { git, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

/** In the sandbox there is no network, so what runs there needs none. */
const no_sandbox = !existsSync('/usr/bin/bwrap');
const hasPython = spawnSync('python3', ['-m', 'venv', '--help']).status === 0;

describe.skipIf(!hasPython)('a repository that needs a Python .venv (python3 with venv)', () => {
  const FILES = {
    '.gitignore': '.venv\n__pycache__/\n',
    'requirements.txt': 'adder\n',
    'pyproject.toml': '[project]\nname = "scene"\n',
    'src/scene/__init__.py': 'ONE = 1\n',
    'tests/test_double.py': `import unittest
import adder
import scene
class Double(unittest.TestCase):
    def test_doubles(self):
        self.assertEqual(scene.double(adder.plus(1, 3)), 8)
`,
  };
  const PYTHON_TASK = {
    key: 'T1',
    title: 'Double',
    description: 'Write scene.double.',
    checks: ['.venv/bin/python -m unittest discover -s tests'],
  };

  it('imports its packages and the worktree’s own sources there', async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, write('src/scene/__init__.py', 'ONE = 1\n\n\ndef double(x):\n    return 2 * x\n')),
      reply('T1', 1, 2, finish()),
    ]);
    expect(spawnSync('python3', ['-m', 'venv', '--without-pip', join(scene.root, '.venv')]).status).toBe(0);
    const site = spawnSync('find', [join(scene.root, '.venv/lib'), '-name', 'site-packages'], { encoding: 'utf8' });
    writeFiles(site.stdout.trim(), {
      'adder/__init__.py': 'def plus(a, b):\n    return a + b\n',
      '__editable__.scene.pth': `${join(scene.root, 'src')}\n`,
    });
    scene.addTask(PYTHON_TASK);
    const { events, summary } = await scene.run({ no_sandbox, merge: 'auto' });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 }, refused: 0 });
    expect(of(events, 'workspace.opened')[0]?.linked).toEqual(['.venv']);
    expect(git(scene.root, 'show', '--name-only', '--format=').split('\n')).toEqual(['src/scene/__init__.py']);
    expect(git(scene.root, 'ls-tree', '-r', '--name-only', 'HEAD').split('\n')).toEqual(Object.keys(FILES).sort());
    expect(git(scene.root, 'status', '--porcelain')).toBe('');
  });

  it('ends setup_failed without a model call when a required package is not installed', async () => {
    const scene = await makeScene(FILES, []);
    scene.addTask({ ...PYTHON_TASK, checks: ['PYTHONPATH=src python3 -m unittest discover -s tests'] });
    const { summary } = await scene.run({ no_sandbox });
    expect(summary).toMatchObject({ exit: 4, calls: { local: 0, cloud: 0 } });
    expect(summary.because).toContain('adder');
  });
});
