import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { describeBytes } from './describe.ts';
import type { Place } from './paths.ts';

/** Larger files are not shown or edited whole. */
const MAX_BYTES = 5_000_000;
/** Our own half-written files begin like this: git is told to ignore them. */
export const TEMPORARY_PREFIX = '.llmclis-tmp-';

export type FileBytes = { readonly bytes: Buffer; readonly mode: number };

/**
 * The bytes of a regular file, null when there is none. The last part of the path is not followed when it is a link, and nothing
 * that could make a reader wait (a pipe, a device) is opened. Errors: `input.invalid` that says what is there instead.
 */
export async function bytesAt(place: Place): Promise<Result<FileBytes | null>> {
  const name = place.path || '.';
  const info = await lstat(place.absolute).catch((error: NodeJS.ErrnoException) => error);
  if (info instanceof Error) return isGone(info) ? ok(null) : unreadable(name, info);
  const wrong = whatElse(name, info);
  if (wrong !== null) return wrong;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(place.absolute, flags).catch((error: Error) => error);
  if (handle instanceof Error) return unreadable(name, handle);
  try {
    const opened = await handle.stat();
    const other = whatElse(name, opened);
    if (other !== null) return other;
    if (opened.size > MAX_BYTES) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
      return tooLarge(name, opened.size, buffer.subarray(0, bytesRead));
    }
    return ok({ bytes: await handle.readFile(), mode: opened.mode & 0o777 });
  } catch (error) {
    return unreadable(name, error);
  } finally {
    await handle.close();
  }
}

const isGone = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT' || error.code === 'ENOTDIR';

function unreadable(name: string, error: unknown): Result<never> {
  const why = error instanceof Error ? error.message : String(error);
  return fail('input.invalid', `${name} cannot be read: ${why}`, 'Check the permissions of the file: ls -l');
}

/** What is at a path in place of a regular file. */
function whatElse(name: string, info: Stats): Result<never> | null {
  if (info.isFile()) return null;
  if (info.isDirectory())
    return fail('input.invalid', `${name} is a folder, not a file.`, 'Name a file in it; list_files shows them.');
  const kinds: readonly [boolean, string][] = [
    [info.isSymbolicLink(), 'a symbolic link'],
    [info.isFIFO(), 'a named pipe'],
    [info.isSocket(), 'a socket'],
    [info.isCharacterDevice() || info.isBlockDevice(), 'a device'],
  ];
  const kind = kinds.find(([is]) => is)?.[1] ?? 'something else';
  return fail('input.invalid', `${name} is not a regular file: it is ${kind}.`, 'Name a regular file.');
}

function tooLarge(name: string, size: number, start: Buffer): Result<never> {
  const isText = !start.includes(0);
  const { kind, look } = describeBytes(start, name);
  const shown = JSON.stringify(name);
  return fail(
    'input.invalid',
    `${name} is too large to be shown or edited whole: ${size} bytes (${isText && kind === 'binary' ? 'text' : kind}).`,
    isText && kind === 'binary'
      ? `Look at a part of it with a command, such as sed -n '1,200p' ${shown}; change it with a command or a script.`
      : look,
  );
}

/** Writes beside the file and renames over it, so that a kill leaves the old bytes or the new ones, never a part. */
export async function replaceFile(place: Place, bytes: Uint8Array, mode: number | null, name: string): Promise<void> {
  const folder = dirname(place.absolute);
  const temporary = join(folder, `${TEMPORARY_PREFIX}${name}`);
  try {
    await mkdir(folder, { recursive: true });
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', mode ?? 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // The mode given to `open` goes through the umask.
    if (mode !== null) await chmod(temporary, mode);
    await rename(temporary, place.absolute);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
