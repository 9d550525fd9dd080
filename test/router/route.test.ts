import { describe, expect, it } from 'vitest';
import type { AttemptFailure } from '../../src/core/task.ts';
import { ladderFor, type RouteContext } from '../../src/router/ladder.ts';
import { escalation, route } from '../../src/router/route.ts';
import {
  attempt,
  everything,
  job,
  play,
  registryOf,
  shippedText,
  short,
  THREE_RUNGS,
  threeRungs,
  without,
} from './fixtures.ts';

const registry = threeRungs();
const twoRungs = registryOf(THREE_RUNGS.replace('[local, middle, strong]', '[local, strong]'));
const offline: RouteContext = { ...everything, mode: 'offline' };
const cloudFirst: RouteContext = { ...everything, mode: 'cloud-first' };
const decide = (...args: Parameters<typeof job>) => route(job(...args), registry, everything);

describe('the ladder', () => {
  const at = (context: Partial<Parameters<typeof ladderFor>[2]>) =>
    ladderFor(registry, 'coder', { ...everything, privateTask: false, tags: [], ...context });
  const names = (ladder: ReturnType<typeof at>) => ladder.rungs.map(rung => rung.model);

  it('goes up from the local rung, or from the first cloud rung when the mode is cloud-first', () => {
    expect(names(at({}))).toEqual(['local', 'middle', 'strong']);
    expect(names(at({ mode: 'cloud-first' }))).toEqual(['middle', 'strong', 'local']);
  });

  it('has no cloud rung offline or for private work, and does not even ask whether one could be reached', () => {
    const available = (alias: string) => {
      if (alias !== 'local') throw new Error(`asked about ${alias}`);
      return { ok: true } as const;
    };
    expect(names(at({ mode: 'offline', available }))).toEqual(['local']);
    expect(names(at({ privateTask: true, available }))).toEqual(['local']);
    expect(names(at({ tags: ['secret'], available }))).toEqual(['local']);
    expect(at({ tags: ['private'], available }).passed_over[0]).toMatchObject({
      model: 'middle',
      because: 'private work stays local',
    });
  });

  it('passes a rung over whose key is missing, and says which key', () => {
    const ladder = at(without('middle', 'OPENROUTER_API_KEY is not set'));
    expect(names(ladder)).toEqual(['local', 'strong']);
    expect(ladder.passed_over).toMatchObject([{ model: 'middle', because: 'OPENROUTER_API_KEY is not set' }]);
  });

  it('passes a model over from the day it is deprecated', () => {
    const old = registryOf(THREE_RUNGS.replace('tier: 2', 'deprecated: 2026-12-01'));
    const on = (today: string) =>
      ladderFor(old, 'coder', { ...everything, today, privateTask: false, tags: [] }).rungs.length;
    expect([on('2026-11-30'), on('2026-12-01')]).toEqual([3, 2]);
  });
});

