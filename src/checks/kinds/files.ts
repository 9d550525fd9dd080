import * as z from 'zod';
import { filesMatching, inWords, lookAt, matcherOf, readText } from '../files.ts';
import { count, defineKind, maybe, size, text } from '../kind.ts';
import { runLine } from '../line.ts';
import { satisfied, unsatisfied } from '../outcome.ts';

const bytesText = (bytes: number): string => `${bytes} bytes`;

export const file = defineKind({
  name: 'file',
  summary: 'A file (or, with `type=folder`, a folder) is there.',
  words: ['path'],
  options: z.object({
    path: text('The file, from the project’s root.'),
    type: z
      .enum(['file', 'folder'], 'must be file or folder')
      .default('file')
      .describe('`file` (default) or `folder`.'),
  }),
  example: '@file path=src/index.js',
  async run({ path, type }, { root }) {
    const found = await lookAt(root, path);
    if (found.kind === type) return satisfied(`${path} is there: ${inWords(found)}`);
    return unsatisfied(`a ${type} at ${path}.`, inWords(found));
  },
});

export const missing = defineKind({
  name: 'missing',
  summary: 'Nothing is at a path, not even a link: it was removed.',
  words: ['path'],
  options: z.object({ path: text('The file or folder that must be gone.') }),
  example: '@missing path=src/legacy.js',
  async run({ path }, { root }) {
    const found = await lookAt(root, path);
    return found.kind === 'nothing'
      ? satisfied(`Nothing is at ${path}.`)
      : unsatisfied(`nothing at ${path}.`, inWords(found));
  },
});

export const sizeKind = defineKind({
  name: 'size',
  summary: 'Files together are not larger (or smaller) than a limit.',
  words: ['path'],
  options: z
    .object({
      path: text('A file, a folder or a glob; ignored files count too.'),
      max: size('The most they may have together, such as `200kB`.'),
      min: size('The least they must have together.'),
      run: maybe('A command that makes them first, such as a build.'),
    })
    .refine(({ max, min }) => max !== undefined || min !== undefined, 'it needs max=… or min=…'),
  example: '@size path=dist/** max=200kB',
  async run({ path, max, min, run }, bench, signal) {
    const limits = [
      ...(max === undefined ? [] : [`at most ${bytesText(max)}`]),
      ...(min === undefined ? [] : [`at least ${bytesText(min)}`]),
    ];
    const wanted = `${limits.join(' and ')} in ${path}.`;
    const made = run === undefined ? null : await runLine(run, bench, signal);
    if (made !== null && !made.ok) return made;
    if (made !== null && made.value.exit !== 0) {
      const { exit, output, missing, ms } = made.value;
      return unsatisfied(wanted, `\`${run}\` ended with exit ${exit}:\n${output.trimEnd()}`, { ms, missing });
    }
    const found = await filesMatching(bench.root, path);
    if (!found.ok) return unsatisfied(wanted, found.error);
    if (found.value.length === 0) return unsatisfied(wanted, 'no file.');
    const total = found.value.reduce((sum, each) => sum + each.bytes, 0);
    const said = `${bytesText(total)} in ${found.value.length} files.`;
    const ms = made?.value.ms ?? 0;
    const right = total <= (max ?? total) && total >= (min ?? total);
    return right ? satisfied(said, ms) : unsatisfied(wanted, said, { ms });
  },
});

const linesOf = (content: string): number =>
  content === '' ? 0 : content.split('\n').length - (content.endsWith('\n') ? 1 : 0);

export const lines = defineKind({
  name: 'lines',
  summary: 'Each file has at most (or at least) so many lines.',
  words: ['path'],
  options: z
    .object({
      path: text('A file, a folder or a glob.'),
      max: count('The most lines of one file.'),
      min: count('The fewest lines of one file.'),
    })
    .refine(({ max, min }) => max !== undefined || min !== undefined, 'it needs max=… or min=…'),
  example: '@lines path=src/** max=250',
  async run({ path, max, min }, { root }) {
    const wanted = `${[
      ...(max === undefined ? [] : [`at most ${max}`]),
      ...(min === undefined ? [] : [`at least ${min}`]),
    ].join(' and ')} lines in each file of ${path}.`;
    const found = await filesMatching(root, path);
    if (!found.ok) return unsatisfied(wanted, found.error);
    if (found.value.length === 0) return unsatisfied(wanted, 'no file.');
    const wrong: string[] = [];
    for (const each of found.value) {
      const read = await readText(root, each.path);
      if (!read.ok) wrong.push(`${each.path}: ${read.error}`);
      else if (linesOf(read.value) > (max ?? Infinity) || linesOf(read.value) < (min ?? 0))
        wrong.push(`${each.path} has ${linesOf(read.value)}`);
    }
    if (wrong.length === 0) return satisfied(`${found.value.length} files have the right number of lines.`);
    return unsatisfied(wanted, `${wrong.length} of ${found.value.length} do not.\n${wrong.slice(0, 20).join('\n')}`);
  },
});

export const changed = defineKind({
  name: 'changed',
  summary: 'The work changes at least one of these files.',
  words: ['path'],
  options: z.object({ path: text('Globs, parted by spaces.') }),
  example: '@changed path=CHANGELOG.md',
  guard: true,
  async run({ path }, { changes }) {
    const hits = changes.filter(change => matcherOf(path)(change.path));
    if (hits.length > 0)
      return satisfied(
        `Changed: ${hits
          .slice(0, 5)
          .map(hit => hit.path)
          .join(', ')}.`,
      );
    return unsatisfied(`a change in ${path}.`, `${changes.length} changed files, none of them there.`);
  },
});

export const unchanged = defineKind({
  name: 'unchanged',
  summary: 'The work leaves these files as they were.',
  words: ['path'],
  options: z.object({ path: text('Globs, parted by spaces.') }),
  example: '@unchanged path="migrations/** *.lock"',
  guard: true,
  async run({ path }, { changes }) {
    const hits = changes.filter(change => matcherOf(path)(change.path));
    if (hits.length === 0) return satisfied(`Nothing in ${path} was changed.`);
    const list = hits.slice(0, 10).map(hit => `${hit.path} (${hit.status})`);
    return unsatisfied(`nothing changed in ${path}.`, `${hits.length} changed: ${list.join(', ')}.`);
  },
});
