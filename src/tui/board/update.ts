import type { EventType, RunEvent } from '../../core/event.ts';
import { emptyRun, updateRun } from '../../core/run-view.ts';
import { oneLine } from '../../core/sentence.ts';
import type { NextTask, Task } from '../../core/task.ts';
import type { OutlineRow } from '../../km/km.ts';
import { pressed } from './commands.ts';
import { detailLines } from './detail.ts';
import { searchEffects, searched } from './filtering.ts';
import { reshown } from './folding.ts';
import { helpLines } from './help.ts';
import { undoQuestion } from './questions.ts';
import {
  type BoardEffect,
  type BoardEvent,
  type BoardState,
  layoutOf,
  rowAt,
  type Step,
  saying,
  selectedRow,
  selectedTask,
} from './state.ts';
import { placeOfTask, treeOf } from './tree.ts';

/** Rows from which the tree is not read at each change, but with the plan files, every two seconds. */
const LARGE = 5_000;

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

/** Something in the database is another: what is drawn is read again at once, a large tree when its time comes. */
function changed(state: BoardState): Step {
  const isLarge = (state.tree?.rows.length ?? 0) >= LARGE;
  const stale = { ...state, stale: { tree: true, tasks: isLarge, facts: isLarge } };
  return isLarge ? [stale] : [stale, { type: 'read-tree' }];
}

function treeRead(state: BoardState, outline: readonly OutlineRow[]): Step {
  const read = { ...state, tree: treeOf(outline), stale: { tasks: true, tree: false, facts: true } };
  const shown = reshown(read, selectedRow(state)?.id);
  return [shown, ...searchEffects(shown)];
}

/** Where a board that was just opened begins: the task that is next, or that is being worked on. */
const firstOf = (next: NextTask): Task | undefined =>
  next.kind === 'ready' ? next.task : next.kind === 'waiting' ? next.running[0] : undefined;

