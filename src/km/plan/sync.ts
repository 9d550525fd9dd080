import { join } from 'node:path';
import { err, ok, type Result } from '../../core/failure.ts';
import type { Km, Project } from '../km.ts';
import { printPlan } from './document.ts';
import { type Given, giveFile } from './give.ts';
import { asEdit, sameValue, VALUE_NAMES, valuesOf } from './merge.ts';
import { keepOrder } from './order.ts';
import { parsePlan } from './parse.ts';
import type { PlanIo, PlanSync } from './plan.ts';
import { planRefusal } from './refusal.ts';
import { saveMissing, savePulled, saveSynced } from './save.ts';
import { openShelf, type Shelf } from './shelf.ts';
import { keysInOrder, onlyKnown, readKnown, type Side, tasksByKey } from './side.ts';
import { takeFile } from './take.ts';
import type { Taken } from './tally.ts';
import { upgradeReading } from './upgrade.ts';
import { readValues } from './values.ts';

export type SyncOptions = {
  readonly km: Km;
  readonly project: Pick<Project, 'id' | 'root'>;
  readonly io: PlanIo;
  readonly now: Date;
  /** Who runs the sync: the plan's Last Editor, and the author of changes that no one else made. */
  readonly agent: string;
};
export type OneFile = SyncOptions & {
  /** The plan file, relative to the root. */
  readonly path: string;
  /** Should new tasks of the database be written into this file? By default the project's first plan file takes them. */
  readonly adopts?: boolean;
};
export type AllFiles = SyncOptions & {
  /** The project's plan files, relative to the root; the first one takes new tasks. */
  readonly paths: readonly string[];
};

/** Writes of one sync that may find the file changed underneath before it gives up. */
const ROUNDS = 3;
const NOTHING: PlanSync = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };

/**
 * Brings plan files and the database in step: what a person changed in a file goes to the database, what the database
 * changed since goes to the file, only in the lines it means to change. All is one transaction that waits for its turn, so
 * that two processes never write the same file; killed at any point, the next sync finishes without doing anything twice.
 */
export const syncPlans = (options: AllFiles): Result<PlanSync> => eachFile(options, syncOne);

/** The way from the files to the database alone; no file is written. What the database has for them waits for a sync. */
export const pullPlans = (options: AllFiles): Result<PlanSync> => eachFile(options, pullOne);

export const syncPlan = (options: OneFile): Result<PlanSync> => syncPlans(alone(options));
export const pullPlan = (options: OneFile): Result<PlanSync> => pullPlans(alone(options));

type Adopting = AllFiles & { readonly adopts?: boolean };
/** Among the files that were synced before, the first one takes new tasks. */
function alone(options: OneFile): Adopting {
  const first = options.km.planFiles(options.project.id).find(row => row.size >= 0)?.path ?? options.path;
  return { ...options, paths: [options.path], adopts: options.adopts ?? first === options.path };
}

type One = SyncOptions & { readonly shelf: Shelf; readonly path: string; readonly adopts: boolean };

function eachFile(options: Adopting, work: (one: One) => Result<PlanSync>): Result<PlanSync> {
  const { km, paths } = options;
  return km.transaction(() => {
    const shelf = openShelf(options, paths);
    const first = paths.find(path => (shelf.row(path)?.synced_text ?? '') !== '' || shelf.file(path) !== null);
    let total = NOTHING;
    for (const path of paths) {
      const done = work({ ...options, shelf, path, adopts: options.adopts ?? path === first });
      if (!done.ok) return done;
      total = addUp(total, done.value);
    }
    return ok(total);
  });
}

/** What two syncs did together. */
export const addUp = (one: PlanSync, other: PlanSync): PlanSync => ({
  changed_files: [...one.changed_files, ...other.changed_files],
  to_database: one.to_database + other.to_database,
  to_file: one.to_file + other.to_file,
  conflicts: [...one.conflicts, ...other.conflicts],
});

