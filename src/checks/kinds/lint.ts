import * as z from 'zod';
import { onBase } from '../base-files.ts';
import { defineKind, TIMEOUT, text } from '../kind.ts';
import { runLine } from '../line.ts';
import { lintProblems, newProblems } from '../lint-problems.ts';
import { satisfied, unsatisfied } from '../outcome.ts';

export const noNewLint = defineKind({
  name: 'no-new-lint',
  summary:
    'A linter finds no problem that was not there before the work (compared by file, rule and text, not by line).',
  words: ['run'],
  options: z.object({
    run: text('The linter, printing one problem in a line: `file:line:column: text`, or as GitHub annotations.'),
    timeout: TIMEOUT,
  }),
  example: '@no-new-lint run="npx eslint -f unix ."',
  guard: true,
  async run({ run, timeout }, bench, signal) {
    const wish = `no new problem by \`${run}\`.`;
    const now = await runLine(run, bench, signal, { timeout_s: timeout });
    if (!now.ok) return now;
    const { exit, output, missing, ms } = now.value;
    if (missing !== null) return unsatisfied(wish, `it could not run: ${missing}`, { ms, missing });
    const problems = lintProblems(output);
    if (problems.size === 0)
      return exit === 0
        ? satisfied('The linter finds nothing.', ms)
        : unsatisfied(wish, `exit ${exit}, and no problem that could be read:\n${output.trimEnd()}`, { ms });
    if (bench.changes.length === 0) return satisfied(`${problems.size} problems, all there before.`, ms);
    const before = await onBase(bench, () => runLine(run, bench, signal, { timeout_s: timeout }));
    if (!before.ok) return unsatisfied(wish, before.error, { ms });
    if (!before.value.ok) return before.value;
    const spent = ms + before.value.value.ms;
    const added = newProblems(problems, lintProblems(before.value.value.output));
    if (added.length === 0) return satisfied(`${problems.size} problems, all there before.`, spent);
    return unsatisfied(wish, `${added.length} new.\n${added.slice(0, 20).join('\n')}`, { ms: spent });
  },
});
