import { describe, expect, it } from 'vitest';
import type { EventOf, NewEvent, RunEvent } from '../../src/core/event.ts';
import { fail, ok } from '../../src/core/failure.ts';
import type { LanguageModel } from '../../src/core/model.ts';
import { summarise } from '../../src/orchestrator/effects/summarise.ts';
import type { Ports } from '../../src/orchestrator/ports.ts';
import { apply, emptyRun, type RunState } from '../../src/orchestrator/state.ts';
import { spentOn } from '../../src/orchestrator/task-state.ts';

const BEGIN = [
  {
    type: 'task.claimed',
    task: 'A',
    title: 'Words',
    because: '',
    token: 't',
    role: 'coder',
    attempts: [],
    snapshot: { key: 'A', title: 'Words', description: 'Count words.', checks: [], tags: [], private: false },
  },
  {
    type: 'turn.started',
    task: 'A',
    model: 'small',
    location: 'local',
    role: 'coder',
    try: 1,
    step: 1,
    because: '',
    passed_over: [],
    tree: '0',
  },
  {
    type: 'turn.ended',
    task: 'A',
    model: 'small',
    location: 'local',
    role: 'coder',
    try: 1,
    end: {
      kind: 'finished',
      summary:
        'We decided that countWords() in src/words.js counts an empty line as no word at all, which is what the old one did.',
    },
  },
] as unknown as readonly NewEvent[];
const GOOD = 'Decided: countWords() in src/words.js counts an empty line as no word, what the old one did.';

/** A run after the turn, with a model that gives these answers and counts the calls. */
function world(answers: readonly string[], budget = 10) {
  let calls = 0;
  const events: RunEvent[] = [];
  let state: RunState = emptyRun;
  const add = (event: NewEvent): void => {
    const full = { ...event, at: '2026-11-21T00:00:00Z', run_id: 'r', seq: events.length + 1 } as RunEvent;
    events.push(full);
    state = apply(state, full);
  };
  BEGIN.forEach(add);
  const model: LanguageModel = {
    id: 'small',
    // biome-ignore lint/correctness/useYield: a reply may come in one piece
    async *reply(request): ReturnType<LanguageModel['reply']> {
      calls += 1;
      const text = answers[(request.about?.call ?? 201) - 201];
      if (text === undefined) return fail('provider.unreachable', 'No answer.', 'Start it.');
      const message = { role: 'assistant', text, calls: [] } as const;
      return ok({ message, usage: { in: 10, out: 5, cached: 0 }, stop: 'end', ms: 1 });
    },
  };
  const ports = {
    redact: (text: string) => text,
    onPart: () => undefined,
    models: {
      open: async () => ok(model),
      limits: () => ({ window: 8_192, max_output: 1_024 }),
      usd: () => 1,
      worstUsd: () => 2,
      admit: ({ run }: { run: number }, worst: number) =>
        run + worst > budget ? fail('budget.spent', 'Spent.', 'Raise it.') : ok(undefined),
      retryAfter: () => 3_600,
      summariser: () => ({ kind: 'use', model: 'small', location: 'local', because: 'cheapest', max_tokens: 60 }),
    },
  } as unknown as Ports;
  /** Goes on until it has given `most` events, as a process that is killed after them. */
  const go = async (most = Number.POSITIVE_INFINITY): Promise<void> => {
    if (state.task === null) throw new Error('No task is in hand.');
    let given = 0;
    if (given >= most) return;
    for await (const effect of summarise(state, state.task, 'task', ports, new AbortController().signal)) {
      if (typeof effect === 'function') throw new Error('It writes nothing.');
      add(effect);
      given += 1;
      if (given >= most) return;
    }
  };
  const written = (): EventOf<'summary.written'> | undefined =>
    events.find((event): event is EventOf<'summary.written'> => event.type === 'summary.written');
  return { go, events, written, calls: () => calls, state: () => state };
}

describe('the summary of a task, by a model', () => {
  it('is taken when it keeps what matters', async () => {
    const run = world([GOOD]);
    await run.go();
    expect(run.written()).toMatchObject({ by: 'model', model: 'small', text: GOOD });
    expect(run.events.slice(BEGIN.length).map(({ type }) => type)).toEqual([
      'model.called',
      'model.replied',
      'summary.written',
    ]);
    expect(run.state().task?.summary?.text).toBe(GOOD);
  });

  it('killed after any event makes at most one call again, and comes to the same text', async () => {
    const whole = world(['Bad.', GOOD]);
    await whole.go();
    expect([whole.calls(), whole.written()?.text]).toEqual([2, GOOD]);
    for (let most = 1; most < whole.events.length - BEGIN.length; most++) {
      const run = world(['Bad.', GOOD]);
      await run.go(most);
      await run.go();
      expect(run.written()?.text, `killed after ${most}`).toBe(GOOD);
      expect(run.calls(), `killed after ${most}`).toBeLessThanOrEqual(3);
    }
  });

  it('is on the bill of the task and of the run', async () => {
    const run = world(['Bad.', GOOD]);
    await run.go();
    const { task, usd } = run.state();
    expect([task === null ? 0 : spentOn(task), usd]).toEqual([2, 2]);
  });

  it.each([
    ['is in trouble', world([]), /^small: No answer/],
    ['may not be paid any more', world([GOOD], 1), /^small: Spent/],
    ['leaves out what matters twice', world(['Bad.', 'Bad.']), /^small left out/],
    ['makes things up twice', world([`${GOOD} See x_y.`, `${GOOD} See x_y.`]), /^small made up x_y/],
    ['says nothing', world(['', '']), /^small left out/],
  ] as const)('is made word for word when the model %s', async (_, run, because) => {
    await run.go();
    expect(run.written()).toMatchObject({ by: 'extract', model: null, because: expect.stringMatching(because) });
    expect(run.written()?.text).toMatch(/^We decided that countWords\(\)/);
  });
});
