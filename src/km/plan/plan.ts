import type { Result } from '../../core/failure.ts';

export type PlanCounts = {
  readonly stages: number;
  /** The sum of the five below. */
  readonly tasks: number;
  readonly done: number;
  readonly open: number;
  readonly in_progress: number;
  readonly blocked: number;
  readonly cancelled: number;
};
export type PlanImport = {
  readonly imported: PlanCounts;
  readonly updated: number;
  readonly unchanged: number;
  /** `file` where a folder was read. */
  readonly unrecognised: readonly { readonly line: number; readonly text: string; readonly file?: string }[];
};
export type PlanSync = {
  readonly changed_files: readonly string[];
  /** Field changes written to the database. */
  readonly to_database: number;
  /** Field changes written to the file. */
  readonly to_file: number;
  readonly conflicts: readonly {
    readonly key: string;
    readonly field: string;
    readonly file: string;
    readonly database: string;
  }[];
};
export type PlanProblem = {
  readonly line: number;
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
};

/** The few file operations that plans need. Paths are absolute. */
export type PlanIo = {
  /** null when the file does not exist. */
  read(path: string): { readonly text: string; readonly size: number; readonly mtime_ms: number } | null;
  /** null when the file does not exist. */
  stat(path: string): { readonly size: number; readonly mtime_ms: number } | null;
  /** Atomic (temporary file, fsync, rename), keeping the mode; `err` `file.changed` when the file's text is not `expected` any more. */
  write(
    path: string,
    text: string,
    expected: string | null,
  ): Result<{ readonly size: number; readonly mtime_ms: number }>;
};