describe('climbing', () => {
  it('tries once, once more with the evidence, then one rung up, and is done with it after two tries on top', () => {
    expect(play(registry, Array(9).fill('checks_failed'))).toEqual([
      'local first',
      'local retry_with_evidence',
      'middle escalate',
      'middle retry_with_evidence',
      'strong escalate',
      'strong retry_with_evidence',
      'exhausted checks_failed',
    ]);
  });

  it.each<[string, AttemptFailure[], string[]]>([
    [
      'two failed checks',
      ['checks_failed', 'checks_failed'],
      ['local first', 'local retry_with_evidence', 'strong escalate'],
    ],
    [
      'an empty diff and a weakened test',
      ['empty_diff', 'protected_changed'],
      ['local first', 'local retry_with_evidence', 'strong escalate'],
    ],
    [
      'a check that passed before and no progress',
      ['already_passing', 'no_progress'],
      ['local first', 'local retry_with_evidence', 'strong escalate'],
    ],
    [
      'malformed output and a loop',
      ['malformed_output', 'loop'],
      ['local first', 'local retry_with_evidence', 'strong escalate'],
    ],
  ])('on a ladder of two, %s climb', (_what, outcomes, said) => {
    expect(play(twoRungs, outcomes)).toEqual(said);
  });

  it('a role may have more tries on a rung, the top one never more than two', () => {
    const patient = registryOf(
      THREE_RUNGS.replace('ladder: [local, middle, strong]', 'ladder: [local, strong], attempts_per_rung: 2'),
    );
    expect(play(patient, Array(9).fill('checks_failed'))).toEqual([
      'local first',
      'local retry_with_evidence',
      'local retry_with_evidence',
      'strong escalate',
      'strong retry_with_evidence',
      'exhausted checks_failed',
    ]);
  });

  it('turns that were not the model’s doing are no tries, and the rung stays', () => {
    for (const outcome of ['provider', 'interrupted', 'asked', 'handed_off'] as const) {
      const turns = [attempt('local', 'checks_failed'), ...Array(20).fill(attempt('local', outcome))];
      expect(short(decide(turns))).toBe('local retry_with_evidence');
      const climbed = [
        attempt('local', 'checks_failed'),
        attempt('local', 'checks_failed'),
        attempt('middle', outcome),
      ];
      expect(short(decide(climbed))).toBe('middle first');
    }
  });

  it('the next task and the next role start at the bottom again', () => {
    expect(short(decide([attempt('strong', 'checks_failed', 'tester'), attempt('strong', 'passed', 'tester')]))).toBe(
      'local first',
    );
  });

  it('a task has at most eight tries, of all roles together', () => {
    const testers = Array.from({ length: 7 }, () => attempt('local', 'passed', 'tester'));
    expect(short(decide(testers))).toBe('local first');
    expect(decide([...testers, attempt('local', 'checks_failed')])).toMatchObject({
      kind: 'exhausted',
      because: '8 tries: no task gets more',
    });
  });

  it('the reason of the block is how the last try failed', () => {
    const ends = (last: AttemptFailure) => {
      const decision = route(job([attempt('local', 'checks_failed'), attempt('local', last)]), registry, offline);
      return decision.kind === 'exhausted' ? decision.reason : decision.kind;
    };
    expect(ends('checks_failed')).toBe('checks_failed');
    expect(ends('empty_diff')).toBe('checks_failed');
    expect(ends('protected_changed')).toBe('tampering');
    expect(ends('loop')).toBe('loop');
    expect(ends('context_exceeded')).toBe('too_large');
    expect(ends('refusal')).toBe('refused');
  });

  it('a task that overflowed goes on a rung with a larger window, at once', () => {
    expect(play(registry, ['context_exceeded', 'context_exceeded', 'context_exceeded'])).toEqual([
      'local first',
      'middle escalate',
      'strong escalate',
      'exhausted too_large',
    ]);
    const narrow = registryOf(
      THREE_RUNGS.replace('window: 131072, max_output: 32768', 'window: 30000, max_output: 4000'),
    );
    expect(play(narrow, ['context_exceeded'])).toEqual(['local first', 'strong escalate']);
  });

  it('a refusal goes to one other provider at most', () => {
    expect(play(registry, ['refusal', 'refusal'])).toEqual(['local first', 'middle escalate', 'exhausted refused']);
    const one = registryOf(
      THREE_RUNGS.replace('[local, middle, strong]', '[middle, strong]').replace(
        'provider: anthropic',
        'provider: openrouter',
      ),
    );
    expect(play(one, ['refusal'])).toEqual(['middle first', 'exhausted refused']);
  });

  it('a budget of escalations holds', () => {
    const capped = threeRungs('budgets: {task: {escalations: 1}}\n');
    expect(play(capped, Array(9).fill('checks_failed')).slice(-2)).toEqual([
      'middle retry_with_evidence',
      'exhausted checks_failed',
    ]);
  });

  it('says in words why it climbs', () => {
    const up = decide([attempt('local', 'checks_failed'), attempt('local', 'checks_failed')]);
    expect(escalation('local', up)).toEqual({ from: 'local', to: 'middle', because: 'checks failed twice' });
    const other = decide([attempt('local', 'empty_diff'), attempt('local', 'protected_changed')]);
    expect(escalation('local', other)?.because).toBe('empty diff, then protected files changed');
    expect(escalation('local', decide([attempt('local', 'checks_failed')]))).toBeNull();
    expect(escalation(null, up)).toBeNull();
  });
});

