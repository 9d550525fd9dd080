import type { CheckResult, CheckVerdict } from '../core/check.ts';
import { isPath, isProving, lostTests, resultOf } from './evidence.ts';

export type Verdict = { readonly verdict: CheckVerdict; readonly detail: string };

/** The task's own checks that can prove something; those that only look at the change cannot. */
const own = (results: readonly CheckResult[]): readonly CheckResult[] =>
  results.filter(result => result.of === 'task' && result.proves_nothing === undefined);

/** `exit 1; 3 passed, 1 failed`. */
export const sayResult = (result: CheckResult): string => {
  const counts =
    result.passed === null && result.failed === null
      ? ''
      : `; ${result.passed ?? 0} passed, ${result.failed ?? 0} failed`;
  return `exit ${result.exit}${counts}`;
};

const sayFlaky = (results: readonly CheckResult[]): string =>
  results.map(({ command }) => ` \`${command}\` failed and then passed on the same tree, so it is flaky.`).join('');

/** Do the checks fail on the base? Only the task's own decide when it has some. A flaky one counts as passing: it can prove nothing. */
export function judgeBase(results: readonly CheckResult[]): Verdict {
  const missing = results.find(result => result.missing !== null);
  if (missing !== undefined)
    return { verdict: 'missing', detail: `\`${missing.command}\` needs ${missing.missing}, which is not there.` };
  const able = results.filter(result => result.proves_nothing === undefined);
  const deciding = own(results).length > 0 ? own(results) : able;
  const red = deciding.filter(result => result.exit !== 0);
  if (red.length > 0)
    return {
      verdict: 'red',
      detail: red.map(result => `\`${result.command}\` fails on the base (${sayResult(result)})`).join('; '),
    };
  const detail =
    deciding.length === 0
      ? 'There is no check.'
      : 'Every check passes on the base already, so none can prove the task.';
  return { verdict: 'green', detail: `${detail}${sayFlaky(deciding.filter(({ flaky }) => flaky === true))}` };
}

/**
 * Do the checks pass on the work? The task's own must all pass. The project's may stay red beside them but not get worse;
 * without own checks, or when a test that the tester wrote is to prove the task, they must pass. No test may be lost or skipped.
 */
export function judgeWork(base: readonly CheckResult[], work: readonly CheckResult[], testWritten: boolean): Verdict {
  const missing = work.find(result => result.missing !== null);
  if (missing !== undefined)
    return {
      verdict: 'red',
      detail: `\`${missing.command}\` needs ${missing.missing}, which is not there.\n${missing.tail}`,
    };
  const before = (result: CheckResult): CheckResult | undefined => resultOf(base, result.command);
  const decidedByOwn = own(work).length > 0 && !testWritten;
  const bad = work.filter(result => result.exit !== 0 && !mayStayRed(before(result), result, decidedByOwn));
  if (bad.length > 0) {
    const say = (result: CheckResult): string => {
      const worse = result.of === 'verify' && decidedByOwn ? gotWorse(before(result), result) : null;
      const names = result.failing.length > 0 ? `\nFailing: ${result.failing.slice(0, 20).join(' · ')}` : '';
      return `\`${result.command}\` fails (${sayResult(result)})${worse === null ? '' : `: ${worse}`}.${names}\n${result.tail}`;
    };
    return { verdict: 'red', detail: bad.map(say).join('\n\n') };
  }
  const lost = work.flatMap(result => {
    const why = lostTests(before(result), result);
    return why === null ? [] : [`\`${result.command}\`: ${why}`];
  });
  if (lost.length > 0) return { verdict: 'red', detail: lost.join('\n') };
  const proving = work.filter(result => isProving(before(result), result));
  if (proving.length === 0) return { verdict: 'green', detail: whyNothing(base, work) };
  const flaky = sayFlaky(work.filter(result => result.flaky === true));
  return {
    verdict: 'red-green',
    detail: `${proving
      .map(result => `\`${result.command}\` failed on the base and passes now (${sayResult(result)})`)
      .join('; ')}${flaky}`,
  };
}

/** Why nothing is proven though every check passes. */
function whyNothing(base: readonly CheckResult[], work: readonly CheckResult[]): string {
  const turned = work.filter(result => result.exit === 0 && (resultOf(base, result.command)?.exit ?? 0) !== 0);
  const reasons = turned.flatMap(({ command, flaky, proves_nothing }) => {
    const why = proves_nothing ?? (flaky === true ? 'It failed and then passed on the same tree: it is flaky.' : null);
    return why === null ? [] : [`\`${command}\` proves nothing. ${why}`];
  });
  return reasons.length > 0 ? reasons.join('\n') : 'Every check passes, as it did on the base.';
}

/** May this check be red on the work, as it was on the base? Only the project's, beside own checks that can prove the task. */
export const mayStayRed = (before: CheckResult | undefined, after: CheckResult, decidedByOwn: boolean): boolean =>
  decidedByOwn && after.of === 'verify' && before !== undefined && gotWorse(before, after) === null;

/** Why a project check that may stay red is worse than on the base, or null. By name where the runner gives names. */
function gotWorse(before: CheckResult | undefined, after: CheckResult): string | null {
  if (before === undefined || before.exit === 0) return 'it passed on the base';
  const broken = before.passing.filter(name => after.failing.includes(name));
  if (broken.length > 0) return `these passed on the base: ${broken.slice(0, 20).join(' · ')}`;
  return lostTests(before, after);
}

/** Does a new test fail where nothing failed before? By name where the runner gives names, else by exit code. */
export const failsAnew = (base: readonly CheckResult[], work: readonly CheckResult[]): boolean =>
  work.some(result => {
    const before = resultOf(base, result.command);
    if (result.exit === 0 || result.missing !== null || result.proves_nothing !== undefined) return false;
    if (before === undefined || before.exit === 0) return true;
    return result.failing.some(name => !before.failing.includes(name));
  });

/** Tests of the base that are lost beside a tester's new test, as its `only` does. Null: none. */
export function lostBeside(base: readonly CheckResult[], work: readonly CheckResult[]): string | null {
  for (const result of work) {
    // A new test file that cannot load yet may keep a runner from running the others.
    if ((result.unloaded ?? []).length > 0 || result.failing.some(isPath)) continue;
    const why = lostTests(resultOf(base, result.command), result);
    if (why !== null) return `\`${result.command}\`: ${why}`;
  }
  return null;
}
