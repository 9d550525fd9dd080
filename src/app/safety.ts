import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Database } from '../km/database.ts';
import { type Backup, backupDatabase, backupNow, freeName } from '../km/safety/backup.ts';
import { type Diagnosis, diagnose, treat } from '../km/safety/doctor.ts';
import { type Exported, exportFile, exportTo } from '../km/safety/export.ts';
import { type Imported, importRecords } from '../km/safety/import.ts';
import { fileLines, textLines } from '../km/safety/lines.ts';
import { type Restored, restoreDatabase } from '../km/safety/restore.ts';
import { type Shipped, shippedSchema } from '../km/safety/shipped.ts';
import { verifyFile } from '../km/safety/verify.ts';
import type { Sqlite } from '../km/sqlite.ts';
import { startOver } from '../memory/changes.ts';
import { rebuildIndexes } from '../memory/recall/rebuild.ts';
import { completeEntries } from '../memory/record/complete.ts';
import type { AppCore } from './core.ts';
import { isAlive } from './runs.ts';

/** A run without a sign of life for this long, in milliseconds, has died. */
const SILENT_MS = 30_000;

const databaseFile = (core: AppCore): string => join(core.home, 'llmclis.db');
const backupFile = (core: AppCore): string => freeName(join(core.home, 'backups'), core.clock.now());
const migrationsOf = (core: AppCore): string => join(core.shipped, 'drizzle');

export async function backup(
  core: AppCore,
  file: string | undefined,
  options: { readonly force: boolean },
): Promise<Result<Backup>> {
  const database = core.database();
  if (!database.ok) return database;
  const target = file === undefined ? backupFile(core) : resolve(core.cwd, file);
  return backupDatabase(database.value.file, target, options);
}

/** Copies the content of the open connection to the backups, where the file it was opened from is gone; the copy's path. */
export function rescueDatabase(core: AppCore): string {
  const database = core.database();
  if (!database.ok) throw new Error(database.error.message);
  const file = backupFile(core);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  database.value.sqlite.prepare('VACUUM INTO ?').run(file);
  return file;
}

export async function restore(
  core: AppCore,
  file: string,
  options: { readonly force: boolean },
): Promise<Result<Restored>> {
  const database = core.database();
  // One that cannot be opened is what a backup is for; one that is newer is left alone.
  if (!database.ok && database.error.code !== 'database.unusable') return database;
  const sound = database.ok && verifyFile(database.value.file).ok;
  // A damaged file is replaced as a whole: this process must not hold on to it.
  if (!sound) core.close();
  const idle = (): Result<void> =>
    options.force || !database.ok || !sound ? ok(undefined) : noRunGoing(core, database.value.sqlite);
  const first = idle();
  if (!first.ok) return first;
  const restored = await restoreDatabase({
    database: databaseFile(core),
    file: resolve(core.cwd, file),
    migrations: migrationsOf(core),
    keep: backupFile(core),
    clock: core.clock,
    allowed: idle,
  });
  if (restored.ok) followAnew(core);
  return restored;
}

/** What follows memory may be ahead of the older content: it goes through all of it again. */
function followAnew(core: AppCore): void {
  const database = core.database();
  if (!database.ok) return;
  const { sqlite } = database.value;
  const names = sqlite.prepare<[], string>('SELECT name FROM memory_consumers').pluck().all();
  for (const name of names) startOver(sqlite, name);
}

/** Restoring under a run would take away what it is writing about. */
function noRunGoing(core: AppCore, sqlite: Sqlite): Result<void> {
  const rows = sqlite
    .prepare<[], { id: string; pid: number; heartbeat_at: string }>(
      "SELECT id, pid, heartbeat_at FROM runs WHERE status = 'running' AND pid IS NOT NULL AND heartbeat_at IS NOT NULL",
    )
    .all();
  const going = rows.find(
    ({ pid, heartbeat_at }) => core.clock.now().getTime() - Date.parse(heartbeat_at) < SILENT_MS && isAlive(pid),
  );
  if (going === undefined) return ok(undefined);
  return fail(
    'run.busy',
    `Run ${going.id} is going (process ${going.pid}). Nothing was changed.`,
    'Stop it first: llmclis runs stop — or restore all the same: --force',
    { run_id: going.id },
  );
}

export async function exportContent(
  core: AppCore,
  projectId: number | undefined,
  to: { readonly file: string } | { readonly print: (line: string) => void },
): Promise<Result<Exported | null>> {
  const database = core.database();
  if (!database.ok) return database;
  const { sqlite } = database.value;
  if ('file' in to) return exportFile(sqlite, resolve(core.cwd, to.file), projectId ?? null);
  const printed = exportTo(sqlite, projectId ?? null, to.print);
  return printed.ok ? ok(null) : printed;
}

export async function importContent(
  core: AppCore,
  { file, text }: { readonly file: string; readonly text: string | null },
  options: { readonly replace: boolean; readonly force: boolean },
): Promise<Result<Imported>> {
  const path = text === null ? resolve(core.cwd, file) : file;
  if (text === null && !statSync(path, { throwIfNoEntry: false })?.isFile())
    return fail('input.not_found', `There is no file ${path}.`, 'Give a file that llmclis export wrote.');
  const opened = withSchema(core);
  if (!opened.ok) return opened;
  const { database, shipped } = opened.value;
  return importRecords(database.sqlite, core.clock, {
    file: text === null ? path : 'standard input',
    lines: () => (text === null ? fileLines(path) : textLines(text)),
    replace: options.replace,
    keep() {
      const idle = options.force ? ok(undefined) : noRunGoing(core, database.sqlite);
      const kept = idle.ok ? backupNow(database.file, backupFile(core)) : idle;
      return kept.ok ? ok(kept.value.file) : kept;
    },
    rebuild(sqlite) {
      completeEntries(sqlite);
      rebuildIndexes(sqlite);
    },
    shipped,
  });
}

export async function doctor(
  core: AppCore,
  options: { readonly repair: boolean },
): Promise<Result<Diagnosis & { readonly repaired?: readonly string[] }>> {
  const opened = withSchema(core);
  if (!opened.ok) return opened;
  const { database, shipped } = opened.value;
  return ok(options.repair ? treat(database.sqlite, core.clock, shipped) : diagnose(database.sqlite, shipped));
}

type Opened = { readonly database: Database; readonly shipped: Shipped };

function withSchema(core: AppCore): Result<Opened> {
  const database = core.database();
  if (!database.ok) return database;
  const shipped = shippedSchema(migrationsOf(core));
  return shipped.ok ? ok({ database: database.value, shipped: shipped.value }) : shipped;
}
