import { outline } from './outline.ts';
import { numberOf, type Outcome, type Reader, tally } from './report.ts';

const MARKS: Readonly<Record<string, Outcome>> = {
  '✓': 'passed',
  '×': 'failed',
  '↓': 'skipped',
  '□': 'skipped',
};
const PROJECT = '(?:\\|[^|]+\\| )?';
const TIME = '(?: \\(retry x\\d+\\))?(?: \\(repeat x\\d+\\))?(?: \\d+ ?ms)?';
/** ` ✓ test/a.test.ts > suite > name 3ms`, the verbose form. */
const POINT = new RegExp(`^ ([✓×↓□]) (${PROJECT}\\S*\\.\\w+ > .+?)${TIME}$`, 'u');
/** ` ❯ test/a.test.ts (9 tests | 2 failed) 12ms`, under which the default form lists the tests of a file. */
const FILE = new RegExp(`^ [✓❯×↓] (${PROJECT}\\S*\\.\\w+) \\(\\d+ tests?\\b.*\\)`, 'u');
const LISTED = new RegExp(`^( {3,})([✓×↓□]) (.+?)${TIME}$`, 'u');
const LISTED_SUITE = /^( {3,})❯ (.+) \(\d+\)(?: \d+ ?ms)?$/u;

/** Vitest, verbose and default form. Failing tests and files are named again under `FAIL`. */
export function vitestReader(): Reader {
  const tests = tally();
  const suites = outline();
  let listing = false;
  let unloaded = 0;
  const listed = (text: string): void => {
    const suite = LISTED_SUITE.exec(text);
    if (suite !== null) suites.open(suite[1]?.length ?? 0, suite[2] ?? '');
    const [, indent = '', mark = '', name = ''] = LISTED.exec(text) ?? [];
    const outcome = MARKS[mark];
    if (outcome !== undefined) tests.add(suites.path(indent.length, name), outcome);
  };
  return {
    line(text) {
      const point = POINT.exec(text);
      const outcome = MARKS[point?.[1] ?? ''];
      if (point !== null && outcome !== undefined) return tests.add(point[2] ?? '', outcome);
      const file = FILE.exec(text);
      if (file !== null) {
        suites.clear();
        suites.open(0, file[1] ?? '');
      }
      if (!text.startsWith('   ') || file !== null) listing = file !== null;
      else if (listing) return listed(text);
      const failed = /^ ?FAIL {2}(\S.*)$/.exec(text)?.[1];
      const broken = failed === undefined ? undefined : /^(?:\|[^|]+\| )?(.+\.\w+) \[ .* \]$/.exec(failed)?.[1];
      if (broken !== undefined) unloaded += 1;
      const name = broken ?? failed;
      if (name !== undefined && (broken !== undefined || name.includes(' > '))) tests.add(name, 'failed');
      const summary = /^\s+Tests {2}(\d+ (?:failed|passed|skipped|todo)\b.*|no tests)$/.exec(text)?.[1];
      if (summary === undefined) return;
      const skipped = numberOf(summary, 'skipped') + numberOf(summary, 'todo');
      tests.count({ passed: numberOf(summary, 'passed'), failed: numberOf(summary, 'failed') + unloaded, skipped });
      unloaded = 0;
    },
    end: tests.report,
  };
}
