import type { CheckBench } from '../core/check.ts';
import { ok, type Result } from '../core/failure.ts';
import { shellQuoted } from '../core/shell-quote.ts';

/** What a command said, for kinds that read it themselves. */
export type Said = {
  readonly exit: number;
  /** Secrets are gone, and paths are as the project has them. */
  readonly output: string;
  readonly ms: number;
  /** Why it could not even start, or was not waited for. */
  readonly missing: string | null;
};

export type LineOptions = { readonly timeout_s?: number | undefined; readonly env?: Readonly<Record<string, string>> };

/** Runs a line in the sandbox. */
export async function runLine(
  line: string,
  bench: CheckBench,
  signal: AbortSignal,
  { timeout_s = bench.timeout_s, env }: LineOptions = {},
): Promise<Result<Said>> {
  const ran = await bench.run(line, env === undefined ? { timeout_s } : { timeout_s, env }, signal);
  if (!ran.ok) return ran;
  const { timed_out, ms } = ran.value;
  const exit = ran.value.exit ?? 1;
  const output = bench
    .redact(ran.value.output)
    .replaceAll(`file://${bench.root}/`, './')
    .replaceAll(`${bench.root}/`, './');
  const why = timed_out ? `more than ${timeout_s} s` : notFound(exit, output);
  return ok({ exit: timed_out ? 1 : exit, output, ms, missing: why });
}

/** The shell's own words for a command that is not there. */
const notFound = (exit: number, output: string): string | null =>
  exit === 127 || exit === 126 ? (/^.*(?:not found|Permission denied).*$/im.exec(output)?.[0] ?? 'the command') : null;

/** A word for `bash`. */
export const shellWord = (word: string): string => (/^[\w./=:@%+,-]+$/.test(word) ? word : shellQuoted(word));
