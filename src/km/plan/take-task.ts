import type { PlanTask } from './document.ts';
import { asEdit, type BoxMerge, mergeBox, mergeValues, type ValueMerge, valuesOf } from './merge.ts';
import { matchNotes, readNotes } from './notes.ts';
import type { KnownTask } from './rows.ts';
import { type KnownTasks, onlyKnown, PERSON, refused, type Said, type Side, saidValues } from './side.ts';
import { countWrite, type Tally } from './tally.ts';
import { type PlanValues, readValues, TIES, type Tie } from './values.ts';

export type InBoth = {
  readonly task: PlanTask;
  /** What the last sync saw of it. */
  readonly old: Said | null;
  readonly known: KnownTask;
};

/** Takes what the file changed about a task that the database has. */
export function takeTask(side: Side, both: InBoth, all: KnownTasks, tally: Tally): void {
  const { task, old, known } = both;
  takeValues(side, both, onlyKnown(readValues(side.file, task), all), all, tally);
  takeBox(side, task, old?.task.box ?? 'open', known, tally);
  takeNotes(side, task, known, tally);
}

/** What a task that was just added has beside its values. */
export function takeNewTask(side: Side, task: PlanTask, known: KnownTask, tally: Tally): void {
  takeBox(side, task, 'open', known, tally);
  takeNotes(side, task, known, tally);
}

/** Ties a task that was just added to the others: all of them are there now. */
export function takeTies(side: Side, task: PlanTask, known: KnownTask, all: KnownTasks, tally: Tally): void {
  const says = onlyKnown(readValues(side.file, task), all);
  for (const name of TIES) if (says[name].length > 0) setTie(side, known, name, says[name], tally);
}

function takeValues(side: Side, both: InBoth, says: PlanValues, all: KnownTasks, tally: Tally): void {
  const { task, old, known } = both;
  const same = old?.document === side.file;
  const was = same ? says : onlyKnown(saidValues(old), all);
  const merge = mergeValues(baseOf(side, known, was), says, valuesOf(known));
  const { depends_on, related, discovered_from, ...values } = merge.to_database;
  const moved = task.parent !== null && task.parent !== known.parent && task.parent !== (old?.task.parent ?? null);
  const isHere = same || (old !== null && old.document === side.base);
  const edit = {
    ...asEdit(values),
    ...(moved && all.has(task.parent ?? '') ? { parent: task.parent } : {}),
    ...(!isHere && side.path !== null ? { plan_file: side.path, vanished: false } : {}),
  };
  if (Object.keys(edit).length > 0) {
    const edited = side.km.editTask(known.id, edit, PERSON);
    const told = Object.keys(edit).filter(name => name !== 'plan_file' && name !== 'vanished');
    if (edited.ok) countWrite(tally, told.length);
    else tally.conflicts.push(refused(task.key, told.join(', '), task.title, edited.error));
  }
  for (const [name, keys] of Object.entries({ depends_on, related, discovered_from }))
    if (keys !== undefined) setTie(side, known, name as Tie, keys, tally);
  keepOtherValues(side, known, merge, tally);
  if (Object.keys(merge.to_file).length > 0) tally.values.set(task.key, merge.to_file);
}

/**
 * The base for ties: a tie that the file has had for longer than the other task has been there is new to the database, not
 * one that someone took out there.
 */
function baseOf(side: Side, known: KnownTask, was: PlanValues): PlanValues {
  let base = was;
  for (const name of TIES) {
    const missing = was[name].filter(key => !known[name].includes(key));
    if (missing.length === 0) continue;
    const removed = removedTies(side, known, missing);
    base = { ...base, [name]: was[name].filter(key => known[name].includes(key) || removed.includes(key)) };
  }
  return base;
}

function removedTies(side: Side, known: KnownTask, missing: readonly string[]): readonly string[] {
  const said = side.km
    .history(known.id)
    .filter(entry => ['depends', 'relates', 'edited', 'undone'].includes(entry.kind));
  return missing.filter(key => said.some(entry => JSON.stringify(entry.data).includes(JSON.stringify(key))));
}

function setTie(side: Side, known: KnownTask, name: Tie, wanted: readonly string[], tally: Tally): void {
  const edited = side.km.editTask(known.id, { [name]: wanted }, PERSON);
  if (edited.ok) countWrite(tally);
  else tally.conflicts.push(refused(known.key, name, wanted.join(', '), edited.error));
}

function keepOtherValues(side: Side, known: KnownTask, merge: ValueMerge, tally: Tally): void {
  for (const { field, file, database } of merge.conflicts) {
    const text = `${field} was changed in the plan file and in the database; the file's value was taken, the database had: ${database}`;
    side.km.appendTaskNote(known.id, text, side.agent);
    tally.writes += 1;
    tally.conflicts.push({ key: known.key, field, file, database });
  }
}

function takeBox(side: Side, task: PlanTask, was: PlanTask['box'], known: KnownTask, tally: Tally): void {
  const merge: BoxMerge = mergeBox(was, task.box, known.status);
  if (merge.to_file !== null) tally.boxes.set(task.key, merge.to_file);
  if (merge.to_database === null) return;
  if (merge.conflict) {
    const text = `The box in the plan file says ${task.box}, the database said ${known.status}; the file's was taken.`;
    side.km.appendTaskNote(known.id, text, side.agent);
    tally.writes += 1;
    tally.conflicts.push({ key: task.key, field: 'status', file: task.box, database: known.status });
  }
  const failed = setStatus(side, known.id, merge.to_database);
  if (failed === null) countWrite(tally);
  else tally.conflicts.push(refused(task.key, 'status', task.box, failed));
}

function setStatus(side: Side, id: number, status: NonNullable<BoxMerge['to_database']>) {
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

function takeNotes(side: Side, task: PlanTask, known: KnownTask, tally: Tally): void {
  const inFile = readNotes(side.file, task);
  if (inFile.length === 0) return;
  for (const note of matchNotes(inFile, known.notes).unknown)
    if (side.km.appendTaskNote(known.id, note, PERSON).ok) countWrite(tally);
}