describe('what cannot be used now', () => {
  it('a missing key passes the rung over and the decision says so', () => {
    const failedTwice = [attempt('local', 'checks_failed'), attempt('local', 'checks_failed')];
    const decision = route(job(failedTwice), twoRungs, without('strong', 'ANTHROPIC_API_KEY is not set'));
    expect(decision).toMatchObject({
      kind: 'exhausted',
      reason: 'checks_failed',
      passed_over: [{ model: 'strong', because: 'ANTHROPIC_API_KEY is not set' }],
    });
  });

  it('does not go down again when the rung a task has reached is away', () => {
    const decision = route(
      job([attempt('strong', 'checks_failed')]),
      registry,
      without('strong', 'ANTHROPIC_API_KEY is not set'),
    );
    expect(decision).toMatchObject({ kind: 'none', because: expect.stringContaining('ANTHROPIC_API_KEY is not set') });
  });

  it('with no model at all it names what it looked for, where, and what mends it', () => {
    const nothing: RouteContext = { ...offline, available: () => ({ ok: false, because: 'nothing answers' }) };
    expect(route(job(), registry, nothing)).toMatchObject({
      kind: 'none',
      because: expect.stringContaining('local (qwen3-coder:30b at http://127.0.0.1:11434): nothing answers'),
      hint: expect.stringContaining('ollama serve'),
    });
  });

  it('spends no money because a local server is down, unless the registry allows it', () => {
    const down: RouteContext = {
      mode: 'local-first',
      available: alias =>
        alias === 'local'
          ? { ok: false, because: 'Ollama does not answer', hint: 'Start it: ollama serve', down: true }
          : { ok: true },
    };
    expect(route(job(), registry, down)).toMatchObject({ kind: 'none', hint: expect.stringContaining('ollama serve') });
    expect(short(route(job(), threeRungs('defaults: {on_local_down: escalate}\n'), down))).toBe('middle first');
    expect(short(route(job(), registry, { ...down, mode: 'cloud-first' }))).toBe('middle first');
    const usedUp = [attempt('local', 'checks_failed'), attempt('local', 'checks_failed')];
    expect(short(route(job(usedUp), registry, down))).toBe('middle escalate');
  });

  it('work that no window holds is too large; where a larger one is, it goes there', () => {
    expect(short(decide([], { est_tokens: 42_000 }))).toBe('middle first');
    expect(short(decide([], { est_tokens: 2_000_000 }))).toBe('exhausted too_large');
    expect(short(route(job([], { est_tokens: 42_000 }), registry, offline))).toBe('exhausted too_large');
  });

  it('a role’s needs are met', () => {
    const seeing = registryOf(THREE_RUNGS.replace('strong]', 'strong], needs: [vision]'));
    expect(route(job(), seeing, everything)).toMatchObject({
      model: 'strong',
      passed_over: [{ model: 'local', because: 'cannot see images' }, { model: 'middle' }],
    });
  });
});

