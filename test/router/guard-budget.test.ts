import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, allCloudUsd, usd, worstCaseUsd } from '../../src/router/budget.ts';
import { guardObjection, type RouteStat } from '../../src/router/guard.ts';
import { findModel } from '../../src/router/registry.ts';
import { route } from '../../src/router/route.ts';
import { attempt, everything, job, registryOf, short, THREE_RUNGS, threeRungs } from './fixtures.ts';

const stat = (model: string, n: number, ok: number, mean_usd: number, role = 'coder'): RouteStat => ({
  role,
  model,
  n,
  ok,
  mean_usd,
});
const { guard } = threeRungs();
const at = { role: 'coder', model: 'middle', next: 'strong', free: false };

describe('the break-even guard', () => {
  it('runs a rung only when it costs less than margin × chance × the next one', () => {
    // chance = (30 + 0.6 × 4) / (40 + 4) = 0.736; 0.8 × 0.736 × 0.10 = 0.0589
    expect(guardObjection(guard, [stat('middle', 40, 30, 0.058), stat('strong', 9, 8, 0.1)], at)).toBeNull();
    expect(guardObjection(guard, [stat('middle', 40, 30, 0.06), stat('strong', 9, 8, 0.1)], at)).toContain(
      'costs more than it saves',
    );
  });

  it('lets a model be tried a few times first, and judges nothing without a cost to compare', () => {
    expect(guardObjection(guard, [stat('middle', 2, 0, 9), stat('strong', 9, 8, 0.1)], at)).toBeNull();
    expect(guardObjection(guard, [stat('middle', 3, 0, 9), stat('strong', 9, 8, 0.1)], at)).not.toBeNull();
    expect(guardObjection(guard, [stat('middle', 40, 0, 9)], at)).toBeNull();
  });

  it('leaves free rungs alone, and everything when it is off', () => {
    const bad = [stat('middle', 40, 0, 9), stat('strong', 9, 8, 0.1)];
    expect(guardObjection(guard, bad, { ...at, free: true })).toBeNull();
    expect(guardObjection({ ...guard, ignore_if_price_zero: false }, bad, { ...at, free: true })).not.toBeNull();
    expect(guardObjection({ ...guard, enabled: false }, bad, at)).toBeNull();
  });

  it('fills a role’s few tries up with the model’s tries in other roles', () => {
    const stats = [stat('middle', 4, 4, 0.05), stat('middle', 100, 0, 0.05, 'writer'), stat('strong', 9, 8, 0.1)];
    expect(guardObjection(guard, stats, at)).not.toBeNull();
    const enough = [stat('middle', 20, 20, 0.05), stat('middle', 100, 0, 0.05, 'writer'), stat('strong', 9, 8, 0.1)];
    expect(guardObjection(guard, enough, at)).toBeNull();
  });

  it('makes a route skip the rung, says so, and never skips the last one or one that is being worked on', () => {
    const registry = threeRungs();
    const stats = [stat('middle', 40, 0, 1), stat('strong', 40, 0, 1)];
    const failedTwice = [attempt('local', 'checks_failed'), attempt('local', 'checks_failed')];
    expect(route(job(failedTwice), registry, everything, stats)).toMatchObject({
      model: 'strong',
      action: 'escalate',
      passed_over: [{ model: 'middle', because: expect.stringContaining('costs more than it saves') }],
    });
    expect(short(route(job(failedTwice), registry, everything))).toBe('middle escalate');
    expect(short(route(job([...failedTwice, attempt('middle', 'checks_failed')]), registry, everything, stats))).toBe(
      'middle retry_with_evidence',
    );
  });
});

describe('money', () => {
  const strong = findModel(threeRungs(), 'strong');
  const local = findModel(threeRungs(), 'local');
  if (strong === null || local === null) throw new Error('The example lost its models.');

  it('prices are per million tokens, and what came from a cache is cheaper', () => {
    expect(usd(strong, { in: 1_000_000, out: 0, cached: 0 })).toBe(4);
    expect(usd(strong, { in: 1_000_000, out: 1_000_000, cached: 0 })).toBe(24);
    expect(usd(strong, { in: 1_000_000, out: 0, cached: 900_000 })).toBe(0.58);
    expect(usd(local, { in: 1_000_000, out: 1_000_000, cached: 5 })).toBe(0);
  });

  it('a reply never costs more than was reserved for it', () => {
    const tokens = fc.nat(200_000);
    fc.assert(
      fc.property(tokens, tokens, fc.double({ min: 0, max: 1, noNaN: true }), (read, written, part) => {
        const usage = { in: read, out: written, cached: Math.floor(read * part) };
        expect(usd(strong, usage)).toBeLessThanOrEqual(worstCaseUsd(strong, read, written));
      }),
    );
  });

  it('admits a call that can just be paid, and no call that might go over', () => {
    const ask = (worst: number, spent_task = 1.2, spent_run = 1.2) =>
      admit({ spent_task, spent_run, budgets: { task: 1.5, run: 10 }, worst });
    expect(ask(0.3)).toEqual({ ok: true });
    expect(ask(0.300001)).toMatchObject({
      ok: false,
      which: 'task',
      because: expect.stringContaining('1.2000 USD of the task’s 1.5000 USD'),
    });
    expect(ask(0.3, 0, 9.9)).toMatchObject({ ok: false, which: 'run' });
    expect(ask(0.3, 1.4, 9.9)).toMatchObject({ ok: false, which: 'run' });
  });

  it('free models go on when every budget is spent, and no budget is no limit', () => {
    expect(admit({ spent_task: 5, spent_run: 5, budgets: { task: 0, run: 0 }, worst: 0 })).toEqual({ ok: true });
    expect(admit({ spent_task: 5, spent_run: 5, budgets: { task: null, run: null }, worst: 9 })).toEqual({ ok: true });
  });

  it('what is admitted never adds up to more than the budget', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 40 }), calls => {
        let spent = 0;
        for (const micros of calls) {
          const worst = micros / 1e6;
          if (admit({ spent_task: spent, spent_run: 0, budgets: { task: 1.5, run: null }, worst }).ok) spent += worst;
        }
        expect(Math.round(spent * 1e6)).toBeLessThanOrEqual(1_500_000);
      }),
    );
  });

  it('all-cloud is reckoned at the role’s top cloud rung, then coder’s, then nothing', () => {
    const tokens = { in: 1_000_000, out: 100_000 };
    expect(allCloudUsd(threeRungs(), 'coder', tokens)).toBe(6);
    expect(allCloudUsd(threeRungs('  tester: {ladder: [local, middle]}\n'), 'tester', tokens)).toBe(0.769);
    expect(allCloudUsd(threeRungs('  tester: {ladder: [local]}\n'), 'tester', tokens)).toBe(6);
    expect(allCloudUsd(registryOf(THREE_RUNGS.replace('[local, middle, strong]', '[local]')), 'coder', tokens)).toBe(0);
  });
});