function syncOne(one: One): Result<PlanSync> {
  const { shelf, path, io, project } = one;
  let done = NOTHING;
  for (let round = 1; ; round += 1) {
    const state = readState(one);
    if (!state.ok) return state;
    if (state.value === null) return ok(addUp(done, notTaken(one)));
    const side = state.value;
    const { taken, given } = reconcile(side);
    done = addUp(done, {
      ...NOTHING,
      to_database: taken.changes,
      conflicts: [...taken.conflicts, ...given.unwritten],
    });
    const read = shelf.file(path);
    if (read === null || given.document === side.file) {
      if (read !== null) saveSynced(one, { side, taken, given, read });
      return ok(done);
    }
    const text = printPlan(given.document);
    const written = io.write(join(project.root, path), text, read.text);
    if (written.ok) {
      const now = { text, ...written.value, document: given.document };
      shelf.put(path, now);
      saveSynced(one, { side, taken, given, read: now });
      return ok(addUp(done, { ...NOTHING, changed_files: [path], to_file: given.changes }));
    }
    if (written.error.code !== 'file.changed' || round >= ROUNDS) return written;
    const again = io.read(join(project.root, path));
    if (again !== null) shelf.put(path, { ...again, document: parsePlan(again.text) });
  }
}

function pullOne(one: One): Result<PlanSync> {
  const state = readState(one);
  if (!state.ok) return state;
  if (state.value === null) return ok(notTaken(one));
  const side = state.value;
  const taken = takeFile(side);
  keepOrder(side, keysInOrder(side.file), taken.tasks);
  const read = one.shelf.file(one.path);
  if (read !== null) savePulled(one, { side, taken, read });
  return ok({ ...NOTHING, to_database: taken.changes, conflicts: taken.conflicts });
}

/** null for a file that cannot be taken: it is not there, or someone emptied it. */
function readState(one: One): Result<Side | null> {
  const { shelf, path, km, project, now, agent, adopts } = one;
  const read = shelf.file(path);
  if (read === null) return ok(null);
  const base = shelf.base(path);
  if (isEmptied(one)) return ok(null);
  const refusal = planRefusal(read.document, path, key => shelf.elsewhere(path, key), base);
  if (refusal !== null) return err(refusal);
  const row = shelf.row(path);
  upgradeReading({ km, project_id: project.id, row, base });
  return ok({
    km,
    project_id: project.id,
    path,
    file: read.document,
    base,
    synced_at: row?.synced_at ?? null,
    now,
    agent,
    adopts,
    others: shelf.others(path),
  });
}

/** An editor or a full disk may leave an empty file behind: that takes no task away. */
function isEmptied({ shelf, path }: One): boolean {
  const base = shelf.base(path);
  return base !== null && base.tasks.length > 0 && shelf.file(path)?.text.trim() === '';
}

/** A plan file that is not there, or empty: nothing is taken away because of it, and a file that was there before is reported. */
function notTaken(one: One): PlanSync {
  const row = one.shelf.row(one.path);
  const file = one.shelf.file(one.path) === null ? 'missing' : 'empty';
  if (file === 'missing') saveMissing(one);
  if (row === null || row.synced_text === '') return NOTHING;
  return { ...NOTHING, conflicts: [{ key: one.path, field: 'file', file, database: 'all tasks kept' }] };
}

function reconcile(side: Side): { readonly taken: Taken; readonly given: Given } {
  const taken = takeFile(side);
  const given = giveFile(side, taken);
  acceptWritten(side, taken, given);
  keepOrder(side, keysInOrder(given.document), taken.tasks);
  return { taken, given };
}

/** What was written comes back as the file says it (a description without trailing spaces, say), so that both sides agree. */
function acceptWritten(side: Side, taken: Taken, given: Given): void {
  if (given.written.length === 0) return;
  const all = readKnown(side);
  const written = tasksByKey(given.document);
  const added = new Set(given.added);
  for (const key of given.written) {
    const task = written.get(key);
    const known = all.get(key);
    if (task === undefined || known === undefined) continue;
    const names = added.has(key) ? VALUE_NAMES : VALUE_NAMES.filter(name => name in (taken.values.get(key) ?? {}));
    const [says, has] = [onlyKnown(readValues(given.document, task), all), valuesOf(known)];
    const differ = names.filter(name => !sameValue(says[name], has[name]));
    if (differ.length === 0) continue;
    side.km.editTask(known.id, asEdit(Object.fromEntries(differ.map(name => [name, says[name]]))), side.agent);
  }
}
