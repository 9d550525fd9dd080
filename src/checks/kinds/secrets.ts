import * as z from 'zod';
import type { CheckBench } from '../../core/check.ts';
import { looksSecret } from '../../core/secret-shapes.ts';
import { matcherOf, readText } from '../files.ts';
import { defineKind, maybe } from '../kind.ts';
import { satisfied, unsatisfied } from '../outcome.ts';
import { withinTime } from '../within.ts';

/** Full of checksums, and written by tools. */
const LOCKS = '*.lock package-lock.json npm-shrinkwrap.json pnpm-lock.yaml go.sum *.min.js *.map *.svg';
const MAX_FILES = 2_000;

export const noSecrets = defineKind({
  name: 'no-secrets',
  summary: 'No added line holds a key, a token, a password, or a long word that looks like chance.',
  words: ['except'],
  options: z.object({ except: maybe('Globs of files that may: test keys, for example.') }),
  example: '@no-secrets except="test/fixtures/**"',
  guard: true,
  async run({ except }, bench) {
    const wish = 'no secret in the lines that were added.';
    const skipped = matcherOf(`${LOCKS} ${except ?? ''}`);
    const files = bench.changes.filter(({ path, status }) => status !== 'deleted' && !skipped(path));
    if (files.length > MAX_FILES) return unsatisfied(wish, `${files.length} changed files; at most ${MAX_FILES}.`);
    const found: string[] = [];
    let lines = 0;
    for (const { path } of files) {
      const added = await addedLines(path, bench);
      lines += added.length;
      const hits = withinTime(() => suspects(added, bench));
      found.push(
        ...(hits === null ? [`${path}: it takes too long to look through.`] : hits.value.map(hit => `${path}:${hit}`)),
      );
    }
    if (found.length === 0) return satisfied(`${lines} added lines in ${files.length} files hold none.`);
    const list = found.slice(0, 20).join('\n');
    return unsatisfied(wish, `${found.length} places.\n${list}\nTake it out, and read it from the environment.`);
  },
});

type Line = { readonly line: number; readonly text: string };

/** Lines that the file has and did not have before, as often as they are more; files that are no text have none. */
async function addedLines(path: string, bench: CheckBench): Promise<readonly Line[]> {
  const read = await readText(bench.root, path);
  if (!read.ok) return [];
  const before = new Map<string, number>();
  for (const text of ((await bench.before(path)) ?? '').replaceAll('\r\n', '\n').split('\n'))
    before.set(text, (before.get(text) ?? 0) + 1);
  return read.value.split('\n').flatMap((text, index) => {
    const left = before.get(text) ?? 0;
    if (left > 0) before.set(text, left - 1);
    return left > 0 || text.trim() === '' ? [] : [{ line: index + 1, text }];
  });
}

/** Redaction takes these out as well, and they are no secret. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** `3: anthropic-key`, in words that do not repeat what was found. */
function suspects(added: readonly Line[], { redact }: CheckBench): readonly string[] {
  const places = looksSecret(added.map(({ text }) => text).join('\n'));
  let [start, next] = [0, 0];
  return added.flatMap(({ line, text }) => {
    const end = start + text.length;
    const names: string[] = [];
    for (let place = places[next]; place !== undefined && place.start <= end; place = places[++next])
      names.push(place.name);
    start = end + 1;
    const plain = text.replace(CONTROL, '');
    if (names.length === 0 && redact(plain) !== plain) names.push('a known secret');
    if (names.length === 0 && hasChance(text)) names.push('a long word that looks like chance');
    return names.map(name => `${line}: ${name}`);
  });
}

/** A text of its own in quotes, with nothing around it that says what it is. */
const QUOTED = /["'`]([A-Za-z0-9+/_=-]{32,400})["'`]/g;
/** Checksums and pinned commits look like chance, and are public. */
const PUBLIC = /\bintegrity\b|\bsha-?\d{3}\b|checksum|digest|data:[a-z]+\/|sourceMappingURL/i;
const BITS = 4.5;

const hasChance = (text: string): boolean =>
  !PUBLIC.test(text) &&
  [...text.matchAll(QUOTED)].some(
    ([, word = '']) =>
      [/[a-z]/, /[A-Z]/, /\d.*\d.*\d/].every(kind => kind.test(word)) &&
      !/^[0-9a-fA-F-]+$|[a-z]{7}|[A-Z]{7}|0123|abcd/.test(word) &&
      bitsPerCharacter(word) >= BITS,
  );

function bitsPerCharacter(word: string): number {
  const counts = new Map<string, number>();
  for (const character of word) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, each) => sum - (each / word.length) * Math.log2(each / word.length), 0);
}
