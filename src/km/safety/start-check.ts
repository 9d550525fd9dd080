import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/failure.ts';
import { type Sqlite, sqliteCode } from '../sqlite.ts';

/** Milliseconds after which a database is looked at again although nothing happened to it. */
const DAY_MS = 86_400_000;

/** Holds the time of the last look; beside the database, so that writing it is no write to what may be damaged. */
export const markOf = (database: string): string => `${database}.checked`;

/** Is a look due: a process ended without closing the database, nobody has ever looked, or not for a day? */
export function isDue(database: string, now: Date, unclean: boolean): boolean {
  if (unclean) return true;
  const at = existsSync(markOf(database)) ? Date.parse(readFileSync(markOf(database), 'utf8').trim()) : Number.NaN;
  const since = now.getTime() - at;
  // A clock that went back says nothing about when it was.
  return Number.isNaN(since) || since < 0 || since >= DAY_MS;
}

/**
 * SQLite's own quick look at every page, and the time of it written down. Not for commands that must be quick. An `err` says how to
 * get the content back; `backups` is the folder that is looked into for the newest.
 */
export function startCheck(sqlite: Sqlite, database: string, now: Date, backups: string): Result<void> {
  const flaws = quickFlaws(sqlite);
  if (flaws.length === 0) {
    mark(database, now);
    return ok(undefined);
  }
  return fail(
    'database.unusable',
    `The database ${database} is damaged: ${flaws.slice(0, 3).join('; ')}. Nothing was changed.`,
    `See what it is: llmclis km doctor. Put a backup back: llmclis restore ${newestBackup(backups) ?? 'FILE'}`,
  );
}

function quickFlaws(sqlite: Sqlite): readonly string[] {
  try {
    const rows = sqlite.pragma('quick_check(10)') as { quick_check: string }[];
    return rows.map(row => row.quick_check).filter(text => text !== 'ok');
  } catch (problem) {
    if (sqliteCode(problem) === null || !(problem instanceof Error)) throw problem;
    return [problem.message];
  }
}

/** A mark that cannot be written (a full disk) only means that it is looked at again. */
function mark(database: string, now: Date): void {
  try {
    writeFileSync(markOf(database), `${now.toISOString()}\n`, { mode: 0o600 });
  } catch (problem) {
    if (!(problem instanceof Error && 'code' in problem)) throw problem;
  }
}

/** Absolute path of the newest backup by its name, which holds its time. */
export function newestBackup(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder).filter(name => /^llmclis-\d{8}-\d{6}(-\d+)?\.db$/.test(name));
  const newest = names.sort().at(-1);
  return newest === undefined ? null : join(folder, newest);
}
