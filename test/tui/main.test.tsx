import { render } from 'ink-testing-library';
import stringWidth from 'string-width';
import { describe, expect, it, vi } from 'vitest';
import { boardText } from '../../src/tui/main.tsx';
import { RunScreen } from '../../src/tui/run/screen.tsx';
import {
  initialRunScreen,
  type RunScreenEvent,
  type RunScreenState,
  updateRunScreen,
} from '../../src/tui/run/state.ts';
import { createStore } from '../../src/tui/store.ts';
import { portsOf, task, treeTasks, type World, world } from './fixtures.ts';
import { finishedEvents } from './run-fixtures.ts';

const textOf = (there: World, columns: number, filter = ''): string => {
  const text = boardText(portsOf(there), columns, filter);
  if (!text.ok) throw new Error(text.error.message);
  return text.value;
};

describe('the board as text', () => {
  it('is plain text with every task and without any escape sequence', async () => {
    const text = textOf(world({ run: { id: 'r7', status: 'running' } }), 80);
    await expect(`${text}\n`).toMatchFileSnapshot('golden/text-80.txt');
    expect(text).not.toContain('\u001b');
    for (const line of textOf(world(), 40).split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(40);
  });

  it('prints what a filter lets through, with what it stands under', async () => {
    const there = world({ tasks: treeTasks, next: { kind: 'all-done' } });
    await expect(`${textOf(there, 80, 'count')}\n`).toMatchFileSnapshot('golden/text-80-filter.txt');
    expect(textOf(there, 80, 'zzz')).toMatch(/^\/ zzz · 0 of 7\nNo task passes the filter\.$/m);
    expect(boardText(portsOf(there), 80, 'colour:red')).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
  });

  it('prints a large plan whole', () => {
    const tasks = Array.from({ length: 5_000 }, (_, index) => task(index + 1, `T${index + 1}`));
    expect(textOf(world({ tasks }), 80).split('\n')).toHaveLength(5_003);
  });

  it('invites when there is no task, stages or not', () => {
    const stage = { ...task(1, 'S1'), kind: 'stage' } as const;
    expect(textOf(world({ tasks: [stage], next: { kind: 'all-done' } }), 80)).toContain('llmclis task add');
    expect(textOf(world({ tasks: [], next: { kind: 'all-done' } }), 80)).toContain('llmclis task add');
  });
});

function runScreen() {
  const store = createStore<RunScreenState, RunScreenEvent, never>({
    initial: initialRunScreen('Demo', ['Models are scripted; everything else is real.']),
    update: updateRunScreen,
    perform: async () => {},
    onBug: () => {},
  });
  return { store, ...render(<RunScreen store={store} />) };
}

describe('run screen', () => {
  it('keeps the story above and shows the live table below, then the table of results', async () => {
    const { store, lastFrame } = runScreen();
    const events = finishedEvents();
    for (const event of events.slice(0, -3)) store.send({ type: 'happened', event });
    await vi.waitFor(() => expect(lastFrame()).toContain('D2 checks · try 2, coder on opus (cloud)'));
    expect(lastFrame()).toContain('Models are scripted; everything else is real.');
    expect(lastFrame()).toContain('D2  climbs from qwen-local to opus: checks failed twice');
    for (const event of events) store.send({ type: 'happened', event });
    store.send({ type: 'ended' });
    await vi.waitFor(() => expect(lastFrame()).toContain('D4 Read a date'));
    await expect(`${lastFrame()}\n`).toMatchFileSnapshot('golden/run-100.txt');
  });
});
