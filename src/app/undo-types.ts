import type { Task } from '../core/task.ts';
import type { FileChange } from '../core/workspace.ts';

export type UndoMergeWish = { readonly key: string; readonly agent: string; readonly dry_run: boolean };
export type UndoneMerge = {
  readonly task: Task;
  /** The task's commit. */
  readonly commit: string;
  /** Where it was taken back, and by which commit; null where nothing of it was left. */
  readonly on: readonly { readonly branch: string; readonly undo: string | null }[];
  /** What the newest undo changed. */
  readonly changes: readonly FileChange[];
  /** It was taken back before: nothing was done now. */
  readonly already: boolean;
  readonly dry_run: boolean;
  /** Done tasks that wait for this one: they were made with its work there. */
  readonly built_on_it: readonly string[];
};
