import { EventEmitter } from 'node:events';
import { createOutput, type OutputStream } from '../../src/cli/output.ts';
import type { Shell } from '../../src/cli/shell.ts';
import { ok } from '../../src/core/failure.ts';

/** A stream that keeps what was written. */
export type Recorded = OutputStream & {
  readonly text: () => string;
  readonly fail: (error: NodeJS.ErrnoException) => void;
};

export function recorded(): Recorded {
  const emitter = new EventEmitter();
  const written: string[] = [];
  return {
    write: text => written.push(text),
    on: (event, listener) => emitter.on(event, listener),
    text: () => written.join(''),
    fail: error => void emitter.emit('error', error),
  };
}

export type TestShell = {
  readonly shell: Shell;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly json: () => unknown;
  readonly interrupt: () => void;
};

/** A shell that is no terminal and keeps its output; `interrupt` is Ctrl-C. */
export function testShell(
  options: { readonly json?: boolean; readonly stdin?: string; readonly boardText?: string } = {},
): TestShell {
  const [stdout, stderr] = [recorded(), recorded()];
  const controller = new AbortController();
  const shell: Shell = {
    out: createOutput({ stdout, stderr, env: {}, json: options.json === true, isTTY: () => false }),
    version: '1.2.3',
    terminal: { interactive: () => false, columns: () => 100, stdin: process.stdin, stdout: process.stdout },
    readStdin: () => options.stdin ?? '',
    interrupts: () => controller.signal,
    sleep: async () => {},
    screens: async () => ({
      openBoard: () => Promise.reject(new Error('No terminal here.')),
      boardText: (ports, _, filter) =>
        ok([options.boardText ?? 'board of', ports.project.name, filter].filter(Boolean).join(' ')),
      showRun: () => Promise.reject(new Error('No terminal here.')),
    }),
  };
  return {
    shell,
    stdout: stdout.text,
    stderr: stderr.text,
    json: () => JSON.parse(stdout.text()),
    interrupt: () => controller.abort(new Error('Interrupted.')),
  };
}
