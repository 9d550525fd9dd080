import type { Task, TaskStatus } from '../../core/task.ts';
import type { PlanStage, PlanTask } from './document.ts';
import { type BoxMerge, mergeBox, mergeValues, type ValueMerge, valuesOf } from './merge.ts';
import { matchNotes, readNotes } from './notes.ts';
import {
  type Conflict,
  keysInOrder,
  knownValues,
  otherKeys,
  PERSON,
  readTasks,
  refused,
  type Side,
  tasksByKey,
} from './side.ts';
import { boxClass, type PlanValues, readGoal, readValues } from './values.ts';

/** What was taken from the file, and what the file must be told in return. */
export type Taken = {
  /** Field changes written to the database. */
  readonly changes: number;
  readonly conflicts: readonly Conflict[];
  /** Values and boxes that only the database changed, by task key. */
  readonly values: ReadonlyMap<string, Partial<PlanValues>>;
  readonly boxes: ReadonlyMap<string, 'open' | 'done' | 'cancelled'>;
  /** Tasks of the file that the database had, and those of them that changed. */
  readonly known: ReadonlySet<string>;
  /** Keys of all tasks that the database has. */
  readonly keys: ReadonlySet<string>;
  readonly updated: ReadonlySet<string>;
};

type Tally = {
  changes: number;
  conflicts: Conflict[];
  values: Map<string, Partial<PlanValues>>;
  boxes: Map<string, 'open' | 'done' | 'cancelled'>;
  updated: Set<string>;
};

/** Writes into the database what the file changed since the last sync. Runs inside the caller's transaction. */
export function takeFile(side: Side): Taken {
  const before = readTasks(side.km, side.project_id);
  const tally: Tally = { changes: 0, conflicts: [], values: new Map(), boxes: new Map(), updated: new Set() };
  const tasks = tasksByKey(side.file);
  for (const key of keysInOrder(side.file)) {
    const stage = side.file.stages.find(other => other.key === key);
    const task = tasks.get(key);
    if (stage !== undefined) takeStage(side, stage, before.get(key), tally);
    else if (task !== undefined && !before.has(key)) addTask(side, task, tally);
  }
  const all = readTasks(side.km, side.project_id);
  const keys = new Set(all.keys());
  const base = tasksByKey(side.base);
  for (const task of side.file.tasks) {
    const known = all.get(task.key);
    if (known === undefined) continue;
    const changes = tally.changes;
    const old = before.has(task.key) ? base.get(task.key) : task;
    if (before.has(task.key)) takeValues(side, task, old, known, keys, tally);
    else takeDependencies(side, task, known, keys, tally);
    takeBox(side, task, before.has(task.key) ? (old?.box ?? 'open') : 'open', known, tally);
    takeNotes(side, task, known, tally);
    if (tally.changes > changes && before.has(task.key)) tally.updated.add(task.key);
  }
  takeVanished(side, all, tally);
  const known = new Set(side.file.tasks.map(task => task.key).filter(key => before.has(key)));
  return { ...tally, known, keys };
}

function takeStage(side: Side, stage: PlanStage, known: Task | undefined, tally: Tally): void {
  const description = readGoal(side.file, stage);
  if (known === undefined) {
    const { path: plan_file, project_id } = side;
    const title = stage.title || stage.key;
    const added = side.km.addTask(
      { project_id, key: stage.key, kind: 'stage', title, description, plan_file },
      side.agent,
    );
    if (added.ok) tally.changes += 1;
    else tally.conflicts.push(refused(stage.key, 'stage', stage.title, added.error));
    return;
  }
  const old = side.base?.stages.find(other => other.key === stage.key);
  const was = {
    title: old?.title ?? '',
    description: old === undefined || side.base === null ? '' : readGoal(side.base, old),
  };
  const edit = {
    ...(stage.title !== was.title && stage.title !== known.title && stage.title !== '' ? { title: stage.title } : {}),
    ...(description !== was.description && description !== known.description ? { description } : {}),
    ...(old === undefined && side.path !== null ? { plan_file: side.path, vanished: false } : {}),
  };
  if (Object.keys(edit).length === 0) return;
  const edited = side.km.editTask(known.id, edit, PERSON);
  if (!edited.ok) tally.conflicts.push(refused(stage.key, 'stage', stage.title, edited.error));
  else tally.changes += Number('title' in edit) + Number('description' in edit);
}

function addTask(side: Side, task: PlanTask, tally: Tally): void {
  const { depends_on: _, ...values } = readValues(side.file, task);
  const created = /\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))?/.exec(
    task.chunks.find(chunk => chunk.name === 'created')?.value ?? '',
  )?.[0];
  const created_at =
    created === undefined || Number.isNaN(Date.parse(created)) ? undefined : new Date(created).toISOString();
  const status: TaskStatus =
    boxClass(task.box) === 'open' ? 'pending' : boxClass(task.box) === 'done' ? 'done' : 'cancelled';
  const added = side.km.addTask(
    {
      project_id: side.project_id,
      key: task.key,
      status,
      parent: task.parent,
      plan_file: side.path,
      ...values,
      ...(created_at === undefined ? {} : { created_at }),
    },
    side.agent,
  );
  if (added.ok) tally.changes += 1;
  else tally.conflicts.push(refused(task.key, 'task', task.title, added.error));
}

