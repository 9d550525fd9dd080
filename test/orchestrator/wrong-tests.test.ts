import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/check.ts';
import { filesOfTests, wrongTests } from '../../src/orchestrator/wrong-tests.ts';

const first = (path: string, text: string): string => wrongTests(path, text, 'npm test')[0] ?? '';

describe('a test file that must fail', () => {
  it.each([
    ["test('adds 2', () => assert.equal(add(1, 2), 3));", "test('adds 2', () => assert.equal(add(1018, 1036), 1054));"],
    ['  expect(isEven(2)).toBe(true);', "  expect(isEven(2)).toBe('llmclis1');"],
    ["  assert.deepEqual(slug('a'), ['b']);", "  assert.deepEqual(slug('allmclis1'), ['bllmclis2']);"],
  ])('expects other values: %s', (line, wrong) => {
    expect(first('test/a.test.js', `import x from 'y';\n${line}\n`)).toBe(`import x from 'y';\n${wrong}\n`);
  });

  it('expects other values in Python', () => {
    const text = 'def test_double():\n    assert double(2) == 4\n    self.assertEqual(double(1), None)\n';
    expect(first('tests/test_a.py', text)).toBe(
      "def test_double():\n    assert double(1019) == 1038\n    self.assertEqual(double(1018), 'llmclis2')\n",
    );
  });

  it('cannot be loaded where it compares with no value, but loads what it imports', () => {
    const text = "import {\n  a,\n} from '../src/a.js';\nfor (const [x, y] of CASES) assert.equal(a(x), y);\n";
    expect(first('a.test.js', text)).toContain("from '../src/a.js';\nthrow new Error('llmclis');\nfor (");
    expect(first('test_a.py', 'from pkg import a\n\ndef test_a():\n    assert a()\n')).toContain(
      "from pkg import a\n\nraise RuntimeError('llmclis')\ndef test_a",
    );
  });

  it('has other values everywhere in a second try where the first may not reach what runs', () => {
    const text = "import { a } from 'a';\nconst CASES = [[1, '2']];\ntest.skip('x', () => assert.equal(a(1), 2));\n";
    expect(wrongTests('a.test.js', text, 'npm test')[1]).toContain(
      "import { a } from 'a';\nconst CASES = [[1018, '2llmclis2']];",
    );
    expect(wrongTests('a.test.js', text.replace('.skip', ''), 'npm test')).toHaveLength(1);
    const python = '"""About\nthis."""\n# todo\nassert a() == 1\n';
    expect(wrongTests('test_a.py', python, 'pytest')[1]).toContain('"""About\nthis."""\n');
  });

  it.each([
    'npm test -- -t adds',
    "node --test --test-name-pattern='adds'",
    'pytest tests/test_a.py::test_adds',
    'pytest -k adds',
    'python3 -m unittest tests.test_a.Case.test_adds',
  ])('cannot be loaded where %s chooses among its tests', check => {
    const [only] = wrongTests('a.test.js', 'assert.equal(a(), 1);\n', check);
    expect(only).toBe("throw new Error('llmclis');\nassert.equal(a(), 1);\n");
  });

  it.each(['npm test', 'python3 -m pytest tests', 'python3 -m unittest -v tests.test_a', 'node --test test/a.test.js'])(
    '%s takes the whole file',
    check => expect(wrongTests('a.test.js', 'assert.equal(a(), 1);\n', check)[0]).toContain('1018'),
  );

  it('leaves alone what says that values differ', () => {
    expect(first('a.test.js', 'expect(a()).not.toBe(5);')).toContain('not.toBe(5)');
  });
});

describe('the test files of a check', () => {
  const result = (command: string, passing: readonly string[], failing: readonly string[]): CheckResult => ({
    command,
    exit: failing.length > 0 ? 1 : 0,
    passed: passing.length,
    failed: failing.length,
    ms: 1,
    tree: 't',
    on: 'base',
    of: 'task',
    passing,
    failing,
    tail: '',
    missing: null,
    kept: false,
  });
  const TEXTS = new Map([
    ['test/a.test.js', "test('adds', () => {});"],
    ['test/b.test.js', "test('takes away', () => {});"],
    ['tests/test_c.py', 'def test_c(): pass'],
  ]);
  it.each([
    ['node --test test/a.test.js', [], [], ['test/a.test.js']],
    ['npm test', ['takes away'], [], ['test/b.test.js']],
    ['npm test', ['test/b.test.js > takes away'], [], ['test/b.test.js']],
    ['npm test', [], ['test/a.test.js'], ['test/a.test.js']],
    ['pytest', ['tests/test_c.py::test_c'], [], ['tests/test_c.py']],
    ['python3 -m unittest', ['tests.test_c.Case.test_c'], [], ['tests/test_c.py']],
    ['make', ['something else'], [], []],
  ])('%s, where %j turned green: %j failed', (command, passing, failing, found) => {
    expect(filesOfTests(result(command, [], failing), result(command, passing, []), TEXTS)).toEqual(found);
  });
});
