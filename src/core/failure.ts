/**
 * What each expected failure means everywhere: whether the same call may be tried again, and the process's exit code
 * (0 did it · 2 usage or bad input · 3 ended with tasks blocked · 4 something needed is missing · 5 budget · 6 conflict · 130 interrupted).
 */
export const FAILURES = {
  'input.invalid': { retryable: false, exit: 2 },
  'input.not_found': { retryable: false, exit: 2 },
  'task.illegal_transition': { retryable: false, exit: 2 },
  'task.cycle': { retryable: false, exit: 2 },
  'plan.invalid': { retryable: false, exit: 2 },
  'registry.invalid': { retryable: false, exit: 2 },
  'settings.invalid': { retryable: false, exit: 2 },
  'project.not_found': { retryable: false, exit: 2 },
  'project.no_git': { retryable: false, exit: 2 },
  'project.no_commits': { retryable: false, exit: 4 },
  'claim.lost': { retryable: false, exit: 6 },
  'undo.conflict': { retryable: false, exit: 6 },
  'file.changed': { retryable: true, exit: 6 },
  'database.newer': { retryable: false, exit: 6 },
  'database.busy': { retryable: true, exit: 6 },
  'database.unusable': { retryable: false, exit: 4 },
  'database.not_empty': { retryable: false, exit: 6 },
  'git.conflict': { retryable: false, exit: 6 },
  'git.failed': { retryable: false, exit: 4 },
  'sandbox.missing': { retryable: false, exit: 4 },
  'sandbox.denied': { retryable: false, exit: 4 },
  'secret.missing': { retryable: false, exit: 4 },
  'proof.refuted': { retryable: false, exit: 3 },
  'proof.missing': { retryable: false, exit: 4 },
  'setup.failed': { retryable: false, exit: 4 },
  'command.timeout': { retryable: false, exit: 3 },
  'run.busy': { retryable: false, exit: 6 },
  'provider.unreachable': { retryable: true, exit: 4 },
  'provider.interrupted': { retryable: true, exit: 4 },
  'provider.rate_limit': { retryable: true, exit: 4 },
  'provider.overloaded': { retryable: true, exit: 4 },
  'provider.timeout': { retryable: true, exit: 4 },
  'provider.auth': { retryable: false, exit: 4 },
  'provider.credit': { retryable: false, exit: 5 },
  'provider.model_missing': { retryable: false, exit: 4 },
  'provider.bad_request': { retryable: false, exit: 4 },
  'model.none_available': { retryable: false, exit: 4 },
  'model.context_exceeded': { retryable: false, exit: 3 },
  'model.malformed': { retryable: true, exit: 3 },
  'model.empty': { retryable: true, exit: 3 },
  'model.truncated': { retryable: true, exit: 3 },
  'model.repetition': { retryable: true, exit: 3 },
  'model.refusal': { retryable: false, exit: 3 },
  'budget.spent': { retryable: false, exit: 5 },
  'replay.missing': { retryable: false, exit: 4 },
  'embedder.unavailable': { retryable: false, exit: 4 },
  interrupted: { retryable: false, exit: 130 },
} as const;

export type FailureCode = keyof typeof FAILURES;

/** An expected thing that went wrong, as data: it survives JSON (journal, HTTP, a model's eyes). */
export type Failure = {
  readonly code: FailureCode;
  /** What happened and why, in one or two sentences. */
  readonly message: string;
  /** The next step. */
  readonly hint: string;
  /** Small machine-readable facts, such as `retry_after_s` (seconds), `needed_tokens`, `window_tokens`. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
};

export const failure = (
  code: FailureCode,
  message: string,
  hint: string,
  details?: Readonly<Record<string, string | number | boolean>>,
): Failure => (details === undefined ? { code, message, hint } : { code, message, hint, details });

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E = Failure> = { readonly ok: false; readonly error: E };
/** The outcome of anything that the outside world may refuse. */
export type Result<T, E = Failure> = Ok<T> | Err<E>;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const err = <E>(error: E): Err<E> => ({ ok: false, error });
export const fail = (...args: Parameters<typeof failure>): Err<Failure> => err(failure(...args));

/** Carries an expected failure out of a call that has no result to put it in; the command line prints it like any other. */
export class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
