import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, openApp } from './app.ts';
import { directStream, mayBeTerminal } from './cli/direct-stream.ts';
import { runCommandLine } from './cli/main.ts';
import { createOutput, type OutputStream } from './cli/output.ts';
import type { Shell } from './cli/shell.ts';

/** Put in by the bundler; absent when the sources run directly. */
declare const LLMCLIS_VERSION: string | undefined;

const EXIT_BUG = 1;
const EXIT_INTERRUPTED = 130;
/** Width of text that goes to no terminal. */
const PIPE_COLUMNS = 100;

/** One signal for the whole process; its handlers are there only after someone asked for it. */
function interruption(): { readonly start: () => AbortSignal; readonly abort: () => boolean } {
  const controller = new AbortController();
  let listening = false;
  const interrupted = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    controller.abort(new Error('Interrupted.'));
  };
  return {
    start: () => {
      if (!listening) for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupted);
      listening = true;
      return controller.signal;
    },
    abort: () => {
      if (listening && !controller.signal.aborted) controller.abort(new Error('Nobody reads the output any more.'));
      return listening;
    },
  };
}

/** Resolves after `ms`, or at once when the signal aborts; the timer goes with it. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });

const standard = (fd: 1 | 2, stream: () => NodeJS.WriteStream): OutputStream =>
  process.platform === 'win32' ? stream() : directStream(fd, stream);

function createShell(argv: readonly string[]): Shell {
  const interrupts = interruption();
  const end = argv.indexOf('--');
  const out = createOutput({
    get stdout() {
      return standard(1, () => process.stdout);
    },
    get stderr() {
      return standard(2, () => process.stderr);
    },
    env: process.env,
    json: argv.slice(0, end === -1 ? undefined : end).includes('--json'),
    isTTY: () => mayBeTerminal(1) && process.stdout.isTTY === true,
    // A run ends cleanly when its reader went away; a command that only prints has nothing left to do.
    onClosed: () => {
      if (!interrupts.abort()) process.exit(0);
    },
  });
  return {
    out,
    get version() {
      return versionOf();
    },
    terminal: {
      interactive: () => process.stdin.isTTY === true && process.stdout.isTTY === true,
      columns: () => process.stdout.columns ?? PIPE_COLUMNS,
      get stdin() {
        return process.stdin;
      },
      get stdout() {
        return process.stdout;
      },
    },
    readStdin: () => readFileSync(0, 'utf8'),
    interrupts: interrupts.start,
    sleep: pause,
    screens: () => import('./tui/main.tsx'),
  };
}

/** The package's folder: this file is in `src/` or, bundled, in `dist/`. */
const shipped = join(import.meta.dirname, '..');

function versionOf(): string {
  if (typeof LLMCLIS_VERSION === 'string') return LLMCLIS_VERSION;
  const described: unknown = JSON.parse(readFileSync(join(shipped, 'package.json'), 'utf8'));
  const named =
    typeof described === 'object' && described !== null && 'version' in described ? described.version : null;
  return typeof named === 'string' ? named : '0.0.0';
}

const appHere = (): App => openApp({ env: process.env, cwd: process.cwd(), version: versionOf(), shipped });

/** Runs the words after `llmclis` and sets the exit code; what is thrown is a bug and ends here. */
async function main(argv: readonly string[]): Promise<void> {
  const shell = createShell(argv);
  try {
    process.exitCode = await runCommandLine(argv, appHere, shell);
  } catch (error) {
    shell.out.bug(error);
    process.exitCode = EXIT_BUG;
  }
}

await main(process.argv.slice(2));
