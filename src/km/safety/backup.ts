import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fail, ok, type Result } from '../../core/failure.ts';
import { connect, type Sqlite } from '../sqlite.ts';
import { makeFolderOf, partial, publish, removeDatabase, sweepPartials, unwritable } from './files.ts';
import { contentOf, type Verified, verifyFile } from './verify.ts';

export type Backup = Verified & { readonly file: string; readonly bytes: number };

/** Pages that are copied at once, one megabyte; between two of these steps others get their turn. */
const PAGES = 256;
const BUSY_MS = 10_000;
const ELSEWHERE = 'Name another place: llmclis backup FILE';

/** `llmclis-20261121-090000.db`: sorts by time, and is a file name everywhere. */
export const backupName = (at: Date): string =>
  `llmclis-${at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.db`;

/** A name for a new backup in this folder that no other has. */
export function freeName(folder: string, at: Date): string {
  const file = join(folder, backupName(at));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? file : file.replace(/\.db$/, `-${number}.db`);
    if (!existsSync(name)) return name;
  }
}

export type BackupOptions = {
  /** Replaces a file of that name. */
  readonly force?: boolean;
  /** Told between two steps. */
  readonly step?: () => void;
};

/**
 * Copies a database while others read and write it: all of one moment. The copy is opened, checked and counted against the
 * original before it gets its name, so that a file of that name is whole, whenever the process was killed.
 */
export async function backupDatabase(from: string, file: string, options: BackupOptions = {}): Promise<Result<Backup>> {
  const free = mayWrite(from, file, options);
  if (!free.ok) return free;
  const temporary = partial(file);
  let source: Sqlite | null = null;
  try {
    makeFolderOf(file);
    sweepPartials(dirname(file));
    source = connect(from, { readonly: true, timeout: BUSY_MS });
    // What is read in one transaction is of one moment, the copy included.
    source.exec('BEGIN');
    const content = contentOf(source);
    await source.backup(temporary, { progress: () => stepOf(options) });
    return finish(temporary, file, content);
  } catch (problem) {
    return unwritable('The backup', file, problem, ELSEWHERE);
  } finally {
    source?.close();
    removeDatabase(temporary);
  }
}

/** The same at once, for a caller that keeps all others from writing. */
export function backupNow(from: string, file: string): Result<Backup> {
  const temporary = partial(file);
  let source: Sqlite | null = null;
  try {
    makeFolderOf(file);
    sweepPartials(dirname(file));
    source = connect(from, { readonly: true, timeout: BUSY_MS });
    const content = contentOf(source);
    source.prepare('VACUUM INTO ?').run(temporary);
    return finish(temporary, file, content);
  } catch (problem) {
    return unwritable('The backup', file, problem, 'Make the folder writable; nothing was changed.');
  } finally {
    source?.close();
    removeDatabase(temporary);
  }
}

function stepOf({ step }: BackupOptions): number {
  step?.();
  return PAGES;
}

function finish(temporary: string, file: string, content: Omit<Verified, 'schema'>): Result<Backup> {
  oneFile(temporary);
  const copy = verifyFile(temporary);
  if (!copy.ok) return copy;
  const { schema, ...copied } = copy.value;
  if (!isDeepStrictEqual(copied, content)) throw new Error(`The copy of ${file} does not hold what was copied.`);
  publish(temporary, file);
  return ok({ file, bytes: statSync(file).size, schema, ...copied });
}

/** A copy of pages is in WAL mode like its original: out of it, so that the copy is one file. */
function oneFile(file: string): void {
  const copy = connect(file, { readonly: false, timeout: BUSY_MS });
  copy.pragma('journal_mode = DELETE');
  copy.close();
}

function mayWrite(from: string, file: string, { force = false }: BackupOptions): Result<void> {
  if (!existsSync(file)) return ok(undefined);
  if (realpathSync(file) === realpathSync(from))
    return fail('input.invalid', `${file} is the database itself.`, ELSEWHERE);
  if (statSync(file).isDirectory())
    return fail(
      'input.invalid',
      `${file} is a folder.`,
      `Name a file in it: llmclis backup ${join(file, 'llmclis.db')}`,
    );
  if (force) return ok(undefined);
  return fail('input.invalid', `${file} is there already.`, `Name another file in ${dirname(file)}, or give --force.`);
}
