import type { EventPayloads, EventType, RunEvent } from '../../src/core/event.ts';
import { AT, task } from './fixtures.ts';

const USAGE = { in: 1_200, out: 310, cached: 0 };
const RUNG = { model: 'qwen-local', location: 'local' } as const;

/** Numbers the payloads as a journal does. */
export function journal(run_id = 'r7') {
  const events: RunEvent[] = [];
  return {
    events,
    add<T extends EventType>(type: T, payload: EventPayloads[T]): void {
      const made: unknown = { type, ...payload, at: AT, run_id, seq: events.length + 1 };
      events.push(made as RunEvent);
    },
  };
}

/** A run in the middle of its second task: one done, one refused twice, then gone up to the cloud. */
export function demoEvents(): readonly RunEvent[] {
  const { events, add } = journal();
  const check = {
    tree: 't',
    kept: false,
    missing: null,
    ms: 90,
    passing: [],
    failing: [],
    tail: '',
    of: 'task',
  } as const;
  const snapshot = task(2, 'D1');
  add('run.started', {
    project_id: 1,
    project: 'demo',
    mode: 'local-first',
    merge: 'auto',
    max_steps: 20,
    budget_usd: null,
    sandbox: 'none',
    target: 'main',
    scripted: true,
    tasks_total: 5,
  });
  const claim = { because: 'first in the plan', token: 'x', role: 'coder', attempts: [], snapshot } as const;
  add('task.claimed', { task: 'D1', title: 'Write capitalise()', ...claim });
  const turn = { role: 'coder', step: 1, because: 'cheapest', passed_over: [], tree: 't' } as const;
  add('turn.started', { task: 'D1', try: 1, ...RUNG, ...turn });
  add('model.replied', {
    task: 'D1',
    ...RUNG,
    role: 'coder',
    try: 1,
    call: 1,
    tokens: USAGE,
    usd: 0,
    ms: 900,
    text: '',
    calls: [],
  });
  add('tool.started', {
    task: 'D1',
    call_id: 'c1',
    name: 'write_file',
    input: { path: 'src/capitalise.js', content: 'x' },
  });
  add('tool.ended', { task: 'D1', call_id: 'c1', name: 'write_file', text: 'Written.', is_error: false });
  add('check.ended', {
    task: 'D1',
    ...check,
    command: 'node --test test/c.test.js',
    exit: 0,
    passed: 3,
    failed: 0,
    on: 'work',
  });
  add('task.done', {
    task: 'D1',
    title: 'Write capitalise()',
    commit: '1a2b3c4d5e',
    proof: 'red-green',
    tries: 1,
    usd: 0,
    usd_all_cloud: 0.0105,
  });
  add('task.claimed', { task: 'D2', title: 'Make slug() keep digits', ...claim });
  add('turn.started', { task: 'D2', try: 1, ...RUNG, ...turn, step: 2 });
  add('tool.started', { task: 'D2', call_id: 'c2', name: 'run_command', input: { command: 'node --test' } });
  const red = {
    ...check,
    command: 'node --test test/slug.test.js',
    exit: 1,
    passed: 2,
    failed: 1,
    tail: 'not ok 3\nexpected room-101',
  };
  add('check.ended', { task: 'D2', ...red, on: 'base' });
  add('check.ended', { task: 'D2', ...red, on: 'work' });
  add('claim.refused', {
    task: 'D2',
    because: 'checks_failed',
    detail: '1 of 3 tests fails',
    diff: '',
    ...RUNG,
    undone: [],
  });
  add('escalated', { task: 'D2', from: 'qwen-local', to: 'opus', because: 'checks failed twice' });
  add('turn.started', { task: 'D2', try: 2, model: 'opus', location: 'cloud', ...turn, step: 3 });
  add('model.replied', {
    task: 'D2',
    model: 'opus',
    location: 'cloud',
    role: 'coder',
    try: 2,
    call: 1,
    tokens: USAGE,
    usd: 0.0123,
    ms: 900,
    text: '',
    calls: [],
  });
  add('tool.started', {
    task: 'D2',
    call_id: 'c3',
    name: 'edit_file',
    input: { path: 'src/slug.js', old: 'a', new: 'b' },
  });
  return events;
}

export const finishedEvents = (): readonly RunEvent[] => {
  const { events, add } = journal();
  events.push(...demoEvents());
  add('work.snapshot', {
    task: 'D2',
    tree: 't2',
    base: 't',
    changed: ['src/slug.js'],
    protected: [],
    only_comments: false,
  });
  add('check.ended', {
    task: 'D2',
    command: 'node --test test/slug.test.js',
    exit: 0,
    passed: 3,
    failed: 0,
    on: 'work',
    of: 'task',
    ms: 90,
    tree: 't2',
    kept: false,
    missing: null,
    passing: [],
    failing: [],
    tail: '',
  });

  add('task.done', {
    task: 'D2',
    title: 'Make slug() keep digits',
    commit: '2b3c4d5e6f',
    proof: 'red-green',
    tries: 2,
    usd: 0.0123,
    usd_all_cloud: 0.0123,
  });
  add('task.blocked', {
    task: 'D4',
    title: 'Read a date',
    reason: 'needs_input',
    detail: 'Which formats?',
    issue: 'issues.md',
    branch: null,
  });
  add('run.finished', {
    because: 'nothing is ready',
    exit: 3,
    steps: 3,
    tasks: { done: 2, blocked: 1, cancelled: 0, left: 2 },
    refused: 1,
    refused_by: { checks_failed: 1, empty_diff: 0, protected_changed: 0, already_passing: 0, stale: 0 },
    escalations: 1,
    calls: { local: 1, cloud: 1 },
    tokens: { in: 2_400, out: 620 },
    usd: 0.0123,
    usd_all_cloud: 0.0228,
    estimate: true,
    next: 'llmclis next',
  });
  return events;
};
