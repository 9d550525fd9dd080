import { numberOf, type Outcome, type Reader, tally } from './report.ts';

const WORDS: Readonly<Record<string, Outcome>> = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' };

/** `cargo test`: which program runs, then its tests; nextest names the program in each line. */
export function cargoReader(): Reader {
  const tests = tally();
  let where = '';
  return {
    line(text) {
      const running = /^\s+Running (?:unittests )?(\S+) \((?:.*[/\\])?([\w-]+?)(?:-[0-9a-f]{16})?(?:\.exe)?\)$/.exec(
        text,
      );
      if (running !== null) where = `${running[2]} ${running[1]}: `;
      const docs = /^\s+Doc-tests (\S+)$/.exec(text)?.[1];
      if (docs !== undefined) where = `${docs} documentation: `;
      const dots = text.startsWith('test ') ? text.indexOf(' ... ') : -1;
      const said = dots < 0 ? undefined : /(?:^|\s)(ok|FAILED|ignored)(?:, .*)?$/.exec(text.slice(dots + 5))?.[1];
      const outcome = WORDS[said ?? ''];
      const name = text
        .slice(5, Math.max(5, dots))
        .replace(/ - should panic$/, '')
        .replace(/ \(line \d+\)/, '');
      if (outcome !== undefined) tests.add(`${where}${name}`, outcome);
      const next = /^\s+(PASS|FAIL|SIGABRT|SIGSEGV|TIMEOUT) \[\s*[\d.]+s\](?: \(.*?\))? (\S+(?: \S+)?)$/.exec(text);
      if (next !== null) tests.add(next[2] ?? '', next[1] === 'PASS' ? 'passed' : 'failed');
      const counts = /^test result: .*?(\d+ passed.*)$/.exec(text)?.[1];
      if (counts === undefined) return;
      const skipped = numberOf(counts, 'ignored');
      tests.count({ passed: numberOf(counts, 'passed'), failed: numberOf(counts, 'failed'), skipped });
    },
    end: tests.report,
  };
}
