import type { RunEvent } from '../../src/core/event.ts';
import { type Failure, fail, ok, type Result } from '../../src/core/failure.ts';
import type { NextTask, Task, TaskNote } from '../../src/core/task.ts';
import type { HistoryEntry, OutlineRow } from '../../src/km/km.ts';
import type { BoardAction, TaskFacts, TuiPorts, TuiRun } from '../../src/tui/ports.ts';

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
  task(1, 'D', { kind: 'stage', title: 'Text tools', children: { open: 3, done: 1 } }),
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

export const demoHistory: readonly HistoryEntry[] = [
  { at: AT, agent: 'person', kind: 'created', data: { key: 'D2' }, change: 1 },
  { at: AT, agent: 'person', kind: 'edited', data: { priority: { from: 2, to: 1 } }, change: 2 },
  { at: AT, agent: 'person', kind: 'undone', data: { undid: 2, changes: { priority: { from: 1, to: 2 } } }, change: 3 },
  { at: AT, agent: 'coder', kind: 'claimed', data: { from: 'pending', to: 'in-progress' }, change: 4 },
];

/** A stage, a task with subtasks, one of them claimed, one of them a parent too, and a task that uses every field. */
export const treeTasks: readonly Task[] = [
  task(1, 'S1', { kind: 'stage', title: 'Storage', children: { open: 1, done: 1 } }),
  task(2, 'S1.1', { title: 'Tables', status: 'done', parent: 'S1', role: 'coder' }),
  task(3, 'S1.2', { title: 'Migrations', parent: 'S1', role: 'coder', children: { open: 2, done: 1 } }),
  task(4, 'S1.2.1', { title: 'Add columns', status: 'done', parent: 'S1.2' }),
  task(5, 'S1.2.2', {
    title: 'Recount',
    status: 'in-progress',
    parent: 'S1.2',
    role: 'coder',
    claim: { holder: 'worker-1', expires_at: '2026-11-21T10:12:03Z' },
    children: { open: 1, done: 0 },
  }),
  task(6, 'S1.2.2.1', { title: 'Count the blockers', parent: 'S1.2.2' }),
  task(7, 'S1.2.3', {
    title: 'Refuse a newer file',
    parent: 'S1.2',
    priority: 0,
    role: 'tester',
    tags: ['safety', 'files'],
    queue: 'critic',
    complexity: 7,
    assignee: 'ada',
    due: '2026-12-01',
    depends_on: ['S1.1', 'S1.2.2'],
    related: ['S2.1'],
    discovered_from: ['S1.2.1'],
    links: ['https://sqlite.org/wal.html', 'research.md#rq-001'],
    checks: ['node --test test/newer.test.js'],
    acceptance: 'A file of a newer version is left as it is, byte for byte.',
    checklist: [
      { text: 'read the version', done: true },
      { text: 'refuse with exit 6', done: false },
    ],
    description: 'The version stands in user_version.',
  }),
  task(8, 'S2', { kind: 'stage', title: 'Screens', children: { open: 1, done: 0 } }),
  task(9, 'S2.1', { title: 'Draw the tree', parent: 'S2', vanished: true }),
];

/** What the tree needs of tasks that name their parents by key. */
export function outlineOf(tasks: readonly Task[]): readonly OutlineRow[] {
  const ids = new Map(tasks.map(one => [one.key, one.id]));
  return tasks.map(({ id, key, kind, status, parent }) => ({
    id,
    key,
    kind,
    status,
    parent_id: ids.get(parent ?? '') ?? null,
  }));
}

/** The words of a filter by plain JavaScript: `status:X`, else a part of the title; any other field is refused. */
export function matchesOf(tasks: readonly Task[], filter: string): Result<readonly number[]> {
  const words = filter.split(' ').filter(word => word !== '');
  const unknown = words.find(word => /^\w+:/.test(word) && !word.startsWith('status:'));
  if (unknown !== undefined)
    return fail(
      'input.invalid',
      `There is no field ${unknown.split(':')[0]} to filter by.`,
      'The fields: status, tag.',
    );
  const passes = (one: Task, word: string): boolean =>
    word.startsWith('status:') ? one.status === word.slice(7) : one.title.toLowerCase().includes(word.toLowerCase());
  return ok(tasks.filter(one => one.kind === 'task' && words.every(word => passes(one, word))).map(({ id }) => id));
}

export const factsOf = (tasks: readonly Task[], { id, depends_on, reason }: Task): TaskFacts => ({
  notes: id === 3 ? demoNotes : [],
  history: id === 3 ? demoHistory : [],
  evidence: null,
  asks: reason === 'permission',
  waits_for: tasks.filter(({ key }) => depends_on.includes(key)),
});

export type World = {
  tasks: readonly Task[];
  next: NextTask;
  run: TuiRun | null;
  events: readonly RunEvent[];
  startAnswer: Result<{ readonly run_id: string }, Failure>;
  actAnswer: Result<string, Failure>;
  planAnswer: Result<void, Failure>;
  version: number;
  /** Parts of indexing that come before the first answer of a search. */
  unindexed: number;
  readonly asked: string[];
};
export const world = (change: Partial<World> = {}): World => ({
  tasks: demoTasks,
  next: { kind: 'ready', task: task(4, 'D3', { title: 'count words' }), because: 'its dependencies are done' },
  run: null,
  events: [],
  startAnswer: ok({ run_id: 'r7' }),
  actAnswer: ok('It is done.'),
  planAnswer: ok(undefined),
  version: 1,
  unindexed: 0,
  asked: [],
  ...change,
});

const named = (action: BoardAction): string =>
  action.type === 'undo' ? `undo ${action.change}` : [action.type, ...extraOf(action), action.key].join(' ');
const extraOf = (action: BoardAction): readonly unknown[] =>
  action.type === 'prioritise' ? [action.priority] : action.type === 'answer' ? [action.text] : [];

/** The ports over plain data that a test changes as other processes would; `asked` lists the calls that cost something. */
export const portsOf = (state: World): TuiPorts => ({
  project: { id: 1, name: 'demo' },
  outline: () => {
    state.asked.push('outline');
    return outlineOf(state.tasks);
  },
  tasks: ids => ids.flatMap(id => state.tasks.find(one => one.id === id) ?? []),
  matches: filter => {
    state.asked.push(`search ${filter}`);
    if (state.unindexed > 0) {
      state.unindexed -= 1;
      return ok(null);
    }
    return matchesOf(state.tasks, filter);
  },
  facts: one => factsOf(state.tasks, one),
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
  act: async action => {
    state.asked.push(named(action));
    return state.actAnswer;
  },
  lastChange: async () => ok({ change: 9, text: 'Take the change of 2026-11-21 09:12 by coder back (D2: notes)?' }),
  refresh: async () => {
    state.asked.push('refresh');
    return state.planAnswer;
  },
  version: () => state.version,
});
