import type { Clock } from '../../core/clock.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { Task } from '../../core/task.ts';
import type { Database } from '../database.ts';
import { findId, findTask, freshTask, makeStore, type Store } from '../store.ts';
import { type Change, newestChange, newestUndo } from './changes.ts';
import { deltasOf } from './delta.ts';
import { compareTasks, type FieldChange } from './diff.ts';
import { outcomes } from './outcome.ts';
import { refuseChanged, takeBack } from './take-back.ts';

export type UndoOptions = {
  readonly project_id: number;
  /** The newest change of this task, with all that was changed together with it; else the project's newest. */
  readonly key?: string;
  readonly agent: string;
  /** Takes the last undo back instead. */
  readonly redo?: boolean;
  /** Says what it would do and does nothing. */
  readonly dry_run?: boolean;
};

export type Undone = {
  /** Number of the change that was taken back, when it was made and by whom. */
  readonly change: number;
  readonly at: string;
  readonly agent: string;
  readonly redo: boolean;
  readonly dry_run: boolean;
  readonly tasks: readonly { readonly key: string; readonly title: string; readonly changes: readonly FieldChange[] }[];
  /** Notes of that change; they stay. */
  readonly notes_kept: number;
};

/**
 * Takes the newest change back, as a whole, by appending: fields, dependencies and statuses are what they were before it, a task
 * that it added is cancelled. Refused with `undo.conflict` where one of them was changed again since; then nothing is written.
 */
export function undoChange(database: Database, clock: Clock, options: UndoOptions): Result<Undone> {
  const store = makeStore(database, clock);
  const outcomes: Result<Undone>[] = [];
  const written = store.write(() => {
    const outcome = undo(store, options);
    outcomes.push(outcome);
    // A dry run is the real thing, taken back.
    return outcome.ok && options.dry_run === true ? fail('interrupted', 'Dry run.', 'Nothing was written.') : outcome;
  });
  return outcomes[0] ?? written;
}

function undo(store: Store, options: UndoOptions): Result<Undone> {
  const { q } = store;
  const { project_id, key, agent, redo = false, dry_run = false } = options;
  const task_id = key === undefined ? ok(null) : findId(q, project_id, key);
  if (!task_id.ok) return task_id;
  const scope = { project_id, task_id: task_id.value };
  const change = redo ? newestUndo(q, scope) : newestChange(q, scope);
  const first = change?.rows[0];
  if (change === null || first === undefined) return nothing(key, redo);
  const tasks = takeAllBack(store, change, { project_id, agent, redo });
  if (!tasks.ok) return tasks;
  const notes_kept = change.rows.filter(row => row.kind === 'note').length;
  return ok({
    change: change.number,
    at: first.at,
    agent: first.agent,
    redo,
    dry_run,
    tasks: tasks.value,
    notes_kept,
  });
}

type Options = { readonly project_id: number; readonly agent: string; readonly redo: boolean };

/** First it is looked whether all can be taken back, then it is, the last of it first. */
function takeAllBack(store: Store, change: Change, { project_id, agent, redo }: Options): Result<Undone['tasks']> {
  const { q } = store;
  const deltas = deltasOf(change.rows, outcomes(q));
  const before: Task[] = [];
  for (const delta of deltas) {
    const task = findTask(q, delta.task_id);
    if (!task.ok) return task;
    const fresh = refuseChanged(q, project_id, task.value, delta);
    if (!fresh.ok) return fresh;
    before.push(task.value);
  }
  for (const delta of deltas.toReversed()) {
    const done = takeBack(store, delta, { undid: change.number, agent, redo });
    if (!done.ok) return done;
  }
  return ok(before.map(task => ({ task, after: freshTask(q, task.id) })).flatMap(whatChanged));
}

function whatChanged({ task, after }: { readonly task: Task; readonly after: Task }): Undone['tasks'] {
  const changes = compareTasks({ ...task, notes: 0 }, { ...after, notes: 0 });
  return changes.length === 0 ? [] : [{ key: task.key, title: after.title, changes }];
}

function nothing(key: string | undefined, redo: boolean): Result<never> {
  const where = key === undefined ? 'in this project' : `of ${key}`;
  return redo
    ? fail('input.not_found', `There is no undo ${where} to take back.`, 'Undo first: llmclis task undo')
    : fail(
        'input.not_found',
        `There is no change ${where} left to undo; notes and claims are not undone.`,
        'See what was done: llmclis task log KEY',
      );
}
