import { outline } from './outline.ts';
import { type Outcome, type Reader, tally } from './report.ts';

const POINT = /^(\s*)([✔✖﹣]) (.+?)(?: \([\d.e-]+ms\)(?: # (.*))?)?$/u;
const HEADING = /^(\s*)▶ (.+)$/u;
const CLOSING = / \([\d.e-]+ms\)(?: # .*)?$/;
const MARKS: Readonly<Record<string, Outcome>> = { '✔': 'passed', '✖': 'failed', '﹣': 'skipped' };
const COUNT = /^[ℹ#] (pass|fail|cancelled|skipped|todo) (\d+)$/u;

export const OUTCOME_OF_COUNT: Readonly<Record<string, Outcome>> = {
  pass: 'passed',
  fail: 'failed',
  cancelled: 'failed',
  skipped: 'skipped',
  todo: 'skipped',
};

/** node:test in its spec form. Failures are told again at the end, each under a line `test at …`. */
export function nodeReader(): Reader {
  const tests = tally();
  const suites = outline();
  let found: { readonly name: string; readonly outcome: Outcome }[] = [];
  let previous = '';
  const keep = (): void => {
    for (const { name, outcome } of found) tests.add(name, outcome);
    found = [];
  };
  return {
    line(text) {
      const before = previous;
      if (text.trim() !== '') previous = text;
      // Mocha’s marks look the same; its summary says whose they were.
      if (/^\s+\d+ passing\b/.test(text)) found = [];
      const count = text.startsWith('ℹ') ? COUNT.exec(text) : null;
      if (count !== null) {
        keep();
        tests.count({ [OUTCOME_OF_COUNT[count[1] ?? ''] ?? 'skipped']: Number(count[2]) });
        return;
      }
      const heading = HEADING.exec(text);
      if (heading !== null && !CLOSING.test(text)) suites.open(heading[1]?.length ?? 0, heading[2] ?? '');
      const [, indent = '', mark = '', name = '', directive = ''] = POINT.exec(text) ?? [];
      const outcome = MARKS[mark];
      if (outcome === undefined || name === 'failing tests:' || before.startsWith('test at ')) return;
      const path = suites.path(indent.length, name);
      found.push({ name: path, outcome: /^(?:SKIP|TODO)\b/.test(directive) ? 'skipped' : outcome });
    },
    end() {
      keep();
      return tests.report();
    },
  };
}

const TAP_POINT = /^(\s*)(not )?ok \d+(?: -)? ?(.*?)(?: # (SKIP|TODO)\b.*)?$/i;

/** The Test Anything Protocol: node:test, tape, prove, bats. */
export function tapReader(): Reader {
  const tests = tally();
  const suites = outline();
  return {
    line(text) {
      const heading = /^(\s*)# Subtest: (.*)$/.exec(text);
      if (heading !== null) return suites.open(heading[1]?.length ?? 0, plain(heading[2] ?? ''));
      const count = text.startsWith('#') ? COUNT.exec(text) : null;
      if (count !== null) return tests.count({ [OUTCOME_OF_COUNT[count[1] ?? ''] ?? 'skipped']: Number(count[2]) });
      const point = TAP_POINT.exec(text);
      if (point === null) return;
      const [, indent = '', failed, name = '', directive] = point;
      const outcome = directive !== undefined ? 'skipped' : failed !== undefined ? 'failed' : 'passed';
      tests.add(suites.path(indent.length, plain(name)), outcome);
    },
    end: tests.report,
  };
}

const plain = (name: string): string => name.replace(/\\([#\\])/g, '$1');
