import type { Task, TaskNote } from '../../../core/task.ts';

/** A stage or task with its notes. */
export type ExportTask = Task & { readonly notes: readonly TaskNote[] };

export type ExportPlan = {
  /** Name of the project. */
  readonly project: string;
  /** What makes two projects two, for ids that stay the same from export to export. */
  readonly origin: string;
  /** In plan order, stages too. */
  readonly tasks: readonly ExportTask[];
};

/** Writes tasks down in the way of another tool. Pure; the same tasks give the same text. */
export type Exporter = {
  /** As `--to` takes it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What of a task such a text cannot hold, in a few words. */
  readonly leaves_out: string;
  write(plan: ExportPlan): string;
};

/** Stages and tasks by their key. */
export const byKey = ({ tasks }: ExportPlan): ReadonlyMap<string, ExportTask> =>
  new Map(tasks.map(task => [task.key, task]));

/** Those below each parent, and under null those whose parent is not among them. */
export function childrenOf(plan: ExportPlan): (parent: string | null) => readonly ExportTask[] {
  const known = byKey(plan);
  const groups = Map.groupBy(plan.tasks, task => (task.parent !== null && known.has(task.parent) ? task.parent : null));
  return parent => groups.get(parent) ?? [];
}
