import type { RunEvent } from '../core/event.ts';
import type { TaskEvidence } from '../core/evidence.ts';
import type { Result } from '../core/failure.ts';
import type { NextTask, Task, TaskNote, TaskStatus } from '../core/task.ts';
import type { HistoryEntry, OutlineRow } from '../km/km.ts';

/** What a viewer knows about a run before it has read its events. */
export type TuiRun = { readonly id: string; readonly status: 'running' | 'stopped' | 'finished' };

/** What a person may change from the board. */
export type BoardAction =
  | { readonly type: 'finish' | 'cancel' | 'reopen'; readonly key: string }
  | { readonly type: 'prioritise'; readonly key: string; readonly priority: number }
  /** Answers the question that a task is blocked by: `allow`, `deny`, or a text. */
  | { readonly type: 'answer'; readonly key: string; readonly text: string }
  /** Takes the project's last change back, if it still is the one with this number. */
  | { readonly type: 'undo'; readonly change: number };

/** The change that an undo would take back, in a sentence. */
export type LastChange = { readonly change: number; readonly text: string };

/** What is read about a task when it is selected. */
export type TaskFacts = {
  readonly notes: readonly TaskNote[];
  readonly history: readonly HistoryEntry[];
  /** What the last run that worked it found out; null when none did. */
  readonly evidence: TaskEvidence | null;
  /** It is blocked until a person says whether it may cross a border. */
  readonly asks: boolean;
  /** The tasks it depends on. */
  readonly waits_for: readonly { readonly key: string; readonly title: string; readonly status: TaskStatus }[];
};

/**
 * All that the terminal UI asks for. The reading calls are synchronous and cheap (an index look-up each, but for `outline`
 * and `matches`): `latestRun`, `runEvents` and `version` are called four times a second, the others only when something
 * changed or another part of the plan is looked at.
 */
export type TuiPorts = {
  readonly project: { readonly id: number; readonly name: string };
  /** All stages and tasks in plan order, only what the tree needs. */
  outline(): readonly OutlineRow[];
  /** The tasks with these ids, in the order of the ids. */
  tasks(ids: readonly number[]): readonly Task[];
  /**
   * Ids of the tasks that a filter lets through; `typing` means that its last word may not be whole yet. Null when texts have
   * to be indexed first: then a part of that was done, and the same call goes on with it.
   */
  matches(filter: string, typing: boolean): Result<readonly number[] | null>;
  facts(task: Task): TaskFacts;
  next(): NextTask;
  /** The project's newest run, or null when there was none. */
  latestRun(): TuiRun | null;
  /** Events with a larger `seq` than `after`, in order. */
  runEvents(runId: string, after: number): readonly RunEvent[];
  /** Starts a run as a process of its own. */
  startRun(): Promise<Result<{ readonly run_id: string }>>;
  /** Asks the run to stop after the work in hand. */
  stopRun(runId: string): Result<void>;
  /** Makes the change and writes the plan; the answer says in a sentence what was done. */
  act(action: BoardAction): Promise<Result<string>>;
  /** What an undo would take back now. */
  lastChange(): Promise<Result<LastChange>>;
  /** Takes what changed in the plan files into the database. */
  refresh(): Promise<Result<unknown>>;
  /** A number that is another one after any process, this one included, changed the database; without it tasks are read again every two seconds. */
  version?(): number;
};
