import { describe, expect, it } from 'vitest';
import type { RouteExplanation, RouteQuery } from '../../src/app.ts';
import type { Result } from '../../src/core/failure.ts';
import { explainRoute } from '../../src/router/explain.ts';
import { everything, threeRungs } from './fixtures.ts';

const registry = threeRungs('rules:\n  - {name: seeing, when: {any_tag: [image]}, then: {require: {vision: true}}}\n');

/** The types say that what is asked and answered here is what the app asks and answers. */
function explained(query: RouteQuery): RouteExplanation {
  const answer: Result<RouteExplanation> = explainRoute(query, registry, everything);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

describe('explaining a route', () => {
  it('says model, place, reason and the whole ladder', () => {
    expect(explained({ role: 'coder' })).toEqual({
      role: 'coder',
      model: 'local',
      location: 'local',
      rule: null,
      because: 'first rung of coder’s ladder',
      ladder: ['local', 'middle', 'strong'],
      passed_over: [],
    });
  });

  it('plays earlier failures through the ladder', () => {
    const models = [0, 1, 2, 3, 4, 5, 6, 7].map(
      attempts => explained({ role: 'coder', attempts, failure: 'tests_failed' }).model,
    );
    expect(models).toEqual(['local', 'local', 'middle', 'middle', 'strong', 'strong', null, null]);
    expect(explained({ role: 'coder', attempts: 2 }).because).toBe('checks failed twice');
    expect(explained({ role: 'coder', attempts: 1, failure: 'context_exceeded' }).model).toBe('middle');
  });

  it('names the rule, the rungs passed over and why', () => {
    expect(explained({ role: 'coder', tags: ['image'] })).toMatchObject({
      model: 'strong',
      rule: 'seeing',
      passed_over: [
        { model: 'local', because: 'cannot see images' },
        { model: 'middle', because: 'cannot see images' },
      ],
    });
    expect(explained({ role: 'coder', est_tokens: 42_000 }).passed_over).toEqual([
      { model: 'local', because: 'needs about 42000 tokens, it reads 32768' },
    ]);
  });

  it('a mode that is asked for wins', () => {
    expect(explained({ role: 'coder', mode: 'cloud-first' })).toMatchObject({
      model: 'middle',
      ladder: ['middle', 'strong', 'local'],
    });
    expect(explained({ role: 'coder', mode: 'offline', attempts: 2 })).toMatchObject({
      model: null,
      because: expect.stringContaining('checks failed twice'),
    });
  });

  it('refuses a failure that there is not, with the nearest one', () => {
    expect(explainRoute({ role: 'coder', failure: 'test_failed' }, registry, everything)).toMatchObject({
      ok: false,
      error: { code: 'input.invalid', message: 'There is no failure "test_failed" — did you mean "tests_failed"?' },
    });
  });
});
