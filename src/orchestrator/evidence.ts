import type { CheckResult } from '../core/check.ts';

/** Does a runner name a whole file here, not a test in it? */
export const isPath = (name: string): boolean =>
  !/\s|::/.test(name) && /(?:^|[\\/])[\w.-]+\.(?:[cm]?[jt]sx?|py|go|rs|rb)$/.test(name);

/** Tests that ran on the base and appear nowhere now. A runner that names none any more did not run them. */
function goneTests(before: CheckResult, after: CheckResult): readonly string[] {
  const there = new Set([...after.passing, ...after.failing, ...(after.skipping ?? [])]);
  // A test file that cannot load, or has no test in it, is named by its path where its tests would be.
  return [...before.passing, ...before.failing].filter(name => !there.has(name) && !isPath(name));
}

const total = ({ passed, failed }: CheckResult): number | null =>
  passed === null && failed === null ? null : (passed ?? 0) + (failed ?? 0);

/** Names of tests that ran on the base and are skipped now; null where the runner gives no names of skipped tests. */
function newlySkipped(before: CheckResult, after: CheckResult): readonly string[] | null {
  const named = [...(after.skipping ?? []), ...(before.skipping ?? [])];
  if (named.length === 0) return null;
  const ran = new Set([...before.passing, ...before.failing]);
  return (after.skipping ?? []).filter(name => ran.has(name));
}

const list = (names: readonly string[]): string => names.slice(0, 20).join(' · ');

/** What is wrong with the tests that a check ran, also when it is green: fewer of them, some skipped, some gone. Null: nothing. */
export function lostTests(before: CheckResult | undefined, after: CheckResult): string | null {
  if (before === undefined || after.missing !== null) return null;
  const skipped = newlySkipped(before, after);
  if (skipped !== null && skipped.length > 0) return `Tests that ran on the base are skipped now: ${list(skipped)}`;
  const gone = goneTests(before, after);
  if (gone.length > 0) return `Tests that ran on the base are not run any more: ${list(gone)}`;
  return fewer(before, after);
}

/** The same by numbers, for runners that name nothing. */
function fewer(before: CheckResult, after: CheckResult): string | null {
  const [was, is] = [total(before), total(after)];
  if (was !== null && is === null)
    return `The runner counted ${was} tests on the base and counts none now, so nothing shows that they ran.`;
  if (was !== null && is !== null && is < was) return `Fewer tests are run than on the base: ${is}, and ${was} before.`;
  const more = (after.skipped ?? 0) - (before.skipped ?? 0);
  // A file that could not load on the base may have skipped tests of its own.
  const byNumber = newlySkipped(before, after) === null && (before.unloaded ?? []).length === 0;
  return byNumber && more > 0 && before.skipped != null
    ? `More tests are skipped than on the base: ${after.skipped ?? 0}, and ${before.skipped} before.`
    : null;
}

/** Tests that failed, or were not there, on the base and pass now. */
export function failToPass(before: CheckResult, after: CheckResult): readonly string[] {
  const passed = new Set([...before.passing, ...(before.skipping ?? [])]);
  return after.passing.filter(name => !passed.has(name));
}

/** Did it fail on the base, passes now, and has nothing else turned it green? */
export const isProving = (before: CheckResult | undefined, after: CheckResult): boolean =>
  before !== undefined &&
  before.exit !== 0 &&
  before.missing === null &&
  after.exit === 0 &&
  before.flaky !== true &&
  after.flaky !== true &&
  before.proves_nothing === undefined &&
  after.proves_nothing === undefined;

/** What a check said, among the results of one tree. */
export const resultOf = (results: readonly CheckResult[], command: string): CheckResult | undefined =>
  results.find(result => result.command === command);
