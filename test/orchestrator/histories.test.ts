import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { decide } from '../../src/orchestrator/decide.ts';
import type { Facts } from '../../src/orchestrator/decision.ts';
import { replay } from '../../src/orchestrator/state.ts';
import { summarise } from '../../src/orchestrator/summary.ts';

/** Journals of released versions: they stay here for ever and must replay. */
const folder = join(import.meta.dirname, '../histories');
const histories = readdirSync(folder).map(file => ({
  file,
  events: readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as RunEvent),
}));
const facts: Facts = {
  max_steps: 30,
  merge: 'auto',
  verify: ['npm test'],
  route: () => ({
    kind: 'use',
    model: 'small',
    location: 'local',
    rung: 0,
    action: 'first',
    rule: null,
    because: 'test',
    passed_over: [],
  }),
  critics: () => [],
  canUse: () => true,
  consequence: () => ({ kind: 'stop', exit: 4 }),
};

describe.each(histories)('the journal $file', ({ events }) => {
  it('replays to a finished run with the counts it printed', () => {
    const state = replay(events);
    const last = events.at(-1);
    expect(state).toMatchObject({ finished: true, task: null, unsettled: null });
    if (last?.type !== 'run.finished') throw new Error('The journal is not whole.');
    const { tasks, refused_by, escalations, calls, usd, usd_all_cloud, steps } = last;
    expect(summarise(events, tasks.left, last.because, last.exit)).toMatchObject({
      tasks,
      refused_by,
      escalations,
      calls,
      usd,
      usd_all_cloud,
      steps,
    });
  });

  it('can be taken up after any event: there is always a next decision, and the same one each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: events.length }), length => {
        const state = replay(events.slice(0, length));
        expect(decide(state, facts)).toEqual(decide(replay(events.slice(0, length)), facts));
      }),
    );
  });

  it('gives no task a turn after it is done', () => {
    const done = new Set<string>();
    for (const event of events) {
      if (event.type === 'turn.started') expect(done.has(event.task)).toBe(false);
      if (event.type === 'task.done') done.add(event.task);
    }
    expect(done.size).toBeGreaterThan(0);
  });
});
