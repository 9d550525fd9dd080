import { styleText } from 'node:util';
import type { Failure } from '../core/failure.ts';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** A stream as the printer needs it; `process.stdout` is one. */
export type OutputStream = {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
};

export type OutputOptions = {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Answers are JSON: nothing but JSON goes to stdout. */
  readonly json: boolean;
  readonly isTTY: boolean;
  /** Called once when the reader of stdout went away (`| head`). */
  readonly onClosed?: () => void;
};

/** The only printer of the command line. */
export type Output = {
  readonly isJson: boolean;
  /** Text for people on stdout, one line or several; nothing with `--json`. */
  line(text: string): void;
  lines(texts: readonly string[]): void;
  /** One object on one line of stdout. */
  json(value: object): void;
  /** Text for people on stderr: progress and advice that no reader of stdout must meet. */
  note(text: string): void;
  /** An expected failure: what happened and the next step; never a stack. */
  error(failure: Failure): void;
  /** A bug of llmclis itself; the stack only with `LLMCLIS_DEBUG=1`. */
  bug(error: unknown): void;
  /** The text in a colour where colours are wanted, else as it is. */
  style(style: Style | readonly Style[], text: string): string;
};

/** `FORCE_COLOR` decides when it is set (`0` and `false` mean no); then `NO_COLOR`; else a terminal that can has colours. */
export function wantsColor(env: OutputOptions['env'], isTTY: boolean): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env.NO_COLOR ?? '') !== '') return false;
  return isTTY && env.TERM !== 'dumb';
}

const BUG_HINT = 'Please report it with the command you typed; LLMCLIS_DEBUG=1 shows where it happened.';

export function createOutput(options: OutputOptions): Output {
  const { stdout, stderr, json } = options;
  const color = wantsColor(options.env, options.isTTY);
  let closed = false;
  stdout.on('error', error => {
    if (error.code !== 'EPIPE') throw error;
    if (closed) return;
    closed = true;
    options.onClosed?.();
  });
  stderr.on('error', error => {
    if (error.code !== 'EPIPE') throw error;
  });
  const print = (text: string): void => {
    if (!closed) stdout.write(`${text}\n`);
  };
  const complain = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  const style = (wanted: Style | readonly Style[], text: string): string =>
    color && text !== ''
      ? styleText(typeof wanted === 'string' ? wanted : [...wanted], text, { validateStream: false })
      : text;
  const say = (code: string, message: string, hint: string): void => {
    if (json) {
      print(JSON.stringify({ error: { code, message, hint } }));
      return;
    }
    complain(`${style(['bold', 'red'], 'error:')} ${message}`);
    complain(`${style('dim', 'next:')} ${hint}`);
  };
  return {
    isJson: json,
    line: text => {
      if (!json) print(text);
    },
    lines: texts => {
      if (!json) for (const text of texts) print(text);
    },
    json: value => print(JSON.stringify(value)),
    note: complain,
    error: failure => say(failure.code, failure.message, failure.hint),
    bug: error => {
      const message = error instanceof Error ? error.message : String(error);
      say('bug', `This is a bug in llmclis: ${message}`, BUG_HINT);
      if (options.env.LLMCLIS_DEBUG === '1' && error instanceof Error && error.stack !== undefined)
        complain(error.stack);
    },
    style,
  };
}
