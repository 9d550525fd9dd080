import type { Failure } from '../../core/failure.ts';
import type { Km } from '../km.ts';
import type { PlanDocument, PlanTask } from './document.ts';
import type { PlanSync } from './plan.ts';
import type { KnownTask } from './rows.ts';
import { NO_VALUES, type PlanValues, readValues, TIES } from './values.ts';

/** A task as some plan file said it. */
export type Said = { readonly document: PlanDocument; readonly task: PlanTask };

/** What a merge of one plan file asks about the project's other plan files; each answer is worked out when first needed. */
export type OtherFiles = {
  /** Keys of the tasks and stages that stand in them. */
  keys(): ReadonlySet<string>;
  /** Keys of those that stood in them at the last sync. */
  oldKeys(): ReadonlySet<string>;
  /** Where a task stood in one of them at the last sync. */
  before(key: string): Said | null;
};

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
  readonly others: OtherFiles;
};
export type Conflict = PlanSync['conflicts'][number];

/** Who a change in the file is taken to come from. */
export const PERSON = 'person';

export type KnownTasks = ReadonlyMap<string, KnownTask>;

/** All tasks and stages of a project by key, in plan order. */
export const readKnown = (side: Pick<Side, 'km' | 'project_id'>): KnownTasks =>
  new Map(side.km.knownTasks(side.project_id).map(task => [task.key, task]));

export const tasksByKey = (document: PlanDocument | null): ReadonlyMap<string, PlanTask> =>
  new Map((document?.tasks ?? []).map(task => [task.key, task]));

export const keysOf = (document: PlanDocument | null): readonly string[] =>
  document === null ? [] : [...document.tasks, ...document.stages].map(item => item.key);

/** Keys of stages and tasks in the order of the file, each stage before its tasks. */
export function keysInOrder(document: PlanDocument): readonly string[] {
  const firstChild = new Map<string, number>();
  for (const { parent, line } of document.tasks)
    if (parent !== null && !firstChild.has(parent)) firstChild.set(parent, line);
  const stages = document.stages.map(stage => {
    const child = firstChild.get(stage.key) ?? document.lines.length;
    return { key: stage.key, line: Math.min(stage.heading ?? stage.item?.line ?? 0, child - 0.5) };
  });
  return [...stages, ...document.tasks].toSorted((one, other) => one.line - other.line).map(item => item.key);
}

/** The values with the ties that the database can have: to tasks that exist. */
export function onlyKnown(values: PlanValues, keys: { has(key: string): boolean }): PlanValues {
  if (TIES.every(name => values[name].every(key => keys.has(key)))) return values;
  return {
    ...values,
    depends_on: values.depends_on.filter(key => keys.has(key)),
    related: values.related.filter(key => keys.has(key)),
    discovered_from: values.discovered_from.filter(key => keys.has(key)),
  };
}

/** What a file said about a task; nothing where it did not say anything. */
export const saidValues = (said: Said | null): PlanValues =>
  said === null ? NO_VALUES : readValues(said.document, said.task);

/** A change that the database refuses: both sides keep what they have, and the sync says so. */
export const refused = (key: string, field: string, file: string, error: Failure): Conflict => ({
  key,
  field,
  file,
  database: error.message,
});
