import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app.ts';
import { boardPorts } from '../../src/cli/board-ports.ts';
import { board } from '../../src/cli/commands/board.ts';
import { readRequest } from '../../src/cli/main.ts';
import { ok } from '../../src/core/failure.ts';
import type { Task } from '../../src/core/task.ts';
import { SHIPPED } from '../support/run.ts';
import { must, testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
  world.km.addTask({ project_id: 1, key: 'S1', kind: 'stage', title: 'Stage' }, 'person');
  world.km.addTask({ project_id: 1, key: 'T1', title: 'First', parent: 'S1' }, 'person');
  world.km.addTask({ project_id: 1, key: 'T2', title: 'Second', parent: 'S1', depends_on: ['T1'] }, 'person');
});
afterEach(() => world.close());

const app = () => ({
  ...world.app,
  runs: () => ok([]),
  runEvents: () => ok([]),
  startRun: async () => ok({ run_id: 'r3' }),
  requestRun: () => ok(undefined),
  changeNumber: () => 7,
  undo: () => Promise.reject(new Error('Nobody asked for it.')),
});
const ports = () => boardPorts(app(), { project: world.project, km: world.km });
const taskOf = (key: string): Task => {
  const task = world.km.task(1, key);
  if (!task.ok) throw new Error(task.error.message);
  return task.value;
};

describe('the board with a filter', () => {
  it('passes its words to the screen as one filter', async () => {
    expect(await type(board, app(), ['is:waiting', 'second'])).toMatchObject({
      exit: 0,
      out: 'board of textkit is:waiting second\n',
    });
    expect(await type(board, app(), ['-tag:x', '"a b"'])).toMatchObject({ out: 'board of textkit -tag:x "a b"\n' });
    expect(readRequest(['-x'])).toMatchObject({ ok: false, error: { message: 'llmclis does not know the flag -x.' } });
  });

  it('gives all tasks and stages as one object, with a filter the tasks that it lets through', async () => {
    expect(await typeJson(board, app(), [])).toMatchObject({
      json: { tasks: [{ key: 'S1' }, { key: 'T1' }, { key: 'T2' }], next: { kind: 'ready' }, run: null },
    });
    const filtered = await typeJson(board, app(), ['is:waiting']);
    expect(filtered).toMatchObject({ exit: 0, json: { project: { name: 'textkit' }, tasks: [{ key: 'T2' }] } });
  });

  it('refuses what is no filter', async () => {
    const refused = await type(board, app(), ['--json', 'colour:red']);
    expect(refused.exit).toBe(2);
  });
});

describe('what the board asks the app for', () => {
  it('reads what a task waits for, with its notes and its history', () => {
    world.km.appendTaskNote(taskOf('T2').id, 'Look at T1.', 'coder');
    expect(ports().facts(taskOf('T2'))).toMatchObject({
      waits_for: [{ key: 'T1', title: 'First', status: 'pending' }],
      notes: [{ agent: 'coder', text: 'Look at T1.' }],
      history: [{ kind: 'created' }, { kind: 'note' }],
    });
  });

  it('changes a task as the commands do, and says what it did', async () => {
    const { act } = ports();
    expect(await act({ type: 'prioritise', key: 'T1', priority: 0 })).toEqual(ok('T1 has priority 0 now.'));
    expect(await act({ type: 'finish', key: 'T1' })).toEqual(ok('T1 is done on your word (accepted-by-person).'));
    expect(taskOf('T1')).toMatchObject({ status: 'done', proof: 'accepted-by-person', priority: 0 });
    expect(await act({ type: 'reopen', key: 'T1' })).toEqual(ok('T1 is pending again, its tries counted afresh.'));
    expect(await act({ type: 'cancel', key: 'T1' })).toEqual(ok('T1 is cancelled; o opens it again.'));
    expect(taskOf('T1').status).toBe('cancelled');
  });

  it('says why a change is refused', async () => {
    expect(await ports().act({ type: 'finish', key: 'S1' })).toMatchObject({
      ok: false,
      error: { message: 'S1 is a stage: its status follows its tasks.' },
    });
    expect(await ports().act({ type: 'cancel', key: 'T9' })).toMatchObject({
      ok: false,
      error: { code: 'input.not_found' },
    });
  });
});

describe('undo from the board', () => {
  const opened = () => {
    const env = { LLMCLIS_HOME: world.folder };
    const real = openApp({ env, cwd: world.folder, version: '0.0.0', shipped: SHIPPED });
    onTestFinished(() => real.close());
    return boardPorts(real, { project: world.project, km: must(real.km()) });
  };

  it('says what the last change was and takes it back', async () => {
    const real = opened();
    must(await real.act({ type: 'finish', key: 'T1' }));
    const last = must(await real.lastChange());
    expect(last.text).toMatch(
      /^Take the change of \d{4}-\d\d-\d\d \d\d:\d\d by person back \(T1: status done → pending/,
    );
    expect(must(await real.act({ type: 'undo', change: last.change }))).toMatch(
      /^Taken back: T1: status done → pending/,
    );
    expect(taskOf('T1')).toMatchObject({ status: 'pending', proof: null });
  });

  it('takes nothing back when another change came in between', async () => {
    const real = opened();
    must(await real.act({ type: 'finish', key: 'T1' }));
    const last = must(await real.lastChange());
    must(world.km.editTask(taskOf('T2').id, { priority: 0 }, 'coder'));
    expect(await real.act({ type: 'undo', change: last.change })).toMatchObject({
      ok: false,
      error: { code: 'undo.conflict' },
    });
    expect(taskOf('T1').status).toBe('done');
    expect(taskOf('T2').priority).toBe(0);
  });
});
