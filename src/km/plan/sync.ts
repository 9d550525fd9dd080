import { join } from 'node:path';
import { err, ok, type Result } from '../../core/failure.ts';
import type { Km, Project } from '../km.ts';
import { type PlanDocument, printPlan } from './document.ts';
import { type Given, giveFile } from './give.ts';
import { sameValue, VALUE_NAMES, valuesOf } from './merge.ts';
import { parsePlan } from './parse.ts';
import type { PlanIo, PlanSync } from './plan.ts';
import { planRefusal } from './refusal.ts';
import { keysInOrder, knownValues, readTasks, type Side, tasksByKey } from './side.ts';
import { type Taken, takeFile } from './take.ts';

export type SyncOptions = {
  readonly km: Km;
  readonly project: Pick<Project, 'id' | 'root'>;
  /** The plan file, relative to the root. */
  readonly path: string;
  readonly io: PlanIo;
  readonly now: Date;
  /** Who runs the sync: the plan's Last Editor, and the author of changes that no one else made. */
  readonly agent: string;
  /** Should new tasks of the database be written into this file? By default the project's first plan file takes them. */
  readonly adopts?: boolean;
};

/** Writes of one sync that may find the file changed underneath before it gives up. */
const ROUNDS = 3;
/** The reading of the plan format that this version has; 1 took checklist, links and acceptance as parts of the description. */
const READER = 1;
const NEVER = '1970-01-01T00:00:00Z';
const NOTHING: PlanSync = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };

/**
 * Brings a plan file and the database in step: what the person changed in the file goes to the database, what the
 * database changed since goes to the file, only in the lines it means to change. The database is written first, then the
 * file, then the base of the next merge; killed at any point, the next sync finishes without doing anything twice.
 */
export function syncPlan(options: SyncOptions): Result<PlanSync> {
  const done = { to_database: 0, conflicts: new Map<string, PlanSync['conflicts'][number]>() };
  for (let round = 1; ; round += 1) {
    const state = readState(options);
    if (!state.ok) return state;
    if (state.value === null) return ok(missing(options));
    const { side, read } = state.value;
    const { taken, given } = options.km.transaction(() => reconcile(side));
    done.to_database += taken.changes;
    for (const conflict of taken.conflicts) done.conflicts.set(JSON.stringify(conflict), conflict);
    const text = printPlan(given.document);
    const written = text === read.text ? ok(read) : options.io.write(filePath(options), text, read.text);
    if (!written.ok) {
      if (written.error.code === 'file.changed' && round < ROUNDS) continue;
      return written;
    }
    saveSynced(options, text, written.value, given.added);
    const changed_files = text === read.text ? [] : [options.path];
    return ok({
      changed_files,
      to_database: done.to_database,
      to_file: given.changes,
      conflicts: [...done.conflicts.values()],
    });
  }
}

/** The way from the file to the database alone; the file is not written. What the database has for it waits for a sync. */
export function pullPlan(options: SyncOptions): Result<PlanSync> {
  const state = readState(options);
  if (!state.ok) return state;
  if (state.value === null) return ok(missing(options));
  const { side, read } = state.value;
  const taken = options.km.transaction(() => {
    const result = takeFile(side);
    keepOrder(side, side.file);
    savePulled(side, result, read);
    return result;
  });
  return ok({ ...NOTHING, to_database: taken.changes, conflicts: taken.conflicts });
}

const filePath = (options: SyncOptions): string => join(options.project.root, options.path);

type Stat = { readonly size: number; readonly mtime_ms: number };
type Read = Stat & { readonly text: string };

function readState(options: SyncOptions): Result<{ readonly side: Side; readonly read: Read } | null> {
  const { km, project, path, now, agent } = options;
  const read = options.io.read(filePath(options));
  if (read === null) return ok(null);
  const file = parsePlan(read.text);
  const refusal = planRefusal(file, path);
  if (refusal !== null) return err(refusal);
  const rows = km.planFiles(project.id);
  const row = rows.find(known => known.path === path);
  const side: Side = {
    km,
    project_id: project.id,
    path,
    file,
    base: row === undefined ? null : row.synced_text === read.text ? file : parsePlan(row.synced_text),
    synced_at: row?.synced_at ?? null,
    now,
    agent,
    adopts: options.adopts ?? (rows[0]?.path ?? path) === path,
  };
  return ok({ side, read });
}

