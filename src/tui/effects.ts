import type { Failure } from '../core/failure.ts';
import type { BoardEffect, BoardEvent, BoardState } from './board/state.ts';
import type { TuiPorts } from './ports.ts';

/** How often the database is asked for news, milliseconds. */
export const POLL_MS = 250;
/** Plan files are looked at once in this many polls. */
export const POLLS_PER_REFRESH = 8;

const told = ({ message, hint }: Failure): BoardEvent => ({ type: 'failed', text: `${message} ${hint}` });

/** Performs one of the board's effects; the answer is sent as an event. `leave` closes the screen. */
export async function performBoardEffect(
  effect: BoardEffect,
  ports: TuiPorts,
  send: (event: BoardEvent) => void,
  leave: () => void,
): Promise<void> {
  switch (effect.type) {
    case 'read-tasks':
      return send({ type: 'tasks-read', tasks: ports.tasks(), next: ports.next() });
    case 'read-notes':
      return send({ type: 'notes-read', task_id: effect.task_id, notes: ports.notes(effect.task_id) });
    case 'start-run': {
      const started = await ports.startRun();
      return send(started.ok ? { type: 'run-started', run_id: started.value.run_id } : told(started.error));
    }
    case 'stop-run': {
      const asked = ports.stopRun(effect.run_id);
      return send(asked.ok ? { type: 'stop-asked', run_id: effect.run_id } : told(asked.error));
    }
    case 'refresh':
      await ports.refresh();
      return send({ type: 'refreshed', quiet: effect.quiet });
    case 'leave':
      return leave();
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
