import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fail } from '../../src/core/failure.ts';
import { BoardScreen } from '../../src/tui/board/screen.tsx';
import { readNews } from '../../src/tui/effects.ts';
import { drive } from './driver.ts';
import { portsOf, treeTasks, type World, world } from './fixtures.ts';
import { demoEvents } from './run-fixtures.ts';

afterEach(cleanup);

function open(there: World) {
  const ports = portsOf(there);
  const { store } = drive(there, { columns: 100, rows: 30 });
  const screen = render(<BoardScreen store={store} />);
  store.send({ type: 'opened' });
  const poll = (): void => {
    for (const news of readNews(store.get(), ports)) store.send(news);
  };
  return { ...screen, poll };
}
type Opened = ReturnType<typeof open>;
const shows = (screen: Opened, text: string): Promise<void> =>
  vi.waitFor(() => expect(screen.lastFrame()).toContain(text));
const selected = (screen: Opened): string | undefined => screen.lastFrame()?.match(/^›\S? +(?:[▾▸] )?(\S+)/m)?.[1];

describe('board screen', () => {
  it('shows the project, the next task with its reason, the plan and the keys', async () => {
    const screen = open(world());
    await shows(screen, 'next: ▶ D3 count words — its dependencies are done');
    await shows(screen, 'llmclis · demo · 1/5 done · 1 blocked');
    await shows(screen, 'r run  s stop  / filter  ? help  q leave  d done  space fold  enter detail  o reopen');
    expect(selected(screen)).toBe('D3');
  });

  it('moves by j, k, arrows, pages, g and G, also when keys come together', async () => {
    const screen = open(world());
    await shows(screen, 'D3');
    screen.stdin.write('k');
    await vi.waitFor(() => expect(selected(screen)).toBe('D2'));
    screen.stdin.write('\u001b[B');
    await vi.waitFor(() => expect(selected(screen)).toBe('D3'));
    screen.stdin.write('\u001b[A');
    await vi.waitFor(() => expect(selected(screen)).toBe('D2'));
    screen.stdin.write('jjj');
    await vi.waitFor(() => expect(selected(screen)).toBe('D5'));
    screen.stdin.write('\u001b[5~');
    await vi.waitFor(() => expect(selected(screen)).toBe('D'));
    screen.stdin.write('G');
    await vi.waitFor(() => expect(selected(screen)).toBe('D5'));
    screen.stdin.write('g');
    await vi.waitFor(() => expect(selected(screen)).toBe('D'));
  });

  it('shows the details with the notes, and hides them with enter', async () => {
    const screen = open(world());
    await shows(screen, 'D3');
    screen.stdin.write('k');
    await shows(screen, 'check  node --test test/slug.test.js');
    await shows(screen, 'note 2026-11-21 orchestrator: Try 1: checks failed.');
    screen.stdin.write('\r');
    await vi.waitFor(() => expect(screen.lastFrame()).not.toContain('check  node'));
  });

  it('starts a run in a process of its own, streams its events, and asks it to stop', async () => {
    const there = world();
    const screen = open(there);
    await shows(screen, 'D3');
    screen.stdin.write('r');
    await shows(screen, 'Run r7 goes on in a process of its own, also after you leave (q).');
    there.run = { id: 'r7', status: 'running' };
    there.events = demoEvents();
    screen.poll();
    await shows(screen, 'run r7 running · models are scripted');
    await shows(screen, 'D2 try 2, coder on opus (cloud) · D2 edits src/slug.js');
    await shows(screen, 'climbs from qwen-local to opus: checks failed twice');
    await shows(screen, '$0.0123 · all-cloud ≈ $0.0105 (estimate) · calls 1 local, 1 cloud');
    screen.stdin.write('s');
    await shows(screen, 'Run r7 stops after the work in hand');
    expect(there.asked.filter(call => call !== 'outline' && call !== 'refresh')).toEqual(['start', 'stop r7']);
  });

  it('says why a run could not start and what to do', async () => {
    const screen = open(
      world({ startAnswer: fail('sandbox.missing', 'No sandbox here.', 'Install it: apt-get install bubblewrap') }),
    );
    await shows(screen, 'D3');
    screen.stdin.write('r');
    await shows(screen, 'No sandbox here. Install it: apt-get install bubblewrap');
  });

  it('shows and closes the help, reads the plan files again, and leaves', async () => {
    const there = world();
    const screen = open(there);
    await shows(screen, 'D3');
    screen.stdin.write('?');
    await shows(screen, 'R      read the plan files and the tasks again');
    screen.stdin.write('?');
    await vi.waitFor(() => expect(screen.lastFrame()).not.toContain('read the plan files and'));
    screen.stdin.write('R');
    await shows(screen, 'The plan files are read.');
    screen.stdin.write('q');
    await vi.waitFor(() => expect(there.asked).toContain('leave'));
    there.asked.length = 0;
    screen.stdin.write('\u0003');
    await vi.waitFor(() => expect(there.asked).toEqual(['leave']));
  });

  it('filters while one types, takes a paste as text, and gives the keys back', async () => {
    const there = world({ tasks: treeTasks, next: { kind: 'all-done' } });
    const screen = open(there);
    await shows(screen, 'S2.1');
    screen.stdin.write('/');
    await shows(screen, 'enter keep  esc clear');
    screen.stdin.write('\u001b[200~status:\u001b[31mpending\r\n\u001b[201~');
    await shows(screen, '/ status:pending ▏ · 4 of 7');
    screen.stdin.write('draw\u007f');
    await shows(screen, '/ status:pending dra▏ · 1 of 7');
    screen.stdin.write('\r');
    await shows(screen, '/ status:pending dra · 1 of 7');
    expect(screen.lastFrame()).not.toContain('S1.2');
    screen.stdin.write('\u001b');
    await shows(screen, 'S1.2');
    screen.stdin.write('\u001b[200~dy\u001b[201~');
    screen.stdin.write('G');
    await vi.waitFor(() => expect(selected(screen)).toBe('S2.1'));
    expect(there.asked).not.toContain('finish S2.1');
  });

  it('changes a task after a yes, and says what was done', async () => {
    const there = world();
    const screen = open(there);
    await shows(screen, 'D3');
    screen.stdin.write('d');
    await shows(screen, 'to done on your word? y/n');
    screen.stdin.write('y');
    await shows(screen, 'It is done.');
    screen.stdin.write('p');
    await shows(screen, '0–4 set  esc keep');
    screen.stdin.write('1');
    await vi.waitFor(() => expect(there.asked).toContain('prioritise 1 D3'));
  });

  it('invites to write the first task when there is none', async () => {
    const screen = open(world({ tasks: [], next: { kind: 'all-done' } }));
    await shows(screen, 'No tasks yet.');
    await shows(screen, 'llmclis task add "My first task"');
  });
});
