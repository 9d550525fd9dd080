import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTEMPT_FAILURES, type Attempt, ROLES } from '../../src/core/task.ts';
import { RULE_FAILURES } from '../../src/router/failure-words.ts';
import type { RouteContext } from '../../src/router/ladder.ts';
import { findModel, parseRegistry, type Registry } from '../../src/router/registry.ts';
import { type Job, route } from '../../src/router/route.ts';
import { attempt } from './fixtures.ts';

const ALIASES = ['a', 'b', 'c', 'd', 'e'];
const TAGS = ['private', 'secret', 'image', 'code'];

const model = fc.record({
  provider: fc.constantFrom('near', 'far', 'further'),
  id: fc.constant('m'),
  context: fc.record({ window: fc.constantFrom(4096, 32768, 200_000), max_output: fc.constant(1024) }),
  capabilities: fc.record({ tools: fc.boolean(), vision: fc.boolean(), verified: fc.boolean() }),
  price_per_mtok: fc.record({ input: fc.nat(5), output: fc.nat(25) }),
  tier: fc.nat(4),
});
const comparison = fc.record({ lt: fc.nat(5), gte: fc.nat(5) }, { requiredKeys: [] });
const rule = fc.record({
  when: fc.record(
    {
      any_tag: fc.subarray(TAGS, { minLength: 1 }),
      role: fc.subarray([...ROLES], { minLength: 1 }),
      priority: comparison,
      attempts: comparison,
      offline: fc.boolean(),
      private: fc.boolean(),
      failure: fc.subarray([...RULE_FAILURES], { minLength: 1 }),
    },
    { requiredKeys: [] },
  ),
  // biome-ignore lint/suspicious/noThenProperty: the word of the file format
  then: fc.record(
    {
      locations: fc.subarray(['local', 'cloud'], { minLength: 1 }),
      start_at_tier: fc.nat(5),
      require: fc.record(
        {
          context: fc.constantFrom('larger', 'est_tokens*1.15', 10_000),
          vision: fc.boolean(),
          tools: fc.constantFrom(true, false, 'verified'),
        },
        { requiredKeys: [] },
      ),
      action: fc.constantFrom('retry_with_evidence', 'escalate', 'retry_then_same_tier', 'disable_provider'),
    },
    { requiredKeys: [] },
  ),
});
const ladder = fc.shuffledSubarray(ALIASES, { minLength: 1 });
const roleEntry = fc.record(
  {
    ladder,
    attempts_per_rung: fc.integer({ min: 1, max: 4 }),
    retry_with_evidence: fc.nat(3),
    needs: fc.subarray(['tools', 'vision']),
  },
  { requiredKeys: ['ladder'] },
);

/** Any registry that parses: written as JSON, which YAML reads too. */
const registries: fc.Arbitrary<Registry> = fc
  .record({
    models: fc.record({ a: model, b: model, c: model, d: model, e: model }),
    roles: fc.record({ coder: roleEntry, tester: roleEntry }, { requiredKeys: ['coder'] }),
    rules: fc.array(rule, { maxLength: 3 }),
    defaults: fc.record({ on_local_down: fc.constantFrom('stop', 'escalate') }),
    budgets: fc.record({ task: fc.record({ escalations: fc.option(fc.nat(3)) }) }),
  })
  .map(({ rules, ...rest }) => {
    const text = JSON.stringify({
      version: 1,
      providers: {
        near: { kind: 'ollama', location: 'local' },
        far: { kind: 'anthropic', location: 'cloud' },
        further: { kind: 'openai', base_url: 'https://example.com/v1', location: 'cloud' },
      },
      ...rest,
      rules: rules.map((one, index) => ({ name: `r${index}`, ...one })),
    });
    const parsed = parseRegistry(text, 'r.yaml');
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value;
  });

const contexts: fc.Arbitrary<RouteContext> = fc
  .record({
    mode: fc.constantFrom('offline', 'local-first', 'cloud-first'),
    away: fc.subarray(ALIASES),
    down: fc.boolean(),
  })
  .map(({ mode, away, down }) => ({
    mode,
    available: alias => (away.includes(alias) ? { ok: false, because: `${alias} is away`, down } : { ok: true }),
  }));
