import * as z from 'zod';
import type { CheckOutcome } from '../../core/check.ts';
import { ok, type Result } from '../../core/failure.ts';
import { runCommandCheck } from '../command.ts';
import { count, defineKind, FLAGS, maybe, maybePattern, TIMEOUT, text } from '../kind.ts';
import { runLine } from '../line.ts';
import { satisfied, shown, unsatisfied } from '../outcome.ts';
import { findWithin } from '../within.ts';
import { TOO_LONG } from './texts.ts';

const RUN = text('The command, for `bash -c`, in the sandbox.');

/** The outcome of a command with another word on whether it is satisfied, which stands last in its output. */
const judged = (outcome: CheckOutcome, right: boolean, wanted: string, found: string): Result<CheckOutcome> =>
  ok({
    ...outcome,
    exit: right && outcome.missing === null ? 0 : 1,
    output: `${outcome.output.trimEnd()}\n${right ? '' : `Wanted: ${wanted}\n`}Found: ${found}`.trimStart(),
  });

export const exit = defineKind({
  name: 'exit',
  summary: 'A command ends with this exit code.',
  words: ['run'],
  options: z.object({ run: RUN, code: count('The exit code; default 0.'), timeout: TIMEOUT }),
  example: '@exit run="node cli.js --nonsense" code=2',
  async run({ run, code = 0, timeout }, bench, signal) {
    const ran = await runCommandCheck(run, bench, signal, timeout);
    if (!ran.ok) return ran;
    return judged(ran.value, ran.value.exit === code, `exit ${code}.`, `exit ${ran.value.exit}.`);
  },
});

export const tests = defineKind({
  name: 'tests',
  summary: 'A test command passes, with the expected numbers of tests.',
  words: ['run'],
  options: z
    .object({
      run: RUN,
      min: count('At least so many tests pass.'),
      skipped: count('At most so many are skipped.'),
      failed: count('Exactly so many fail; the exit code does not count then.'),
      timeout: TIMEOUT,
    })
    .refine(
      ({ min, skipped, failed }) => [min, skipped, failed].some(limit => limit !== undefined),
      'it needs min=…, skipped=… or failed=…; without numbers write the command alone',
    ),
  example: '@tests run="npm test" min=12 skipped=0',
  async run({ run, min, skipped, failed, timeout }, bench, signal) {
    const ran = await runCommandCheck(run, bench, signal, timeout);
    if (!ran.ok) return ran;
    const { value } = ran;
    const wanted = [
      ...(failed === undefined ? ['exit 0'] : [`exactly ${failed} failed`]),
      ...(min === undefined ? [] : [`at least ${min} passed`]),
      ...(skipped === undefined ? [] : [`at most ${skipped} skipped`]),
    ].join(', ');
    if (value.passed === null && value.failed === null)
      return judged(value, false, `${wanted}.`, `exit ${value.exit}, and no counts of tests that could be read.`);
    const right =
      (failed === undefined ? value.exit === 0 : value.failed === failed) &&
      (value.passed ?? 0) >= (min ?? 0) &&
      (value.skipped ?? 0) <= (skipped ?? Number.POSITIVE_INFINITY);
    const found = `exit ${value.exit}, ${value.passed ?? 0} passed, ${value.failed ?? 0} failed, ${value.skipped ?? 0} skipped.`;
    return judged(value, right, `${wanted}.`, found);
  },
});

export const output = defineKind({
  name: 'output',
  summary: 'A command prints a text, or something that a pattern matches, and ends with its exit code.',
  words: ['run', 'contains'],
  options: z
    .object({
      run: RUN,
      contains: maybe('What it must print.'),
      regex: maybePattern('A pattern that matches somewhere in what it prints.'),
      flags: FLAGS,
      code: count('The exit code; default 0.'),
      timeout: TIMEOUT,
    })
    .refine(({ contains, regex }) => contains !== undefined || regex !== undefined, 'it needs contains=… or regex=…'),
  example: '@output run="node cli.js --version" regex="^\\d+\\.\\d+\\.\\d+$"',
  async run({ run, contains, regex, flags, code = 0, timeout }, bench, signal) {
    const wish = [
      ...(contains === undefined ? [] : [`${shown(contains)} in its output`]),
      ...(regex === undefined ? [] : [`/${regex}/${flags} matches its output`]),
      `exit ${code}`,
    ].join(', ');
    const said = await runLine(run, bench, signal, { timeout_s: timeout });
    if (!said.ok) return said;
    const { ms, missing } = said.value;
    const found = `exit ${said.value.exit}, and it printed:\n${said.value.output.trimEnd() || '(nothing)'}`;
    if (missing !== null) return unsatisfied(`${wish}.`, found, { ms, missing });
    const hit = regex === undefined ? null : findWithin(new RegExp(regex, flags), said.value.output);
    if (hit === 'too long') return unsatisfied(`${wish}.`, TOO_LONG, { ms });
    const right =
      said.value.exit === code &&
      (contains === undefined || said.value.output.includes(contains)) &&
      (regex === undefined || hit !== null);
    return right ? satisfied(`It printed what it should, exit ${code}.`, ms) : unsatisfied(`${wish}.`, found, { ms });
  },
});
