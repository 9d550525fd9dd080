import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { temporaryFolder } from './repository.ts';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** Milliseconds to wait for something on a screen: generous, for machines with much to do. */
const WAIT_MS = 120_000;

/** A real terminal (a pane of a tmux server of its own) in which a shell runs one command line. It is gone when the test is over. */
export function openTerminal(options: {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}) {
  const socket = join(temporaryFolder('llmclis-tty-'), 's');
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', ...options.env };
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args], { cwd: options.cwd, env, encoding: 'utf8' });
  // The shell survives Ctrl-C, tells the exit code, and keeps the screen.
  const line = `trap : INT; ${options.command}; echo "exit $?"; exec cat`;
  tmux('new-session', '-d', '-x', `${options.columns}`, '-y', `${options.rows}`, line);
  onTestFinished(() => void spawnSync('tmux', ['-S', socket, 'kill-server']));
  const screen = (): string => tmux('capture-pane', '-p');
  return {
    /** What the screen shows now. */
    screen,
    /** All that was ever on it, long lines in one piece. */
    all: (): string => tmux('capture-pane', '-p', '-J', '-S', '-'),
    /** Keys by tmux's names, such as `j`, `Enter` and `C-c`. */
    press: (...keys: readonly string[]): void => void tmux('send-keys', ...keys),
    /** Types the text as it is. */
    type: (text: string): void => void tmux('send-keys', '-l', '--', text),
    /** Pastes the text as a terminal does, in brackets where the program asked for them. */
    paste: (text: string): void => {
      tmux('set-buffer', '--', text);
      tmux('paste-buffer', '-p');
    },
    /** What the screen shows now, with the escape sequences of its styles. */
    styled: (): string => tmux('capture-pane', '-p', '-e'),
    resize: (columns: number, rows: number): void => void tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`),
    /** Resolves with the screen when it shows the text. */
    async shows(text: string | RegExp): Promise<string> {
      return vi.waitFor(
        () => {
          const now = screen();
          if (typeof text === 'string' ? now.includes(text) : text.test(now)) return now;
          throw new Error(`The screen does not show ${text}:\n${now}`);
        },
        { timeout: WAIT_MS, interval: 50 },
      );
    },
  };
}
