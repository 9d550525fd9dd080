import type { PlanProblem } from './plan.ts';

/** The files beside the plan; paths are relative to the project's root. */
export type PlanFiles = {
  exists(relativePath: string): boolean;
  read(relativePath: string): string | null;
};

/** What a check may know beside the file. */
export type CheckContext = {
  /** The folder of the plan, relative to the project's root; empty for the root itself. */
  readonly folder?: string;
  /** Tasks of the project's other plan files, by key. */
  readonly others?: ReadonlyMap<string, { readonly path: string; readonly line: number }>;
  /** Keys of tasks that are there without standing in a plan file. */
  readonly known?: ReadonlySet<string>;
  /** Why a check of a task cannot be understood, and what to do; null when it can. */
  readonly refusal?: (check: string) => { readonly message: string; readonly hint: string } | null;
};

/** `line` counts from 0, as documents do; people count from 1. */
export const problem = (line: number, level: PlanProblem['level'], message: string, hint: string): PlanProblem => ({
  line: line + 1,
  level,
  message,
  hint,
});
