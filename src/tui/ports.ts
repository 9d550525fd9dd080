import type { RunEvent } from '../core/event.ts';
import type { Result } from '../core/failure.ts';
import type { NextTask, Task, TaskNote } from '../core/task.ts';

/** What a viewer knows about a run before it has read its events. */
export type TuiRun = { readonly id: string; readonly status: 'running' | 'stopped' | 'finished' };

/**
 * All that the terminal UI asks for. The reading calls are synchronous and cheap (an index look-up each): `latestRun`,
 * `runEvents` and `version` are called four times a second, `tasks` and `next` only when something changed.
 */
export type TuiPorts = {
  readonly project: { readonly id: number; readonly name: string };
  /** All tasks in plan order, stages included. */
  tasks(): readonly Task[];
  notes(taskId: number): readonly TaskNote[];
  next(): NextTask;
  /** The project's newest run, or null when there was none. */
  latestRun(): TuiRun | null;
  /** Events with a larger `seq` than `after`, in order. */
  runEvents(runId: string, after: number): readonly RunEvent[];
  /** Starts a run as a process of its own. */
  startRun(): Promise<Result<{ readonly run_id: string }>>;
  /** Asks the run to stop after the work in hand. */
  stopRun(runId: string): Result<void>;
  /** Takes what changed in the plan files into the database. */
  refresh(): Promise<void>;
  /** A number that is another one after any process, this one included, changed the database; without it tasks are read again every two seconds. */
  version?(): number;
};