const jobs: fc.Arbitrary<Job> = fc.record({
  role: fc.constantFrom(...ROLES, 'reviewer'),
  tags: fc.subarray(TAGS),
  priority: fc.nat(4),
  private: fc.boolean(),
  est_tokens: fc.constantFrom(0, 5000, 150_000, 900_000),
  attempts: fc.constant([]),
  failure: fc.constant(null),
});
const outcomes = fc.constantFrom<Attempt['outcome']>(...ATTEMPT_FAILURES, 'passed');
const NO_TRIES = ['provider', 'asked', 'handed_off', 'interrupted'];
/** Mostly plain failures, so that long climbs come up. */
const failures = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Attempt['outcome']>('checks_failed') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Attempt['outcome']>(...ATTEMPT_FAILURES.filter(word => !NO_TRIES.includes(word))),
  },
);
const anyAttempts = fc.array(
  fc
    .tuple(fc.constantFrom(...ALIASES, 'gone'), outcomes, fc.constantFrom(...ROLES))
    .map(([name, outcome, role]) => attempt(name, outcome, role)),
  { maxLength: 12 },
);

/** Plays turn after turn with the given outcomes, checking each decision. */
function playOut(registry: Registry, context: RouteContext, first: Job, ends: readonly Attempt['outcome'][]) {
  const attempts: Attempt[] = [];
  const rungs: number[] = [];
  for (const outcome of ends) {
    const decision = route({ ...first, attempts }, registry, context);
    if (decision.kind !== 'use') return { rungs, attempts, ended: decision.kind };
    rungs.push(decision.rung);
    const role = ROLES.find(name => name === first.role) ?? 'coder';
    attempts.push(attempt(decision.model, outcome, role));
  }
  return { rungs, attempts, ended: null };
}

describe('for any registry that parses and any attempts', () => {
  it('there is a decision that names a model of the ladder, or says why none', () => {
    fc.assert(
      fc.property(
        registries,
        contexts,
        jobs,
        anyAttempts,
        fc.option(fc.constantFrom(...RULE_FAILURES)),
        (registry, context, job, attempts, failure) => {
          const decision = route({ ...job, attempts, failure }, registry, context);
          expect(decision.because).not.toBe('');
          if (decision.kind === 'none') expect(decision.hint).not.toBe('');
          if (decision.kind === 'use') expect(findModel(registry, decision.model)?.location).toBe(decision.location);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('offline and private work never get a cloud rung', () => {
    fc.assert(
      fc.property(registries, contexts, jobs, anyAttempts, (registry, context, job, attempts) => {
        const isWalled =
          context.mode === 'offline' || job.private || job.tags.some(tag => tag === 'private' || tag === 'secret');
        const decision = route({ ...job, attempts }, registry, context);
        if (isWalled && decision.kind === 'use') expect(decision.location).toBe('local');
      }),
      { numRuns: 500 },
    );
  });

  it('a task never moves down a rung', () => {
    fc.assert(
      fc.property(registries, contexts, jobs, fc.array(outcomes, { maxLength: 12 }), (registry, context, job, ends) => {
        const { rungs } = playOut(registry, context, job, ends);
        expect(rungs).toEqual(rungs.toSorted((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('a task that goes on failing ends after eight tries at the latest', () => {
    fc.assert(
      fc.property(
        registries,
        contexts,
        jobs,
        fc.array(failures, { minLength: 9, maxLength: 9 }),
        (registry, context, job, ends) => {
          const { attempts, ended } = playOut(registry, context, { ...job, role: 'coder' }, ends);
          expect(ended).not.toBeNull();
          expect(attempts.length).toBeLessThanOrEqual(8);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the same question has the same answer', () => {
    fc.assert(
      fc.property(registries, contexts, jobs, anyAttempts, (registry, context, job, attempts) => {
        const ask = () => route({ ...job, attempts }, registry, context);
        expect(ask()).toEqual(ask());
      }),
    );
  });
});
