import type { CheckResult, CheckVerdict } from '../core/check.ts';

export type Verdict = { readonly verdict: CheckVerdict; readonly detail: string };

const own = (results: readonly CheckResult[]): readonly CheckResult[] => results.filter(result => result.of === 'task');

/** `exit 1; 3 passed, 1 failed`. */
export const sayResult = (result: CheckResult): string => {
  const counts =
    result.passed === null && result.failed === null
      ? ''
      : `; ${result.passed ?? 0} passed, ${result.failed ?? 0} failed`;
  return `exit ${result.exit}${counts}`;
};

/** Do the checks fail on the base? Only the task's own decide when it has some. */
export function judgeBase(results: readonly CheckResult[]): Verdict {
  const missing = results.find(result => result.missing !== null);
  if (missing !== undefined)
    return { verdict: 'missing', detail: `\`${missing.command}\` needs ${missing.missing}, which is not there.` };
  const deciding = own(results).length > 0 ? own(results) : results;
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
  return { verdict: 'green', detail };
}

/**
 * Do the checks pass on the work? The task's own must all pass. The project's may stay red beside them but not get worse;
 * without own checks, or when a test that the tester wrote is to prove the task, they must pass.
 */
export function judgeWork(base: readonly CheckResult[], work: readonly CheckResult[], testWritten: boolean): Verdict {
  const missing = work.find(result => result.missing !== null);
  if (missing !== undefined)
    return {
      verdict: 'red',
      detail: `\`${missing.command}\` needs ${missing.missing}, which is not there.\n${missing.tail}`,
    };
  const before = (result: CheckResult): CheckResult | undefined =>
    base.find(({ command }) => command === result.command);
  const mayStayRed = own(work).length > 0 && !testWritten;
  const bad = work.filter(
    result => result.exit !== 0 && (result.of === 'task' || !mayStayRed || gotWorse(before(result), result) !== null),
  );
  if (bad.length > 0) {
    const say = (result: CheckResult): string => {
      const worse = result.of === 'verify' && mayStayRed ? gotWorse(before(result), result) : null;
      const names = result.failing.length > 0 ? `\nFailing: ${result.failing.slice(0, 20).join(' · ')}` : '';
      return `\`${result.command}\` fails (${sayResult(result)})${worse === null ? '' : `: ${worse}`}.${names}\n${result.tail}`;
    };
    return { verdict: 'red', detail: bad.map(say).join('\n\n') };
  }
  const gone = work.map(result => goneTests(before(result), result)).find(names => names.length > 0);
  if (gone !== undefined)
    return {
      verdict: 'red',
      detail: `Tests that passed on the base are not run any more: ${gone.slice(0, 20).join(' · ')}`,
    };
  const proving = work.filter(result => result.exit === 0 && (before(result)?.exit ?? 0) !== 0);
  if (proving.length === 0) return { verdict: 'green', detail: 'Every check passes, as it did on the base.' };
  return {
    verdict: 'red-green',
    detail: proving
      .map(result => `\`${result.command}\` failed on the base and passes now (${sayResult(result)})`)
      .join('; '),
  };
}

/** Why a project check that may stay red is worse than on the base, or null. By name where the runner gives names. */
function gotWorse(before: CheckResult | undefined, after: CheckResult): string | null {
  if (before === undefined || before.exit === 0) return 'it passed on the base';
  const broken = before.passing.filter(name => after.failing.includes(name));
  if (broken.length > 0) return `these passed on the base: ${broken.slice(0, 20).join(' · ')}`;
  const gone = goneTests(before, after);
  return gone.length > 0 ? `these passed on the base and are not run any more: ${gone.slice(0, 20).join(' · ')}` : null;
}

/** Tests that passed on the base and appear nowhere now. A runner that names none any more did not run them. */
const goneTests = (before: CheckResult | undefined, after: CheckResult): readonly string[] =>
  before === undefined
    ? []
    : before.passing.filter(name => !after.passing.includes(name) && !after.failing.includes(name));

/** Does a new test fail where nothing failed before? By name where the runner gives names, else by exit code. */
export const failsAnew = (base: readonly CheckResult[], work: readonly CheckResult[]): boolean =>
  work.some(result => {
    const before = base.find(({ command }) => command === result.command);
    if (result.exit === 0 || result.missing !== null) return false;
    if (before === undefined || before.exit === 0) return true;
    return result.failing.some(name => !before.failing.includes(name));
  });
