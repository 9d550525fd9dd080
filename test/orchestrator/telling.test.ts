import { describe, expect, it } from 'vitest';
import { tellingLines } from '../../src/orchestrator/telling.ts';

describe('what an output of checks tells', () => {
  it('is what failed and why, without what went well, how long it took and where in the runner it was', () => {
    const output = [
      '`node --test` fails (exit 1; 1 passed, 1 failed).',
      'Failing: wraps',
      '✔ stays one line (5.49ms)',
      '✖ wraps (0.79ms)',
      'ℹ tests 2',
      'ℹ duration_ms 312.6',
      '✖ failing tests:',
      '✖ wraps (0.81ms)',
      '  AssertionError [ERR_ASSERTION]: 7: "a bb"',
      '      at TestContext.<anonymous> (./test/wrap.test.js:16:62)',
      '      at Test.run (node:internal/test_runner/test:1402:25)',
      "    code: 'ERR_ASSERTION',",
      '  }',
    ].join('\n');
    expect(tellingLines(output)).toBe(
      [
        '`node --test` fails (exit 1; 1 passed, 1 failed).',
        'Failing: wraps',
        '✖ wraps',
        '  AssertionError [ERR_ASSERTION]: 7: "a bb"',
        '      at TestContext.<anonymous> (./test/wrap.test.js:16:62)',
      ].join('\n'),
    );
  });

  it('keeps what pytest says of a failure', () => {
    const output =
      '===== FAILURES =====\ntest_a.py::test_ok PASSED [ 50%]\ntest_a.py::test_add FAILED [100%]\nE       assert 3 == 4\n';
    expect(tellingLines(output)).toBe('test_a.py::test_add FAILED [100%]\nE       assert 3 == 4');
  });

  it('leaves plain words as they are', () => {
    expect(tellingLines('No file was changed.\nAnd that is all.')).toBe('No file was changed.\nAnd that is all.');
  });
});
