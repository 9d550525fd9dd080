import { describe, expect, it } from 'vitest';
import { evidenceLines, type TaskEvidence } from '../../src/core/evidence.ts';

const run = (exit: number, passed: number | null, failed: number | null) => ({
  exit,
  passed,
  failed,
  failing: [],
  missing: null,
});
const evidence: TaskEvidence = {
  run_id: 'r1',
  checks: [
    { command: 'npm test', of: 'task', base: run(1, 1, 2), work: run(0, 3, 0), flaky: false },
    { command: 'npm run lint', of: 'verify', base: run(0, null, null), work: run(2, null, null), flaky: false },
    { command: 'make slow', of: 'verify', base: run(1, null, null), work: run(0, null, null), flaky: true },
    { command: '@file path=a.js', of: 'task', base: run(1, null, null), work: null, flaky: false },
  ],
  refusals: [
    { because: 'empty_diff', detail: '', model: 'small' },
    { because: 'empty_diff', detail: '', model: 'small' },
    { because: 'checks_failed', detail: '', model: 'small' },
  ],
  mutants: { tried: 20, killed: 18 },
  certificate: null,
  recalled: null,
};

describe('the evidence for a task', () => {
  it('is one line for each check, before and after, and says which one proves', () => {
    expect(evidenceLines(evidence).map(({ text, tone }) => `${tone}: ${text}`)).toEqual([
      'good: proved by npm test: 1 passed, 2 failed → 3 passed',
      'bad: check npm run lint: passed → exit 2',
      'good: check make slow: exit 1 → passed (flaky)',
      'dim: check @file path=a.js: exit 1',
      'dim: refused empty diff 2 times',
      'dim: refused checks failed',
      'dim: noticed 18 of 20 wrong variants',
    ]);
  });
});
