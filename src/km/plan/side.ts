import type { Failure } from '../../core/failure.ts';
import type { Task } from '../../core/task.ts';
import type { Km } from '../km.ts';
import type { PlanDocument, PlanTask } from './document.ts';
import { parsePlan } from './parse.ts';
import type { PlanSync } from './plan.ts';
import { NO_VALUES, type PlanValues, readValues } from './values.ts';

/** Everything that a merge of one plan file looks at. */
export type Side = {
  readonly km: Km;
  readonly project_id: number;
  /** The plan file's path relative to the root; null for a file that is only read once. */
  readonly path: string | null;
  readonly file: PlanDocument;
  /** The file as it was at the last sync. */
  readonly base: PlanDocument | null;
  /** When file and database were last the same, ISO 8601; null for never. */
  readonly synced_at: string | null;
  readonly now: Date;
  readonly agent: string;
  /** New tasks of the database are written into this file. */
  readonly adopts: boolean;
};
export type Conflict = PlanSync['conflicts'][number];

/** Who a change in the file is taken to come from. */
export const PERSON = 'person';

/** All tasks and stages of a project by key, in plan order. */
export const readTasks = (km: Km, projectId: number): ReadonlyMap<string, Task> =>
  new Map(km.listTasks({ project_id: projectId, stages: true }).tasks.map(task => [task.key, task]));

export const tasksByKey = (document: PlanDocument | null): ReadonlyMap<string, PlanTask> =>
  new Map((document?.tasks ?? []).map(task => [task.key, task]));

/** Keys of stages and tasks in the order of the file, each stage before its tasks. */
export function keysInOrder(document: PlanDocument): readonly string[] {
  const stages = document.stages.map(stage => {
    const child = document.tasks.find(task => task.parent === stage.key)?.line ?? document.lines.length;
    return { key: stage.key, line: Math.min(stage.heading ?? stage.item?.line ?? 0, child - 0.5) };
  });
  return [...stages, ...document.tasks].toSorted((one, other) => one.line - other.line).map(item => item.key);
}

/** Values with the dependencies that the database can have: on tasks that exist. */
export function knownValues(
  document: PlanDocument | null,
  task: PlanTask | undefined,
  keys: ReadonlySet<string>,
): PlanValues {
  if (document === null || task === undefined) return NO_VALUES;
  const values = readValues(document, task);
  return { ...values, depends_on: values.depends_on.filter(key => keys.has(key)) };
}

/** Keys of the tasks and stages in the project's other plan files. */
export function otherKeys(side: Side): ReadonlySet<string> {
  const others = side.km.planFiles(side.project_id).filter(row => row.path !== side.path);
  return new Set(
    others.flatMap(row => {
      const document = parsePlan(row.synced_text);
      return [...document.tasks, ...document.stages].map(item => item.key);
    }),
  );
}

/** A change that the database refuses: both sides keep what they have, and the sync says so. */
export const refused = (key: string, field: string, file: string, error: Failure): Conflict => ({
  key,
  field,
  file,
  database: error.message,
});
