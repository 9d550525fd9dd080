import { outline } from './outline.ts';
import { numberOf, type Outcome, type Reader, tally } from './report.ts';

const FILE = /^(PASS|FAIL)\s+(\S.*?)(?: \([\d.]+ m?s\))?$/;
const POINT = /^(\s+)([✓✕○✎√×]) (?:skipped |todo )?(.+?)(?: \([\d.]+ m?s\))?$/u;
const MARKS: Readonly<Record<string, Outcome>> = {
  '✓': 'passed',
  '√': 'passed',
  '✕': 'failed',
  '×': 'failed',
  '○': 'skipped',
  '✎': 'skipped',
};

/** Jest: a line for each file, under it (with `--verbose`) its tests by indentation, up to an empty line. */
export function jestReader(): Reader {
  const tests = tally();
  const suites = outline();
  let file: string | null = null;
  let listing = false;
  let unloaded = 0;
  return {
    line(text) {
      const opened = FILE.exec(text);
      if (opened !== null && /\.\w+$/.test(opened[2] ?? '')) {
        file = opened[2] ?? '';
        listing = true;
        suites.clear();
        suites.open(0, file);
        return;
      }
      const summary = /^Tests:\s+(\d+ .*total)$/.exec(text)?.[1];
      if (summary !== undefined) {
        const skipped = numberOf(summary, 'skipped') + numberOf(summary, 'todo');
        tests.count({ passed: numberOf(summary, 'passed'), failed: numberOf(summary, 'failed') + unloaded, skipped });
        unloaded = 0;
        return;
      }
      if (file === null) return;
      if (/^\s+● Test suite failed to run/.test(text)) {
        // A project's name may stand before the path.
        tests.add(file.split(' ').at(-1) ?? file, 'failed');
        unloaded += 1;
      }
      if (!/^\s+\S/.test(text) || /^\s+●/.test(text)) listing = false;
      if (!listing) return;
      const [, indent = '', mark = '', name = ''] = POINT.exec(text) ?? [];
      const outcome = MARKS[mark];
      if (outcome !== undefined) return tests.add(suites.path(indent.length, name), outcome);
      suites.open(text.length - text.trimStart().length, text.trim());
    },
    end: tests.report,
  };
}