function tasksRead(state: BoardState, { ids, tasks, next }: Extract<BoardEvent, { type: 'tasks-read' }>): BoardState {
  const found = new Map<number, Task | null>(ids.map(id => [id, null]));
  for (const task of tasks) found.set(task.id, task);
  const read = { ...state, tasks: found, next };
  const first = state.next === null ? firstOf(next) : undefined;
  if (first === undefined || state.tree === null || placeOfTask(state.tree, first.id) < 0) return read;
  return reshown(read, first.id);
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

function eventsRead(state: BoardState, events: readonly RunEvent[]): Step {
  const view = events.reduce(updateRun, state.view);
  const told = { ...state, view, message: endOf(events) ?? state.message };
  return events.some(one => CHANGES_TASKS.includes(one.type)) ? changed(told) : [told];
}

function refreshDue(state: BoardState): Step {
  const late: readonly BoardEffect[] = state.stale.tree ? [{ type: 'read-tree' }] : [];
  if (state.refreshing) return [state, ...late];
  return [{ ...state, refreshing: true }, { type: 'refresh', quiet: true }, ...late];
}

function refreshed(state: BoardState, quiet: boolean, problem: string | null): Step {
  const read = { ...state, refreshing: false, plan_problem: problem };
  if (problem !== null) return [quiet && problem === state.plan_problem ? read : saying(read, problem, 'bad')];
  if (!quiet) return [saying(read, 'The plan files are read.'), { type: 'read-tree' }];
  // Where the database tells its version, a change is seen by that.
  return state.version === null ? [read, { type: 'read-tree' }] : [read];
}

function happened(state: BoardState, event: BoardEvent): Step {
  switch (event.type) {
    case 'pressed':
      return pressed({ ...state, message: null }, event.command);
    case 'opened':
      return [{ ...state, refreshing: true }, { type: 'read-tree' }, { type: 'refresh', quiet: true }];
    case 'resized':
      return [{ ...state, size: event.size }];
    case 'tree-read':
      return treeRead(state, event.outline);
    case 'tasks-read':
      return [tasksRead(state, event)];
    case 'facts-read':
      if (state.facts?.task_id !== event.task_id) return [state];
      return [{ ...state, facts: { task_id: event.task_id, facts: event.facts } }];
    case 'searched':
      return [searched(state, event.text, event.found)];
    case 'undo-offered':
      return [{ ...state, message: null, question: undoQuestion(event.last) }];
    case 'acted':
      return [saying(state, event.text, 'good'), { type: 'read-tree' }];
    case 'run-found': {
      const view = state.run?.id === event.run.id ? state.view : emptyRun;
      return changed({ ...state, run: event.run, view });
    }
    case 'events-read':
      return eventsRead(state, event.events);
    case 'database-changed':
      return changed({ ...state, version: event.version });
    case 'run-started':
      return [saying(state, `Run ${event.run_id} goes on in a process of its own, also after you leave (q).`, 'good')];
    case 'stop-asked':
      return [saying(state, `Run ${event.run_id} stops after the work in hand; r goes on from there.`)];
    case 'refresh-due':
      return refreshDue(state);
    case 'refreshed':
      return refreshed(state, event.quiet, event.problem);
    case 'failed':
      return [saying(state, event.text, 'bad')];
  }
}

const within = (value: number, most: number): number => Math.max(0, Math.min(value, most));

/** The cursor on a row, the window around the cursor, no empty rows below while there are rows above, no scrolling past the end. */
function settled(state: BoardState, before: BoardState): BoardState {
  const total = state.shown.length;
  const { rows } = layoutOf(state).table;
  const cursor = within(state.cursor, total - 1);
  const top = within(Math.min(cursor, Math.max(state.top, cursor - rows + 1)), total - rows);
  const kept = cursor === state.cursor && top === state.top ? state : { ...state, cursor, top };
  return scrolled(selectedRow(kept)?.id === selectedRow(before)?.id ? kept : { ...kept, detail_top: 0 });
}

/** No scrolling past the end of the help or the details. */
function scrolled(state: BoardState): BoardState {
  if (state.help_top === null && state.detail_top === 0) return state;
  const { detail, table } = layoutOf(state);
  const height = table.rows + 1 + (detail?.beside === false ? detail.rows : 0);
  const help_top =
    state.help_top === null ? null : within(state.help_top, helpLines(state.size.columns).length - height);
  const below = detail === null ? 0 : detailLines(state, detail.width).length - (detail.rows - 1);
  return { ...state, help_top, detail_top: within(state.detail_top, below) };
}

/** Reads the tasks around the window, and the facts of the selected one, where they are missing or not fresh. */
function withReads(state: BoardState): Step {
  const { rows } = layoutOf(state).table;
  const idsOf = (from: number, to: number): readonly number[] =>
    state.shown.slice(from, to).flatMap((_, index) => rowAt(state, from + index)?.id ?? []);
  const isMissing = idsOf(state.top, state.top + rows).some(id => !state.tasks.has(id));
  if (state.tree !== null && (isMissing || state.stale.tasks)) {
    const ids = idsOf(Math.max(0, state.top - rows), state.top + 2 * rows);
    return [
      { ...state, stale: { ...state.stale, tasks: false } },
      { type: 'read-tasks', ids },
    ];
  }
  const task = selectedTask(state);
  if (task === null || !state.detail || (state.facts?.task_id === task.id && !state.stale.facts)) return [state];
  const facts = state.facts?.task_id === task.id ? state.facts : { task_id: task.id, facts: null };
  return [
    { ...state, facts, stale: { ...state.stale, facts: false } },
    { type: 'read-facts', task },
  ];
}

/** The board's one transition. */
export function updateBoard(state: BoardState, event: BoardEvent): Step {
  const [told, ...effects] = happened(state, event);
  const [next, ...reads] = withReads(settled(told, state));
  return [next, ...effects, ...reads];
}
