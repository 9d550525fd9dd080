import type { NewEvent } from '../../core/event.ts';
import { FAILURES, type Failure } from '../../core/failure.ts';

/** A failure that no further task could get past: it ends the run, with the next step in its words. */
export const stopping = (failure: Failure): NewEvent => ({
  type: 'run.stopping',
  because: `${failure.message} ${failure.hint}`,
  exit: FAILURES[failure.code].exit,
});
