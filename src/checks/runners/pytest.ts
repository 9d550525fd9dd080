import { numberOf, type Outcome, type Reader, tally } from './report.ts';

const WORDS: Readonly<Record<string, Outcome>> = {
  PASSED: 'passed',
  XPASS: 'passed',
  FAILED: 'failed',
  ERROR: 'failed',
  SUBFAILED: 'failed',
  SKIPPED: 'skipped',
  XFAIL: 'skipped',
};
const VERBOSE = /^(\S.*?::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)(?: \(.*\))?\s*(?:\[ *\d+%\])?$/;
const PARALLEL = /^\[gw\d+\] \[ *\d+%\] (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S.*)$/;
const SUMMARY = /^(PASSED|FAILED|ERROR|XFAIL|XPASS|SUBFAILED)(?:[([].*?[)\]])? (\S.*)$/;
const COUNTS =
  /^=*\s*(\d+ (?:failed|passed|skipped|deselected|xfailed|xpassed|errors?|warnings?|rerun)\b.*|no tests ran) in [\d.]+s/;

/** Pytest's `-v` lines and the short summary that `-rap` writes at the end; the summary has the last word on failures. */
export function pytestReader(): Reader {
  const tests = tally();
  const known = new Set<string>();
  let summing = false;
  const add = (word: string, name: string): void => {
    const outcome = WORDS[word];
    if (outcome !== undefined) tests.add(name, outcome);
  };
  return {
    line(text) {
      if (/^=+ short test summary info =+$/.test(text)) {
        summing = true;
        return;
      }
      const counts = COUNTS.exec(text)?.[1];
      if (counts !== undefined) {
        summing = false;
        const many = (word: string): number => numberOf(counts, word);
        return tests.count({
          passed: many('passed') + many('xpassed'),
          failed: many('failed') + many('errors?'),
          skipped: many('skipped') + many('xfailed'),
        });
      }
      const summary = summing ? SUMMARY.exec(text) : null;
      if (summary !== null) {
        const [, word = '', rest = ''] = summary;
        return add(word, word === 'PASSED' ? rest : nameIn(rest, known));
      }
      const parallel = PARALLEL.exec(text);
      const verbose = parallel === null ? VERBOSE.exec(text) : null;
      const [name, word] = parallel === null ? [verbose?.[1], verbose?.[2]] : [parallel[2], parallel[1]];
      if (name === undefined || word === undefined) return;
      known.add(name);
      add(word, name);
    },
    end: tests.report,
  };
}

/** The test's id in a line of the summary, where ` - message` may follow and an id may have spaces in brackets. */
function nameIn(text: string, known: ReadonlySet<string>): string {
  for (let end = text.length; end > 0; end = text.lastIndexOf(' - ', end - 1)) {
    if (known.has(text.slice(0, end))) return text.slice(0, end);
  }
  return /^([^[]+?(?:\[.*?\](?= - |$))?)(?: - .*)?$/.exec(text)?.[1] ?? text;
}
