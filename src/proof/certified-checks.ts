import type { CheckResult } from '../core/check.ts';
import type { CertifiedCheck, CertifiedRun } from '../core/proof.ts';

/**
 * What the checks' results on the base and on the work say together, one entry for each check that was run on both. A test that
 * is not there on the base and passes on the work is one that failed before only where its whole check was red on the base.
 */
export function certifiedChecks(base: readonly CheckResult[], work: readonly CheckResult[]): CertifiedCheck[] {
  return work.flatMap(after => {
    const before = base.find(({ command }) => command === after.command);
    return before === undefined ? [] : [certifiedCheck(before, after)];
  });
}

function certifiedCheck(before: CheckResult, after: CheckResult): CertifiedCheck {
  const passed = new Set(before.passing);
  const skipped = new Set(before.skipping ?? []);
  const failed = new Set(before.failing);
  const isRed = before.exit !== 0 && before.missing === null;
  const flaky = before.flaky === true || after.flaky === true;
  return {
    command: after.command,
    of: after.of,
    base: runOf(before),
    work: runOf(after),
    fail_to_pass: after.passing
      .filter(name => failed.has(name) || (isRed && !passed.has(name) && !skipped.has(name)))
      .toSorted(),
    pass_to_pass: after.passing.filter(name => passed.has(name) && !failed.has(name)).toSorted(),
    proves:
      isRed && after.exit === 0 && !flaky && before.proves_nothing === undefined && after.proves_nothing === undefined,
    flaky,
  };
}

const runOf = ({ exit, passed, failed, skipped }: CheckResult): CertifiedRun => ({
  exit,
  passed,
  failed,
  skipped: skipped ?? null,
});

/** The checks that passed on the base and still do. */
export const stayedGreen = (checks: readonly CertifiedCheck[]): string[] =>
  checks.filter(({ base, work }) => base.exit === 0 && work.exit === 0).map(({ command }) => command);
