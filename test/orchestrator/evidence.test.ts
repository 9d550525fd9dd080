import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/check.ts';
import { assertsNothing } from '../../src/orchestrator/assertions.ts';
import { isPath, isProving, lostTests } from '../../src/orchestrator/evidence.ts';
import { exitsIn, withoutExits } from '../../src/orchestrator/exits.ts';
import { isStrong, suggestion } from '../../src/orchestrator/mutant-demand.ts';
import { judgeBase, judgeWork, lostBeside } from '../../src/orchestrator/verdict.ts';
import { isEquivalent } from '../../src/proof/equivalent.ts';

const result = (over: Partial<CheckResult>): CheckResult => ({
  command: 'own',
  exit: 0,
  passed: null,
  failed: null,
  ms: 1,
  tree: 't',
  on: 'base',
  of: 'task',
  passing: [],
  failing: [],
  tail: '',
  missing: null,
  kept: false,
  ...over,
});
const red = (over: Partial<CheckResult> = {}) => result({ exit: 1, ...over });
const green = (over: Partial<CheckResult> = {}) => result({ exit: 0, ...over });

describe('tests that are lost', () => {
  it.each([
    ['one that failed is gone', { failing: ['a'] }, { passing: ['b'] }, 'not run any more: a'],
    ['one is skipped', { passing: ['a'] }, { skipping: ['a'] }, 'skipped now: a'],
    ['fewer are run', { passed: 3, failed: 1 }, { passed: 3, failed: 0 }, 'Fewer tests'],
    ['none is counted any more', { passed: 3, failed: 1 }, {}, 'counts none now'],
    ['more are skipped, by number', { passed: 2, skipped: 0 }, { passed: 2, skipped: 1 }, 'More tests are skipped'],
  ])('%s', (_, before, after, why) => expect(lostTests(red(before), green(after))).toContain(why));

  it.each([
    ['a new test', { passing: ['a'], passed: 1 }, { passing: ['a', 'b'], passed: 2 }],
    [
      'a file that could not load has its tests now',
      { failing: ['test/a.test.js'], failed: 1 },
      { passing: ['a'], passed: 1 },
    ],
    [
      'such a file with a skipped test of its own',
      { failed: 1, skipped: 0, unloaded: [{ kind: 'file', name: 'a' }] },
      { passed: 1, skipped: 1 },
    ],
    [
      'a test that was skipped runs',
      { skipping: ['a'], passed: 1, skipped: 1 },
      { passing: ['a'], passed: 2, skipped: 0 },
    ],
  ] as const)('%s is no loss', (_, before, after) => expect(lostTests(red(before), green(after))).toBeNull());

  it('refuses green work that lost one, and a tester’s test that runs alone', () => {
    const before = green({ passing: ['a', 'b'] });
    expect(judgeWork([before], [green({ passing: ['a'], skipping: ['b'] })], false).verdict).toBe('red');
    expect(lostBeside([before], [red({ failing: ['new'] })])).toContain('a · b');
    expect(lostBeside([before], [red({ failing: ['tests/test_new.py'] })])).toBeNull();
  });

  it('knows a file from a test by its name', () => {
    expect(['test/a.test.js', 'tests/test_a.py'].every(isPath)).toBe(true);
    expect(['tests/test_a.py::test_b', 'adds 1.js and 2', 'pkg.Test'].some(isPath)).toBe(false);
  });
});

describe('what turns green and proves nothing', () => {
  it.each([
    ['flaky on the base', red({ flaky: true }), green()],
    ['flaky on the work', red(), green({ flaky: true })],
    ['with something else behind it', red(), green({ proves_nothing: 'The base passes it now too.' })],
    ['missing on the base', red({ missing: 'the command x' }), green()],
  ])('%s', (_, before, after) => {
    expect(isProving(before, after)).toBe(false);
    expect(judgeWork([before], [after], false).verdict).toBe('green');
  });
  it('a guard of the task does not decide the base, and must pass on the work', () => {
    const guard = (exit: number) => result({ command: '@diff', exit, proves_nothing: 'It looks at the change.' });
    expect(judgeBase([red({ command: 'npm test', of: 'verify' })]).verdict).toBe('red');
    expect(judgeWork([red()], [green(), guard(1)], false).verdict).toBe('red');
    expect(judgeWork([red()], [green(), guard(0)], false).verdict).toBe('red-green');
    expect(judgeWork([green()], [green(), guard(0)], false).verdict).toBe('green');
  });
  it('says why in the verdict', () => {
    const { detail } = judgeWork([red()], [green({ proves_nothing: 'It is flaky.' })], false);
    expect(detail).toBe('`own` proves nothing. It is flaky.');
  });
});

