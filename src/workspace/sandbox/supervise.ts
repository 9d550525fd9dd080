import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { CommandResult } from '../../core/workspace.ts';
import { captureOutput } from '../capture.ts';

export type Launch = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Extra file descriptors from 3 on: bytes to be read by the child, or `null` for one that `started` takes care of. */
  readonly extra: readonly (Uint8Array | null)[];
  readonly timeout_s: number;
  readonly spill_file: string;
  readonly redact?: (text: string) => string;
};

/** The two ways in which backends differ. */
export type Backend = {
  /** Called once, right after the start. */
  started(child: ChildProcess): void;
  /** Kills everything the command started and resolves when it is dead. Called at a time-out, an abort, and after the end. */
  kill(child: ChildProcess): Promise<void>;
  /** Looks at the end: a sentence when the command never ran, else null. */
  neverRan(code: number | null, complaint: string): string | null;
  /** Begins to look at what the command takes; `stop` ends it with the reason. Answers with how to end the looking. */
  watch?(stop: (because: string) => void): () => void;
  /** Sentences for the model about rules that the command met. */
  notes?(result: CommandResult): readonly string[];
};

/** A line for `bash -c` that runs `command` (its first argument) with both outputs in one stream and the given limits. */
export const wrapperScript = (limits: readonly string[]): string =>
  `${limits.map(limit => `ulimit ${limit} 2>/dev/null; `).join('')}exec "$BASH" -c "$1" bash 2>&1`;

/**
 * Runs one command to its end: time limit, abort, output capped while it comes. Resolves only when the backend says that
 * everything is dead. An abort is an `err` `interrupted`.
 */
export async function supervise(
  launch: Launch,
  backend: Backend,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Result<CommandResult>> {
  if (signal?.aborted) return interrupted();
  const begin = clock.now().getTime();
  const started = await start(launch);
  if (!started.ok) return started;
  const child = started.value;
  feed(child, launch.extra);
  backend.started(child);
  const capture = captureOutput(launch.spill_file, launch.redact);
  let complaint = '';
  child.stdout?.on('data', (chunk: Buffer) => capture.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-4000);
  });
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
  const { code, ended, because } = await untilExit(child, backend, launch.timeout_s, signal);
  await backend.kill(child);
  // Whoever still holds the pipe after that is out of our reach.
  await Promise.race([closed, pause(2000, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  const { output, bytes, file } = capture.end();
  if (ended === 'aborted') return interrupted();
  const reason = ended === 'exited' ? backend.neverRan(code, complaint) : null;
  if (reason !== null) return fail('sandbox.denied', `The sandbox could not run the command: ${reason}`, SANDBOX_HINT);
  const timed_out = ended === 'timed_out';
  const exit = ended === 'exited' ? code : null;
  const result = { exit, timed_out, output, bytes, file, ms: clock.now().getTime() - begin };
  return ok(withNotes(result, [...(because === null ? [] : [because]), ...(backend.notes?.(result) ?? [])]));
}

/** What a rule of ours did to the command stands at the end of its output, where the model looks. */
function withNotes(result: CommandResult, notes: readonly string[]): CommandResult {
  if (notes.length === 0) return result;
  const break_ = result.output === '' || result.output.endsWith('\n') ? '' : '\n';
  return { ...result, output: `${result.output}${break_}${notes.map(note => `[llmclis] ${note}\n`).join('')}` };
}

async function start(launch: Launch): Promise<Result<ChildProcess>> {
  const child: ChildProcess = spawn(launch.file, launch.args, {
    cwd: launch.cwd,
    env: { ...launch.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...launch.extra.map(() => 'pipe' as const)],
  });
  const error = await new Promise<Error | null>(resolve => {
    child.once('spawn', () => resolve(null));
    child.once('error', resolve);
  });
  if (error === null) return ok(child);
  return fail('sandbox.denied', `The command could not be started: ${error.message}`, 'Check that bash is installed.');
}

export const SANDBOX_HINT = 'See what is missing, and how to mend it: llmclis doctor';

const interrupted = (): Result<never> =>
  fail('interrupted', 'The command was stopped.', 'Start the same run again to go on.');

function feed(child: ChildProcess, extra: Launch['extra']): void {
  for (const [index, bytes] of extra.entries()) {
    const stream = child.stdio[index + 3];
    if (stream === null || stream === undefined) continue;
    stream.on('error', () => undefined);
    if (bytes !== null && 'end' in stream) stream.end(bytes);
  }
}

type Ended = {
  readonly code: number | null;
  readonly ended: 'exited' | 'timed_out' | 'aborted' | 'limited';
  /** Which limit ended it. */
  readonly because: string | null;
};

function untilExit(child: ChildProcess, backend: Backend, timeout_s: number, signal?: AbortSignal): Promise<Ended> {
  return new Promise(resolve => {
    let ended: Ended['ended'] = 'exited';
    let because: string | null = null;
    const stop = (why: Ended['ended']) => () => {
      if (ended !== 'exited') return;
      ended = why;
      void backend.kill(child);
    };
    const onAbort = stop('aborted');
    const unwatch = backend.watch?.(reason => {
      because ??= reason;
      stop('limited')();
    });
    // Longer than 2^31 ms would fire at once.
    const timer = setTimeout(stop('timed_out'), Math.min(timeout_s * 1000, 2_000_000_000));
    signal?.addEventListener('abort', onAbort, { once: true });
    child.once('exit', code => {
      clearTimeout(timer);
      unwatch?.();
      signal?.removeEventListener('abort', onAbort);
      resolve({ code, ended, because: ended === 'limited' ? because : null });
    });
  });
}

/** Reads a child's extra descriptor line by line. */
export function onLines(child: ChildProcess, descriptor: number, each: (line: string) => void): void {
  const stream = child.stdio[descriptor];
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) each(line);
  });
}
