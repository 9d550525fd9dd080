import type { TaskStatus } from '../../core/task.ts';
import type { PlanStage, PlanTask } from './document.ts';
import { asEdit } from './merge.ts';
import { findPlaces } from './order.ts';
import {
  type KnownTasks,
  keysInOrder,
  keysOf,
  PERSON,
  readKnown,
  refused,
  type Said,
  type Side,
  tasksByKey,
} from './side.ts';
import { takeNewTask, takeTask, takeTies } from './take-task.ts';
import { countWrite, type Taken, type Tally } from './tally.ts';
import { boxClass, readGoal, readValues } from './values.ts';

/** Writes into the database what the file changed since the last sync. Runs inside the caller's transaction. */
export function takeFile(side: Side): Taken {
  const before = readKnown(side);
  const tally: Tally = {
    changes: 0,
    writes: 0,
    conflicts: [],
    values: new Map(),
    boxes: new Map(),
    updated: new Set(),
  };
  const inFile = tasksByKey(side.file);
  addMissing(side, inFile, before, tally);
  const all = tally.writes === 0 ? before : readKnown(side);
  const base = side.base === side.file ? inFile : tasksByKey(side.base);
  for (const task of side.file.tasks) {
    const known = all.get(task.key);
    if (known === undefined) continue;
    const changes = tally.changes;
    if (before.has(task.key)) takeTask(side, { task, old: saidBefore(side, task.key, base), known }, all, tally);
    else takeNewTask(side, task, known, tally);
    if (tally.changes > changes && before.has(task.key)) tally.updated.add(task.key);
  }
  // From the last to the first: a plan's dependencies mostly point back, and then no circle needs to be looked for.
  for (const task of side.file.tasks.toReversed()) {
    const known = before.has(task.key) ? undefined : all.get(task.key);
    if (known !== undefined) takeTies(side, task, known, all, tally);
  }
  takeVanished(side, inFile, all, tally);
  const known = new Set(side.file.tasks.map(task => task.key).filter(key => before.has(key)));
  return { ...tally, conflicts: tally.conflicts, known, tasks: tally.writes === 0 ? all : readKnown(side) };
}

/** What the last sync saw of a task: in this file, or in the file that it was moved from. */
function saidBefore(side: Side, key: string, base: ReadonlyMap<string, PlanTask>): Said | null {
  const here = base.get(key);
  if (here !== undefined && side.base !== null) return { document: side.base, task: here };
  return side.others.before(key);
}

function addMissing(side: Side, inFile: ReadonlyMap<string, PlanTask>, before: KnownTasks, tally: Tally): void {
  const stages = new Map(side.file.stages.map(stage => [stage.key, stage]));
  const oldStages = new Map((side.base?.stages ?? []).map(stage => [stage.key, stage]));
  const keys = keysInOrder(side.file);
  const places = findPlaces(keys, before, () => side.km.lastPlace(side.project_id));
  for (const key of keys) {
    const [stage, task] = [stages.get(key), inFile.get(key)];
    if (stage !== undefined && before.has(key)) takeStage(side, stage, oldStages.get(key), before, tally);
    else if (stage !== undefined) addStage(side, stage, places.get(key), tally);
    else if (task !== undefined && !before.has(key)) addTask(side, task, places.get(key), tally);
  }
}

function addStage(side: Side, stage: PlanStage, place: number | undefined, tally: Tally): void {
  const added = side.km.addTask(
    {
      project_id: side.project_id,
      key: stage.key,
      kind: 'stage',
      title: stage.title || stage.key,
      description: readGoal(side.file, stage),
      plan_file: side.path,
      ...(place === undefined ? {} : { plan_order: place }),
    },
    side.agent,
  );
  if (!added.ok) tally.conflicts.push(refused(stage.key, 'stage', stage.title, added.error));
  else countWrite(tally);
}

function takeStage(side: Side, stage: PlanStage, old: PlanStage | undefined, before: KnownTasks, tally: Tally): void {
  const known = before.get(stage.key);
  if (known === undefined) return;
  const description = readGoal(side.file, stage);
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
  else countWrite(tally, Number('title' in edit) + Number('description' in edit));
}

function addTask(side: Side, task: PlanTask, place: number | undefined, tally: Tally): void {
  const { depends_on: _, related: __, discovered_from: ___, ...values } = readValues(side.file, task);
  const created_at = createdAt(task);
  const status: TaskStatus =
    boxClass(task.box) === 'open' ? 'pending' : boxClass(task.box) === 'done' ? 'done' : 'cancelled';
  const added = side.km.addTask(
    {
      project_id: side.project_id,
      key: task.key,
      status,
      parent: task.parent,
      plan_file: side.path,
      ...asEdit(values),
      ...(place === undefined ? {} : { plan_order: place }),
      ...(created_at === null ? {} : { created_at }),
    },
    side.agent,
  );
  if (!added.ok) tally.conflicts.push(refused(task.key, 'task', task.title, added.error));
  else countWrite(tally);
}

/** When the file says that the task was written. */
function createdAt(task: PlanTask): string | null {
  const said = task.chunks.find(chunk => chunk.name === 'created')?.value ?? '';
  const created = /\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))?/.exec(said)?.[0];
  return created === undefined || Number.isNaN(Date.parse(created)) ? null : new Date(created).toISOString();
}

/** What stood in the file, and stands in no plan file any more, is kept and flagged. */
function takeVanished(side: Side, inFile: ReadonlyMap<string, PlanTask>, all: KnownTasks, tally: Tally): void {
  if (side.base === side.file) return;
  const stages = new Set(side.file.stages.map(stage => stage.key));
  for (const key of keysOf(side.base)) {
    const known = all.get(key);
    if (inFile.has(key) || stages.has(key) || known === undefined || known.vanished) continue;
    if (side.others.keys().has(key)) continue;
    if (side.km.editTask(known.id, { vanished: true }, PERSON).ok) countWrite(tally);
  }
}
