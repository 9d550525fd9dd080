import { outline } from './outline.ts';
import { type Outcome, type Reader, tally } from './report.ts';

const LINE = /^( {2,})(?:([✔✓]) |(\d+\)) |(-) )?(\S.*?)(?: \(\d+ms\))?$/u;

/** Mocha's spec form: headings and tests by indentation, then `3 passing`. */
export function mochaReader(): Reader {
  const tests = tally();
  const suites = outline();
  let found: { readonly name: string; readonly outcome: Outcome }[] = [];
  let ended = false;
  return {
    line(text) {
      const count = /^\s+(\d+) (passing|pending|failing)\b/.exec(text);
      if (count !== null) {
        const outcome = ({ passing: 'passed', pending: 'skipped', failing: 'failed' } as const)[count[2] ?? ''];
        tests.count({ [outcome ?? 'skipped']: Number(count[1]) });
        for (const { name, outcome } of found) tests.add(name, outcome);
        found = [];
        ended = true;
        return;
      }
      // What follows the counts tells the failures again.
      if (ended && !/^ {2}\S/.test(text)) return;
      const [, indent = '', passed, failed, skipped, name] = LINE.exec(text) ?? [];
      if (name === undefined) return;
      const outcome = passed ? 'passed' : failed ? 'failed' : skipped ? 'skipped' : null;
      if (outcome === null) {
        suites.open(indent.length, name);
        ended = false;
      } else if (!ended) found.push({ name: suites.path(indent.length, name, 2), outcome });
    },
    end: tests.report,
  };
}