function takeValues(
  side: Side,
  task: PlanTask,
  old: PlanTask | undefined,
  known: Task,
  keys: ReadonlySet<string>,
  tally: Tally,
): void {
  const was = knownValues(side.base, old, keys);
  const removed = removedDependencies(side, known, was.depends_on);
  const base = {
    ...was,
    depends_on: was.depends_on.filter(key => known.depends_on.includes(key) || removed.includes(key)),
  };
  const merge = mergeValues(base, knownValues(side.file, task, keys), valuesOf(known));
  const { depends_on, ...values } = merge.to_database;
  const moved = task.parent !== null && task.parent !== known.parent && task.parent !== (old?.parent ?? null);
  const edit = {
    ...values,
    ...(moved && keys.has(task.parent ?? '') ? { parent: task.parent } : {}),
    ...(old === undefined && side.path !== null ? { plan_file: side.path, vanished: false } : {}),
  };
  if (Object.keys(edit).length > 0) {
    const edited = side.km.editTask(known.id, edit, PERSON);
    if (edited.ok)
      tally.changes += Object.keys(edit).filter(name => name !== 'plan_file' && name !== 'vanished').length;
    else tally.conflicts.push(refused(task.key, Object.keys(edit).join(', '), task.title, edited.error));
  }
  if (depends_on !== undefined) setDependencies(side, known, depends_on, tally);
  keepOtherValues(side, known, merge, tally);
  if (Object.keys(merge.to_file).length > 0) tally.values.set(task.key, merge.to_file);
}

function keepOtherValues(side: Side, known: Task, merge: ValueMerge, tally: Tally): void {
  for (const { field, file, database } of merge.conflicts) {
    const text = `${field} was changed in the plan file and in the database; the file's value was taken, the database had: ${database}`;
    side.km.appendTaskNote(known.id, text, side.agent);
    tally.conflicts.push({ key: known.key, field, file, database });
  }
}

/** Of dependencies that the file has and the database has not: those that someone removed in the database. */
function removedDependencies(side: Side, known: Task, inBase: readonly string[]): readonly string[] {
  const missing = inBase.filter(key => !known.depends_on.includes(key));
  if (missing.length === 0) return [];
  const said = side.km.history(known.id).filter(entry => entry.kind === 'depends' || entry.kind === 'edited');
  return missing.filter(key => said.some(entry => JSON.stringify(entry.data).includes(JSON.stringify(key))));
}

function takeDependencies(side: Side, task: PlanTask, known: Task, keys: ReadonlySet<string>, tally: Tally): void {
  const wanted = knownValues(side.file, task, keys).depends_on;
  if (wanted.length > 0) setDependencies(side, known, wanted, tally);
}

function setDependencies(side: Side, known: Task, wanted: readonly string[], tally: Tally): void {
  const edited = side.km.editTask(known.id, { depends_on: wanted }, PERSON);
  if (edited.ok) tally.changes += 1;
  else tally.conflicts.push(refused(known.key, 'depends_on', wanted.join(', '), edited.error));
}

function takeBox(side: Side, task: PlanTask, was: PlanTask['box'], known: Task, tally: Tally): void {
  const merge: BoxMerge = mergeBox(was, task.box, known.status);
  if (merge.to_file !== null) tally.boxes.set(task.key, merge.to_file);
  if (merge.to_database === null) return;
  if (merge.conflict) {
    const text = `The box in the plan file says ${task.box}, the database said ${known.status}; the file's was taken.`;
    side.km.appendTaskNote(known.id, text, side.agent);
    tally.conflicts.push({ key: task.key, field: 'status', file: task.box, database: known.status });
  }
  const failed = setStatus(side, known.id, merge.to_database);
  if (failed === null) tally.changes += 1;
  else tally.conflicts.push(refused(task.key, 'status', task.box, failed));
}

function setStatus(side: Side, id: number, status: TaskStatus) {
  const metadata = {
    agent: PERSON,
    ...(status === 'done' ? { proof: 'accepted-by-person' as const } : {}),
    ...(status === 'blocked' ? { reason: 'needs_input' as const, detail: 'Marked as blocked in the plan file.' } : {}),
    ...(status === 'pending' ? { fresh_tries: true } : {}),
  };
  const first = side.km.markTaskStatus(id, status, metadata);
  if (first.ok) return null;
  const opened = side.km.markTaskStatus(id, 'pending', { agent: PERSON, fresh_tries: true });
  const second = opened.ok ? side.km.markTaskStatus(id, status, metadata) : opened;
  return second.ok ? null : second.error;
}

function takeNotes(side: Side, task: PlanTask, known: Task, tally: Tally): void {
  const inFile = readNotes(side.file, task);
  if (inFile.length === 0) return;
  for (const note of matchNotes(inFile, side.km.notes(known.id)).unknown) {
    if (side.km.appendTaskNote(known.id, note, PERSON).ok) tally.changes += 1;
  }
}

function takeVanished(side: Side, all: ReadonlyMap<string, Task>, tally: Tally): void {
  const here = new Set([...side.file.tasks, ...side.file.stages].map(item => item.key));
  const before = [...(side.base?.tasks ?? []), ...(side.base?.stages ?? [])].map(item => item.key);
  const gone = before.filter(key => !here.has(key));
  if (gone.length === 0) return;
  const elsewhere = otherKeys(side);
  for (const key of gone) {
    const known = all.get(key);
    if (known === undefined || elsewhere.has(key)) continue;
    if (side.km.editTask(known.id, { vanished: true }, PERSON).ok) tally.changes += 1;
  }
}
