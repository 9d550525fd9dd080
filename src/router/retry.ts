import type { Failure, FailureCode } from '../core/failure.ts';
import type { AttemptFailure } from '../core/task.ts';

/** When the failure came: before the run's first work, or in its middle, where waiting is worth more. */
export type Moment = 'start' | 'middle';
export type AfterFailure =
  | { readonly kind: 'wait'; readonly seconds: number }
  | {
      readonly kind: 'give_up';
      /**
       * How far it reaches: `task` this try of this task, `provider` every use of this provider (or model) for now,
       * `run` everything.
       */
      readonly as: 'task' | 'provider' | 'run';
      /** What the turn's attempt is kept as; absent when the failure is no turn's business. */
      readonly attempt_failure?: AttemptFailure;
      readonly because: string;
    };

/** Seconds before the 1st, 2nd … retry: all the same, or chance between 1 and a cap that grows (full jitter). */
type Waits =
  | { readonly kind: 'fixed'; readonly seconds: number; readonly times: number }
  | { readonly kind: 'jitter'; readonly caps: readonly number[] };
type Row = {
  /** Row of the failure table (docs/registry.md). */
  readonly row: string;
  readonly waits: Waits;
  readonly as: 'task' | 'provider' | 'run';
  readonly attempt_failure?: AttemptFailure;
};

/** The longest that a server may ask us to wait, seconds; longer is not a pause. */
const LONGEST_PAUSE_S = 120;
/** How often a server's own `retry-after` is obeyed for one call. */
const MAX_PAUSES = 5;

const never: Waits = { kind: 'fixed', seconds: 0, times: 0 };
const once: Waits = { kind: 'fixed', seconds: 0, times: 1 };
const overload: Waits = { kind: 'jitter', caps: [4, 8, 16, 30] };
const transport: Waits = { kind: 'jitter', caps: [4, 8] };
const ofRun = (row: string): Row => ({ row, waits: never, as: 'run' });
const ofProvider = (row: string, waits: Waits): Row => ({ row, waits, as: 'provider', attempt_failure: 'provider' });
const ofTask = (row: string, waits: Waits, attempt_failure: AttemptFailure): Row => ({
  row,
  waits,
  as: 'task',
  attempt_failure,
});

const ROWS = {
  'provider.unreachable': ofProvider('1', overload),
  'provider.interrupted': ofProvider('2', transport),
  'provider.timeout': ofProvider('2', transport),
  'provider.rate_limit': ofProvider('4', overload),
  'provider.credit': ofProvider('5', never),
  'provider.overloaded': ofProvider('6', overload),
  'provider.auth': { row: '7', waits: never, as: 'run', attempt_failure: 'provider' },
  'provider.model_missing': ofProvider('8', never),
  'provider.bad_request': ofProvider('9', never),
  'model.context_exceeded': ofTask('10', never, 'context_exceeded'),
  'model.malformed': ofTask('12', once, 'malformed_output'),
  'model.empty': ofTask('13', once, 'malformed_output'),
  'model.truncated': ofTask('14', once, 'malformed_output'),
  'model.repetition': ofTask('15', once, 'loop'),
  'model.refusal': ofTask('21', never, 'refusal'),
  'sandbox.denied': { row: '23', waits: never, as: 'task' },
  'sandbox.missing': ofRun('24'),
  'command.timeout': { row: '25', waits: never, as: 'task' },
  'database.busy': ofRun('26'),
  'database.unusable': ofRun('26'),
  'database.newer': ofRun('26'),
  'budget.spent': { row: '27', waits: never, as: 'task' },
  interrupted: { row: '29', waits: never, as: 'run', attempt_failure: 'interrupted' },
  'setup.failed': ofRun('18a'),
  'model.none_available': ofRun('8'),
  'replay.missing': ofRun('8'),
  'embedder.unavailable': ofRun('8'),
  'input.invalid': ofRun('-'),
  'input.not_found': ofRun('-'),
  'task.illegal_transition': ofRun('-'),
  'task.cycle': ofRun('-'),
  'plan.invalid': ofRun('-'),
  'registry.invalid': ofRun('-'),
  'settings.invalid': ofRun('-'),
  'project.not_found': ofRun('-'),
  'project.no_git': ofRun('-'),
  'project.no_commits': ofRun('-'),
  'claim.lost': ofRun('-'),
  'undo.conflict': ofRun('-'),
  'secret.missing': ofRun('7'),
  'proof.refuted': ofRun('-'),
  'proof.missing': ofRun('-'),
  'database.not_empty': ofRun('-'),
  'file.changed': ofRun('-'),
  'git.conflict': ofRun('-'),
  'git.failed': ofRun('-'),
  'run.busy': ofRun('-'),
} as const satisfies Record<FailureCode, Row>;

/** The row as it applies to this very failure: the moment and the details choose between two rows of one code. */
function rowFor(failure: Failure, moment: Moment): Row {
  const { code, details } = failure;
  if (code === 'provider.unreachable' && moment === 'start') {
    return { row: '1', waits: { kind: 'fixed', seconds: 1, times: 2 }, as: 'run', attempt_failure: 'provider' };
  }
  const isTransport = code === 'provider.interrupted' || code === 'provider.timeout';
  if (isTransport && details?.after_tokens === true) return ofProvider('3', { kind: 'jitter', caps: [4] });
  if (code === 'budget.spent' && details?.which === 'run') return ofRun('27');
  return ROWS[code];
}

function waitFor(waits: Waits, attempt: number, random: number): number | null {
  if (waits.kind === 'fixed') return attempt <= waits.times ? waits.seconds : null;
  const cap = waits.caps[attempt - 1];
  return cap === undefined ? null : 1 + random * (cap - 1);
}

/** Seconds that the server asked for: obeyed exactly, null when it asks too much or too often. */
function pauseFor(failure: Failure, attempt: number, most: number): number | null | undefined {
  const asked = failure.details?.retry_after_s;
  if (typeof asked !== 'number' || asked < 0) return undefined;
  return asked <= LONGEST_PAUSE_S && attempt <= most ? asked : null;
}

/**
 * What follows a failed call: wait and send it again, or give up and how far that reaches. One pure table for every failure
 * code; the only retry loop there is asks it.
 *
 * @param attempt 1 for the first failure of this call, 2 for the second …
 * @param random a number in [0, 1) from the clock
 */
export function afterFailure(failure: Failure, attempt: number, random: number, moment: Moment): AfterFailure {
  const row = rowFor(failure, moment);
  const pausing = failure.code === 'provider.rate_limit' ? MAX_PAUSES : failure.code === 'provider.overloaded' ? 4 : 0;
  const pause = pausing === 0 ? undefined : pauseFor(failure, attempt, pausing);
  const seconds = pause === undefined ? waitFor(row.waits, attempt, random) : pause;
  if (seconds !== null) return { kind: 'wait', seconds };
  const tried = attempt > 1 ? ` (sent ${attempt} times)` : '';
  const gaveUp = { kind: 'give_up', as: row.as, because: `${failure.message}${tried}` } as const;
  return row.attempt_failure === undefined ? gaveUp : { ...gaveUp, attempt_failure: row.attempt_failure };
}
