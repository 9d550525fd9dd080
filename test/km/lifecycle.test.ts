import { describe, expect, it } from 'vitest';
import { TASK_STATUSES, type TaskStatus } from '../../src/core/task.ts';
import type { StatusMetadata } from '../../src/km/km.ts';
import { addTasks, codeOf, makeWorld, must, type World } from './fixtures.ts';

const LEGAL: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in-progress', 'done', 'blocked', 'cancelled'],
  'in-progress': ['pending', 'done', 'blocked', 'cancelled'],
  blocked: ['pending', 'done', 'cancelled'],
  done: ['pending'],
  cancelled: ['pending'],
};
const pairs = TASK_STATUSES.flatMap(from => TASK_STATUSES.map(to => ({ from, to, legal: LEGAL[from].includes(to) })));
const WORDS: StatusMetadata = { agent: 'me', reason: 'needs_input', proof: 'accepted-by-person' };

function taskThatIs(world: World, status: TaskStatus): number {
  const { A = 0 } = addTasks(world, { A: [] });
  if (status !== 'pending') must(world.km.markTaskStatus(A, status, WORDS));
  return A;
}

describe('markTaskStatus', () => {
  it.each(pairs)('from $from to $to is legal: $legal', ({ from, to, legal }) => {
    const world = makeWorld();
    const id = taskThatIs(world, from);
    const history = world.km.history(id).length;
    const marked = world.km.markTaskStatus(id, to, WORDS);
    expect(codeOf(marked)).toBe(legal ? 'ok' : 'task.illegal_transition');
    expect(must(world.km.taskById(id)).status).toBe(legal ? to : from);
    expect(world.km.history(id)).toHaveLength(history + (legal ? 1 : 0));
    if (!marked.ok) for (const status of LEGAL[from]) expect(marked.error.details?.legal).toContain(status);
  });

  it('names the legal ones, or how to open a closed task', () => {
    const world = makeWorld();
    const id = taskThatIs(world, 'blocked');
    const marked = world.km.markTaskStatus(id, 'in-progress', WORDS);
    expect(marked.ok ? '' : marked.error.hint).toContain('pending, done, cancelled');
    must(world.km.markTaskStatus(id, 'done', WORDS));
    const again = world.km.markTaskStatus(id, 'done', WORDS);
    expect(again.ok ? '' : again.error.message).toBe('A is done already.');
    expect(again.ok ? '' : again.error.hint).toContain('llmclis task reopen A');
  });

  it('wants a reason for blocked and a proof for done', () => {
    const world = makeWorld();
    const id = taskThatIs(world, 'pending');
    expect(codeOf(world.km.markTaskStatus(id, 'blocked', { agent: 'me' }))).toBe('input.invalid');
    expect(codeOf(world.km.markTaskStatus(id, 'done', { agent: 'me' }))).toBe('input.invalid');
    expect(must(world.km.taskById(id)).status).toBe('pending');
  });

  it('keeps reason, detail, proof, commit and branch while they hold, and who did it when', () => {
    const world = makeWorld();
    const id = taskThatIs(world, 'pending');
    world.clock.forward(60);
    const blocked = must(
      world.km.markTaskStatus(id, 'blocked', {
        agent: 'coder',
        reason: 'unproven',
        detail: 'No check fails on the base.',
        branch: 'llmclis/task-A',
      }),
    );
    expect(blocked).toMatchObject({
      reason: 'unproven',
      reason_detail: 'No check fails on the base.',
      branch: 'llmclis/task-A',
      last_agent: 'coder',
      updated_at: '2026-11-21T09:01:00Z',
    });
    const done = must(
      world.km.markTaskStatus(id, 'done', { agent: 'person', proof: 'accepted-by-person', commit: 'abc' }),
    );
    expect(done).toMatchObject({ reason: null, reason_detail: null, proof: 'accepted-by-person', branch: null });
    const open = must(world.km.markTaskStatus(id, 'pending', { agent: 'person' }));
    expect(open.proof).toBeNull();
    expect(world.km.history(id).map(entry => [entry.kind, entry.data.from, entry.data.to])).toEqual([
      ['created', undefined, undefined],
      ['status', 'pending', 'blocked'],
      ['status', 'blocked', 'done'],
      ['status', 'done', 'pending'],
    ]);
    expect(world.km.history(id)[2]?.data).toMatchObject({ proof: 'accepted-by-person', commit: 'abc' });
  });

  it('counts tries from the last opening, and money for ever', () => {
    const world = makeWorld();
    const id = taskThatIs(world, 'pending');
    const attempt = {
      run_id: 'r1',
      role: 'coder',
      model: 'qwen',
      location: 'local',
      outcome: 'checks_failed',
      evidence: 'expected 2, got 3',
      tokens_in: 100,
      tokens_out: 20,
      usd: 0.25,
    } as const;
    world.km.addAttempt(id, attempt);
    world.km.addAttempt(id, { ...attempt, model: 'opus', usd: 0.5 });
    expect(must(world.km.taskById(id))).toMatchObject({ tries: 2, usd: 0.75 });
    must(world.km.markTaskStatus(id, 'blocked', { agent: 'llmclis', reason: 'checks_failed' }));
    expect(must(world.km.markTaskStatus(id, 'pending', { agent: 'person' })).tries).toBe(2);
    must(world.km.markTaskStatus(id, 'blocked', { agent: 'llmclis', reason: 'checks_failed' }));
    const fresh = must(world.km.markTaskStatus(id, 'pending', { agent: 'person', fresh_tries: true }));
    expect(fresh).toMatchObject({ tries: 0, usd: 0.75 });
    world.km.addAttempt(id, { ...attempt, model: 'haiku' });
    expect(world.km.attempts(id)).toEqual([{ ...attempt, model: 'haiku' }]);
    must(world.km.markTaskStatus(id, 'done', { agent: 'llmclis', proof: 'red-green' }));
    expect(must(world.km.markTaskStatus(id, 'pending', { agent: 'person' })).tries).toBe(0);
  });

  it('says so when there is no such task', () => {
    expect(codeOf(makeWorld().km.markTaskStatus(99, 'done', WORDS))).toBe('input.not_found');
  });
});