/** A plan file that is not there: nothing is taken away because of it, and a file that was there before is reported. */
function missing({ km, project, path }: SyncOptions): PlanSync {
  const row = km.planFiles(project.id).find(known => known.path === path);
  if (row === undefined) return NOTHING;
  return { ...NOTHING, conflicts: [{ key: path, field: 'file', file: 'missing', database: 'all tasks kept' }] };
}

function reconcile(side: Side): { readonly taken: Taken; readonly given: Given } {
  const taken = takeFile(side);
  const given = giveFile(side, taken);
  acceptWritten(side, taken, given);
  keepOrder(side, given.document);
  return { taken, given };
}

/** What was written comes back as the file says it (a description without trailing spaces, say), so that both sides agree. */
function acceptWritten(side: Side, taken: Taken, given: Given): void {
  const all = readTasks(side.km, side.project_id);
  const written = tasksByKey(given.document);
  for (const key of given.written) {
    const task = written.get(key);
    const known = all.get(key);
    if (task === undefined || known === undefined) continue;
    const names = given.added.includes(key)
      ? VALUE_NAMES
      : VALUE_NAMES.filter(name => name in (taken.values.get(key) ?? {}));
    const [says, has] = [knownValues(given.document, task, taken.keys), valuesOf(known)];
    const differ = names.filter(name => !sameValue(says[name], has[name]));
    if (differ.length === 0) continue;
    side.km.editTask(known.id, Object.fromEntries(differ.map(name => [name, says[name]])), side.agent);
  }
}

/** Room between two tasks of a plan, and between its plan files. */
const STEP = 1000;
const FILE_STEP = 1_000_000_000;

/** Tasks come in the order of the file; they are numbered anew only when the database has another. */
export function keepOrder(side: Side, document: PlanDocument): void {
  const all = readTasks(side.km, side.project_id);
  const wanted = keysInOrder(document).filter(key => all.has(key));
  const here = new Set(wanted);
  const order = [...all.keys()].filter(key => here.has(key));
  if (order.every((key, index) => key === wanted[index])) return;
  const files = side.km.planFiles(side.project_id).map(row => row.path);
  const place = Math.max(0, files.indexOf(side.path ?? ''));
  for (const [index, key] of wanted.entries()) {
    const task = all.get(key);
    if (task !== undefined)
      side.km.editTask(task.id, { plan_order: place * FILE_STEP + (index + 1) * STEP }, side.agent);
  }
}

/**
 * Saves the base of the next merge after the file was taken. Where the database has something for the file, the time of the
 * last full sync stays: notes since then are still to be written.
 */
export function savePulled(side: Side, taken: Taken, read: Read): void {
  if (side.path === null) return;
  const pending = giveFile(side, taken).changes > 0;
  side.km.savePlanFile({
    project_id: side.project_id,
    path: side.path,
    synced_text: read.text,
    synced_at: pending ? (side.synced_at ?? NEVER) : side.now.toISOString(),
    size: read.size,
    mtime_ms: read.mtime_ms,
    reader: READER,
  });
}

/** What both sides agree on is the base of the next merge, unless someone wrote the file meanwhile. */
function saveSynced(options: SyncOptions, text: string, stat: Stat, added: readonly string[]): void {
  const { km, project, path } = options;
  km.transaction(() => {
    const now = options.io.stat(filePath(options));
    if (now === null || now.size !== stat.size || now.mtime_ms !== stat.mtime_ms) return;
    for (const key of added) {
      const task = km.task(project.id, key);
      if (task.ok) km.editTask(task.value.id, { plan_file: path, vanished: false }, options.agent);
    }
    const { size, mtime_ms } = stat;
    km.savePlanFile({
      project_id: project.id,
      path,
      synced_text: text,
      synced_at: options.now.toISOString(),
      size,
      mtime_ms,
      reader: READER,
    });
  });
}
