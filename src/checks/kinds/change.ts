import * as z from 'zod';
import { matcherOf } from '../files.ts';
import { count, defineKind, maybe, text } from '../kind.ts';
import { satisfied, unsatisfied } from '../outcome.ts';

export const diff = defineKind({
  name: 'diff',
  summary: 'The work changes something, and only where it may.',
  words: ['allow'],
  options: z.object({
    allow: maybe('Globs, parted by spaces: every changed file matches one.'),
    deny: maybe('Globs: no changed file matches one.'),
    max_files: count('The most files that may change.'),
  }),
  example: '@diff allow="src/** test/**" deny=src/generated/** max_files=20',
  guard: true,
  async run({ allow, deny, max_files }, { changes }) {
    const wish = [
      'some files change',
      ...(allow === undefined ? [] : [`only in ${allow}`]),
      ...(deny === undefined ? [] : [`not in ${deny}`]),
      ...(max_files === undefined ? [] : [`at most ${max_files}`]),
    ].join(', ');
    if (changes.length === 0) return unsatisfied(`${wish}.`, 'nothing was changed.');
    const outside = changes.filter(
      ({ path }) => (allow !== undefined && !matcherOf(allow)(path)) || (deny !== undefined && matcherOf(deny)(path)),
    );
    if (outside.length > 0) {
      const list = outside.slice(0, 20).map(({ path, status }) => `${path} (${status})`);
      return unsatisfied(`${wish}.`, `${outside.length} of ${changes.length} are elsewhere.\n${list.join('\n')}`);
    }
    if (changes.length > (max_files ?? changes.length)) return unsatisfied(`${wish}.`, `${changes.length} files.`);
    return satisfied(`${changes.length} files changed, all where they may.`);
  },
});

export const critic = defineKind({
  name: 'critic',
  summary: 'A second model reads task, diff and checks, and does not refuse. Asked last; it never proves anything.',
  words: ['look'],
  options: z.object({ look: text('What to look at, in words.') }),
  example: '@critic "Error messages say the next step"',
  guard: true,
  critic: true,
  run: async ({ look }) =>
    unsatisfied(`a second model accepts: ${look}`, 'no model was asked here; a run asks one after all other checks.'),
});
