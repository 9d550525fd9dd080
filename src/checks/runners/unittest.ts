import { type Outcome, type Reader, tally } from './report.ts';

const OUTCOMES: readonly (readonly [RegExp, Outcome])[] = [
  [/(?:^|\s)ok$/, 'passed'],
  [/(?:^|\s)(?:FAIL|ERROR|unexpected success)$/, 'failed'],
  [/(?:^|\s)(?:skipped\b.*|expected failure)$/, 'skipped'],
];
const outcomeOf = (text: string): Outcome | undefined => OUTCOMES.find(([pattern]) => pattern.test(text))?.[1];

const UNLOADED = 'unittest.loader._FailedTest.';

/** `test_a (pkg.Case.test_a)` and the older `test_a (pkg.Case)` are one name; a file that does not load is named by its path. */
function nameOf(test: string, where: string): string {
  const name = where.endsWith(`.${test}`) ? where : `${where}.${test}`;
  return name.startsWith(UNLOADED) ? `${name.slice(UNLOADED.length).replaceAll('.', '/')}.py` : name;
}

/** Python's unittest (and Django's) with `-v`; without it only failures have names. */
export function unittestReader(): Reader {
  const tests = tally();
  let open: string | null = null;
  let ran: number | null = null;
  return {
    line(text) {
      const failed = /^(?:FAIL|ERROR): (\w+) \(([\w.]+)\)/.exec(text);
      if (failed !== null) return tests.add(nameOf(failed[1] ?? '', failed[2] ?? ''), 'failed');
      const begun = /^\s*(\w+) \(([\w.]+)\)(?: \(.*\)| \[.*\])?(?:$| \.\.\. ?(.*)$)/.exec(text);
      if (begun !== null) open = nameOf(begun[1] ?? '', begun[2] ?? '');
      const outcome = outcomeOf(begun === null ? text : (begun[3] ?? ''));
      if (open !== null && outcome !== undefined) {
        tests.add(open, outcome);
        open = null;
      }
      const count = /^Ran (\d+) tests? in [\d.]+s$/.exec(text)?.[1];
      if (count !== undefined) {
        ran = Number(count);
        open = null;
        return;
      }
      const end = /^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$/.exec(text);
      if (end === null || ran === null) return;
      const many = (word: string): number => Number(new RegExp(`(?:^|, )${word}=(\\d+)`).exec(end[1] ?? '')?.[1] ?? 0);
      const failures = many('failures') + many('errors') + many('unexpected successes');
      const skipped = many('skipped') + many('expected failures');
      tests.count({ passed: Math.max(0, ran - failures - skipped), failed: failures, skipped });
      ran = null;
    },
    end: tests.report,
  };
}
