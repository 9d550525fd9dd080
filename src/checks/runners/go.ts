import { type Outcome, type Reader, tally } from './report.ts';

const WORDS: Readonly<Record<string, Outcome>> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };

/**
 * `go test -v`: tests first, then the line of the package they were in. A package has a name of its own beside its tests': one that
 * does not build has no other. It is counted only where it stands for tests without names.
 */
export function goReader(): Reader {
  const tests = tally();
  let waiting: { readonly name: string; readonly outcome: Outcome }[] = [];
  const flush = (where: string): void => {
    for (const { name, outcome } of waiting) {
      tests.add(`${where}${name}`, outcome);
      tests.count({ [outcome]: 1 });
    }
    waiting = [];
  };
  return {
    line(text) {
      // A test that prints no newline has the mark behind its own words.
      const point = /--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)$/.exec(text);
      const outcome = WORDS[point?.[1] ?? ''];
      if (outcome !== undefined) waiting.push({ name: point?.[2] ?? '', outcome });
      const ended = /^(ok {2}|FAIL)\t(\S+)(?:\s|$)/.exec(text);
      if (ended === null) return;
      const [, word, name = ''] = ended;
      const all: Outcome = word === 'FAIL' ? 'failed' : 'passed';
      tests.add(name, all);
      const said = waiting.some(test => test.outcome === 'failed') || (all === 'passed' && waiting.length > 0);
      if (!said) tests.count({ [all]: 1 });
      flush(`${name}.`);
    },
    end() {
      flush('');
      return tests.report();
    },
  };
}
