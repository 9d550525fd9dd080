import type { EventType, RunEvent } from '../../core/event.ts';
import { emptyRun, type RunView, updateRun } from '../../core/run-view.ts';
import { oneLine } from '../../core/sentence.ts';
import type { NextTask, Task, TaskNote } from '../../core/task.ts';
import type { TuiRun } from '../ports.ts';
import { wrap } from '../text.ts';
import type { Tone } from '../theme.tsx';
import { type BoardLayout, type BoardSize, boardLayout } from './layout.ts';

export type BoardState = {
  readonly project: string;
  readonly size: BoardSize;
  /** Null until they were read for the first time. */
  readonly tasks: readonly Task[] | null;
  readonly next: NextTask | null;
  /** Index of the selected task, and of the first one drawn. */
  readonly cursor: number;
  readonly top: number;
  readonly detail: boolean;
  readonly help: boolean;
  /** The selected task's notes; null while they are being read. */
  readonly notes: { readonly task_id: number; readonly notes: readonly TaskNote[] | null } | null;
  readonly run: TuiRun | null;
  readonly view: RunView;
  readonly version: number | null;
  /** Plan files are being read. */
  readonly refreshing: boolean;
  readonly message: { readonly text: string; readonly tone: Tone } | null;
};

/** What a key asks for. */
export type BoardCommand =
  | { readonly type: 'moved'; readonly by: number }
  | { readonly type: 'paged'; readonly by: 1 | -1 }
  | { readonly type: 'went-to-top' }
  | { readonly type: 'went-to-bottom' }
  | { readonly type: 'detail-toggled' }
  | { readonly type: 'help-toggled' }
  | { readonly type: 'run-pressed' }
  | { readonly type: 'stop-pressed' }
  | { readonly type: 'refresh-pressed' }
  | { readonly type: 'leave-pressed' }
  | { readonly type: 'closed' };
export type BoardEvent =
  | { readonly type: 'pressed'; readonly command: BoardCommand }
  | { readonly type: 'opened' }
  | { readonly type: 'resized'; readonly size: BoardSize }
  | { readonly type: 'tasks-read'; readonly tasks: readonly Task[]; readonly next: NextTask }
  | { readonly type: 'notes-read'; readonly task_id: number; readonly notes: readonly TaskNote[] }
  | { readonly type: 'run-found'; readonly run: TuiRun }
  | { readonly type: 'events-read'; readonly events: readonly RunEvent[] }
  | { readonly type: 'database-changed'; readonly version: number }
  | { readonly type: 'run-started'; readonly run_id: string }
  | { readonly type: 'stop-asked'; readonly run_id: string }
  | { readonly type: 'refresh-due' }
  | { readonly type: 'refreshed'; readonly quiet: boolean }
  | { readonly type: 'failed'; readonly text: string };

export type BoardEffect =
  | { readonly type: 'read-tasks' }
  | { readonly type: 'read-notes'; readonly task_id: number }
  | { readonly type: 'start-run' }
  | { readonly type: 'stop-run'; readonly run_id: string }
  | { readonly type: 'refresh'; readonly quiet: boolean }
  | { readonly type: 'leave' };
type Step = readonly [BoardState, ...BoardEffect[]];

export const initialBoard = (project: string, size: BoardSize): BoardState => ({
  project,
  size,
  tasks: null,
  next: null,
  cursor: 0,
  top: 0,
  detail: true,
  help: false,
  notes: null,
  run: null,
  view: emptyRun,
  version: null,
  refreshing: false,
  message: null,
});

/** The message in lines of the screen's width. */
export const messageLines = ({ message, size }: BoardState): readonly string[] =>
  message === null ? [] : wrap(message.text, size.columns);

export const layoutOf = (state: BoardState): BoardLayout =>
  boardLayout(state.size, {
    detail: state.detail && state.tasks?.some(task => task.kind === 'task') === true,
    run: state.run !== null,
    message: messageLines(state).length,
  });

export const selectedTask = (state: BoardState): Task | null => state.tasks?.[state.cursor] ?? null;

/** Events after which the tasks in the database are others than before. */
const CHANGES_TASKS: readonly EventType[] = [
  'task.claimed',
  'turn.ended',
  'task.done',
  'task.blocked',
  'task.released',
  'plan.updated',
  'question.asked',
  'run.finished',
];

const saying = (state: BoardState, text: string, tone: Tone = 'plain'): BoardState => ({
  ...state,
  message: { text, tone },
});

/** Where a board that was just opened begins: the task that is next, or that is being worked on. */
const firstOf = (next: NextTask): Task | undefined =>
  next.kind === 'ready' ? next.task : next.kind === 'waiting' ? next.running[0] : undefined;

/** Keeps the selected task and its place, whatever happened to the list. */
function tasksRead(state: BoardState, tasks: readonly Task[], next: NextTask): BoardState {
  const id = (selectedTask(state) ?? firstOf(next))?.id;
  const found = tasks.findIndex(task => task.id === id);
  return { ...state, tasks, next, cursor: found < 0 ? state.cursor : found, notes: null };
}

