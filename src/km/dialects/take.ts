import { isoSeconds } from '../../core/clock.ts';
import { err, failure, ok, type Result } from '../../core/failure.ts';
import type { ImportRow, Km } from '../km.ts';
import { isClosed } from '../tasks/lifecycle.ts';
import type { ImportedPlan, Unrecognised } from './dialect.ts';
import { addItems, finishNew, type Target } from './take/add.ts';
import { type Matches, matchItems, sourceName } from './take/match.ts';
import { type Conflict, fieldsOf } from './take/merge.ts';
import { readSaid, type Said, same } from './take/said.ts';
import { type TidyItem, type TidyPlan, tidyPlan } from './take/tidy.ts';
import { type UpdateContext, updateTask } from './take/update.ts';

export type TakeOptions = Target & {
  /** The file or folder, relative to the project's root inside it, else absolute. */
  readonly path: string;
  readonly plan: ImportedPlan;
  readonly now: Date;
  /** Is there a file or folder under the path that an earlier source had? Where nobody says so, it is. */
  readonly isThere?: (path: string) => boolean;
  /** Only says what would happen; nothing is written. */
  readonly dry_run?: boolean;
};

export type ImportCounts = Readonly<
  Record<'stages' | 'tasks' | 'done' | 'open' | 'in_progress' | 'blocked' | 'cancelled', number>
>;
export type Taken = {
  readonly imported: ImportCounts;
  /** Tasks that the project had already: those that this import changed, and the others. */
  readonly updated: number;
  readonly unchanged: number;
  readonly unrecognised: readonly Unrecognised[];
  /** Tasks that an earlier import brought and the source does not have any more; they are left alone. */
  readonly gone: readonly { readonly key: string; readonly title: string }[];
  readonly conflicts: readonly Conflict[];
  /** Whose tasks a new source was found to be: the path that the same list had before or has too, or the project. */
  readonly same_as?: string;
};

/**
 * Takes what a source says into a project, all or nothing. The same source again updates what it changed since, never doubles
 * a task, and leaves alone what was changed here.
 */
export function takeImport(options: TakeOptions): Result<Taken> {
  const { km } = options;
  const plan = tidyPlan(options.plan);
  let rehearsed: Result<Taken> | null = null;
  const taken = km.allOrNothing(() => {
    const result = takePlan(options, plan);
    rehearsed = result;
    // An err undoes all that was written.
    return options.dry_run === true && result.ok ? err(REHEARSED) : result;
  });
  return rehearsed ?? taken;
}

const REHEARSED = failure('input.invalid', 'Nothing was written.', 'Run it without --dry_run.');

function takePlan(options: TakeOptions, plan: TidyPlan): Result<Taken> {
  const { km, project, dialect, path, agent } = options;
  const source = sourceName({ km, project_id: project.id, dialect }, path, plan.items);
  const isThere = options.isThere ?? (() => true);
  const matches = matchItems({ km, project_id: project.id, dialect, source, isThere }, plan.items);
  const keys = new Map<string, string>();
  const context: UpdateContext = {
    km,
    agent,
    dialect,
    at: isoSeconds(options.now),
    keyOf: id => keys.get(id) ?? null,
    conflicts: [],
  };
  learnKeys(options, matches, keys);
  const added = addItems(options, plan, matches, keys);
  if (!added.ok) return added;
  const { ids, tied } = added.value;
  const fresh = plan.items.flatMap(one => (ids.has(one.id) ? [{ one, task_id: ids.get(one.id) ?? 0 }] : []));
  for (const { one, task_id } of fresh) finishNew(context, plan, one, { id: task_id, isTied: tied.has(one.id) });
  let updated = 0;
  let unchanged = 0;
  for (const one of plan.items) {
    const match = matches.matched.get(one.id);
    if (match === undefined) continue;
    const before = match.said ?? saidHere(km, match.task_id, one.said);
    const differs = !same(before, one.said);
    const changed = differs && updateTask(context, match.task_id, before, one);
    if (one.said.kind === 'task' && changed) updated += 1;
    if (one.said.kind === 'task' && !changed) unchanged += 1;
    if (differs || matches.isNew || matches.renamed.has(one.id)) save(options, source, one, match.task_id);
  }
  for (const row of matches.renamed.values()) km.forgetImport(project.id, source, row.external_id);
  for (const { one, task_id } of fresh) save(options, source, one, task_id);
  return ok({
    imported: countItems(plan.items),
    updated,
    unchanged,
    unrecognised: plan.unrecognised,
    gone: goneOf(km, matches.gone),
    conflicts: context.conflicts,
    ...(matches.same_as === null ? {} : { same_as: matches.same_as }),
  });
}

function save({ km, project }: TakeOptions, source: string, { id, said }: TidyItem, task_id: number): void {
  const row: ImportRow = { project_id: project.id, source, external_id: id, task_id, said: { ...said } };
  km.saveImport(row);
}

/** Keys of the tasks that are there already, under their ids in the source, those of before included. */
function learnKeys({ km }: TakeOptions, { matched, gone, renamed }: Matches, keys: Map<string, string>): void {
  const learn = (id: string, taskId: number) => {
    const task = km.taskById(taskId);
    if (task.ok) keys.set(id, task.value.key);
  };
  for (const row of [...gone, ...renamed.values()]) learn(row.external_id, row.task_id);
  for (const [id, match] of matched) learn(id, match.task_id);
}

/** A task that no source spoke of: what it says itself is the base, but what is closed here is not opened by an import. */
function saidHere(km: Km, taskId: number, said: Said): Said {
  const found = km.taskById(taskId);
  if (!found.ok) return said;
  const keepStatus = isClosed(found.value.status) && !isClosed(said.status);
  const ties = { parent: said.parent, depends_on: [], related: [], discovered_from: [] };
  return {
    ...said,
    ...fieldsOf(found.value),
    ...ties,
    status: keepStatus ? said.status : found.value.status,
    notes: km.notes(taskId).map(note => note.text),
  };
}

function goneOf(km: Km, rows: readonly ImportRow[]): Taken['gone'] {
  return rows.flatMap(row => {
    const task = readSaid(row.said).kind === 'task' ? km.taskById(row.task_id) : null;
    return task?.ok === true ? [{ key: task.value.key, title: task.value.title }] : [];
  });
}

function countItems(items: readonly TidyItem[]): ImportCounts {
  const tasks = items.filter(({ said }) => said.kind === 'task');
  const count = (status: Said['status']) => tasks.filter(({ said }) => said.status === status).length;
  return {
    stages: items.length - tasks.length,
    tasks: tasks.length,
    done: count('done'),
    open: count('pending'),
    in_progress: count('in-progress'),
    blocked: count('blocked'),
    cancelled: count('cancelled'),
  };
}
