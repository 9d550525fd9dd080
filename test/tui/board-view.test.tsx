import fc from 'fast-check';
import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { BoardEvent, BoardState } from '../../src/tui/board/state.ts';
import { BoardView } from '../../src/tui/board/view.tsx';
import { type Driven, opened } from './driver.ts';
import { demoTasks, task, treeTasks, type World, world } from './fixtures.ts';
import { demoEvents, finishedEvents } from './run-fixtures.ts';

const drawn = (state: BoardState): string =>
  renderToString(<BoardView state={state} />, { columns: state.size.columns });
const board = (columns: number, rows: number, there: World = world()): Driven => opened(there, { columns, rows });
const tree = (): World => world({ tasks: treeTasks, next: { kind: 'all-done' } });
const onTree = (columns: number, rows: number): Driven => board(columns, rows, tree()).press('g');
const filtered = async (driven: Driven, text: string): Promise<Driven> => {
  if (!driven.state().filter.editing) driven.press('/');
  await driven.type(text).settle();
  return driven;
};

const running: BoardEvent = { type: 'run-found', run: { id: 'r7', status: 'running' } };
const happened: BoardEvent = { type: 'events-read', events: demoEvents() };
const finished: readonly BoardEvent[] = [
  { type: 'run-found', run: { id: 'r7', status: 'finished' } },
  { type: 'events-read', events: finishedEvents() },
];

describe('board view', () => {
  it.each<[string, () => Driven | Promise<Driven>]>([
    ['80x24', () => board(80, 24).press('k')],
    ['80x24-run', () => board(80, 24).send(running, happened).press('k')],
    ['120x40-run', () => board(120, 40).send(running, happened).press('k')],
    ['40x20', () => board(40, 20).press('k')],
    ['80x24-finished', () => board(80, 24).send(...finished)],
    ['80x24-blocked', () => board(80, 24).press('j')],
    ['80x24-empty', () => board(80, 24, world({ tasks: [], next: { kind: 'all-done' } }))],
    ['100x45-help', () => board(100, 45).press('?')],
    ['80x24-help', () => board(80, 24).press('?', 'j', 'j', 'j')],
    ['100x40-tree', () => onTree(100, 40).press('j', 'j', 'j', 'j', 'j', 'j')],
    ['60x24-tree', () => onTree(60, 24).press('j', 'j', 'left', 'j')],
    ['80x15-tree', () => onTree(80, 15).press('j', 'j', 'j', 'j', 'j', 'j')],
    ['80x24-question', () => onTree(80, 24).press('j', 'j', 'j', 'j', 'd')],
    ['80x24-priority', () => board(80, 24).press('p')],
    ['80x24-filter', () => filtered(onTree(80, 24), 'status:pending e')],
    ['80x24-filter-kept', async () => (await filtered(onTree(80, 24), 'count')).press('return')],
    ['60x15-filter-bad', async () => filtered(await filtered(onTree(60, 15), 'status:done'), ' colour:red')],
    ['80x24-filter-none', () => filtered(onTree(80, 24), 'zzz')],
  ])('looks as agreed: %s', async (name, made) => {
    const driven = await made();
    await driven.settle();
    await expect(`${drawn(driven.state())}\n`).toMatchFileSnapshot(`golden/board-${name}.txt`);
  });

  it('fills the terminal exactly: no line too wide, no line too many', async () => {
    const steps = fc.subarray<(driven: Driven) => unknown>([
      driven => driven.send(running),
      driven => driven.send(happened),
      driven => driven.press('k'),
      driven => driven.press('return'),
      driven => driven.send({ type: 'failed', text: 'It did not start, because of this and of that. '.repeat(9) }),
      driven => driven.press('/').type('colour:red '.repeat(3)),
      driven => driven.press('escape', '?', 'j'),
      driven => driven.press('escape', 'd'),
    ]);
    const side = fc.record({ columns: fc.integer({ min: 30, max: 160 }), rows: fc.integer({ min: 8, max: 50 }) });
    const plan = fc.constantFrom(demoTasks, treeTasks);
    await fc.assert(
      fc.asyncProperty(side, plan, steps, async ({ columns, rows }, tasks, some) => {
        const driven = board(columns, rows, world({ tasks }));
        for (const step of some) step(driven);
        await driven.settle();
        const lines = drawn(driven.state()).split('\n');
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 60 },
    );
  });

  it('draws a plan of 2,000 tasks no slower than it draws its window', () => {
    const tasks = Array.from({ length: 2_000 }, (_, index) => task(index + 1, `T${index + 1}`));
    const driven = board(80, 24, world({ tasks, next: { kind: 'all-done' } })).press('G');
    const text = drawn(driven.state());
    expect(text).toContain('T2000');
    expect(text).not.toContain('T1980');
    expect(text.split('\n')).toHaveLength(24);
    expect(driven.state().tasks.size).toBeLessThan(80);
  });

  it('scrolls the details to their end and no further', () => {
    const driven = onTree(80, 24).press('j', 'j', 'j', 'j', 'j', 'j');
    expect(drawn(driven.state())).toContain('more lines');
    for (let press = 0; press < 50; press += 1) driven.press('J');
    const end = drawn(driven.state());
    expect(end).toContain('The version stands in user_version.');
    expect(end).not.toContain('more lines');
    driven.press('K');
    expect(drawn(driven.state())).not.toBe(end);
    driven.press('j', 'k');
    expect(driven.state().detail_top).toBe(0);
  });

  it('shows no control character, whatever a task and a filter hold', async () => {
    const bad = 'a\u001b[31mred\u0007\u0000\u009b2J\u202eb\r\nc';
    const tasks = [
      task(1, 'T\u001b[2J', { title: bad, description: bad, acceptance: bad, links: [bad], assignee: bad }),
      task(2, 'S', { kind: 'stage', title: bad, children: { open: 1, done: 0 } }),
      task(3, 'T3', {
        parent: 'S',
        title: bad,
        checklist: [{ text: bad, done: true }],
        claim: { holder: bad, expires_at: bad },
      }),
    ];
    const driven = board(100, 40, world({ tasks, next: { kind: 'all-done' } }));
    for (const key of ['g', 'j', 'j', 'd']) driven.press(key);
    driven
      .press('escape', '/')
      .send({ type: 'pressed', command: { type: 'filter-edited', edit: { type: 'insert', text: bad } } });
    await driven.settle();
    expect(drawn(driven.state())).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
