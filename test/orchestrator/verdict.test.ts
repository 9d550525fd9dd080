import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/check.ts';
import { judgeBase, judgeWork } from '../../src/orchestrator/verdict.ts';

const result = (over: Partial<CheckResult>): CheckResult => ({
  command: 'npm test',
  exit: 0,
  passed: null,
  failed: null,
  ms: 1,
  tree: 't',
  on: 'base',
  of: 'verify',
  passing: [],
  failing: [],
  tail: '',
  missing: null,
  kept: false,
  ...over,
});
const own = (exit: number, over: Partial<CheckResult> = {}) => result({ command: 'own', of: 'task', exit, ...over });

const judge = (base: readonly CheckResult[], work: readonly CheckResult[]) => judgeWork(base, work, false);

describe('the base', () => {
  it('is red when the task’s own check fails, whatever the project’s says', () => {
    expect(judgeBase([own(1), result({ exit: 0 })]).verdict).toBe('red');
  });
  it('is green when the own check passes, even if the project’s fails', () => {
    expect(judgeBase([own(0), result({ exit: 1 })]).verdict).toBe('green');
  });
  it('is red by the project’s check when the task has none', () => {
    expect(judgeBase([result({ exit: 1 })]).verdict).toBe('red');
  });
  it('is missing when a check could not start', () => {
    expect(judgeBase([own(127, { missing: 'the command vitest' })])).toMatchObject({ verdict: 'missing' });
  });
  it('is green without any check', () => {
    expect(judgeBase([]).verdict).toBe('green');
  });
});

describe('the work', () => {
  it('is proven when the own check failed before and passes now', () => {
    expect(judgeWork([own(1)], [own(0)], false).verdict).toBe('red-green');
  });
  it('is refused while the own check fails', () => {
    expect(judgeWork([own(1)], [own(1)], false).verdict).toBe('red');
  });
  it('lets the project’s check stay red beside a proven own check', () => {
    const before = result({ exit: 1, passing: ['a'], failing: ['b', 'c'] });
    const after = result({ exit: 1, passing: ['a', 'b'], failing: ['c'] });
    expect(judgeWork([own(1), before], [own(0), after], false).verdict).toBe('red-green');
  });
  it('refuses when a test that passed on the base fails now', () => {
    const before = result({ exit: 1, passing: ['a'], failing: ['b'] });
    const after = result({ exit: 1, passing: ['b'], failing: ['a'] });
    const { verdict, detail } = judge([own(1), before], [own(0), after]);
    expect(verdict).toBe('red');
    expect(detail).toContain('these passed on the base: a');
  });
  it('refuses when a project check that passed on the base fails now', () => {
    expect(judgeWork([own(1), result({ exit: 0 })], [own(0), result({ exit: 1 })], false).verdict).toBe('red');
  });
  it('refuses when a test that passed on the base is not run any more', () => {
    const { verdict, detail } = judge(
      [own(1), result({ exit: 0, passing: ['a', 'b'] })],
      [own(0), result({ exit: 0, passing: ['a'] })],
    );
    expect(verdict).toBe('red');
    expect(detail).toContain('not run any more: b');
  });
  it('needs the project’s check to turn green when the task has none of its own', () => {
    expect(judgeWork([result({ exit: 1 })], [result({ exit: 1 })], false).verdict).toBe('red');
    expect(judgeWork([result({ exit: 1 })], [result({ exit: 0 })], false).verdict).toBe('red-green');
  });
  it('lets an unrelated red project check be, but proves nothing by it', () => {
    const red = result({ exit: 1, passing: ['a'], failing: ['b'] });
    expect(judgeWork([own(0), red], [own(0), red], false).verdict).toBe('green');
    expect(judgeWork([own(0), red], [own(0), red], true).verdict).toBe('red');
  });
  it('refuses when the project’s check names no test any more', () => {
    const silent = result({ exit: 1, tail: 'SyntaxError' });
    expect(
      judgeWork([own(1), result({ exit: 1, passing: ['a'], failing: ['b'] })], [own(0), silent], false).verdict,
    ).toBe('red');
  });
  it('proves nothing when all passed before', () => {
    expect(judgeWork([own(0)], [own(0)], false).verdict).toBe('green');
  });
});
