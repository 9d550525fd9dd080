import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventPayloads, EventType, RunEvent } from '../../src/core/event.ts';
import { checkSentence, count, money, oneLine, sentence, toolAction } from '../../src/core/sentence.ts';

function said<T extends EventType>(type: T, payload: EventPayloads[T]): string | null {
  const event: unknown = { type, ...payload, at: '2026-11-21T09:12:03Z', run_id: 'r7', seq: 1 };
  return sentence(event as RunEvent);
}
const check = {
  task: 'D2',
  command: 'node --test test/x.test.js',
  exit: 1,
  passed: 2,
  failed: 1,
  ms: 9,
  tree: 't',
  on: 'work',
  of: 'task',
  passing: [],
  failing: [],
  tail: '',
  missing: null,
  kept: false,
} as const;
const rung = { model: 'opus', location: 'cloud' } as const;

describe('sentences of a run', () => {
  it('says who works, on which try, and where', () => {
    const turn = {
      task: 'D3',
      ...rung,
      role: 'coder',
      try: 3,
      step: 4,
      because: 'checks failed twice',
      passed_over: [],
      tree: 't',
    } as const;
    expect(said('turn.started', turn)).toBe('D3  try 3, coder on opus (cloud) — checks failed twice');
    expect(
      said('escalated', { task: 'D3', from: 'qwen-coder-local', to: 'opus', because: 'checks failed twice' }),
    ).toBe('D3  climbs from qwen-coder-local to opus: checks failed twice');
  });

  it('says what a check gave, with counts where the runner told some', () => {
    expect(said('check.ended', check)).toBe('D2  check node --test test/x.test.js: 2 passed, 1 failed');
    expect(said('check.ended', { ...check, on: 'base' })).toMatch(/^D2 {2}before the work, node/);
    const saidOf = (more: object) => checkSentence({ ...check, ...more });
    expect(saidOf({ passed: null, failed: null, exit: 0 })).toBe('node --test test/x.test.js: passed');
    expect(saidOf({ passed: null, failed: null })).toBe('node --test test/x.test.js: failed (exit 1)');
    expect(saidOf({ passed: 3, failed: 0 })).toBe('node --test test/x.test.js: 3 passed (exit 1)');
    expect(checkSentence({ ...check, exit: 127, missing: 'pytest' })).toBe(
      'node --test test/x.test.js: cannot start, pytest is missing',
    );
  });

  it('says why a claim was refused and what was undone', () => {
    const claim = { task: 'D4', detail: 'nothing was changed', diff: '', ...rung } as const;
    expect(said('claim.refused', { ...claim, because: 'empty_diff', undone: [] })).toBe(
      'D4  refused: empty diff — nothing was changed',
    );
    expect(
      said('claim.refused', {
        ...claim,
        because: 'protected_changed',
        detail: 'a test was weakened',
        undone: ['test/a.test.js'],
      }),
    ).toBe('D4  refused: protected files changed — a test was weakened (undone: test/a.test.js)');
  });

  it('names the failing tests of a refusal, and no file twice', () => {
    const claim = { task: 'D4', diff: '', ...rung, undone: [] } as const;
    const detail =
      '`npm test` fails (exit 1; 5 passed, 1 failed).\nFailing: wrap: no line is longer\n✔ wrap: fits (2 ms)';
    expect(said('claim.refused', { ...claim, because: 'checks_failed', detail })).toBe(
      'D4  refused: checks failed — failing: wrap: no line is longer',
    );
    const named = { detail: 'undone: a.test.js', undone: ['a.test.js'] };
    expect(said('claim.refused', { ...claim, because: 'protected_changed', ...named })).toBe(
      'D4  refused: protected files changed — undone: a.test.js',
    );
  });

  it('tells the first line of what a tool answers when it goes wrong', () => {
    const answer = (name: string, text: string) =>
      said('tool.ended', { task: 'D1', call_id: 'c', name, text, is_error: true });
    expect(answer('run_command', 'Exit 1\n✖ a test (1.2ms)')).toBe('D1  the command fails (exit 1)');
    expect(answer('edit_file', 'There is no such text.\nmore')).toBe('D1  edit_file answers: There is no such text.');
  });

  it('says a question once, and at the end only that it waits for an answer', () => {
    const blocked = { task: 'D5', title: 'T', reason: 'needs_input', detail: 'Which rule?', branch: null } as const;
    expect(said('task.blocked', { ...blocked, issue: 'issues.md#km-001--d5-t' })).toBe(
      'D5  blocked, needs input; see KM-001 in issues.md',
    );
    const waiting = [
      { key: 'D5', title: 'T', on: ['needs_input: Which rule?'] },
      { key: 'D6', title: 'U', on: ['checks_failed: `npm test` fails', 'D5'] },
    ];
    expect(said('run.idle', { kind: 'blocked', waiting })).toBe(
      'Nothing is ready: D5 waits for an answer; D6 waits for a person (checks failed), D5',
    );
  });

  it('tells writing and running, and keeps quiet about reading', () => {
    const tool = (name: string, input: unknown) => said('tool.started', { task: 'D1', call_id: 'c', name, input });
    expect(tool('write_file', { path: 'src/slug.js', content: '' })).toBe('D1  writes src/slug.js');
    expect(tool('run_command', { command: 'npm test' })).toBe('D1  runs npm test');
    expect(tool('read_file', { path: 'src/slug.js' })).toBeNull();
    expect(toolAction('read_file', { path: 'src/slug.js' })).toBe('reads src/slug.js');
    expect(toolAction('fly', null)).toBe('calls fly');
    expect(toolAction('constructor', null)).toBe('calls constructor');
    expect(toolAction('write_file', 'nonsense')).toBe('writes');
  });

  it('sums a run up, and calls the estimate one', () => {
    const finished = {
      because: 'nothing is ready: D5 waits for needs_input: Which rule?',
      exit: 3,
      steps: 9,
      tasks: { done: 4, blocked: 1, cancelled: 0, left: 0 },
      refused: 5,
      refused_by: { checks_failed: 3, empty_diff: 1, protected_changed: 1, already_passing: 0, stale: 0 },
      escalations: 1,
      calls: { local: 9, cloud: 2 },
      tokens: { in: 10, out: 10 },
      usd: 0.0123,
      usd_all_cloud: 1.5,
      estimate: true,
      next: 'llmclis next',
    } as const;
    expect(said('run.finished', finished)).toBe(
      'Finished, nothing is ready: 4 done, 1 blocked, 0 left; 9 local and 2 cloud calls, $0.0123 (estimate all in the cloud: $1.50)',
    );
  });

  it('is one clean line, whatever a model or a command wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), text => {
        expect(said('question.asked', { task: 'D5', question: text })).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/,
        );
        expect(Array.from(oneLine(text, 40)).length).toBeLessThanOrEqual(40);
      }),
    );
    expect(oneLine('a\u001b[31m red\u001b]8;;http://x\u0007\n\tline')).toBe('a red line');
  });

  it('writes money and counts shortly', () => {
    expect([money(0), money(0.00449), money(12.345), count(1_234_567)]).toEqual([
      '$0',
      '$0.0045',
      '$12.35',
      '1,234,567',
    ]);
  });
});
