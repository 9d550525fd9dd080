import type { Proof } from './task.ts';

/** One small wrong variant of a changed line: a test worth its name notices it. */
export type Mutant = {
  readonly path: string;
  /** From 1, in the file as the work has it. */
  readonly line: number;
  /** Which operator made it, for example `comparison`, `constant`, `statement`. */
  readonly operator: string;
  /** The line before and after. */
  readonly before: string;
  readonly after: string;
};

/** What the proving checks said about mutants of the change. Mutants that do not compile are not counted. */
export type MutationReport = {
  readonly tree: string;
  readonly tried: number;
  readonly killed: number;
  readonly survived: readonly Mutant[];
  /** The checks that were run on each mutant. */
  readonly commands: readonly string[];
};

/** What one check said about one tree, as a certificate keeps it. */
export type CertifiedRun = {
  readonly exit: number;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly skipped: number | null;
};
export type CertifiedCheck = {
  readonly command: string;
  readonly of: 'task' | 'verify';
  readonly base: CertifiedRun;
  readonly work: CertifiedRun;
  /** Names of tests that failed (or were not there) on the base and pass on the work; empty where the runner gives no names. */
  readonly fail_to_pass: readonly string[];
  readonly pass_to_pass: readonly string[];
  /** It failed on the base and passes on the work. */
  readonly proves: boolean;
  readonly flaky: boolean;
};

/** Evidence that a commit does what its task asked, made so that anyone can replay it in a clean clone. */
export type Certificate = {
  readonly version: 1;
  readonly task: { readonly key: string; readonly title: string };
  readonly run_id: string;
  readonly made_at: string;
  readonly proof: Proof;
  /** The merged commit, the commit it stands on, and their trees. */
  readonly commit: string;
  readonly base: string;
  readonly base_tree: string;
  readonly work_tree: string;
  /** Test files of the work that the tester wrote: the base is checked with them laid over it. */
  readonly tests: readonly string[];
  readonly setup: readonly string[];
  readonly checks: readonly CertifiedCheck[];
  /** Checks that passed on the base and still do. */
  readonly stayed_green: readonly string[];
  readonly mutants: MutationReport | null;
  /** Versions of what ran: llmclis, node, git, and the runners found. */
  readonly tools: Readonly<Record<string, string>>;
  /** SHA-256 in hex over the canonical JSON of everything above. */
  readonly digest: string;
};
