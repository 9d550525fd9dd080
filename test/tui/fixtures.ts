import type { RunEvent } from '../../src/core/event.ts';
import { type Failure, ok, type Result } from '../../src/core/failure.ts';
import type { NextTask, Task, TaskNote } from '../../src/core/task.ts';
import type { TuiPorts, TuiRun } from '../../src/tui/ports.ts';

export const AT = '2026-11-21T09:12:03Z';

export const task = (id: number, key: string, change: Partial<Task> = {}): Task => ({
  id,
  project_id: 1,
  key,
  kind: 'task',
  title: `Task ${key}`,
  status: 'pending',
  reason: null,
  reason_detail: null,
  priority: 2,
  role: null,
  tags: [],
  parent: null,
  depends_on: [],
  related: [],
  discovered_from: [],
  checks: [],
  protect: [],
  allow: [],
  private: false,
  description: '',
  acceptance: '',
  checklist: [],
  links: [],
  complexity: null,
  queue: 'standard',
  assignee: null,
  due: null,
  claim: null,
  children: { open: 0, done: 0 },
  vanished: false,
  proof: null,
  tries: 0,
  usd: 0,
  branch: null,
  created_at: AT,
  created_by: 'person',
  started_at: null,
  finished_at: null,
  updated_at: AT,
  last_agent: null,
  ...change,
});

export const demoTasks: readonly Task[] = [
  task(1, 'D', { kind: 'stage', title: 'Text tools', status: 'in-progress' }),
  task(2, 'D1', {
    title: 'Write capitalise()',
    status: 'done',
    role: 'coder',
    tries: 1,
    proof: 'red-green',
    parent: 'D',
  }),
  task(3, 'D2', {
    title: 'Make slug() keep digits',
    status: 'in-progress',
    role: 'coder',
    tries: 2,
    usd: 0.0123,
    parent: 'D',
    depends_on: ['D1'],
    checks: ['node --test test/slug.test.js'],
    description: 'slug("Room 101") gives "room-", it should give "room-101".\n\nOnly src/slug.js needs a change.',
  }),
  task(4, 'D3', { title: '日本語のタイトルを数える 👩‍👩‍👧 count words', depends_on: ['D2'], parent: 'D' }),
  task(5, 'D4', {
    title: 'Read a date in any of the formats that people in all countries of the world write down',
    status: 'blocked',
    reason: 'needs_input',
    reason_detail: 'Which formats are meant?',
    role: 'researcher',
    tries: 3,
    usd: 1.5,
    parent: 'D',
  }),
  task(6, 'D5', { title: 'Old idea', status: 'cancelled', parent: 'D' }),
];

export const demoNotes: readonly TaskNote[] = [
  { at: AT, agent: 'coder', text: 'The digits are lost in the second replace.' },
  { at: AT, agent: 'orchestrator', text: 'Try 1: checks failed.' },
];

export type World = {
  tasks: readonly Task[];
  next: NextTask;
  run: TuiRun | null;
  events: readonly RunEvent[];
  startAnswer: Result<{ readonly run_id: string }, Failure>;
  version: number;
  readonly asked: string[];
};
export const world = (change: Partial<World> = {}): World => ({
  tasks: demoTasks,
  next: { kind: 'ready', task: task(4, 'D3', { title: 'count words' }), because: 'its dependencies are done' },
  run: null,
  events: [],
  startAnswer: ok({ run_id: 'r7' }),
  version: 1,
  asked: [],
  ...change,
});

/** The ports over plain data that a test changes as other processes would; `asked` lists the calls that cost something. */
export const portsOf = (state: World): TuiPorts => ({
  project: { id: 1, name: 'demo' },
  tasks: () => {
    state.asked.push('tasks');
    return state.tasks;
  },
  notes: id => (id === 3 ? demoNotes : []),
  next: () => state.next,
  latestRun: () => state.run,
  runEvents: (_, after) => state.events.filter(event => event.seq > after),
  startRun: async () => {
    state.asked.push('start');
    return state.startAnswer;
  },
  stopRun: id => {
    state.asked.push(`stop ${id}`);
    return ok(undefined);
  },
  refresh: async () => {
    state.asked.push('refresh');
  },
  version: () => state.version,
});