describe('an exit in a change', () => {
  it.each([
    ['process.exit(0);', '(0);'],
    ['process.exit(code());', '(0);'],
    ['os._exit(0)', '(0)'],
    ['raise SystemExit(0)', '(0)'],
    ['sys.exit()', '(0)'],
    ["process.on('uncaughtException', () => {});", "process.on('never', () => {});"],
  ])('%s is taken out', (text, without) => {
    expect(exitsIn(text, '')).toHaveLength(1);
    expect(exitsIn(text, text)).toHaveLength(0);
    expect(withoutExits(text)).toBe(without);
  });
  it.each(['process.exit(1)', 'onExit(0)', 'app.exit(0)', 'const exit = 0;'])('%s stays', text =>
    expect(exitsIn(text, null)).toEqual([]),
  );
});

describe('a test without assertion', () => {
  it.each([
    "import assert from 'node:assert';\nimport { test } from 'node:test';\ntest('asserts', () => { run(1); });\n",
    "import { test, expect } from 'vitest';\n// expect(f(1)).toBe(2)\ntest('x', () => console.log(f(1)));\n",
    'from pkg import f\n\ndef test_f():\n    print(f(2))  # assert f(2) == 4\n',
  ])('%j asserts nothing', text => expect(assertsNothing(text)).toBe(true));
  it.each([
    "test('x', t => { t.is(f(1), 2); });",
    "import { ok } from 'node:assert';\nok(f(1) === 2);",
    'def test_f():\n    assert f(2) == 4\n',
    '    def test_f(self):\n        self.assertEqual(f(2), 4)\n',
    "if (f(2) !== 6) throw new Error('wrong');",
    'func TestF(t *testing.T) {\n\tif F(1) != 2 {\n\t\tt.Errorf("x")\n\t}\n}\n',
    'fn t() { assert_eq!(f(1), 2); }',
  ])('%j asserts something', text => expect(assertsNothing(text)).toBe(false));
});

describe('wrong variants', () => {
  const demand = { limit: 20, total_s: 60, skipped: null } as const;
  const counts = (killed: number, survived: number, elsewhere = 0) => ({
    killed,
    survived,
    elsewhere,
    depends_on_text: false,
  });
  it('a tester’s test must notice four of five; where nothing can be varied it is taken', () => {
    const tester = { ...demand, written_by: 'tester', needed: 0.8 } as const;
    expect(isStrong(tester, counts(8, 2))).toBe(true);
    expect(isStrong(tester, counts(7, 3))).toBe(false);
    expect(isStrong(tester, counts(0, 0))).toBe(true);
    expect(isStrong(tester, counts(0, 0, 3))).toBe(false);
    expect(isStrong(tester, { ...counts(9, 0), depends_on_text: true })).toBe(false);
  });
  it('where behaviour is to stay, the tests must look at what was changed', () => {
    const kept = { ...demand, written_by: 'person', needed: 0.5 } as const;
    expect(isStrong(kept, counts(2, 2))).toBe(true);
    expect(isStrong(kept, counts(1, 2))).toBe(false);
    expect(isStrong(kept, counts(0, 0))).toBe(false);
  });
  const mutant = (before: string, after: string, next = '') => ({
    path: 'a.js',
    line: 1,
    operator: 'comparison',
    before,
    after,
    text: `${after}\n${next}\n`,
  });
  it('leaves out a border that no test can see', () => {
    expect(isEquivalent(mutant('if (x < low) return low;', 'if (x <= low) return low;'))).toBe(true);
    expect(isEquivalent(mutant('if (x > high) {', 'if (x >= high) {', '  return high;'))).toBe(true);
    expect(isEquivalent(mutant('return a < b ? a : b;', 'return a <= b ? a : b;'))).toBe(true);
    expect(isEquivalent(mutant('if n > most:', 'if n >= most:', '    most = n'))).toBe(true);
    expect(isEquivalent(mutant('y = x if x > low else low', 'y = x if x >= low else low'))).toBe(true);
    expect(isEquivalent(mutant('if (x < low) return 0;', 'if (x <= low) return 0;'))).toBe(false);
    expect(isEquivalent(mutant('if (x < low) return low;', 'if (x >= low) return low;'))).toBe(false);
  });
  it('suggests a test where a person’s tests are blind', () => {
    const facts = {
      task: 'T1',
      tree: 't',
      tried: 4,
      killed: 3,
      commands: [],
      strong: false,
      written_by: 'person',
    } as const;
    const survived = [{ path: 'a.js', line: 3, operator: 'constant', before: '1', after: '2' }];
    expect(suggestion({ ...facts, survived })).toContain('a.js:3 (constant)');
    expect(suggestion({ ...facts, survived: [] })).toBeNull();
  });
});
