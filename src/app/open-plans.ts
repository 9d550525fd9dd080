import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ok, type Result } from '../core/failure.ts';
import type { Km, PlanFileRow, Project } from '../km/km.ts';
import { fileIo } from '../km/plan/io.ts';
import { FOLDER, MISSING, READER } from '../km/plan/marks.ts';
import type { PlanSync } from '../km/plan/plan.ts';
import { addUp, pullPlans, syncPlans } from '../km/plan/sync.ts';
import type { AppCore } from './core.ts';
import { findPlanFiles } from './plan-files.ts';
import { settingsMark } from './plan-marks.ts';

export type Plans = {
  pull(): Result<PlanSync>;
  sync(agent: string): Result<PlanSync>;
};

type Places = Pick<AppCore, 'clock' | 'env' | 'home'>;

/** Looks at the plan folders that a sync may find changed underneath before it leaves the rest to the next one. */
const LOOKS = 3;

/** The plan files of one project, in the order of its settings (`plans`, globs too): the first one takes new tasks. */
export function openPlans(places: Places, km: Km, project: Project, plans: readonly string[]): Plans {
  const io = fileIo();
  const all = (work: typeof syncPlans, agent: string): Result<PlanSync> => {
    // What is looked at is taken down before the work: what changes meanwhile is noticed next time.
    const mark = settingsMark(places, project.root);
    let total: PlanSync = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };
    let found = findPlanFiles(project.root, plans);
    for (let look = 1; look <= LOOKS; look += 1) {
      const options = { km, project: { id: project.id, root: project.root }, io, now: places.clock.now(), agent };
      const done = work({ ...options, paths: found.files });
      if (!done.ok) return done;
      total = addUp(total, done.value);
      const folders = new Map(found.folders.map(path => [path, mtimeOf(join(project.root, path))]));
      const now = findPlanFiles(project.root, plans);
      if (isDeepStrictEqual(now, found)) {
        km.transaction(() => saveLook(places, km, project, { files: found.files, folders, mark }));
        break;
      }
      found = now;
    }
    return ok(total);
  };
  return { pull: () => all(pullPlans, 'person'), sync: agent => all(syncPlans, agent) };
}

const mtimeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;

type Look = {
  readonly files: readonly string[];
  /** When each folder last changed; null for one that is not there. */
  readonly folders: ReadonlyMap<string, number | null>;
  readonly mark: string;
};

/** Remembers where plan files were looked for, so that one that comes or goes is noticed by a few `stat`s. */
function saveLook(places: Places, km: Km, project: Project, { files, folders, mark }: Look): void {
  const rows = new Map(km.planFiles(project.id).map(row => [row.path, row]));
  const seen = { project_id: project.id, synced_text: '', synced_at: places.clock.now().toISOString(), reader: READER };
  for (const [path, changed] of folders) {
    const [size, mtime_ms] = changed === null ? [MISSING, 0] : [FOLDER, changed];
    const row = rows.get(path);
    if (row?.size !== size || row.mtime_ms !== mtime_ms) km.savePlanFile({ ...seen, path, size, mtime_ms });
  }
  for (const row of rows.values()) {
    if (files.includes(row.path) || folders.has(row.path)) continue;
    if (row.synced_text === '') km.forgetPlanFile(project.id, row.path);
    else restat(km, row, join(project.root, row.path));
  }
  if (km.settingsSeen(project.id) !== mark) km.saveSettingsSeen(project.id, mark);
}

/** A file that was a plan once and is none any more: its tasks stay, and that it changes is nobody's news. */
function restat(km: Km, row: PlanFileRow, path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  const [size, mtime_ms] = stat === undefined ? [MISSING, 0] : [stat.size, stat.mtimeMs];
  if (row.size !== size || row.mtime_ms !== mtime_ms || row.reader < READER)
    km.savePlanFile({ ...row, size, mtime_ms, reader: READER });
}