/** How the run ended, once it has. */
function endOf(events: readonly RunEvent[]): BoardState['message'] {
  const end = events.findLast(event => event.type === 'run.finished');
  if (end?.type !== 'run.finished') return null;
  const { done, blocked, left } = end.tasks;
  const why = oneLine(end.because.split(':')[0] ?? '', 60);
  const text = `${done} done, ${blocked} blocked, ${left} left (${why})`;
  return {
    text: end.next === '' ? text : `${text} · next: ${oneLine(end.next)}`,
    tone: end.exit === 0 ? 'good' : 'attention',
  };
}

function pressed(state: BoardState, command: BoardCommand): Step {
  const rows = layoutOf(state).table.rows;
  switch (command.type) {
    case 'moved':
      return [{ ...state, cursor: state.cursor + command.by }];
    case 'paged':
      return [{ ...state, cursor: state.cursor + command.by * rows }];
    case 'went-to-top':
      return [{ ...state, cursor: 0 }];
    case 'went-to-bottom':
      return [{ ...state, cursor: (state.tasks?.length ?? 1) - 1 }];
    case 'detail-toggled':
      return [{ ...state, detail: !state.detail }];
    case 'help-toggled':
      return [{ ...state, help: !state.help }];
    case 'closed':
      return [{ ...state, help: false }];
    case 'refresh-pressed':
      return [saying(state, 'Reading the plan files …'), { type: 'refresh', quiet: false }];
    case 'leave-pressed':
      return [state, { type: 'leave' }];
    case 'run-pressed':
      if (state.run?.status === 'running') return [saying(state, `Run ${state.run.id} is going already; s stops it.`)];
      return [saying(state, 'Starting a run as a process of its own …'), { type: 'start-run' }];
    case 'stop-pressed':
      if (state.run?.status !== 'running') return [saying(state, 'No run is going; r starts one.')];
      return [saying(state, `Asking run ${state.run.id} to stop …`), { type: 'stop-run', run_id: state.run.id }];
  }
}

function happened(state: BoardState, event: BoardEvent): Step {
  switch (event.type) {
    case 'pressed':
      return pressed({ ...state, message: null }, event.command);
    case 'opened':
      return [{ ...state, refreshing: true }, { type: 'read-tasks' }, { type: 'refresh', quiet: true }];
    case 'resized':
      return [{ ...state, size: event.size }];
    case 'tasks-read':
      return [tasksRead(state, event.tasks, event.next)];
    case 'notes-read':
      if (state.notes?.task_id !== event.task_id) return [state];
      return [{ ...state, notes: { task_id: event.task_id, notes: event.notes } }];
    case 'run-found':
      return [
        { ...state, run: event.run, view: state.run?.id === event.run.id ? state.view : emptyRun },
        { type: 'read-tasks' },
      ];
    case 'events-read': {
      const view = event.events.reduce(updateRun, state.view);
      const stale = event.events.some(one => CHANGES_TASKS.includes(one.type));
      const told = { ...state, view, message: endOf(event.events) ?? state.message };
      return stale ? [told, { type: 'read-tasks' }] : [told];
    }
    case 'database-changed':
      return [{ ...state, version: event.version }, { type: 'read-tasks' }];
    case 'run-started':
      return [saying(state, `Run ${event.run_id} goes on in a process of its own, also after you leave (q).`, 'good')];
    case 'stop-asked':
      return [saying(state, `Run ${event.run_id} stops after the work in hand; r goes on from there.`)];
    case 'refresh-due':
      return state.refreshing
        ? [state]
        : [
            { ...state, refreshing: true },
            { type: 'refresh', quiet: true },
          ];
    case 'refreshed': {
      const read = { ...state, refreshing: false };
      if (!event.quiet) return [saying(read, 'The plan files are read.'), { type: 'read-tasks' }];
      // Where the database tells its version, a change is seen by that.
      return state.version === null ? [read, { type: 'read-tasks' }] : [read];
    }
    case 'failed':
      return [saying(state, event.text, 'bad')];
  }
}

/** The cursor on a task, the window around the cursor, and no empty rows below while there are tasks above. */
function settled(state: BoardState): BoardState {
  const total = state.tasks?.length ?? 0;
  const { rows } = layoutOf(state).table;
  const cursor = Math.max(0, Math.min(total - 1, state.cursor));
  const shown = Math.min(cursor, Math.max(state.top, cursor - rows + 1));
  const top = Math.max(0, Math.min(shown, total - rows));
  return cursor === state.cursor && top === state.top ? state : { ...state, cursor, top };
}

/** The board's one transition. */
export function updateBoard(state: BoardState, event: BoardEvent): Step {
  const [changed, ...effects] = happened(state, event);
  const next = settled(changed);
  const task = selectedTask(next);
  if (task === null || !next.detail || next.notes?.task_id === task.id) return [next, ...effects];
  return [{ ...next, notes: { task_id: task.id, notes: null } }, ...effects, { type: 'read-notes', task_id: task.id }];
}
