import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const folder = mkdtempSync(join(tmpdir(), 'llmclis-ci-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tests = (...statuses: readonly string[]) => ({
  name: join(root, 'test/a.test.ts'),
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status, place) => ({ fullName: `test ${place + 1}`, status })),
});

function summary(report: unknown, ...codes: readonly string[]) {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  const { status, stdout } = spawnSync(process.execPath, ['scripts/ci-summary.mjs', file, ...codes], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('the last lines of .ci/run', () => {
  it('counts tests and the other checks together', () => {
    const report = { testResults: [tests('passed', 'passed')] };
    expect(summary(report, 'npm test=0', 'lint=0', 'typecheck=0')).toEqual({
      status: 0,
      lines: ['4 passed, 0 failed'],
    });
  });

  it('names what was skipped and what failed', () => {
    const report = { testResults: [tests('passed', 'failed', 'skipped')] };
    expect(summary(report, 'npm test=1', 'lint=0', 'typecheck=2')).toEqual({
      status: 1,
      lines: [
        'skipped: test/a.test.ts: test 3',
        'failed: test/a.test.ts: test 2',
        'failed: typecheck (exit 2)',
        '2 passed, 2 failed',
      ],
    });
  });

  it('counts a file that does not load as failed', () => {
    const broken = { ...tests(), status: 'failed' };
    const { status, lines } = summary({ testResults: [broken, tests('passed')] }, 'npm test=1', 'lint=0');
    expect(lines).toEqual(['failed: test/a.test.ts (the file)', '2 passed, 1 failed']);
    expect(status).toBe(1);
  });

  it('fails when no test ran, and when the run failed without a failed test', () => {
    expect(summary({ testResults: [] }, 'npm test=0').lines).toEqual(['failed: no test ran', '0 passed, 1 failed']);
    expect(summary({ testResults: [tests('passed')] }, 'npm test=1').lines.at(-1)).toBe('1 passed, 1 failed');
  });
});
