import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { isoSeconds } from '../core/clock.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Km, Project } from '../km/km.ts';
import type { PlanSync } from '../km/plan/plan.ts';
import type { AppCore } from './core.ts';
import { openPlans } from './open-plans.ts';
import { planPaths } from './plan-commands.ts';
import { findPlanFiles } from './plan-files.ts';
import type { PlanWatchEvent, PlanWatchOptions } from './plan-types.ts';

/** Milliseconds between two looks where the system tells nothing; a look is a few `stat`s. */
const LOOK_MS = 400;
/** So long must a file stay as it is before it is read: an editor may empty it first and write it then. */
const STILL_MS = 150;
/** A file that never rests is read after so many looks at it all the same. */
const MOST_LOOKS = 20;
/** Syncs in a row before the watcher waits for the next change. */
const ROUNDS = 5;

/** Keeps plan files and database in step until the signal aborts: after edits of any of them, by whomever. */
export async function watchPlans(core: AppCore, project: Project, options: PlanWatchOptions): Promise<Result<void>> {
  const { onEvent, signal } = options;
  const km = core.km();
  if (!km.ok) return km;
  const places = makePlaces(core, km.value, project);
  const doorbell = makeDoorbell();
  const at = () => isoSeconds(core.clock.now());
  const tell = makeTeller();
  try {
    await places.find();
    onEvent({ type: 'plan.watching', at: at(), files: places.files() });
    for (let seen = ''; !signal.aborted; ) {
      const now = places.look();
      if (now === seen) {
        doorbell.watch(places.folders());
        await pause(core, LOOK_MS, [signal, doorbell.signal()]);
        continue;
      }
      const still = await rest(core, places, now, signal);
      if (signal.aborted) break;
      const synced = await syncOften(core, km.value, project, options.agent, places);
      // What comes after this is not what the sync has seen, so the next look finds it.
      seen = synced.ok ? synced.value.seen : still;
      for (const event of tell(synced.ok ? ok(synced.value.total) : synced)) onEvent({ at: at(), ...event });
    }
    return ok(undefined);
  } finally {
    doorbell.close();
  }
}

type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never;

/** What a sync is worth telling: nothing where it did nothing, and trouble only once. */
function makeTeller(): (synced: Result<PlanSync>) => readonly Untimed<PlanWatchEvent>[] {
  let trouble: string | null = null;
  let absent: readonly string[] = [];
  return synced => {
    if (!synced.ok) {
      const known = trouble === synced.error.message;
      trouble = synced.error.message;
      return known ? [] : [{ type: 'plan.trouble', error: synced.error }];
    }
    const mended: readonly Untimed<PlanWatchEvent>[] = trouble === null ? [] : [{ type: 'plan.mended' }];
    trouble = null;
    const { changed_files, to_database, to_file, conflicts } = synced.value;
    const news = conflicts.filter(({ key, field, file }) => field !== 'file' || !absent.includes(`${key} ${file}`));
    absent = conflicts.flatMap(({ key, field, file }) => (field === 'file' ? [`${key} ${file}`] : []));
    const idle = changed_files.length === 0 && to_database === 0 && to_file === 0 && news.length === 0;
    return idle ? mended : [...mended, { type: 'plan.synced', ...synced.value, conflicts: news }];
  };
}

type Places = {
  /** Asks the settings anew which files and folders there are. */
  find(): Promise<Result<readonly string[]>>;
  files(): readonly string[];
  /** Absolute paths of the folders in which something may happen. */
  folders(): readonly string[];
  /** How everything looks from outside, as one text: files, folders, settings, database. */
  look(): string;
};

function makePlaces(core: AppCore, km: Km, project: Project): Places {
  let found = findPlanFiles(project.root, ['plans.md']);
  const paths = () => [
    join(project.root, 'llmclis.yaml'),
    join(core.home, 'config.yaml'),
    ...[...found.files, ...found.folders].map(path => join(project.root, path)),
  ];
  return {
    async find() {
      const plans = await planPaths(core, km, project);
      if (plans.ok) found = findPlanFiles(project.root, plans.value);
      return plans;
    },
    files: () => found.files,
    folders: () => [
      ...new Set([
        project.root,
        ...found.files.map(path => dirname(join(project.root, path))),
        ...found.folders.map(path => join(project.root, path)),
      ]),
    ],
    look: () => [core.changeNumber(), ...paths().map(stampOf)].join(' '),
  };
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '-' : stat.isDirectory() ? `${stat.mtimeMs}` : `${stat.size}:${stat.mtimeMs}:${stat.ino}`;
}

/** Waits until nothing changes any more; the answer is how everything looks then. */
async function rest(core: AppCore, places: Places, now: string, signal: AbortSignal): Promise<string> {
  let last = now;
  for (let look = 0; look < MOST_LOOKS && !signal.aborted; look += 1) {
    await pause(core, STILL_MS, [signal]);
    const next = places.look();
    if (next === last) break;
    last = next;
  }
  return last;
}

/** Syncs until the sync itself and everybody else have nothing more to do: all of it together, and what it has seen. */
async function syncOften(
  core: AppCore,
  km: Km,
  project: Project,
  agent: string,
  places: Places,
): Promise<Result<{ readonly total: PlanSync; readonly seen: string }>> {
  let total: PlanSync = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };
  for (let round = 1; ; round += 1) {
    const plans = await places.find();
    if (!plans.ok) return plans;
    const before = places.look();
    const synced = openPlans(core, km, project, plans.value).sync(agent);
    if (!synced.ok) return synced;
    const { changed_files, to_database, to_file, conflicts } = synced.value;
    total = {
      changed_files: [...new Set([...total.changed_files, ...changed_files])],
      to_database: total.to_database + to_database,
      to_file: total.to_file + to_file,
      conflicts: round === 1 ? conflicts : total.conflicts,
    };
    if (before === places.look() || round >= ROUNDS) return ok({ total, seen: before });
  }
}

/** Resolves after `ms`, or as soon as one of the signals aborts. */
const pause = (core: AppCore, ms: number, signals: readonly AbortSignal[]): Promise<void> =>
  core.clock.sleep(ms, AbortSignal.any([...signals]));

/** Rings when the system says that something happened in one of the folders; where it cannot say so, the looks must do. */
function makeDoorbell() {
  const watchers = new Map<string, FSWatcher>();
  let rung = new AbortController();
  const ring = () => rung.abort();
  const unwatch = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    /** A signal that aborts at the next ring. */
    signal(): AbortSignal {
      if (rung.signal.aborted) rung = new AbortController();
      return rung.signal;
    },
    watch(folders: readonly string[]): void {
      for (const folder of watchers.keys()) if (!folders.includes(folder)) unwatch(folder);
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        try {
          const watcher = watch(folder, ring);
          watcher.on('error', () => unwatch(folder));
          watchers.set(folder, watcher);
        } catch {
          // The folder is not there, or the system has no more watches to give.
        }
      }
    },
    close(): void {
      for (const folder of [...watchers.keys()]) unwatch(folder);
    },
  };
}
