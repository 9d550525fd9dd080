import { closestMatch } from 'leven';
import type { Check, CheckBench } from '../core/check.ts';
import { isDeclared, readCheckText } from '../core/check-text.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import { runCommandCheck } from './command.ts';
import type { CheckKind } from './kind.ts';
import { critic, diff } from './kinds/change.ts';
import { exit, output, tests } from './kinds/commands.ts';
import { json, schema } from './kinds/data.ts';
import { changed, file, lines, missing, sizeKind, unchanged } from './kinds/files.ts';
import { http } from './kinds/http.ts';
import { noNewLint } from './kinds/lint.ts';
import { parses } from './kinds/parses.ts';
import { noSecrets } from './kinds/secrets.ts';
import { contains, lacks, links, matches } from './kinds/texts.ts';

export type { CheckKind } from './kind.ts';

/** Every kind of check beside a plain command, by its name. */
export const CHECK_KINDS: Readonly<Record<string, CheckKind>> = Object.fromEntries(
  [
    ...[exit, output, tests, http],
    ...[file, missing, contains, matches, lacks, lines, sizeKind, links],
    ...[json, schema, parses],
    ...[diff, changed, unchanged, noSecrets, noNewLint],
    critic,
  ].map(kind => [kind.name, kind]),
);

const HINT = 'See all kinds: llmclis check --list';

const near = (given: string, known: readonly string[]): string | undefined =>
  closestMatch(given.slice(0, 40), known, { maxDistance: Math.max(2, Math.floor(given.length / 3)) });

/** Reads a check: a shell command as it is, or `@kind …`. An unknown kind or option is refused with the nearest right name. */
export function parseCheck(text: string): Result<Check> {
  if (text.trim() === '') return fail('input.invalid', 'A check is empty.', 'Write a command, such as npm test.');
  if (!isDeclared(text))
    return ok({
      text,
      kind: 'command',
      critic: false,
      run: (bench, signal) => runCommandCheck(text, bench, signal),
    });
  const words = readCheckText(text);
  if (!words.ok) return words;
  const kind = Object.hasOwn(CHECK_KINDS, words.value.kind) ? CHECK_KINDS[words.value.kind] : undefined;
  if (kind === undefined) {
    const nearest = near(words.value.kind, Object.keys(CHECK_KINDS));
    const advice = nearest === undefined ? HINT : `Did you mean @${nearest}? ${HINT}`;
    return fail('input.invalid', `There is no kind of check @${words.value.kind}.`, advice);
  }
  const given = valuesOf(kind, words.value.words, words.value.options);
  if (!given.ok) return given;
  const run = kind.prepare(given.value);
  if (!run.ok) return run;
  return ok({ text, kind: kind.name, critic: kind.critic, run: redacted(run.value) });
}

/** Whatever a check found in a file or an answer, no known secret leaves it. */
const redacted =
  (run: Check['run']): Check['run'] =>
  async (bench: CheckBench, signal) => {
    const ran = await run(bench, signal);
    return ran.ok ? ok({ ...ran.value, output: bench.redact(ran.value.output) }) : ran;
  };

function valuesOf(
  kind: CheckKind,
  words: readonly string[],
  options: readonly (readonly [string, string])[],
): Result<Readonly<Record<string, string>>> {
  const names = Object.keys(kind.options.shape);
  const refuse = (message: string, hint = `For example: ${kind.example}`) =>
    fail('input.invalid', `@${kind.name} ${message}`, hint);
  const extra = words[kind.words.length];
  if (extra !== undefined) return refuse(`does not take the word ${JSON.stringify(extra)}.`);
  const values = new Map(words.map((word, place) => [kind.words[place] ?? '', word]));
  for (const [name, value] of options) {
    if (!names.includes(name)) {
      const nearest = near(name, names);
      return refuse(
        `does not know ${name}=….`,
        nearest === undefined
          ? `It knows ${names.join(', ')}. For example: ${kind.example}`
          : `Did you mean ${nearest}=…?`,
      );
    }
    if (values.has(name)) return refuse(`has ${name}=… twice.`);
    values.set(name, value);
  }
  return ok(Object.fromEntries(values));
}

/** True for a check that looks at the change and not at what the code does: it can refuse work, and never proves it. */
export function isGuard(text: string): boolean {
  if (!isDeclared(text)) return false;
  const words = readCheckText(text);
  return words.ok && Object.hasOwn(CHECK_KINDS, words.value.kind) && CHECK_KINDS[words.value.kind]?.guard === true;
}
