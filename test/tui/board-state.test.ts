import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../src/core/failure.ts';
import { boardKeys, commandFor } from '../../src/tui/board/keys.ts';
import {
  type BoardEvent,
  type BoardState,
  initialBoard,
  layoutOf,
  messageLines,
  selectedRow,
  selectedTask,
} from '../../src/tui/board/state.ts';
import { updateBoard } from '../../src/tui/board/update.ts';
import { readNews } from '../../src/tui/effects.ts';
import { drive, opened } from './driver.ts';
import { demoTasks, portsOf, task, treeTasks, world } from './fixtures.ts';
import { demoEvents, finishedEvents } from './run-fixtures.ts';

const size = { columns: 80, rows: 24 };
const selected = (state: BoardState): string | undefined => selectedRow(state)?.key;
const many = (count: number) => Array.from({ length: count }, (_, index) => task(index + 1, `T${index + 1}`));
const running = (id: string): BoardEvent => ({ type: 'run-found', run: { id, status: 'running' } });

const key = fc.constantFrom(...boardKeys.flatMap(one => one.keys), '/', 'y', '2', 'a', 'status:done');
const resized = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) });
const move = fc.oneof({ weight: 6, arbitrary: key }, resized, fc.integer({ min: 0, max: 60 }));

describe('board state', () => {
  it('keeps the cursor on a row and inside the window after any keys, sizes and lists', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async moves => {
        const there = world({ tasks: treeTasks });
        const board = opened(there, size);
        for (const one of moves) {
          if (typeof one === 'object') board.send({ type: 'resized', size: one });
          else if (typeof one === 'number') {
            there.tasks = [...treeTasks, ...many(one).map(other => ({ ...other, id: other.id + 50 }))];
            board.send({ type: 'database-changed', version: one });
          } else for (const name of one.includes(':') ? Array.from(one) : [one]) pressIfKnown(board, name);
          await board.settle();
          const state = board.state();
          const total = state.shown.length;
          const { rows } = layoutOf(state).table;
          expect(state.cursor).toBeGreaterThanOrEqual(0);
          expect(state.cursor).toBeLessThan(Math.max(1, total));
          expect(state.top).toBeLessThanOrEqual(state.cursor);
          expect(state.cursor).toBeLessThan(state.top + rows);
          expect(state.top).toBeLessThanOrEqual(Math.max(0, total - rows));
          if (total > 0) expect(selectedTask(state)?.key).toBe(selected(state));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives every key one meaning', () => {
    const keys = boardKeys.flatMap(one => one.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('begins on the next task and stays on the selected one when the list changes above it', () => {
    const there = world();
    const board = opened(there);
    expect(selected(board.state())).toBe('D3');
    there.tasks = [task(90, 'N1'), task(91, 'N2'), ...demoTasks];
    board.send({ type: 'database-changed', version: 2 });
    expect(selected(board.state())).toBe('D3');
    expect(board.state().cursor).toBe(5);
  });

  it('begins on the task that is being worked on when nothing else is ready', () => {
    const working = demoTasks.filter(({ status }) => status === 'in-progress');
    expect(selected(opened(world({ next: { kind: 'waiting', running: working } })).state())).toBe('D2');
  });

  it('reads the facts of the selected task once, and again when something changed', () => {
    const board = opened(world());
    board.effects();
    board.press('k');
    expect(board.effects()).toEqual(['read-facts']);
    board.press('k', 'j').effects();
    board.press('?', '?');
    expect(board.effects()).toEqual([]);
    board.send({ type: 'database-changed', version: 2 });
    expect(board.effects()).toEqual(['read-tree', 'read-tasks', 'read-facts']);
  });

  it('starts a run only when none is going, and stops only one that is', () => {
    const there = world();
    const board = opened(there).press('s');
    expect(there.asked).not.toContain('start');
    board.send(running('r7')).press('r');
    expect(there.asked).not.toContain('start');
    expect(board.state().message?.text).toContain('r7 is going already');
    board.press('s');
    expect(there.asked).toContain('stop r7');
  });

  it('says in full why a run could not start, and gives the lines back at the next key', () => {
    const board = opened(world());
    board.send({ type: 'failed', text: `No model can be used: ${'nobody answers there. '.repeat(8)}` });
    const layout = layoutOf(board.state());
    expect(layout.message).toBe(3);
    expect(layout.table.rows + (layout.detail?.rows ?? 0)).toBe(24 - 4 - 3);
    expect(layoutOf(board.press('j').state()).message).toBe(1);
  });

  it('says how a run ended, and the next command', () => {
    const board = opened(world()).send({ type: 'events-read', events: finishedEvents() });
    expect(board.state().message?.text).toBe('2 done, 1 blocked, 2 left (nothing is ready) · next: llmclis next');
  });

  it('does not look at the plan files again before the last look has ended', () => {
    const [state] = updateBoard(initialBoard('demo', size), { type: 'opened' });
    expect(updateBoard(state, { type: 'refresh-due' }).slice(1)).toEqual([]);
    const [looked] = updateBoard(state, { type: 'refreshed', quiet: true, problem: null });
    expect(updateBoard(looked, { type: 'refresh-due' })[1]).toEqual({ type: 'refresh', quiet: true });
  });

  it('says once why the plan files cannot be read, and again when asked', async () => {
    const there = world();
    const board = opened(there);
    await board.settle();
    there.planAnswer = fail('plan.invalid', 'plans.md has conflict markers.', 'Resolve them first.');
    const refused = { text: 'plans.md has conflict markers. Resolve them first.', tone: 'bad' };
    await board.send({ type: 'refresh-due' }).settle();
    expect(board.state().message).toEqual(refused);
    await board.press('j').send({ type: 'refresh-due' }).settle();
    expect(board.state().message).toBeNull();
    await board.press('R').settle();
    expect(board.state().message).toEqual(refused);
    there.planAnswer = ok(undefined);
    await board.press('R').settle();
    expect(board.state().message?.text).toBe('The plan files are read.');
  });

  it('reads the tasks again when events changed some, and not for talk', () => {
    const [first, ...rest] = demoEvents();
    if (first === undefined) throw new Error('no events');
    const board = opened(world()).send(running('r7'));
    board.effects();
    board.send({ type: 'events-read', events: [first] });
    expect(board.effects()).toEqual([]);
    board.send({ type: 'events-read', events: rest });
    expect(board.effects()).toContain('read-tree');
  });

  it('reads of a large plan what is drawn at each change, and the tree with the plan files', () => {
    const there = world({ tasks: many(6_000), next: { kind: 'all-done' } });
    const board = opened(there).press('G');
    there.tasks = there.tasks.map(one => ({ ...one, status: 'done' }));
    board.effects();
    board.send({ type: 'database-changed', version: 2 });
    expect(board.effects()).toEqual(['read-tasks', 'read-facts']);
    expect(selectedTask(board.state())?.status).toBe('done');
    expect(board.state().tree?.counts.done).toBe(0);
    expect(board.state().tasks.size).toBeLessThan(100);
    board.send({ type: 'refresh-due' });
    expect(board.state().tree?.counts.done).toBe(6_000);
  });
});

function pressIfKnown(board: ReturnType<typeof drive>, name: string): void {
  try {
    board.press(name);
  } catch (problem) {
    if (!(problem instanceof Error && problem.message.startsWith('no such key'))) throw problem;
  }
}

describe('folding', () => {
  const tree = () => opened(world({ tasks: treeTasks, next: { kind: 'all-done' } })).press('g');
  const keys = (board: ReturnType<typeof tree>): readonly string[] =>
    board.state().shown.map(place => board.state().tree?.rows[place]?.key ?? '');

  it('folds a stage or a parent with space and keeps it folded while the board is open', () => {
    const board = tree().press(' ');
    expect(keys(board)).toEqual(['S1', 'S2', 'S2.1']);
    board.send({ type: 'database-changed', version: 2 });
    expect(keys(board)).toEqual(['S1', 'S2', 'S2.1']);
    expect(keys(board.press(' '))).toHaveLength(9);
  });

  it('goes up and into with the arrows', () => {
    const board = tree().press('j', 'j', 'j', 'j', 'j');
    expect(selected(board.state())).toBe('S1.2.2.1');
    expect(selected(board.press('left').state())).toBe('S1.2.2');
    expect(keys(board.press('left'))).not.toContain('S1.2.2.1');
    expect(selected(board.press('left').state())).toBe('S1.2');
    expect(selected(board.press('right').state())).toBe('S1.2.1');
    expect(selected(board.press('right').state())).toBe('S1.2.1');
    board.press('j', 'right');
    expect(keys(board)).toContain('S1.2.2.1');
  });

  it('folds everything with z and stays at what the task stands under', () => {
    const board = tree().press('j', 'j', 'j').press('z');
    expect(keys(board)).toEqual(['S1', 'S2']);
    expect(selected(board.state())).toBe('S1');
    expect(keys(board.press('z'))).toHaveLength(9);
  });
});

describe('acting', () => {
  const on = (there: ReturnType<typeof world>) => opened(there);

  it('asks before a task is done or given up, and does nothing without a yes', async () => {
    const there = world();
    const board = on(there).press('d');
    expect(board.state().question?.text).toContain('Set D3 “日本語のタイトルを数える');
    expect(commandFor('q', 'question')).toEqual({ type: 'answered', answer: 'no' });
    board.press('n');
    expect(board.state().message?.text).toBe('D3 stays as it is.');
    board.press('c', 'escape', 'd', 'y');
    await board.settle();
    expect(there.asked.filter(call => call.endsWith('D3'))).toEqual(['finish D3']);
    expect(board.state().message).toEqual({ text: 'It is done.', tone: 'good' });
  });

  it('says who works on it and what is open under it before it is closed', () => {
    const board = opened(world({ tasks: treeTasks, next: { kind: 'all-done' } })).press('g', 'j', 'j', 'j', 'j', 'c');
    expect(board.state().question?.text).toBe(
      'Give S1.2.2 “Recount” up? It is kept, and nothing waits for it any more. worker-1 works on it. 1 subtask is open. y/n',
    );
  });

  it('opens again, and sets the priority by one more key', async () => {
    const there = world();
    const board = on(there).press('o', 'p', '0', 'p', '7');
    await board.settle();
    expect(there.asked.filter(call => call.endsWith('D3'))).toEqual(['reopen D3', 'prioritise 0 D3']);
  });

  it('says what an undo would take back, and does it after a yes', async () => {
    const there = world();
    const board = on(there).press('u');
    await board.settle();
    expect(board.state().question?.text).toBe('Take the change of 2026-11-21 09:12 by coder back (D2: notes)? y/n');
    board.press('n', 'u');
    await board.settle();
    board.press('y');
    await board.settle();
    expect(there.asked.filter(call => call.startsWith('undo'))).toEqual(['undo 9']);
  });

  it('answers what a task asks: leave by one key, a question by a text', async () => {
    const tasks = [
      task(1, 'T1', {
        status: 'blocked',
        reason: 'permission',
        reason_detail: 'May commands reach the host a.example?',
      }),
      task(2, 'T2', { status: 'blocked', reason: 'needs_input', reason_detail: 'Which zone?' }),
      task(3, 'T3', { status: 'blocked', reason: 'loop', reason_detail: 'It went in circles.' }),
    ];
    const there = world({ tasks, next: { kind: 'all-done' } });
    const board = opened(there).press('g', 'a');
    expect(board.state().question?.text).toBe(
      'T1 “Task T1”: May commands reach the host a.example? y allow, n deny, esc later',
    );
    expect(commandFor('x', 'leave')).toBeNull();
    board.press('escape');
    expect(board.state().message?.text).toBe('T1 stays as it is.');
    board.press('a', 'n', 'a', 'y', 'j', 'a', 'return', 'U', 'T', 'C', '!', 'backspace');
    expect(messageLines(board.state())).toEqual(['T2 “Task T2” asks: Which zone?', '> UTC▏']);
    board.press('return', 'j', 'a');
    expect(board.state().message?.text).toBe('The task asks nothing.');
    await board.settle();
    expect(there.asked.filter(call => call.startsWith('answer'))).toEqual([
      'answer deny T1',
      'answer allow T1',
      'answer UTC T2',
    ]);
  });

  it('says what was refused and why', async () => {
    const there = world({ actAnswer: fail('task.illegal_transition', 'D3 is done already.', 'Open it again first.') });
    const board = on(there).press('d', 'y');
    await board.settle();
    expect(board.state().message).toEqual({ text: 'D3 is done already. Open it again first.', tone: 'bad' });
  });
});

describe('news', () => {
  it('reads each event once, finds a new run, and asks for tasks when another process changed the database', () => {
    const there = world({ run: { id: 'r7', status: 'running' }, events: demoEvents() });
    const ports = portsOf(there);
    const board = drive(there, size);
    board.send(...readNews(board.state(), ports));
    expect(board.state().run?.id).toBe('r7');
    expect(board.state().view.last_seq).toBe(there.events.length);
    expect(readNews(board.state(), ports)).toEqual([]);
    there.version = 2;
    there.run = { id: 'r8', status: 'running' };
    there.events = [];
    expect(readNews(board.state(), ports).map(news => news.type)).toEqual(['run-found', 'database-changed']);
    board.send(...readNews(board.state(), ports));
    expect(board.state().view.run_id).toBeNull();
  });
});
