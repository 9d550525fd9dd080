import { describe, expect, it } from 'vitest';
import { FAILURES, type Failure, type FailureCode, failure } from '../../src/core/failure.ts';
import { type AfterFailure, afterFailure, type Moment } from '../../src/router/retry.ts';

const codes = Object.keys(FAILURES) as readonly FailureCode[];
const of = (code: FailureCode, details?: Failure['details']) =>
  failure(code, `${code} happened`, 'do something', details);

/** All answers to one call that goes on failing: the waits, then how it ends. */
function story(
  problem: Failure,
  moment: Moment = 'middle',
  random = 0.5,
): { waits: number[]; end: Extract<AfterFailure, { kind: 'give_up' }> } {
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 20; attempt++) {
    const answer = afterFailure(problem, attempt, random, moment);
    if (answer.kind === 'give_up') return { waits, end: answer };
    waits.push(answer.seconds);
  }
  throw new Error('It never gave up.');
}

describe('what follows a failed call, row by row', () => {
  it.each<[string, Failure, Moment, number[], string, string | undefined]>([
    ['1, at the start of a run', of('provider.unreachable'), 'start', [1, 1], 'run', 'provider'],
    ['1, in its middle', of('provider.unreachable'), 'middle', [2.5, 4.5, 8.5, 15.5], 'provider', 'provider'],
    ['2, a cut connection', of('provider.interrupted'), 'middle', [2.5, 4.5], 'provider', 'provider'],
    ['2, silence', of('provider.timeout'), 'middle', [2.5, 4.5], 'provider', 'provider'],
    [
      '3, cut after tokens came',
      of('provider.interrupted', { after_tokens: true }),
      'middle',
      [2.5],
      'provider',
      'provider',
    ],
    [
      '4, a pause that is asked for',
      of('provider.rate_limit', { retry_after_s: 17 }),
      'middle',
      [17, 17, 17, 17, 17],
      'provider',
      'provider',
    ],
    [
      '4, the longest pause',
      of('provider.rate_limit', { retry_after_s: 120 }),
      'middle',
      [120, 120, 120, 120, 120],
      'provider',
      'provider',
    ],
    [
      '4, a pause that is too long',
      of('provider.rate_limit', { retry_after_s: 121 }),
      'middle',
      [],
      'provider',
      'provider',
    ],
    [
      '4, a limit that says nothing',
      of('provider.rate_limit'),
      'middle',
      [2.5, 4.5, 8.5, 15.5],
      'provider',
      'provider',
    ],
    ['5, no credit', of('provider.credit'), 'middle', [], 'provider', 'provider'],
    ['6, overloaded', of('provider.overloaded'), 'middle', [2.5, 4.5, 8.5, 15.5], 'provider', 'provider'],
    [
      '6, overloaded, come back in 9',
      of('provider.overloaded', { retry_after_s: 9 }),
      'middle',
      [9, 9, 9, 9],
      'provider',
      'provider',
    ],
    ['7, a wrong key', of('provider.auth'), 'middle', [], 'run', 'provider'],
    ['8, no such model', of('provider.model_missing'), 'middle', [], 'provider', 'provider'],
    ['9, a request that is refused', of('provider.bad_request'), 'middle', [], 'provider', 'provider'],
    ['10, too long for the window', of('model.context_exceeded'), 'middle', [], 'task', 'context_exceeded'],
    ['12, malformed', of('model.malformed'), 'middle', [0], 'task', 'malformed_output'],
    ['13, empty', of('model.empty'), 'middle', [0], 'task', 'malformed_output'],
    ['14, cut off', of('model.truncated'), 'middle', [0], 'task', 'malformed_output'],
    ['15, repeating itself', of('model.repetition'), 'middle', [0], 'task', 'loop'],
    ['18a, the set-up failed', of('setup.failed'), 'middle', [], 'run', undefined],
    ['21, refused', of('model.refusal'), 'middle', [], 'task', 'refusal'],
    ['23, not allowed in the sandbox', of('sandbox.denied'), 'middle', [], 'task', undefined],
    ['24, no sandbox', of('sandbox.missing'), 'middle', [], 'run', undefined],
    ['26, no journal', of('database.unusable'), 'middle', [], 'run', undefined],
    ['27, the task’s budget', of('budget.spent', { which: 'task' }), 'middle', [], 'task', undefined],
    ['27, the run’s budget', of('budget.spent', { which: 'run' }), 'middle', [], 'run', undefined],
    ['29, stopped by a person', of('interrupted'), 'middle', [], 'run', 'interrupted'],
  ])('row %s', (_row, problem, moment, waits, as, kept) => {
    const told = story(problem, moment);
    expect(told.waits).toEqual(waits);
    expect(told.end.as).toBe(as);
    expect(told.end.attempt_failure).toBe(kept);
    expect(told.end.because).toContain(problem.message);
  });

  it('chance spreads the waits between 1 and 30 seconds', () => {
    const waits = (random: number) => story(of('provider.overloaded'), 'middle', random).waits;
    expect(waits(0)).toEqual([1, 1, 1, 1]);
    expect(waits(0.999999).every(seconds => seconds > 3.9 && seconds < 30)).toBe(true);
  });

  it('every failure has an end, and what no retry can mend is never sent again', () => {
    for (const code of codes) {
      const { waits } = story(of(code));
      if (!FAILURES[code].retryable) expect([code, waits]).toEqual([code, []]);
    }
  });
});
