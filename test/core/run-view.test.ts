import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costLine, RUN_COLUMNS, runTable } from '../../src/core/run-table.ts';
import { emptyRun, STORY_LINES, updateRun } from '../../src/core/run-view.ts';
import { demoEvents, finishedEvents, journal } from '../tui/run-fixtures.ts';

const fold = (events = finishedEvents()) => events.reduce(updateRun, emptyRun);

describe('the view of a run', () => {
  it('shows the turn, the last command, check, escalation and refusal while a task is worked', () => {
    const view = fold(demoEvents());
    expect(view.status).toBe('running');
    expect(view.turn).toEqual({
      task: 'D2',
      title: 'Make slug() keep digits',
      role: 'coder',
      model: 'opus',
      location: 'cloud',
      try: 2,
    });
    expect(view.doing).toBe('D2 edits src/slug.js');
    expect(view.last).toEqual({
      command: 'D2 runs node --test',
      check: 'D2 node --test test/slug.test.js: 2 passed, 1 failed',
      escalation: 'D2  climbs from qwen-local to opus: checks failed twice',
      refused: 'D2  refused: checks failed — 1 of 3 tests fails',
    });
    expect(view.rows.find(row => row.key === 'D2')).toMatchObject({
      tries: 2,
      models: ['qwen-local', 'opus'],
      checks: { passed: 0, total: 1 },
      refused: 1,
    });
  });

  it('knows the estimate as soon as a task is done, and takes the run’s own sums at the end', () => {
    expect(emptyRun.totals.usd_all_cloud).toBeNull();
    expect(costLine(fold(demoEvents()))).toBe('$0.0123 · all-cloud ≈ $0.0105 (estimate)');
    expect(costLine(fold())).toBe('$0.0123 · all-cloud ≈ $0.0228 (estimate)');
    expect(fold().totals.usd).toBe(fold(demoEvents()).totals.usd);
  });

  it('makes the table of results with a total', () => {
    const table = runTable(fold());
    expect(table).toEqual([
      ['D1 Write capitalise()', '1', 'qwen-local', '1/1', '1,510', '$0', 'red-green'],
      ['D2 Make slug() keep digits', '2', 'qwen-local → opus', '1/1', '1,510', '$0.0123', 'red-green'],
      ['D4 Read a date', '0', '', '', '0', '$0', 'blocked: needs input'],
      ['total', '3', '1 local, 1 cloud', '', '3,020', '$0.0123', ''],
    ]);
    for (const row of table) expect(row).toHaveLength(RUN_COLUMNS.length);
  });

  it('is the same when parts of the journal are read twice', () => {
    const events = finishedEvents();
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 5 }), cuts => {
        let view = emptyRun;
        for (const cut of cuts.toSorted((a, b) => a - b)) view = events.slice(0, cut).reduce(updateRun, view);
        expect(events.reduce(updateRun, view)).toEqual(fold());
      }),
    );
  });

  it('starts anew with another run, and keeps a bounded story', () => {
    const { events, add } = journal('r8');
    for (let index = 0; index < STORY_LINES + 50; index += 1)
      add('question.asked', { task: 'D1', question: `${index}?` });
    const view = events.reduce(updateRun, fold());
    expect(view.run_id).toBe('r8');
    expect(view.rows).toEqual([]);
    expect(view.story).toHaveLength(STORY_LINES);
    expect(view.story.at(-1)?.text).toBe(`D1  asks: ${STORY_LINES + 49}?`);
  });

  it('counts earlier runs’ tries once, although the task is claimed again', () => {
    const { events, add } = journal();
    const attempt = {
      run_id: 'r1',
      role: 'coder',
      model: 'qwen-local',
      location: 'local',
      outcome: 'checks_failed',
      evidence: '',
      tokens_in: 10,
      tokens_out: 5,
      usd: 0.5,
    } as const;
    const [claim] = demoEvents().filter(event => event.type === 'task.claimed');
    if (claim?.type !== 'task.claimed') throw new Error('no claim');
    const payload = { ...claim, attempts: [attempt] };
    add('task.claimed', payload);
    add('task.released', { task: 'D1', because: 'stopped' });
    add('task.claimed', payload);
    expect(fold(events).rows).toMatchObject([
      { tries: 1, usd: 0.5, tokens: { in: 10, out: 5 }, models: ['qwen-local'] },
    ]);
  });
});
