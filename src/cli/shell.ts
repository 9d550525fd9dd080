import type { RunEvent } from '../core/event.ts';
import type { Result } from '../core/failure.ts';
import type { TuiPorts } from '../tui/ports.ts';
import type { Output } from './output.ts';

export type TerminalInput = NodeJS.ReadStream;
export type TerminalOutput = NodeJS.WriteStream;

/** The terminal screens, as `src/tui/main.tsx` exports them. */
export type Screens = {
  openBoard(
    ports: TuiPorts,
    io: {
      readonly stdin: TerminalInput;
      readonly stdout: TerminalOutput;
      readonly signal: AbortSignal;
      /** The filter that is in force from the start. */
      readonly filter?: string;
    },
  ): Promise<void>;
  /** The board as text, for anything that is not a terminal; refuses a filter that is none. */
  boardText(ports: TuiPorts, columns: number, filter?: string): Result<string>;
  showRun(options: {
    readonly title: string;
    readonly notes: readonly string[];
    readonly stdout: TerminalOutput;
    subscribe(listener: (event: RunEvent) => void): void;
    readonly finished: Promise<unknown>;
  }): Promise<void>;
};

/** What the process gives to a command beside the app. Only `bin.ts` makes the real one. */
export type Shell = {
  readonly out: Output;
  readonly version: string;
  /** Nothing of it is touched before it is asked for: making a stream takes time. */
  readonly terminal: {
    /** Are both ends a terminal? Screens may be drawn then, and keys read. */
    interactive(): boolean;
    columns(): number;
    readonly stdin: TerminalInput;
    readonly stdout: TerminalOutput;
  };
  /** All of stdin as text, for `--description-file -`. */
  readStdin(): string;
  /**
   * From the first call on, Ctrl-C (or SIGTERM) aborts this signal and leaves the end to the command; the second one ends
   * the process at once. A command that never asks is ended by the first.
   */
  interrupts(): AbortSignal;
  /** Resolves after `ms`, or early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Loads the screens, which are heavy, when first needed. */
  screens(): Promise<Screens>;
};
