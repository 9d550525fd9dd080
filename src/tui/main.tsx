import type { ReadStream, WriteStream } from 'node:tty';
import { render } from 'ink';
import type { RunEvent } from '../core/event.ts';
import { BoardScreen } from './board/screen.tsx';
import { initialBoard } from './board/state.ts';
import { updateBoard } from './board/update.ts';
import { POLL_MS, POLLS_PER_REFRESH, performBoardEffect, readNews } from './effects.ts';
import type { TuiPorts } from './ports.ts';
import { RunScreen } from './run/screen.tsx';
import { initialRunScreen, updateRunScreen } from './run/state.ts';
import { createStore } from './store.ts';
import { Colours } from './theme.tsx';

export { boardText } from './board/text.ts';

/** Colours where the terminal has some and nobody asked for none (NO_COLOR, TERM=dumb). */
const coloursOf = (stdout: WriteStream): boolean => stdout.isTTY === true && stdout.hasColors();
const sizeOf = (stdout: WriteStream) => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });

/**
 * Opens the board in a terminal (both streams are terminals) and resolves when the person left it or the signal aborted.
 * A run goes on without it. Rejects only for a bug.
 */
export async function openBoard(
  ports: TuiPorts,
  {
    stdin,
    stdout,
    signal,
    filter = '',
  }: {
    readonly stdin: ReadStream;
    readonly stdout: WriteStream;
    readonly signal: AbortSignal;
    /** In force from the start. */
    readonly filter?: string;
  },
): Promise<void> {
  const store = createStore({
    initial: initialBoard(ports.project.name, sizeOf(stdout), filter),
    update: updateBoard,
    perform: (effect, send, state) =>
      performBoardEffect(effect, { ports, send, state, pause, leave: () => screen.unmount() }),
    onBug: error => screen.unmount(error instanceof Error ? error : new Error(String(error))),
  });
  const screen = render(
    <Colours value={coloursOf(stdout)}>
      <BoardScreen store={store} />
    </Colours>,
    {
      stdin,
      stdout,
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: 60,
      exitOnCtrlC: false,
      interactive: true,
    },
  );
  const resized = (): void => store.send({ type: 'resized', size: sizeOf(stdout) });
  const close = (): void => screen.unmount();
  store.send({ type: 'opened' });
  const stop = follow(polls => {
    for (const news of readNews(store.get(), ports)) store.send(news);
    if (polls % POLLS_PER_REFRESH === 0) store.send({ type: 'refresh-due' });
  });
  stdout.on('resize', resized);
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  await screen.waitUntilExit().finally(() => {
    stop();
    stdout.off('resize', resized);
    signal.removeEventListener('abort', close);
  });
  const { run } = store.get();
  if (run?.status === 'running') stdout.write(`Run ${run.id} goes on. Watch it: llmclis runs watch ${run.id}\n`);
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Calls `poll` now and every POLL_MS, with the number of the call from 1 on; the answer stops it. */
function follow(poll: (polls: number) => void): () => void {
  let polls = 0;
  const tick = (): void => {
    polls += 1;
    poll(polls);
  };
  tick();
  const timer = setInterval(tick, POLL_MS);
  return () => clearInterval(timer);
}

/**
 * Shows a run that goes on in this process: its story as lines that stay, below them a live table, at the end the table
 * of results. Resolves when `finished` has settled and all is on the terminal; rejects as `finished` does.
 */
export async function showRun(options: {
  readonly title: string;
  /** Lines under the title, for example that the models are scripted. */
  readonly notes: readonly string[];
  readonly stdout: WriteStream;
  subscribe(listener: (event: RunEvent) => void): void;
  readonly finished: Promise<unknown>;
}): Promise<void> {
  const { stdout } = options;
  const store = createStore({
    initial: initialRunScreen(options.title, options.notes),
    update: updateRunScreen,
    perform: async () => {},
    onBug: () => {},
  });
  options.subscribe(event => store.send({ type: 'happened', event }));
  const screen = render(
    <Colours value={coloursOf(stdout)}>
      <RunScreen store={store} />
    </Colours>,
    { stdout, incrementalRendering: true, maxFps: 60, exitOnCtrlC: false, interactive: stdout.isTTY === true },
  );
  try {
    await options.finished;
  } finally {
    store.send({ type: 'ended' });
    await screen.waitUntilRenderFlush();
    screen.unmount();
    await screen.waitUntilExit();
  }
}
