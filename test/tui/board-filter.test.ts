import { describe, expect, it, vi } from 'vitest';
import { selectedRow } from '../../src/tui/board/state.ts';
import { type Driven, opened } from './driver.ts';
import { treeTasks, type World, world } from './fixtures.ts';

const tree = (): World => world({ tasks: treeTasks, next: { kind: 'all-done' } });
const keys = (board: Driven): readonly string[] =>
  board.state().shown.map(place => board.state().tree?.rows[place]?.key ?? '');
const selected = (board: Driven): string | undefined => selectedRow(board.state())?.key;

describe('the filter line', () => {
  it('filters while one types, and goes to the first match', async () => {
    const board = opened(tree()).press('g', '/').type('count');
    await board.settle();
    expect(keys(board)).toEqual(['S1', 'S1.2', 'S1.2.2', 'S1.2.2.1']);
    expect([...(board.state().filter.matches ?? [])]).toEqual([5, 6]);
    expect(selected(board)).toBe('S1.2.2');
    await board.type(' the').settle();
    expect(selected(board)).toBe('S1.2.2.1');
  });

  it('looks for the last text of a frame only', async () => {
    const there = tree();
    const board = opened(there);
    await board.settle();
    await board.press('/').type('tables').settle();
    expect(there.asked.filter(call => call.startsWith('search'))).toEqual(['search tables']);
  });

  it('takes keys between the parts of a long indexing, and gives it up for a newer text', async () => {
    const there = tree();
    const board = opened(there);
    await board.settle();
    there.unindexed = 1_000_000;
    board.press('/').type('draw');
    await vi.waitFor(() => expect(there.unindexed).toBeLessThan(1_000_000));
    expect(board.state().filter.matches).toBeNull();
    board.press('ctrl+u').type('tables');
    there.unindexed = 2;
    await vi.waitFor(() => expect(board.state().filter.matches?.size).toBe(1));
    expect(there.asked.filter(call => call === 'search tables')).toHaveLength(3);
  });

  it('moves in the list while one types, and takes command letters as text', async () => {
    const board = opened(tree()).press('/').type('c');
    await board.settle();
    board.press('down', 'down').type('d');
    expect(board.state().filter).toMatchObject({ text: 'cd', editing: true });
    expect(board.state().question).toBeNull();
  });

  it('keeps the filter at enter and gives the keys back; esc shows all again and keeps the selection', async () => {
    const board = opened(tree()).press('/').type('draw').press('return');
    await board.settle();
    expect(keys(board)).toEqual(['S2', 'S2.1']);
    board.press('d');
    expect(board.state().question?.action).toEqual({ type: 'finish', key: 'S2.1' });
    board.press('escape');
    expect(keys(board)).toEqual(['S2', 'S2.1']);
    board.press('escape');
    expect(keys(board)).toHaveLength(9);
    expect(selected(board)).toBe('S2.1');
    expect(board.state().filter.text).toBe('');
  });

  it('says what is wrong with a bad filter and keeps the last good list', async () => {
    const board = opened(tree()).press('/').type('status:done');
    await board.settle();
    const good = keys(board);
    board.type(' colour:red');
    await board.settle();
    expect(keys(board)).toEqual(good);
    expect(board.state().filter.problem).toMatchObject({
      message: 'There is no field colour to filter by.',
      hint: 'The fields: status, tag.',
    });
    board.press('ctrl+w');
    await board.settle();
    expect(board.state().filter.problem).toBeNull();
    expect(keys(board)).toEqual(good);
  });

  it('shows all again when its text is erased, and edits in the middle', async () => {
    const board = opened(tree()).press('/').type('draw');
    await board.settle();
    board.press('ctrl+u');
    expect(keys(board)).toHaveLength(9);
    board.type('xraw').press('home', 'delete').type('d');
    await board.settle();
    expect(board.state().filter).toMatchObject({ text: 'draw', caret: 1 });
    expect(keys(board)).toEqual(['S2', 'S2.1']);
  });

  it('follows changes of other processes, and keeps what was folded in it', async () => {
    const there = tree();
    const board = opened(there).press('/').type('status:pending').press('return');
    await board.settle();
    board.press('g', ' ');
    expect(keys(board)).toEqual(['S1', 'S2', 'S2.1']);
    there.tasks = treeTasks.map(task => (task.key === 'S2.1' ? { ...task, status: 'done' } : task));
    board.send({ type: 'database-changed', version: 2 });
    await board.settle();
    expect(keys(board)).toEqual(['S1']);
    board.press('escape');
    expect(keys(board)).toHaveLength(9);
  });

  it('unfolds what was folded for as long as it is in force', async () => {
    const board = opened(tree()).press('g', 'z', '/').type('draw');
    await board.settle();
    expect(keys(board)).toEqual(['S2', 'S2.1']);
    board.press('escape');
    expect(keys(board)).toEqual(['S1', 'S2']);
  });

  it('may be given from the start', async () => {
    const board = opened(tree(), { columns: 80, rows: 24 }, 'status:done');
    await board.settle();
    expect([...(board.state().filter.matches ?? [])]).toEqual([2, 4]);
    expect(board.state().filter.editing).toBe(false);
  });

  it('shows nothing, and what to do, when nothing passes', async () => {
    const board = opened(tree()).press('/').type('zzz');
    await board.settle();
    expect(keys(board)).toEqual([]);
    board.press('return', 'd');
    expect(board.state().message?.text).toBe('No task is selected.');
  });
});
