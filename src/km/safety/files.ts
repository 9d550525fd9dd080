import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, type Result } from '../../core/failure.ts';

/** A name beside `file` for what is being written: nobody takes it for the finished one. */
export const partial = (file: string): string => `${file}.${process.pid}.partial`;

const PARTIAL = /\.(\d+)\.partial(?:-wal|-shm|-journal)?$/;

/** Takes away what processes left that were killed while they wrote into this folder. */
export function sweepPartials(folder: string): void {
  for (const name of readdirSync(folder)) {
    const writer = PARTIAL.exec(name)?.[1];
    if (writer === undefined || Number(writer) === process.pid || isThere(Number(writer))) continue;
    const file = join(folder, name);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() && isDatabase(file)) removeFile(file);
  }
}

/** A process of another user counts. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (problem) {
    return problem instanceof Error && 'code' in problem && problem.code === 'EPERM';
  }
}

/** Only what SQLite wrote is ours to remove: a database, its log or index, or nothing yet. */
function isDatabase(file: string): boolean {
  if (!file.endsWith('.partial')) return true;
  const handle = openSync(file, 'r');
  try {
    const head = Buffer.alloc(15);
    const length = readSync(handle, head);
    return length === 0 || head.toString('latin1') === 'SQLite format 3';
  } finally {
    closeSync(handle);
  }
}

/** The file, and what SQLite keeps beside it, are gone. */
export function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) removeFile(`${file}${end}`);
}

/** Without a complaint where it cannot have been made. */
export function removeFile(file: string): void {
  if (existsSync(file)) rmSync(file);
}

/** Gives a finished file its name in one step, and makes both last. */
export function publish(temporary: string, file: string): void {
  flush(temporary);
  renameSync(temporary, file);
  flush(dirname(file));
}

function flush(path: string): void {
  // A folder cannot be opened on Windows, and its names need no flushing there.
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** One folder at a time: Node's own way of making several never ends where the system says that there is no such place (`/proc`). */
export function makeFolderOf(file: string): void {
  const folder = dirname(file);
  if (existsSync(folder)) return;
  makeFolderOf(folder);
  mkdirSync(folder, { mode: 0o700 });
}

/** Characters that are kept before they are written. */
const CHUNK = 1 << 20;

/** Writes lines to a new file that only its owner may read; the number of bytes is the answer. */
export function writeLines(file: string, lines: Iterable<string>): number {
  const handle = openSync(file, 'w', 0o600);
  let bytes = 0;
  const write = (text: string): void => {
    const buffer = Buffer.from(text, 'utf8');
    // A write may take less than it is given, on a disk that is nearly full.
    for (let at = 0; at < buffer.length; ) at += writeSync(handle, buffer, at);
    bytes += buffer.length;
  };
  try {
    let waiting = '';
    for (const line of lines) {
      waiting += `${line}\n`;
      if (waiting.length < CHUNK) continue;
      write(waiting);
      waiting = '';
    }
    write(waiting);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return bytes;
}

const FULL = /ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|disk is full/;

const DAMAGED = /SQLITE_CORRUPT|SQLITE_NOTADB/;

/** A file that could not be written, with what to do about it. */
export function unwritable(what: string, file: string, problem: unknown, hint: string): Result<never> {
  const code = problem instanceof Error && 'code' in problem ? `${String(problem.code)}: ` : '';
  const why = problem instanceof Error ? problem.message : String(problem);
  const text = why.startsWith(code) ? why : `${code}${why}`;
  if (DAMAGED.test(text))
    return fail(
      'database.unusable',
      `The database cannot be read: ${text}.`,
      'See what is wrong: llmclis km doctor. Put an earlier backup back: llmclis restore FILE',
    );
  const full = FULL.test(text);
  return fail(
    'database.unusable',
    `${what} ${file} could not be written: ${full ? 'the disk is full' : text}.`,
    full ? `Free some space, or name another place. ${hint}` : hint,
  );
}
