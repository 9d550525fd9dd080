import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTestPath, unloadedFrom } from '../../src/checks/runners/unloaded.ts';

const file = (name: string) => ({ kind: 'file', name });
const symbol = (name: string) => ({ kind: 'symbol', name });

describe('what of the project’s own a test could not load', () => {
  it.each([
    [
      'Node, a file',
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'src/slug.js' imported from test/slug.test.js\n",
      [file('src/slug.js')],
    ],
    [
      'Node, an export',
      "test/slug.test.js:3\nimport { slug } from '../src/a.js';\n         ^^^^\nSyntaxError: The requested module '../src/a.js' does not provide an export named 'slug'\n",
      [symbol('slug')],
    ],
    [
      'Node, an export, in TAP',
      "# test/slug.test.js:3\n# import { slug } from '../src/a.js';\n#          ^^^^\n# SyntaxError: The requested module '../src/a.js' does not provide an export named 'slug'\n",
      [symbol('slug')],
    ],
    [
      'CommonJS',
      "Error: Cannot find module '../src/slug'\nRequire stack:\n- ./test/slug.test.js\n",
      [file('src/slug')],
    ],
    ['vitest', "Error: Cannot find module './slug.js' imported from test/slug.test.ts\n", [file('test/slug.js')]],
    [
      'vitest before 4',
      'Error: Failed to load url ../src/slug.js (resolved id: ../src/slug.js) in test/slug.test.ts. Does the file exist?\n',
      [file('src/slug.js')],
    ],
    [
      'vite',
      'Error: Failed to resolve import "../src/slug" from "test/slug.test.ts". Does the file exist?\n',
      [file('src/slug')],
    ],
    [
      'jest',
      "FAIL test/slug.test.js\n  ● Test suite failed to run\n\n    Cannot find module '../src/slug' from 'test/slug.test.js'\n",
      [file('src/slug')],
    ],
    [
      'TypeScript',
      "test/slug.test.ts(1,10): error TS2305: Module '\"../src/a.ts\"' has no exported member 'slug'.\ntest/slug.test.ts(2,18): error TS2307: Cannot find module '../src/slug.ts' or its corresponding type declarations.\n",
      [symbol('slug'), file('src/slug.ts')],
    ],
    [
      'pytest, a name',
      "_____ ERROR collecting tests/test_slug.py _____\nImportError while importing test module './tests/test_slug.py'.\nTraceback:\n/usr/lib/python3.11/importlib/__init__.py:126: in import_module\ntests/test_slug.py:1: in <module>\n    from kit import slug\nE   ImportError: cannot import name 'slug' from 'kit' (./src/kit/__init__.py)\n===== short test summary info =====\n",
      [symbol('slug')],
    ],
    [
      'pytest, an attribute',
      "_____ ERROR collecting tests/test_slug.py _____\ntests/test_slug.py:2: in <module>\n    slug = kit.slug\nE   AttributeError: module 'kit' has no attribute 'slug'\n===== short test summary info =====\n",
      [symbol('slug')],
    ],
    [
      'unittest, a module',
      'ERROR: test_slug (unittest.loader._FailedTest.test_slug)\n----------------------------------------------------------------------\nImportError: Failed to import test module: test_slug\nTraceback (most recent call last):\n  File "/usr/lib/python3.11/unittest/loader.py", line 419, in _find_test_path\n    module = self._get_module_from_name(name)\n  File "./tests/test_slug.py", line 1, in <module>\n    import kit.slug\nModuleNotFoundError: No module named \'kit.slug\'\n\n',
      [file('kit/slug')],
    ],
    ['Go', '# example.com/x [example.com/x.test]\n./slug_test.go:5:7: undefined: Slug\n', [symbol('Slug')]],
    [
      'Go, a package',
      'slug_test.go:3:8: no required module provides package example.com/x/slug; to add it:\n',
      [file('example.com/x/slug')],
    ],
    [
      'Rust',
      'error[E0432]: unresolved import `kit::slug`\n --> tests/slug.rs:1:5\n  |\nerror[E0425]: cannot find function `slugs` in crate `kit`\n  --> tests/slug.rs:4:20\n',
      [symbol('slug'), symbol('slugs')],
    ],
    [
      'Rust, unit tests beside the code',
      'error[E0425]: cannot find function `slug` in this scope\n --> src/lib.rs:9:20\nerror: could not compile `kit` (lib test) due to 1 previous error\n',
      [symbol('slug')],
    ],
  ])('%s', (_, output, wanted) => expect(unloadedFrom(output)).toEqual(wanted));

  it.each([
    ['a syntax error in a test', 'test/a.test.js:1\nimport {\n\nSyntaxError: Unexpected end of input\n'],
    ['an ordinary failure', '✖ slug (1ms)\n  AssertionError: 1 == 2\nTypeError: slug is not a function\n'],
    ['the product’s own files among each other', "Error: Cannot find module './b.js' imported from ./src/a.js\n"],
    [
      'the product’s own module in Python',
      "_____ ERROR collecting tests/test_a.py _____\ntests/test_a.py:1: in <module>\n    import kit\nsrc/kit/__init__.py:1: in <module>\n    from kit.b import gone\nE   ImportError: cannot import name 'gone' from 'kit.b' (./src/kit/b.py)\n",
    ],
    [
      'a name looked up while a test runs',
      "_____ test_slug _____\n\n    def test_slug():\n>       assert kit.slug('a') == 'a'\nE       AttributeError: module 'kit' has no attribute 'slug'\n\ntests/test_slug.py:4: AttributeError\n=== short test summary info ===\n",
    ],
    [
      'a module that a running test of jest asked for',
      "FAIL test/a.test.js\n  ● outer › loads\n\n    Cannot find module '../src/x' from 'test/a.test.js'\n",
    ],
    ['Go code that does not build', './slug.go:5:7: undefined: Slug\n'],
    [
      'Rust code that does not build',
      'error[E0425]: cannot find function `slug` in this scope\n --> src/lib.rs:9:20\nerror: could not compile `kit` (lib) due to 1 previous error\nerror: could not compile `kit` (lib test) due to 1 previous error\n',
    ],
    [
      'a passing run',
      readFileSync(join(import.meta.dirname, 'recorded/go-1.26.txt'), 'utf8').replace(/^.*undefined.*$/m, ''),
    ],
  ])('%s is nothing of that kind', (_, output) => expect(unloadedFrom(output)).toEqual([]));

  it('takes a file that the command line names for a test', () => {
    const output = "Error: Cannot find module 'src/slug.js' imported from check.mjs\n";
    expect(unloadedFrom(output)).toEqual([]);
    expect(unloadedFrom(output, path => path === 'check.mjs')).toEqual([file('src/slug.js')]);
  });

  it('is read from what runners really wrote', () => {
    const recorded = (name: string) =>
      unloadedFrom(readFileSync(join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8'));
    expect(recorded('node-24-spec')).toEqual([file('nothere.mjs')]);
    expect(recorded('node-20-tap')).toEqual([file('nothere.mjs')]);
    expect(recorded('vitest-5-verbose')).toEqual([file('test/nothere.js')]);
    expect(recorded('jest-30-verbose')).toEqual([file('t/nothere')]);
    expect(recorded('unittest-3.11')).toEqual([file('nowhere_x')]);
    expect(recorded('pytest-9')).toEqual([file('nowhere_x')]);
    expect(recorded('go-1.26')).toEqual([symbol('Nope')]);
  });
});

describe('what looks like a test', () => {
  it.each([
    'test/a.js',
    'src/__tests__/a.js',
    'a.test.ts',
    'a.spec.js',
    'x/test_a.py',
    'a_test.go',
    'tests/it.rs',
    'test.js',
  ])('%s', path => expect(isTestPath(path)).toBe(true));
  it.each(['src/a.js', 'contest.py', 'src/latest.ts', 'protest/a.js'])('not %s', path =>
    expect(isTestPath(path)).toBe(false),
  );
});
