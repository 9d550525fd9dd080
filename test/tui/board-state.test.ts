import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardKeys, commandFor } from '../../src/tui/board/keys.ts';
import {
  type BoardEffect,
  type BoardEvent,
  type BoardState,
  initialBoard,
  layoutOf,
  selectedTask,
  updateBoard,
} from '../../src/tui/board/state.ts';
import { readNews } from '../../src/tui/effects.ts';
import { demoTasks, portsOf, task, world } from './fixtures.ts';
import { demoEvents, finishedEvents } from './run-fixtures.ts';

const size = { columns: 80, rows: 24 };
const board = (state: BoardState, ...events: readonly BoardEvent[]): BoardState =>
  events.reduce((current, event) => updateBoard(current, event)[0], state);
const effectsOf = (state: BoardState, event: BoardEvent): readonly BoardEffect[] =>
  updateBoard(state, event).slice(1) as BoardEffect[];
const press = (name: string): BoardEvent => {
  const command = commandFor(name);
  if (command === null) throw new Error(`no such key: ${name}`);
  return { type: 'pressed', command };
};
const read = (tasks = demoTasks): BoardEvent => ({ type: 'tasks-read', tasks, next: world().next });
const tasksRead = { type: 'tasks-read', tasks: demoTasks } as const;
const many = Array.from({ length: 2_000 }, (_, index) => task(index + 1, `T${index + 1}`));

const key = fc.constantFrom(...boardKeys.flatMap(one => one.keys)).map(press);
const resized = fc
  .record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) })
  .map((to): BoardEvent => ({ type: 'resized', size: to }));
const readMany = fc.integer({ min: 0, max: 60 }).map(count => read(many.slice(0, count)));
const found = fc
  .constantFrom('running', 'stopped', 'finished')
  .map((status): BoardEvent => ({ type: 'run-found', run: { id: 'r7', status } }));

describe('board state', () => {
  it('keeps the cursor on a task and inside the window after any keys, sizes and lists', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: key }, resized, readMany, found), { maxLength: 40 }),
        events => {
          const state = board(initialBoard('demo', size), ...events);
          const total = state.tasks?.length ?? 0;
          const { rows } = layoutOf(state).table;
          expect(state.cursor).toBeGreaterThanOrEqual(0);
          expect(state.cursor).toBeLessThan(Math.max(1, total));
          expect(state.top).toBeLessThanOrEqual(state.cursor);
          expect(state.cursor).toBeLessThan(state.top + rows);
          expect(state.top).toBeLessThanOrEqual(Math.max(0, total - rows));
          if (total > 0) expect(selectedTask(state)).not.toBeNull();
        },
      ),
    );
  });

  it('gives every key one meaning', () => {
    const keys = boardKeys.flatMap(one => one.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('begins on the next task and stays on the selected one when the list changes above it', () => {
    const state = board(initialBoard('demo', size), read());
    expect(selectedTask(state)?.key).toBe('D3');
    const grown = [task(90, 'N1'), task(91, 'N2'), ...demoTasks];
    expect(selectedTask(board(state, read(grown)))?.key).toBe('D3');
  });

  it('begins on the task that is being worked on when nothing else is ready', () => {
    const running = demoTasks.filter(({ status }) => status === 'in-progress');
    const state = board(initialBoard('demo', size), {
      ...tasksRead,
      next: { kind: 'waiting', running: running.slice(-1) },
    });
    expect(selectedTask(state)?.key).toBe('D2');
  });

  it('reads the notes of the selected task once', () => {
    const [state, ...effects] = updateBoard(initialBoard('demo', size), read());
    expect(effects).toEqual([{ type: 'read-notes', task_id: 4 }]);
    expect(effectsOf(state, { type: 'notes-read', task_id: 4, notes: [] })).toEqual([]);
    expect(effectsOf(state, press('k'))).toEqual([{ type: 'read-notes', task_id: 3 }]);
  });

  it('starts a run only when none is going, and stops only one that is', () => {
    const idle = board(initialBoard('demo', size), read());
    expect(effectsOf(idle, press('r'))).toEqual([{ type: 'start-run' }]);
    expect(effectsOf(idle, press('s'))).toEqual([]);
    const going = board(idle, { type: 'run-found', run: { id: 'r7', status: 'running' } });
    expect(effectsOf(going, press('r'))).toEqual([]);
    expect(effectsOf(going, press('s'))).toEqual([{ type: 'stop-run', run_id: 'r7' }]);
    expect(board(going, press('r')).message?.text).toContain('r7 is going already');
  });

  it('says in full why a run could not start, and gives the lines back at the next key', () => {
    const idle = board(initialBoard('demo', size), read());
    const failed = board(idle, { type: 'failed', text: `No model can be used: ${'nobody answers there. '.repeat(8)}` });
    expect(layoutOf(failed).message).toBe(3);
    expect(layoutOf(failed).table.rows + (layoutOf(failed).detail?.rows ?? 0)).toBe(24 - 4 - 3);
    expect(layoutOf(board(failed, press('j'))).message).toBe(1);
  });

  it('says how a run ended, and the next command', () => {
    const end = board(initialBoard('demo', size), read(), { type: 'events-read', events: finishedEvents() });
    expect(end.message?.text).toBe('2 done, 1 blocked, 2 left (nothing is ready) · next: llmclis next');
  });

  it('does not look at the plan files again before the last look has ended', () => {
    const state = board(initialBoard('demo', size), { type: 'opened' });
    expect(effectsOf(state, { type: 'refresh-due' })).toEqual([]);
    const looked = board(state, { type: 'refreshed', quiet: true });
    expect(effectsOf(looked, { type: 'refresh-due' })).toEqual([{ type: 'refresh', quiet: true }]);
  });

  it('reads the tasks again when events changed some, and not for talk', () => {
    const [first, ...rest] = demoEvents();
    if (first === undefined) throw new Error('no events');
    const state = board(initialBoard('demo', size), read(), {
      type: 'run-found',
      run: { id: 'r7', status: 'running' },
    });
    expect(effectsOf(state, { type: 'events-read', events: [first] })).toEqual([]);
    expect(effectsOf(state, { type: 'events-read', events: rest })).toEqual([{ type: 'read-tasks' }]);
  });
});

describe('news', () => {
  it('reads each event once, finds a new run, and asks for tasks when another process changed the database', () => {
    const there = world({ run: { id: 'r7', status: 'running' }, events: demoEvents() });
    const ports = portsOf(there);
    const state = board(initialBoard('demo', size), ...readNews(initialBoard('demo', size), ports));
    expect(state.run?.id).toBe('r7');
    expect(state.view.last_seq).toBe(there.events.length);
    expect(readNews(state, ports)).toEqual([]);
    there.version = 2;
    there.run = { id: 'r8', status: 'running' };
    there.events = [];
    expect(readNews(state, ports).map(news => news.type)).toEqual(['run-found', 'database-changed']);
    expect(board(state, ...readNews(state, ports)).view.run_id).toBeNull();
  });
});
