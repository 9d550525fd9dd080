import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeRepository } from '../repository.ts';
import type { RepositoryKind } from './kinds.ts';

const FILES = {
  '.gitignore': '.venv/\n__pycache__/\n',
  'pyproject.toml':
    '[project]\nname = "textkit"\nversion = "0.1.0"\n\n[dependency-groups]\ndev = ["pytest"]\n\n[tool.pytest.ini_options]\npythonpath = ["src"]\n',
  'src/textkit/__init__.py': 'def shout(text):\n    return text.upper()\n\n\ndef count(text):\n    return len(text)\n',
  'tests/test_textkit.py':
    'import textkit\n\n\ndef test_shouts():\n    assert textkit.shout("a") == "A"\n\n\ndef test_counts_words():\n    assert textkit.count("a b c") == 3\n',
};
const NAMES = {
  passing: ['tests/test_textkit.py::test_shouts'],
  failing: ['tests/test_textkit.py::test_counts_words'],
} as const;

/** The environment that a person would have made; the packages of the Python that is there are in it. */
export const pytestVenv: RepositoryKind = {
  name: 'pytest with a virtual environment',
  needs: ['python3', 'pytest'],
  make(folder) {
    const root = makeRepository(FILES, folder);
    const made = spawnSync('python3', ['-m', 'venv', '--without-pip', '--system-site-packages', join(root, '.venv')]);
    if (made.status !== 0) throw new Error(String(made.stderr));
    return root;
  },
  verify: '.venv/bin/python -m pytest',
  verdict: 'red',
  ...NAMES,
};

export const pytestPlain: RepositoryKind = {
  name: 'pytest with the Python of the system',
  needs: ['python3', 'pytest'],
  make: folder => makeRepository(FILES, folder),
  verify: 'python3 -m pytest',
  verdict: 'red',
  ...NAMES,
};

export const pythonWithoutPackages: RepositoryKind = {
  name: 'a Python project whose packages are not installed',
  needs: ['python3', 'pytest'],
  make: folder =>
    makeRepository(
      {
        ...FILES,
        'requirements.txt': 'llmclis-no-such-package\n',
        'src/textkit/__init__.py': 'import llmclis_no_such_package\n',
      },
      folder,
    ),
  verify: 'python3 -m pytest',
  verdict: { missing: 'the Python module llmclis_no_such_package' },
};

export const unittestOnly: RepositoryKind = {
  name: 'Python’s own unittest',
  needs: ['python3'],
  make: folder =>
    makeRepository(
      {
        'setup.py': 'from setuptools import setup\nsetup(name="x")\n',
        'x.py': 'def one():\n    return 2\n',
        'tests/__init__.py': '',
        'tests/test_x.py':
          'import unittest\nimport x\n\n\nclass One(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(x.one(), 1)\n\n    def test_there(self):\n        self.assertTrue(x.one)\n',
      },
      folder,
    ),
  verify: 'python3 -m unittest discover -s tests',
  verdict: 'red',
  passing: ['test_x.One.test_there'],
  failing: ['test_x.One.test_one'],
};
