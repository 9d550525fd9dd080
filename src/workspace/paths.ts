import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';

/** True when `path` is `folder` or inside it; both absolute and without symbolic links. */
export const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** The real path, or null when nothing is there (or a link leads nowhere). */
export const realOrNull = (path: string): Promise<string | null> => realpath(path).catch(() => null);

const LEADS_INTO_GIT = 'leads into .git, which belongs to git alone';
const HINT = 'Give a path relative to the project’s root, such as src/index.js.';
const refuse = (path: string, why: string): Result<never> =>
  fail('input.invalid', `The path ${JSON.stringify(path)} ${why}.`, HINT);

/**
 * `.git` in any case, also in the spellings that other file systems take for it: signs that HFS+ leaves out, the dots, spaces and
 * streams that NTFS does, its short names, wide letters.
 */
function isGitName(part: string): boolean {
  const plain = part.normalize('NFKC').replace(/\p{Cf}|\u034f/gu, '');
  return /^(?:\.git[ .]*|git~\d+)(?::.*)?$/i.test(plain);
}

/**
 * Checks the words of a path given by a model and returns it normalised: relative, with `/`, without `.` parts; '' is the root.
 * Refused: NUL, absolute, `..`, `.git`.
 */
export function normalisePath(root: string, path: string): Result<string> {
  if (path.includes('\0')) return refuse(path, 'contains a NUL character');
  if (isAbsolute(path) || /^[a-z]:[\\/]/i.test(path) || path.startsWith('\\\\')) {
    const inside = isInside(root, path) ? `; here it would be ${JSON.stringify(relative(root, path) || '.')}` : '';
    return refuse(path, `is absolute, and only paths inside the project are allowed${inside}`);
  }
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.some(part => part.split('\\').some(isGitName))) return refuse(path, LEADS_INTO_GIT);
  if (parts.includes('..')) return refuse(path, 'contains "..", and only paths inside the project are allowed');
  return ok(parts.join('/'));
}

export type Place = {
  /** Absolute path without symbolic links in it (its last parts may not exist yet). */
  readonly absolute: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
};

/**
 * Where a path really leads. Symbolic links are followed as long as they stay inside `root` (or lead into one of `allowed`,
 * for reading linked dependencies); a link out, or to nothing, is an `err`.
 */
export async function locate(root: string, given: string, allowed: readonly string[] = []): Promise<Result<Place>> {
  const normal = normalisePath(root, given);
  if (!normal.ok) return normal;
  const parts = normal.value === '' ? [] : normal.value.split('/');
  for (let count = parts.length; count >= 0; count--) {
    const existing = join(root, ...parts.slice(0, count));
    const real = await realOrNull(existing);
    if (real === null) {
      const link = await lstat(existing).catch(() => null);
      if (link?.isSymbolicLink()) return refuse(given, 'is a symbolic link that leads nowhere');
      continue;
    }
    const absolute = join(real, ...parts.slice(count));
    if (!isInside(root, real)) {
      if (allowed.some(folder => isInside(folder, real))) return ok({ absolute, path: normal.value });
      return refuse(given, 'leads out of the project through a symbolic link');
    }
    const path = relative(root, absolute).split(sep).join('/');
    const again = normalisePath(root, path);
    return again.ok ? ok({ absolute, path }) : refuse(given, 'leads into .git through a symbolic link');
  }
  return fail('input.not_found', `The folder ${root} is not there.`, 'Open the workspace again.');
}
