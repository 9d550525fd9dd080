import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckBench, CheckOutcome } from '../core/check.ts';
import { ok, type Result } from '../core/failure.ts';
import type { CommandResult } from '../core/workspace.ts';
import { missingFrom } from './runners/missing.ts';
import { type Files, type Named, withNames } from './runners/naming.ts';
import { readOutput } from './runners/output.ts';
import { ownModules } from './runners/own.ts';
import { plainText, readReport } from './runners/read.ts';
import { unloadedFrom } from './runners/unloaded.ts';

/**
 * Runs a command line as a check: satisfied when it ends with exit 0, whatever its report says. A runner we know is asked to name
 * its tests; where it refuses to be asked, the line runs as it is. A command that is not done in time, or that a signal ends, fails.
 */
export async function runCommandCheck(
  line: string,
  bench: CheckBench,
  signal: AbortSignal,
  timeout_s: number = bench.timeout_s,
): Promise<Result<CheckOutcome>> {
  const files = filesOf(bench);
  const named = await withNames(line, files);
  const ran = await runNamed(line, named, bench, signal, timeout_s);
  signal.throwIfAborted();
  if (!ran.ok) return ran;
  const { exit, timed_out, ms } = ran.value;
  // Paths as the project has them: where checks run is nobody's business.
  const itself = new RegExp(`${escaped(bench.root)}(?![\\w.+-])`, 'g');
  const from = (top: string) => (text: string) =>
    bench
      .redact(text)
      .replaceAll(`file://${bench.root}/`, top)
      .replaceAll(`${bench.root}/`, top)
      .replaceAll(itself, '.');
  const output = from('./')(plainText(ran.value.output));
  const report = await readOutput(ran.value, from('./'));
  const failed = timed_out || exit !== 0;
  const late = `more than ${timeout_s} s${timeout_s === bench.timeout_s ? ' (check_timeout_s)' : ''}`;
  // A test that ran says that the check could start.
  const started = !failed || (report.passed ?? 0) > 0;
  const missing = timed_out ? late : started ? null : await whatIsMissing(exit ?? 1, output, bench.root, files);
  const mentioned = (path: string): boolean => line.split(/[\s'"=]+/).includes(path);
  return ok({
    ...report,
    exit: timed_out ? 1 : (exit ?? 1),
    output: endOf(ran.value, timeout_s, output),
    missing,
    unloaded: failed && missing === null ? unloadedFrom(from('')(ran.value.output), mentioned) : [],
    ms,
  });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

async function whatIsMissing(exit: number, output: string, root: string, files: Files): Promise<string | null> {
  return missingFrom(exit, output, await ownModules(files)) ?? (await emptySubmodule(output, root, files));
}

/** A submodule that the output speaks of, and that was never checked out. */
async function emptySubmodule(output: string, root: string, files: Files): Promise<string | null> {
  const declared = (await files.read('.gitmodules')) ?? '';
  for (const [, path = ''] of declared.matchAll(/^\s*path\s*=\s*(.+?)\s*$/gm)) {
    if (!output.includes(`${path}/`) || /(?:^|\/)\.\.(?:\/|$)|^\//.test(path)) continue;
    const entries = await readdir(join(root, path)).catch(() => ['']);
    if (entries.length === 0) return `the submodule ${path} (git submodule update --init)`;
  }
  return null;
}

const filesOf = (bench: CheckBench): Files => ({
  async read(path) {
    const file = path === '' ? null : await bench.read(path);
    return file?.ok ? file.value.text : null;
  },
  async list() {
    const paths = await bench.list();
    return paths.ok ? paths.value : [];
  },
});

async function runNamed(
  line: string,
  { command, env }: Named,
  bench: CheckBench,
  signal: AbortSignal,
  timeout_s: number,
): Promise<Result<CommandResult>> {
  const options = Object.keys(env).length === 0 ? { timeout_s } : { timeout_s, env };
  const ran = await bench.run(command, options, signal);
  const asked = command !== line || options.env !== undefined;
  if (!asked || !ran.ok || ran.value.timed_out || ran.value.exit === 0 || !refuses(ran.value.output)) return ran;
  return bench.run(line, { timeout_s }, signal);
}

const QUESTION = /--reporter|--verbose|--verbosity|PYTEST_ADDOPTS|-rap|GOFLAGS|(?:^|\s)-v\b/;
const REFUSAL = /unknown|unrecogni[sz]ed|invalid|unexpected|not defined|no such option|failed to load|usage:/i;

/** Did a runner (an old one, or a script of the same name) run no test because it does not know what it was asked with? */
const refuses = (output: string): boolean =>
  readReport(output).passed === null &&
  plainText(output)
    .split('\n')
    .some(text => QUESTION.test(text) && REFUSAL.test(text));

function endOf({ exit, timed_out }: CommandResult, timeout_s: number, output: string): string {
  if (timed_out) return `${output}\n[killed after ${timeout_s} s]`;
  return exit === null ? `${output}\n[ended by a signal]` : output;
}