describe('rules', () => {
  const withRule = (rule: string) => threeRungs(`rules:\n  - ${rule}\n`);

  it('the first that matches decides and is named', () => {
    const two = threeRungs(`rules:
  - {name: urgent, when: {priority: {lte: 0}, role: [coder]}, then: {start_at_tier: 4}}
  - {name: never, when: {}, then: {locations: [local]}}
`);
    expect(route(job([], { priority: 0 }), two, everything)).toMatchObject({
      model: 'strong',
      rule: 'urgent',
      action: 'first',
    });
    expect(route(job(), two, everything)).toMatchObject({ model: 'local', rule: 'never' });
  });

  it('start_at_tier begins on the highest rung there is when none is that high', () => {
    const urgent = withRule('{name: urgent, when: {}, then: {start_at_tier: 4}}');
    expect(route(job(), urgent, without('strong'))).toMatchObject({ model: 'middle', rule: 'urgent' });
  });

  it('require: vision, and a context reckoned from the estimate', () => {
    const seeing = withRule('{name: vision, when: {any_tag: [image]}, then: {require: {vision: true}}}');
    expect(route(job([], { tags: ['image'] }), seeing, everything)).toMatchObject({ model: 'strong', rule: 'vision' });
    expect(route(job(), seeing, everything)).toMatchObject({ model: 'local', rule: null });
    const long = withRule('{name: long, when: {est_tokens: {gt: 30000}}, then: {require: {context: est_tokens*1.15}}}');
    expect(short(route(job([], { est_tokens: 30_500 }), long, everything))).toBe('middle first');
    expect(short(route(job([], { est_tokens: 29_000 }), long, everything))).toBe('local first');
  });

  it('actions climb sooner, or stay longer, on any rung but the top', () => {
    const sooner = withRule('{name: up, when: {failure: tests_failed}, then: {action: escalate}}');
    expect(play(sooner, Array(9).fill('checks_failed'))).toEqual([
      'local first',
      'middle escalate',
      'strong escalate',
      'exhausted checks_failed',
    ]);
    const longer = withRule(
      '{name: stay, when: {failure: checks_failed, attempts: {lt: 3}}, then: {action: retry_with_evidence}}',
    );
    expect(play(longer, Array(9).fill('checks_failed')).slice(0, 5)).toEqual([
      'local first',
      'local retry_with_evidence',
      'local retry_with_evidence',
      'middle escalate',
      'middle retry_with_evidence',
    ]);
    const forEver = withRule('{name: stay, when: {failure: checks_failed}, then: {action: retry_with_evidence}}');
    expect(play(forEver, Array(20).fill('checks_failed')).slice(-1)).toEqual(['exhausted checks_failed']);
  });

  it('next_with jumps to a rung that has it, or to the next one when none has', () => {
    const verified =
      '{name: bad-calls, when: {failure: tool_format}, then: {action: next_with, require: {tools: verified}}}';
    expect(play(withRule(verified), ['malformed_output'])).toEqual(['local first', 'strong escalate']);
    const nobody = registryOf(`${THREE_RUNGS.replace('verified: true', 'verified: false')}rules:\n  - ${verified}\n`);
    expect(play(nobody, ['malformed_output'])).toEqual(['local first', 'middle escalate']);
  });

  it('the usual set of rules climbs like the ladder alone', () => {
    const usual = threeRungs(`rules:
  - {name: once, when: {failure: tests_failed, attempts: {lt: 2}}, then: {action: retry_with_evidence}}
  - {name: again, when: {failure: [tests_failed, no_progress], attempts: {gte: 2}}, then: {action: escalate, carry: [diff, test_output]}}
`);
    const failures = Array(9).fill('checks_failed');
    expect(play(usual, failures)).toEqual(play(registry, failures));
  });

  it('no rule opens the cloud to private or offline work', () => {
    const cloudy = withRule('{name: cloudy, when: {}, then: {locations: [cloud], start_at_tier: 4}}');
    expect(route(job([], { private: true }), cloudy, everything).kind).toBe('none');
    expect(route(job(), cloudy, offline).kind).toBe('none');
    const shipped = registryOf(shippedText);
    const turns = [attempt('qwen-coder-local', 'checks_failed'), attempt('qwen-coder-local', 'checks_failed')];
    expect(route(job(turns, { tags: ['private'] }), shipped, everything)).toMatchObject({
      kind: 'exhausted',
      rule: 'private-stays-local',
      because: expect.stringContaining('leaves the rest to a person'),
    });
  });
});

it('cloud-first begins in the cloud and ends on the local rung', () => {
  const turns = ['middle', 'middle', 'strong', 'strong'].map(model => attempt(model, 'checks_failed'));
  expect(short(route(job(), registry, cloudFirst))).toBe('middle first');
  expect(route(job(turns), registry, cloudFirst)).toMatchObject({
    model: 'local',
    action: 'escalate',
    location: 'local',
  });
});
