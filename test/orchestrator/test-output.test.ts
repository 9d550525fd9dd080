import { describe, expect, it } from 'vitest';
import { missingFrom, readTestOutput } from '../../src/orchestrator/test-output.ts';

const nobodyOwns = () => false;

describe('reading a test runner', () => {
  it('reads node:test in its spec form, with names and counts', () => {
    const output = '✔ slugify lowers letters (1.2ms)\n✖ slugify keeps digits (0.4ms)\nℹ tests 2\nℹ pass 1\nℹ fail 1\n';
    expect(readTestOutput(output)).toEqual({
      passed: 1,
      failed: 1,
      passing: ['slugify lowers letters'],
      failing: ['slugify keeps digits'],
    });
  });

  it('reads TAP', () => {
    const output = 'TAP version 13\nok 1 - adds\nnot ok 2 - subtracts\n# pass 1\n# fail 1\n';
    expect(readTestOutput(output)).toEqual({ passed: 1, failed: 1, passing: ['adds'], failing: ['subtracts'] });
  });

  it('reads pytest', () => {
    const output =
      'tests/test_a.py::test_one PASSED  [ 50%]\ntests/test_a.py::test_two FAILED [100%]\nFAILED tests/test_a.py::test_two - assert 1 == 2\n====== 1 failed, 1 passed in 0.03s ======\n';
    expect(readTestOutput(output)).toEqual({
      passed: 1,
      failed: 1,
      passing: ['tests/test_a.py::test_one'],
      failing: ['tests/test_a.py::test_two'],
    });
  });

  it('reads go and cargo', () => {
    expect(readTestOutput('--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\n').failing).toEqual(['TestB']);
    expect(
      readTestOutput('test a::b ... ok\ntest a::c ... FAILED\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n'),
    ).toMatchObject({ passed: 1, failed: 1 });
  });

  it('sees through colours', () => {
    expect(readTestOutput('\u001b[32m✔ green\u001b[39m\n').passing).toEqual(['green']);
  });

  it('says nothing about output it does not know', () => {
    expect(readTestOutput('built in 3 s\n')).toEqual({ passed: null, failed: null, passing: [], failing: [] });
  });

  it('takes a name that both passed and failed as failed', () => {
    expect(readTestOutput('✔ same\n✖ same\n').passing).toEqual([]);
  });
});

describe('telling what is missing from what is wrong', () => {
  it('names a command that is not there', () => {
    expect(missingFrom(127, 'bash: line 1: vitest: command not found\n', nobodyOwns)).toBe('the command vitest');
    expect(missingFrom(127, '> test\n> vitest run\n\nsh: 1: vitest: not found\n', nobodyOwns)).toBe(
      'the command vitest',
    );
  });

  it('names a package from outside', () => {
    expect(
      missingFrom(
        1,
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left-pad' imported from /x/y.js\n",
        nobodyOwns,
      ),
    ).toBe('the package left-pad');
    expect(missingFrom(1, "Error: Cannot find module '@scope/thing'\n", nobodyOwns)).toBe('the package @scope/thing');
    expect(missingFrom(1, '/usr/bin/python3: No module named pytest\n', nobodyOwns)).toBe('the Python module pytest');
  });

  it('takes a missing file, export or own module as an ordinary red check', () => {
    expect(
      missingFrom(
        1,
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/work/src/slug.js' imported from /x\n",
        nobodyOwns,
      ),
    ).toBeNull();
    expect(
      missingFrom(
        1,
        "SyntaxError: The requested module './a.js' does not provide an export named 'slug'\n",
        nobodyOwns,
      ),
    ).toBeNull();
    expect(missingFrom(1, "ModuleNotFoundError: No module named 'textkit.slug'\n", () => true)).toBeNull();
  });

  it('is never about a check that ran some tests or passed', () => {
    expect(missingFrom(1, "✔ a\n✖ b\nCannot find package 'x'\nℹ pass 1\nℹ fail 1\n", nobodyOwns)).toBeNull();
    expect(missingFrom(0, 'bash: x: command not found', nobodyOwns)).toBeNull();
  });
});
