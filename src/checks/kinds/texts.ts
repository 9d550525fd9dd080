import { posix } from 'node:path';
import * as z from 'zod';
import type { CheckBench } from '../../core/check.ts';
import { ok, type Result } from '../../core/failure.ts';
import { filesMatching, lookAt, readText } from '../files.ts';
import { count, defineKind, FLAGS, maybe, maybePattern, pattern, text } from '../kind.ts';
import { satisfied, shown, unsatisfied } from '../outcome.ts';
import { findWithin } from '../within.ts';

export const TOO_LONG = 'the pattern takes too long; give one without nested repetition.';
const lineOf = (content: string, at: number): number => content.slice(0, at).split('\n').length;

export const contains = defineKind({
  name: 'contains',
  summary: 'A file holds a text, letter for letter.',
  words: ['path', 'text'],
  options: z.object({
    path: text('The file.'),
    text: text('What it must hold.'),
    times: count('Exactly so often; without it, at least once.'),
  }),
  example: '@contains path=README.md text="npm install"',
  async run({ path, text: wanted, times }, { root }) {
    const often = times === undefined ? '' : ` exactly ${times} times`;
    const wish = `${path} holds ${shown(wanted)}${often}.`;
    const read = await readText(root, path);
    if (!read.ok) return unsatisfied(wish, read.error);
    const hits = read.value.split(wanted).length - 1;
    const right = times === undefined ? hits > 0 : hits === times;
    return right ? satisfied(`${path} holds it ${hits} times.`) : unsatisfied(wish, `it is there ${hits} times.`);
  },
});

export const matches = defineKind({
  name: 'matches',
  summary: 'A regular expression matches somewhere in a file.',
  words: ['path', 'regex'],
  options: z.object({
    path: text('The file.'),
    regex: pattern('A JavaScript regular expression; backslashes need no doubling.'),
    flags: FLAGS,
  }),
  example: '@matches path=README.md regex="^## Install"',
  async run({ path, regex, flags }, { root }) {
    const wish = `/${regex}/${flags} matches in ${path}.`;
    const read = await readText(root, path);
    if (!read.ok) return unsatisfied(wish, read.error);
    const found = findWithin(new RegExp(regex, flags), read.value);
    if (found === 'too long') return unsatisfied(wish, TOO_LONG);
    if (found === null) return unsatisfied(wish, `no match in ${read.value.length} characters.`);
    return satisfied(`It matches in line ${lineOf(read.value, found.index)} of ${path}: ${shown(found[0], 80)}.`);
  },
});

export const lacks = defineKind({
  name: 'lacks',
  summary: 'No file of these holds a text, or matches a pattern.',
  words: ['path', 'text'],
  options: z
    .object({
      path: text('A file, a folder or a glob.'),
      text: maybe('What none of them may hold.'),
      regex: maybePattern('A pattern that may match in none of them.'),
      flags: FLAGS,
    })
    .refine(
      ({ text: words, regex }) => (words === undefined) !== (regex === undefined),
      'it needs text=… or regex=…, one of them',
    ),
  example: '@lacks path=src/** text=console.log',
  async run({ path, text: words, regex, flags }, bench) {
    const wish = `no file of ${path} ${words === undefined ? `matches /${regex}/${flags}` : `holds ${shown(words)}`}.`;
    const found = await firstHit(path, words, regex === undefined ? null : new RegExp(regex, flags), bench);
    if (!found.ok) return unsatisfied(wish, found.error);
    const { hit, files } = found.value;
    return hit === null ? satisfied(`It is in none of ${files} files.`) : unsatisfied(wish, hit);
  },
});

async function firstHit(
  glob: string,
  words: string | undefined,
  expression: RegExp | null,
  { root }: CheckBench,
): Promise<Result<{ readonly hit: string | null; readonly files: number }, string>> {
  const found = await filesMatching(root, glob);
  if (!found.ok) return found;
  for (const { path } of found.value) {
    const read = await readText(root, path);
    // What is no text holds none; what is too large to be looked through has not been found clean.
    if (!read.ok && /is no text/.test(read.error)) continue;
    if (!read.ok) return ok({ hit: `${path}: ${read.error}`, files: found.value.length });
    const at = expression === null ? read.value.indexOf(words ?? '') : findWithin(expression, read.value);
    if (at === 'too long') return ok({ hit: `${path}: ${TOO_LONG}`, files: found.value.length });
    const index = typeof at === 'number' ? at : (at?.index ?? -1);
    if (index >= 0) return ok({ hit: `${path}:${lineOf(read.value, index)} has it.`, files: found.value.length });
  }
  return ok({ hit: null, files: found.value.length });
}

/** Code is no link: fences and spans are blanked. */
const withoutCode = (markdown: string): string =>
  markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
const LINK = /\]\(<?([^)\s>]{1,500})>?(?:\s+"[^"\n]{0,300}")?\)/g;

export const links = defineKind({
  name: 'links',
  summary: 'Every relative link of Markdown files leads to a file or folder of the project.',
  words: ['path'],
  options: z.object({ path: text('A file, a folder or a glob.') }),
  example: '@links path=docs/**/*.md',
  async run({ path }, { root }) {
    const wish = `every relative link in ${path} leads somewhere.`;
    const found = await filesMatching(root, path);
    if (!found.ok) return unsatisfied(wish, found.error);
    if (found.value.length === 0) return unsatisfied(wish, 'no file.');
    const dangling: string[] = [];
    let seen = 0;
    for (const each of found.value) {
      const read = await readText(root, each.path);
      if (!read.ok) return unsatisfied(wish, `${each.path}: ${read.error}`);
      for (const target of relativeLinks(read.value)) {
        seen++;
        if (!(await leads(root, each.path, target))) dangling.push(`${each.path}: ${shown(target, 200)}`);
      }
    }
    if (dangling.length === 0)
      return satisfied(`${seen} relative links in ${found.value.length} files lead somewhere.`);
    return unsatisfied(wish, `${dangling.length} of ${seen} do not.\n${dangling.slice(0, 20).join('\n')}`);
  },
});

const relativeLinks = (markdown: string): readonly string[] =>
  [...withoutCode(markdown).matchAll(LINK)]
    .map(match => match[1] ?? '')
    .filter(target => !/^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i.test(target));

async function leads(root: string, from: string, target: string): Promise<boolean> {
  const words = decoded(target.replace(/[?#].*$/, ''));
  const path = words.startsWith('/') ? words.slice(1) : posix.join(posix.dirname(from), words);
  const { kind } = await lookAt(root, path.replace(/\/$/, '') || '.');
  return kind === 'file' || kind === 'folder';
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
