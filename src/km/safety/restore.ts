import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../core/clock.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { openDatabase } from '../database.ts';
import { connect } from '../sqlite.ts';
import { backupDatabase, backupNow } from './backup.ts';
import { partial, publish, removeDatabase, unwritable } from './files.ts';
import { type Verified, verifyFile } from './verify.ts';

export type Restored = Verified & {
  /** Where the content came from. */
  readonly file: string;
  /** Where the content of before is kept; null when there was none. */
  readonly kept: string | null;
};

export type RestoreOptions = {
  /** The database whose content is replaced; it may be missing or damaged. */
  readonly database: string;
  readonly file: string;
  readonly migrations: string;
  /** A name for what is there now. */
  readonly keep: string;
  readonly clock: Clock;
  /** Looked at when nobody else can write any more: an `err` stops it. */
  readonly allowed: () => Result<void>;
  /** Told between two steps. */
  readonly step?: () => void;
};

/** Milliseconds between two tries to be the one that writes, and how many there are: 20 seconds. */
const RETRY_MS = 50;
const TRIES = 400;
const PAGES = 256;

/**
 * Makes the database what a backup holds. The backup is checked first, and one of an older format is brought up to date on a copy.
 * Other processes that have the database open see either the old content or the new one; so does whoever opens it after a kill.
 */
export async function restoreDatabase(options: RestoreOptions): Promise<Result<Restored>> {
  const { database, file, migrations, step } = options;
  const found = verifyFile(file);
  if (!found.ok) return found;
  const staged = partial(`${options.keep}-incoming`);
  try {
    const copied = await backupDatabase(file, staged, { force: true, ...(step && { step }) });
    if (!copied.ok) return copied;
    const current = openDatabase(staged, { migrations });
    if (!current.ok) return current;
    current.value.sqlite.close();
    step?.();
    const content = verifyFile(staged);
    if (!content.ok) return content;
    const present = verifyFile(database);
    if (!present.ok && present.error.code === 'database.newer') return present;
    const kept = present.ok ? await overwrite(options, staged, content.value) : swapFile(options, staged);
    return kept.ok ? ok({ ...content.value, file, kept: kept.value }) : kept;
  } finally {
    removeDatabase(staged);
  }
}

/** There is nothing that could be read: what is there is kept as it is, and the new file takes its place. */
function swapFile({ database, keep, step }: RestoreOptions, staged: string): Result<string | null> {
  const there = existsSync(database);
  try {
    if (there) copyFileSync(database, keep);
    // A log without its database would be taken for that of the new one.
    for (const end of ['-wal', '-shm'])
      if (existsSync(`${database}${end}`)) renameSync(`${database}${end}`, `${keep}${end}`);
    step?.();
    publish(staged, database);
    return ok(there ? keep : null);
  } catch (problem) {
    return unwritable('The database', database, problem, 'Make its folder writable, then restore again.');
  }
}

/** Page by page into the open database, as one transaction of its write-ahead log. */
async function overwrite(options: RestoreOptions, staged: string, content: Verified): Promise<Result<string | null>> {
  const { database, clock } = options;
  const state: { kept: Result<Kept> | null } = { kept: null };
  const source = connect(staged, { readonly: true, timeout: 0 });
  try {
    const progress = (): number => {
      // From its first step on it holds the lock for writing: what is kept now is the last that was written.
      state.kept ??= keepPresent(options);
      if (!state.kept.ok) throw new Error(state.kept.error.message);
      options.step?.();
      return PAGES;
    };
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { totalPages } = await source.backup(database, { progress });
      // Nothing is copied while another process writes.
      if (totalPages > 0 && state.kept?.ok) return isReplaced(database, state.kept.value, content);
      await clock.sleep(RETRY_MS);
    }
    return stillBusy(database);
  } catch (problem) {
    if (state.kept !== null && !state.kept.ok) return state.kept;
    return unwritable('The database', database, problem, 'Nothing was changed. Make it writable, then restore again.');
  } finally {
    source.close();
  }
}

type Kept = { readonly rows: Verified['rows']; readonly file: string | null };

/** Nothing is kept of an empty database. */
function keepPresent({ database, keep, allowed }: RestoreOptions): Result<Kept> {
  const may = allowed();
  if (!may.ok) return may;
  const present = verifyFile(database);
  if (!present.ok) return present;
  const { rows } = present.value;
  if (Object.values(rows).every(count => count === 0)) return ok({ rows, file: null });
  const kept = backupNow(database, keep);
  return kept.ok ? ok(kept.value) : kept;
}

/** Others may write as soon as it is done; that the rows are those of before would still be a bug. */
function isReplaced(database: string, before: Kept, wanted: Verified): Result<string | null> {
  const now = verifyFile(database);
  if (!now.ok) return now;
  if (isDeepStrictEqual(now.value.rows, before.rows) && !isDeepStrictEqual(before.rows, wanted.rows))
    throw new Error(`${database} was not replaced.`);
  return ok(before.file);
}

const stillBusy = (database: string): Result<never> =>
  fail(
    'database.unusable',
    `${database} could not be replaced: another process keeps writing it.`,
    'Stop the runs (llmclis runs list), then restore again.',
  );
