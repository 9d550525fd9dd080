import type { CheckResult } from '../../src/core/check.ts';
import type { Certificate } from '../../src/core/proof.ts';
import { certify } from '../../src/proof/certificate.ts';

const id = (digit: string): string => digit.repeat(40);

export const FACTS: Omit<Certificate, 'version' | 'digest'> = {
  task: { key: 'S1.1', title: 'Round to cents' },
  run_id: 'run1',
  made_at: '2026-11-21T09:12:03Z',
  proof: 'red-green',
  commit: id('a'),
  base: id('b'),
  base_tree: id('c'),
  work_tree: id('d'),
  tests: ['test/money.test.js'],
  setup: [],
  checks: [
    {
      command: 'node --test',
      of: 'verify',
      base: { exit: 1, passed: 2, failed: 1, skipped: 0 },
      work: { exit: 0, passed: 3, failed: 0, skipped: 0 },
      fail_to_pass: ['rounds to cents'],
      pass_to_pass: ['adds', 'subtracts'],
      proves: true,
      flaky: false,
    },
  ],
  stayed_green: [],
  mutants: {
    tree: id('d'),
    tried: 5,
    killed: 4,
    survived: [
      {
        path: 'src/money.js',
        line: 3,
        operator: 'constant',
        before: 'return Math.round(x * 100);',
        after: 'return Math.round(x * 101);',
      },
    ],
    commands: ['node --test'],
  },
  tools: { node: '24.21.0', git: '2.39.5' },
};

export const CERTIFICATE: Certificate = certify(FACTS);

export function result(fields: Partial<CheckResult> & Pick<CheckResult, 'command' | 'exit' | 'on'>): CheckResult {
  return {
    passed: null,
    failed: null,
    skipped: null,
    ms: 1,
    tree: id('d'),
    of: 'task',
    passing: [],
    failing: [],
    skipping: [],
    tail: '',
    missing: null,
    kept: false,
    ...fields,
  };
}
