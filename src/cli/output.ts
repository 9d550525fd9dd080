import type { Failure } from '../core/failure.ts';

/** SGR codes, on and off. Not node:util's styleText: importing node:util costs a quarter of a bare start of Node. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
export type Style = keyof typeof STYLES;

/** A stream as the printer needs it; `process.stdout` is one. */
export type OutputStream = {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
};

export type OutputOptions = {
  /** Looked at when something is printed, not before: making a stream takes time. */
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Answers are JSON: nothing but JSON goes to stdout. */
  readonly json: boolean;
  /** Is stdout a terminal? */
  isTTY(): boolean;
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
  /** Did the reader of stdout go away? */
  closed(): boolean;
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

/** The stream, made at its first use; trouble other than a reader that went away is a bug. */
function lazyStream(
  make: () => OutputStream,
  onClosed: () => void,
): { readonly write: (text: string) => void; readonly closed: () => boolean } {
  let stream: OutputStream | null = null;
  let closed = false;
  const open = (): OutputStream => {
    const made = make();
    made.on('error', error => {
      if (error.code !== 'EPIPE') throw error;
      if (closed) return;
      closed = true;
      onClosed();
    });
    return made;
  };
  const write = (text: string): void => {
    stream ??= open();
    if (!closed) stream.write(`${text}\n`);
  };
  return { write, closed: () => closed };
}

export function createOutput(options: OutputOptions): Output {
  const { json } = options;
  const reader = lazyStream(
    () => options.stdout,
    () => options.onClosed?.(),
  );
  const { write: print } = reader;
  const { write: complain } = lazyStream(
    () => options.stderr,
    () => {},
  );
  let color: boolean | null = null;
  const style = (wanted: Style | readonly Style[], text: string): string => {
    color ??= wantsColor(options.env, options.isTTY());
    if (!color || text === '') return text;
    return [wanted].flat().reduceRight((styled, name) => {
      const [on, off] = STYLES[name];
      return `\u001b[${on}m${styled}\u001b[${off}m`;
    }, text);
  };
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
    closed: reader.closed,
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
