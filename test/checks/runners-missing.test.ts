import { describe, expect, it } from 'vitest';
import { missingFrom } from '../../src/checks/runners/missing.ts';
import { ownModules } from '../../src/checks/runners/own.ts';

const nobodyOwns = () => false;
const missing = (exit: number, output: string) => missingFrom(exit, output, nobodyOwns);

describe('telling what is missing from what is wrong', () => {
  it.each([
    ['bash: line 1: vitest: command not found\n', 127, 'the command vitest'],
    ['> test\n> vitest run\n\nsh: 1: vitest: not found\n', 127, 'the command vitest'],
    ['make: vitest: No such file or directory\nmake: *** [Makefile:2: test] Error 127\n', 2, 'the command vitest'],
    ['/bin/sh: 1: gotestsum: not found\nmake: *** [Makefile:2: test] Error 127\n', 2, 'the command gotestsum'],
    ['bash: line 1: node_modules/.bin/jest: No such file or directory\n', 127, 'the command node_modules/.bin/jest'],
    [
      'bash: line 1: .venv/bin/python: No such file or directory\n',
      127,
      'the Python environment .venv (.venv/bin/python)',
    ],
    ['/usr/bin/env: ‘deno’: No such file or directory\n', 127, 'the command deno'],
    [
      'pyenv: pytest: command not found\n\nThe `pytest` command exists in these Python versions:\n',
      127,
      'the command pytest',
    ],
    ["pyenv: version `3.12' is not installed (set by /x/.python-version)\n", 1, 'Python 3.12 (pyenv)'],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left-pad' imported from /x/y.js\n", 1, 'the package left-pad'],
    ["Error: Cannot find module '@scope/thing'\n", 1, 'the package @scope/thing'],
    ['/usr/bin/python3: No module named pytest\n', 1, 'the Python module pytest'],
    ["E   ModuleNotFoundError: No module named 'requests'\n", 2, 'the Python module requests'],
    [
      'y.go:2:8: github.com/google/uuid@v1.6.0: Get "https://proxy.golang.org/x.zip": dial tcp: lookup proxy.golang.org: no route\n',
      1,
      'the Go module github.com/google/uuid@v1.6.0',
    ],
    [
      'y.go:2:8: missing go.sum entry for module providing package github.com/google/uuid (imported by x); to add:\n',
      1,
      'the line of go.sum for github.com/google/uuid',
    ],
    [
      'go: downloading example.invalid/none v1.0.0\n# x\na.go:3:8: mkdir /run/home/go/pkg/mod/cache/download/example.invalid: read-only file system\n',
      1,
      'the Go module example.invalid/none',
    ],
    ['error: no matching package named `rand` found\nlocation searched: crates.io index\n', 101, 'the crate rand'],
    ['error: failed to get `rand` as a dependency of package `a v0.1.0 (/x)`\n', 101, 'the crate rand'],
    ['error: linker `cc` not found\n', 101, 'the linker cc'],
  ])('%s', (output, exit, wanted) => expect(missing(exit, output)).toBe(wanted));

  it.each([
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/work/src/slug.js' imported from /x\n",
    "SyntaxError: The requested module './a.js' does not provide an export named 'slug'\n",
    "Error: Cannot find module './nothere' from 't/b.test.js'\n",
    'cat: data.txt: No such file or directory\n',
    'bash: line 1: ./run-tests.sh: No such file or directory\n',
    'a_test.go:5:7: undefined: Foo\n',
    'make: *** No rule to make target `test`.  Stop.\n',
  ])('is silent about an ordinary red check: %s', output => expect(missing(1, output)).toBeNull());

  it('is never about a check that ran some tests or passed', () => {
    expect(missing(1, "✔ a\n✖ b\nCannot find package 'x'\nℹ pass 1\nℹ fail 1\n")).toBeNull();
    expect(missing(0, 'bash: x: command not found')).toBeNull();
  });
});

describe('what is the project’s own', () => {
  const own = (files: Readonly<Record<string, string>>) =>
    ownModules({
      read: path => Promise.resolve(files[path] ?? null),
      list: () => Promise.resolve(Object.keys(files)),
    });

  it('is what it has as a file or folder, and in Python what it does not require', async () => {
    const isOwn = await own({
      'src/textkit/__init__.py': '',
      'requirements.txt': 'requests\nPy-Yaml>=6\n',
      'lib/a.js': '',
    });
    expect(isOwn('python', 'textkit.slug')).toBe(true);
    expect(isOwn('python', 'not_written_yet')).toBe(true);
    expect(isOwn('python', 'requests.adapters')).toBe(false);
    expect(isOwn('python', 'py_yaml')).toBe(false);
    expect(isOwn('node', 'lib/b.js')).toBe(true);
    expect(isOwn('node', 'left-pad')).toBe(false);
  });

  it('is no program that was to be run with -m, required or not', async () => {
    const isOwn = await own({ 'tests/test_a.py': '', 'tool.py': '' });
    expect(isOwn('program', 'pytest')).toBe(false);
    expect(isOwn('program', 'tool')).toBe(true);
  });

  it('is a Go package below one of its modules', async () => {
    const isOwn = await own({
      'go.mod': 'module example.com/x\n\ngo 1.21\n',
      'tools/go.mod': 'module "example.com/tools"\n',
    });
    expect(isOwn('go', 'example.com/x/new')).toBe(true);
    expect(isOwn('go', 'example.com/tools/a')).toBe(true);
    expect(isOwn('go', 'example.com/xyz')).toBe(false);
  });
});
