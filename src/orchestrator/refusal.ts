import type { Decision } from './decision.ts';
import type { EndedTurn } from './task-state.ts';

/** A claim is refused; a turn that gave up did not claim anything, its try just failed. */
export const refusal = (
  turn: EndedTurn,
  because: Extract<Decision, { kind: 'refuse' }>['because'],
  detail: string,
): Decision =>
  turn.end.kind === 'gave_up'
    ? {
        kind: 'fail-try',
        because: because === 'empty_diff' ? turn.end.because : because,
        detail: `${turn.end.detail}\n${detail}`,
      }
    : { kind: 'refuse', because, detail };
