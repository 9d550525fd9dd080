/** One small function in two languages, with the cases that decide. */
export type Kernel = {
  /** In snake case; JavaScript has it in camel case. */
  readonly name: string;
  readonly says: string;
  /** Names of the parameters. */
  readonly takes: readonly string[];
  /** The body that is right, and one that is not; null: the function is still to be written. */
  readonly js: readonly [right: string, wrong: string | null];
  readonly py: readonly [right: string, wrong: string | null];
  /** Arguments and what must come back, as JSON. */
  readonly cases: readonly (readonly [args: readonly unknown[], result: unknown])[];
};
