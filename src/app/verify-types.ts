import type { Failure } from '../core/failure.ts';
import type { Certificate } from '../core/proof.ts';
import type { Claim } from '../proof/claims.ts';

export type VerifyWish = {
  /** A commit, a range of them (`main..HEAD`), or a task's key. */
  readonly what: string;
  /** The ref that holds the certificates; default refs/notes/llmclis. */
  readonly notes?: string;
  /** Times that every check is run again, each in a fresh worktree; default 1. */
  readonly repeat?: number;
  /** Work that a person answers for is good enough. */
  readonly accept_person?: boolean;
  /** In a range, commits that change nothing but these need no certificate. */
  readonly except?: readonly string[];
  /** Checks that every certificate must have run. */
  readonly demand?: readonly string[];
  readonly no_sandbox?: boolean;
};

/**
 * `yes`: every claim was found to be so. `no`: one was not. `missing`: it has no certificate. `person`: no check proves it, and a person
 * answers for it. `excepted`: it needs none.
 */
export type VerifyOutcome = 'yes' | 'no' | 'missing' | 'person' | 'excepted';

export type VerifiedCommit = {
  readonly commit: string;
  readonly outcome: VerifyOutcome;
  /** Why, in one sentence. */
  readonly because: string;
  readonly claims: readonly Claim[];
  readonly certificate: Certificate | null;
};

export type VerifyReport = {
  readonly verified: boolean;
  readonly commits: readonly VerifiedCommit[];
  /** What kept it from being verified. */
  readonly error?: Failure;
};
