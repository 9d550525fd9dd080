import { join } from 'node:path';
import type { Km, Project } from '../km.ts';
import { type Given, giveFile } from './give.ts';
import { MISSING, READER } from './marks.ts';
import type { PlanIo } from './plan.ts';
import type { ReadFile, Shelf } from './shelf.ts';
import type { Side } from './side.ts';
import type { Taken } from './tally.ts';

type Place = {
  readonly km: Km;
  readonly project: Pick<Project, 'id' | 'root'>;
  readonly path: string;
  readonly shelf: Pick<Shelf, 'row'>;
  readonly now: Date;
  readonly agent: string;
};

/** Before any sync: everything is news. */
const NEVER = '1970-01-01T00:00:00Z';

/**
 * Saves the base of the next merge after the file was taken. Where the database has something for the file, the time of the
 * last full sync stays: notes since then are still to be written.
 */
export function savePulled(
  place: Place,
  { side, taken, read }: { readonly side: Side; readonly taken: Taken; readonly read: ReadFile },
): void {
  const pending = giveFile(side, taken).changes > 0;
  save(place, read, pending ? (side.synced_at ?? NEVER) : timeOf(place, side, taken, read));
}

/** What both sides agree on is the base of the next merge, unless someone wrote the file meanwhile. */
export function saveSynced(
  place: Place & { readonly io: Pick<PlanIo, 'stat'> },
  sync: { readonly side: Side; readonly taken: Taken; readonly given: Given; readonly read: ReadFile },
): void {
  const { km, project, path } = place;
  const { side, taken, given, read } = sync;
  const now = place.io.stat(join(project.root, path));
  if (now === null || now.size !== read.size || now.mtime_ms !== read.mtime_ms) return;
  for (const key of given.added) {
    const task = taken.tasks.get(key);
    if (task !== undefined) km.editTask(task.id, { plan_file: path, vanished: false }, place.agent);
  }
  save(place, read, timeOf(place, side, taken, read));
}

/** When both sides were last the same: the sync before this one where nothing happened since. */
function timeOf({ shelf, path, now }: Place, side: Side, taken: Taken, read: ReadFile): string {
  const row = shelf.row(path);
  const same = row !== null && row.size >= 0 && row.synced_text === read.text && taken.changes === 0;
  return same ? (side.synced_at ?? now.toISOString()) : now.toISOString();
}

/** One row, written only where it says something else. */
function save({ km, project, path, shelf }: Place, { text, size, mtime_ms }: ReadFile, synced_at: string): void {
  const row = shelf.row(path);
  const same = row?.synced_text === text && row.synced_at === synced_at && row.size === size;
  if (row !== null && same && row.mtime_ms === mtime_ms && row.reader === READER) return;
  km.savePlanFile({ project_id: project.id, path, synced_text: text, synced_at, size, mtime_ms, reader: READER });
}

/** Remembers that a file is not there, so that it is noticed when it comes. What it said last stays. */
export function saveMissing({ km, project, path, shelf }: Place): void {
  const row = shelf.row(path);
  if (row?.size === MISSING) return;
  const old = row ?? { project_id: project.id, path, synced_text: '', synced_at: NEVER, reader: READER };
  km.savePlanFile({ ...old, size: MISSING, mtime_ms: 0 });
}
