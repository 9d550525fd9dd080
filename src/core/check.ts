import type { Failure, Result } from './failure.ts';
import type { CommandResult, FileChange } from './workspace.ts';

export type CheckVerdict = 'red' | 'green' | 'red-green' | 'missing';

/** Something of the project's own that a test file asked for and did not find: then its tests did not even load. */
export type Unloaded = { readonly kind: 'file' | 'symbol'; readonly name: string };

/** What one check says about one tree, by whatever way it looks. Lists and counts are empty and null where it names no tests. */
export type CheckOutcome = {
  /** 0: the check is satisfied. */
  readonly exit: number;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly skipped: number | null;
  /** Names of the tests that passed, failed and were skipped, where the runner gives names. */
  readonly passing: readonly string[];
  readonly failing: readonly string[];
  readonly skipping: readonly string[];
  /** What it said, for people and for the next try. */
  readonly output: string;
  /** What is missing when the check could not even start (command or outside package not found), else null. */
  readonly missing: string | null;
  readonly unloaded: readonly Unloaded[];
  readonly ms: number;
};

/** What one check gave on one tree, as the journal keeps it. `passed` and `failed` count tests where the runner says so, else null. */
export type CheckResult = {
  /** The check as it was declared: a shell command, or `@kind …` (docs/checks.md). */
  readonly command: string;
  readonly exit: number;
  readonly passed: number | null;
  readonly failed: number | null;
  /** Since 0.3.0. */
  readonly skipped?: number | null;
  readonly ms: number;
  readonly tree: string;
  readonly on: 'base' | 'work';
  /** Whose check: the task's own, or the project's `verify`. */
  readonly of: 'task' | 'verify';
  /** Names of the tests that passed and failed, where the runner gives names. */
  readonly passing: readonly string[];
  readonly failing: readonly string[];
  readonly skipping?: readonly string[];
  /** The end of its output, for people and for the next try. */
  readonly tail: string;
  /** What is missing when the check could not even start (command or outside package not found), else null. */
  readonly missing: string | null;
  readonly unloaded?: readonly Unloaded[];
  /** The result was kept from an earlier run of the same command on the same tree. */
  readonly kept: boolean;
  /** It failed and then passed on the same tree: what it says proves nothing. */
  readonly flaky?: boolean;
  /** Why it proves nothing, whatever it says: it only looks at the change, or its turning green has another cause. */
  readonly proves_nothing?: string;
};

/**
 * Where a check looks. The workspace stands on exactly the tree that is checked; `changes` and `before` compare it with the tree the
 * work began from (no changes on the base).
 */
export type CheckBench = {
  /** Real absolute path of the checked files. */
  readonly root: string;
  read(path: string): Promise<Result<{ readonly text: string }>>;
  /** Files git does not ignore, sorted, relative, with `/`. */
  list(): Promise<Result<readonly string[]>>;
  /** Runs a line for `bash -c` in the sandbox, in `root`. */
  run(
    command: string,
    options: { readonly timeout_s: number; readonly env?: Readonly<Record<string, string>> },
    signal?: AbortSignal,
  ): Promise<Result<CommandResult>>;
  readonly changes: readonly FileChange[];
  /** Text of a file in the tree that the work began from; null when it was not there. */
  before(path: string): Promise<string | null>;
  /** Seconds a command may take when the check itself says nothing. */
  readonly timeout_s: number;
  redact(text: string): string;
};

/** A check, read and understood. */
export type Check = {
  /** As it was declared; its name in the journal. */
  readonly text: string;
  /** `command`, or a name of the table in `checks/`. */
  readonly kind: string;
  /** A second model decides: never alone enough for done, and asked last (see `critic`). */
  readonly critic: boolean;
  run(bench: CheckBench, signal: AbortSignal): Promise<Result<CheckOutcome, Failure>>;
};
