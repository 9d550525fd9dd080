export type CheckVerdict = 'red' | 'green' | 'red-green' | 'missing';

/** What one check command gave on one tree. `passed` and `failed` count tests where the runner says so, else null. */
export type CheckResult = {
  readonly command: string;
  readonly exit: number;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly ms: number;
  readonly tree: string;
  readonly on: 'base' | 'work';
  /** Whose check: the task's own, or the project's `verify`. */
  readonly of: 'task' | 'verify';
  /** Names of the tests that passed and failed, where the runner gives names. */
  readonly passing: readonly string[];
  readonly failing: readonly string[];
  /** The end of its output, for people and for the next try. */
  readonly tail: string;
  /** What is missing when the check could not even start (command or outside package not found), else null. */
  readonly missing: string | null;
  /** The result was kept from an earlier run of the same command on the same tree. */
  readonly kept: boolean;
};
