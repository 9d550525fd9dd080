import { type Failure, ok, type Result } from '../core/failure.ts';
import type { BoardEffect, BoardEvent, BoardState } from './board/state.ts';
import type { TuiPorts } from './ports.ts';

/** How often the database is asked for news, milliseconds. */
export const POLL_MS = 250;
/** Plan files are looked at once in this many polls. */
export const POLLS_PER_REFRESH = 8;

/** A search waits so long for the next key: two frames. */
const FRAME_MS = 32;
/** A filter that is typed is wrong until it is whole: so long is waited before it is said. */
const REST_MS = 400;

const problemOf = (result: Result<unknown>): string | null =>
  result.ok ? null : `${result.error.message} ${result.error.hint}`;
const told = ({ message, hint }: Failure): BoardEvent => ({ type: 'failed', text: `${message} ${hint}` });

/** What an effect is performed with. */
export type BoardWorld = {
  readonly ports: TuiPorts;
  /** The board as it is now. */
  readonly state: () => BoardState;
  send(event: BoardEvent): void;
  /** Resolves after so many milliseconds, and after the keys that were pressed until then. */
  pause(ms: number): Promise<void>;
  /** Closes the screen. */
  leave(): void;
};

/** Performs one of the board's effects; the answer is sent as an event. */
export async function performBoardEffect(effect: BoardEffect, world: BoardWorld): Promise<void> {
  const { ports, send } = world;
  switch (effect.type) {
    case 'read-tree':
      return send({ type: 'tree-read', outline: ports.outline() });
    case 'read-tasks':
      return send({ type: 'tasks-read', ids: effect.ids, tasks: ports.tasks(effect.ids), next: ports.next() });
    case 'read-facts':
      return send({ type: 'facts-read', task_id: effect.task.id, facts: ports.facts(effect.task) });
    case 'search':
      return search(effect.text, effect.typing, world);
    case 'act': {
      const acted = await ports.act(effect.action);
      return send(acted.ok ? { type: 'acted', text: acted.value } : told(acted.error));
    }
    case 'look-back': {
      const last = await ports.lastChange();
      return send(last.ok ? { type: 'undo-offered', last: last.value } : told(last.error));
    }
    case 'start-run': {
      const started = await ports.startRun();
      return send(started.ok ? { type: 'run-started', run_id: started.value.run_id } : told(started.error));
    }
    case 'stop-run': {
      const asked = ports.stopRun(effect.run_id);
      return send(asked.ok ? { type: 'stop-asked', run_id: effect.run_id } : told(asked.error));
    }
    case 'refresh':
      return send({ type: 'refreshed', quiet: effect.quiet, problem: problemOf(await ports.refresh()) });
    case 'leave':
      return world.leave();
  }
}

/** Only the last text of a frame is looked for, and nothing that was changed meanwhile. Between the parts of long work keys are read. */
async function search(text: string, typing: boolean, { ports, state, send, pause }: BoardWorld): Promise<void> {
  for (let wait = FRAME_MS; ; wait = 0) {
    await pause(wait);
    if (state().filter.text !== text) return;
    const found = ports.matches(text, typing);
    if (!found.ok) {
      if (typing) await pause(REST_MS);
      return send({ type: 'searched', text, found });
    }
    if (found.value !== null) return send({ type: 'searched', text, found: ok(found.value) });
  }
}

/** Reads what happened since the state was made: the newest run, its new events, whether the database changed. */
export function readNews(state: BoardState, ports: TuiPorts): readonly BoardEvent[] {
  const news: BoardEvent[] = [];
  const run = ports.latestRun();
  if (run !== null) {
    if (run.id !== state.run?.id || run.status !== state.run.status) news.push({ type: 'run-found', run });
    const events = ports.runEvents(run.id, run.id === state.view.run_id ? state.view.last_seq : 0);
    if (events.length > 0) news.push({ type: 'events-read', events });
  }
  const version = ports.version?.() ?? null;
  if (version !== null && version !== state.version) news.push({ type: 'database-changed', version });
  return news;
}
