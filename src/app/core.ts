import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { NextTask } from '../core/task.ts';
import { changeNumber, type Database, openDatabase } from '../km/database.ts';
import { type HotNext, hotNext } from '../km/hot.ts';
import type { Km, Project } from '../km/km.ts';
import { isMissing, planUnchanged } from '../km/plan/unchanged.ts';
import { createKm } from '../km/repository.ts';
import { NO_SETTINGS, settingsMark } from './plan-marks.ts';

export type Env = Readonly<Record<string, string | undefined>>;
export type AppOptions = {
  readonly env: Env;
  readonly cwd: string;
  readonly version: string;
  /** Folder that holds drizzle/, demo/, bin/ and the shipped model_registry.yaml. */
  readonly shipped: string;
  readonly clock?: Clock;
};

/** What every part of the app shares; cheap to make, the database is opened when first asked for. */
export type AppCore = {
  readonly env: Env;
  readonly home: string;
  readonly cwd: string;
  readonly version: string;
  readonly shipped: string;
  readonly clock: Clock;
  database(): Result<Database>;
  km(): Result<Km>;
  project(id?: number): Result<Project>;
  /** The next task by one look-up, or null when that is not enough: no such project, or a plan file to read first. */
  hotNext(id?: number): Result<NextTask | null>;
  /** A number that is another one after any process, this one included, changed the database. */
  changeNumber(): number;
  /** True when no plan file, and nothing that says which they are, changed since the last sync: one `stat` for each. */
  plansUnchanged(km: Km, project: Project): boolean;
  /** True when the project has no plan file, and had none at the last sync: then there is nothing to write to. */
  hasNoPlan(km: Km, project: Project): boolean;
  /** What `make` makes, made once for as long as the app is open, and closed with it. */
  once<T extends Closable>(make: (core: AppCore) => T): T;
  close(): void;
};

/** Something that holds on to a process or a connection. */
export type Closable = { close(): void };

/** The platform's data folder for llmclis, or LLMCLIS_HOME. */
export function homeOf(env: Env, platform: string): string {
  if (env.LLMCLIS_HOME) return env.LLMCLIS_HOME;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'llmclis');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'llmclis');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'llmclis');
}

export const systemClock: Clock = {
  now: () => new Date(),
  // Seeded by the system in every process, and nothing here is a secret from its own user: `crypto` costs 8 ms at its first use.
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise(done => {
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        done();
      });
    }),
};

export function openCore(options: AppOptions): AppCore {
  const { env, cwd, version, shipped, clock = systemClock } = options;
  const home = homeOf(env, process.platform);
  let opened: Database | null = null;
  let manager: Km | null = null;
  const kept = new Map<unknown, Closable>();
  const database = (): Result<Database> => {
    if (opened !== null) return ok(opened);
    const found = openDatabase(join(home, 'llmclis.db'), { migrations: join(shipped, 'drizzle'), chance: clock });
    if (found.ok) opened = found.value;
    return found;
  };
  const km = (): Result<Km> => {
    const found = database();
    if (!found.ok) return found;
    manager ??= createKm(found.value, clock);
    return ok(manager);
  };
  /** Every place where a plan file is, or could be, looks as it did at the last sync. */
  const isCurrent = (root: string, seen: string | null, rows: HotNext['plan_files']): boolean => {
    const mark = settingsMark({ env, home }, root);
    // Nobody looked yet, and there is nothing to see.
    if (seen === null && rows.length === 0) return mark === NO_SETTINGS && !existsSync(join(root, 'plans.md'));
    return seen === mark && rows.every(row => planUnchanged(row, join(root, row.path)));
  };
  const core: AppCore = {
    env,
    home,
    cwd,
    version,
    shipped,
    clock,
    km,
    database,
    hotNext(id) {
      const found = database();
      if (!found.ok) return found;
      const hot = hotNext(found.value.sqlite, id ?? cwd, clock.now());
      if (hot === null) return ok(null);
      return ok(isCurrent(hot.project.root, hot.settings_seen, hot.plan_files) ? hot.next : null);
    },
    changeNumber() {
      const found = database();
      return found.ok ? changeNumber(found.value.sqlite) : 0;
    },
    project(id) {
      const found = km();
      if (!found.ok) return found;
      if (id !== undefined) return found.value.project(id);
      const here = found.value.projectAt(cwd);
      if (here !== null) return ok(here);
      return fail(
        'project.not_found',
        `${cwd} belongs to no project.`,
        'Register it: llmclis init — or name one: --project_id N (llmclis project list)',
      );
    },
    plansUnchanged(store, project) {
      return isCurrent(project.root, store.settingsSeen(project.id), store.planFiles(project.id));
    },
    hasNoPlan(store, project) {
      const rows = store.planFiles(project.id);
      return rows.every(isMissing) && isCurrent(project.root, store.settingsSeen(project.id), rows);
    },
    once<T extends Closable>(make: (from: AppCore) => T): T {
      const known = kept.get(make) ?? make(core);
      kept.set(make, known);
      return known as T;
    },
    close() {
      for (const one of kept.values()) one.close();
      kept.clear();
      opened?.sqlite.close();
      opened = null;
      manager = null;
    },
  };
  return core;
}
