import fc from 'fast-check';
import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { type BoardEvent, type BoardState, initialBoard, updateBoard } from '../../src/tui/board/state.ts';
import { BoardView } from '../../src/tui/board/view.tsx';
import { demoNotes, demoTasks, task, world } from './fixtures.ts';
import { demoEvents, finishedEvents } from './run-fixtures.ts';

const board = (columns: number, rows: number, ...events: readonly BoardEvent[]): BoardState =>
  events.reduce((state, event) => updateBoard(state, event)[0], initialBoard('demo', { columns, rows }));
const drawn = (state: BoardState): string =>
  renderToString(<BoardView state={state} />, { columns: state.size.columns });

const read: BoardEvent = { type: 'tasks-read', tasks: demoTasks, next: world().next };
const up: BoardEvent = { type: 'pressed', command: { type: 'moved', by: -1 } };
const noted: BoardEvent = { type: 'notes-read', task_id: 3, notes: demoNotes };
const running: BoardEvent = { type: 'run-found', run: { id: 'r7', status: 'running' } };
const happened: BoardEvent = { type: 'events-read', events: demoEvents() };

describe('board view', () => {
  it.each([
    ['80x24', board(80, 24, read, up, noted)],
    ['80x24-run', board(80, 24, read, running, happened, up, noted)],
    ['120x40-run', board(120, 40, read, running, happened, up, noted)],
    ['40x20', board(40, 20, read, up, noted)],
    [
      '80x24-finished',
      board(
        80,
        24,
        read,
        { type: 'run-found', run: { id: 'r7', status: 'finished' } },
        { type: 'events-read', events: finishedEvents() },
      ),
    ],
    ['80x24-blocked', board(80, 24, read, { type: 'pressed', command: { type: 'moved', by: 1 } })],
    ['80x24-empty', board(80, 24, { type: 'tasks-read', tasks: [], next: { kind: 'all-done' } })],
    ['80x24-help', board(80, 24, read, { type: 'pressed', command: { type: 'help-toggled' } })],
  ])('looks as agreed: %s', async (name, state) => {
    await expect(`${drawn(state)}\n`).toMatchFileSnapshot(`golden/board-${name}.txt`);
  });

  it('fills the terminal exactly: no line too wide, no line too many', () => {
    const events = fc.subarray<BoardEvent>([
      running,
      happened,
      up,
      noted,
      { type: 'pressed', command: { type: 'detail-toggled' } },
      { type: 'failed', text: 'It did not start, because of this and of that. '.repeat(9) },
    ]);
    const side = fc.record({ columns: fc.integer({ min: 30, max: 160 }), rows: fc.integer({ min: 8, max: 50 }) });
    fc.assert(
      fc.property(side, events, ({ columns, rows }, some) => {
        const lines = drawn(board(columns, rows, read, ...some)).split('\n');
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 40 },
    );
  });

  it('draws a plan of 2,000 tasks no slower than it draws its window', () => {
    const tasks = Array.from({ length: 2_000 }, (_, index) => task(index + 1, `T${index + 1}`));
    const state = board(
      80,
      24,
      { type: 'tasks-read', tasks, next: { kind: 'all-done' } },
      { type: 'pressed', command: { type: 'went-to-bottom' } },
    );
    const text = drawn(state);
    expect(text).toContain('T2000');
    expect(text).not.toContain('T1980');
    expect(text.split('\n')).toHaveLength(24);
  });
});
