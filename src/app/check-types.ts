/** One check that was run by hand. */
export type CheckRow = {
  readonly command: string;
  readonly kind: string;
  /** 0: it is satisfied. */
  readonly exit: number;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly skipped: number | null;
  /** Names of the failing tests, where the runner gives names. */
  readonly failing: readonly string[];
  readonly output: string;
  /** What is missing when it could not even start, else null. */
  readonly missing: string | null;
  readonly ms: number;
  /** It failed and then passed on the same files. */
  readonly flaky: boolean;
};

export type CheckReport = {
  readonly checks: readonly CheckRow[];
  /** Checks that a second model decides: only a run asks it. */
  readonly not_asked: readonly string[];
  readonly ok: boolean;
};

export type CheckWish = {
  /** The checks themselves, instead of the project's. */
  readonly checks: readonly string[];
  /** Adds a task's checks, and those of its role. */
  readonly task?: string;
  readonly no_sandbox?: boolean;
};

/** A row of the table of kinds, as the help shows it. */
export type CheckKindCard = {
  readonly name: string;
  readonly summary: string;
  readonly guard: boolean;
  readonly options: readonly { readonly name: string; readonly help: string; readonly required: boolean }[];
  readonly example: string;
};
