import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { err, ok, type Result } from '../core/failure.ts';

/** Bytes of a file that a check reads; larger ones are refused with their size. */
export const MAX_BYTES = 2_000_000;
const MAX_FILES = 20_000;
/** Names looked at for one glob. */
const MAX_NAMES = 500_000;
/** Never part of what a glob finds, unless it names them. */
const SKIPPED = ['.git', 'node_modules', '.venv', 'venv'];

export type Found =
  | { readonly kind: 'nothing' | 'folder' | 'other' }
  | { readonly kind: 'file'; readonly absolute: string; readonly bytes: number }
  | { readonly kind: 'refused'; readonly because: string };

/** Is this a path inside the project? Null, or why not. */
export function refusal(path: string): string | null {
  const parts = path.split('/');
  if (path.includes('\0')) return 'it contains a NUL character';
  if (/^(?:[\\/~]|[a-z]:)/i.test(path) || parts.includes('..')) return 'it leads out of the project';
  return parts.some(part => /^\.git[ .]*$/i.test(part)) ? 'it leads into .git' : null;
}

/** What is at a path. Links are followed as long as they stay in the project. */
export async function lookAt(root: string, path: string): Promise<Found> {
  const because = refusal(path);
  if (because !== null) return { kind: 'refused', because };
  const given = join(root, path);
  const real = await realpath(given).catch(() => null);
  if (real === null) {
    const link = await lstat(given).catch(() => null);
    return link === null ? { kind: 'nothing' } : { kind: 'refused', because: 'it is a link that leads nowhere' };
  }
  const base = await realpath(root);
  if (real !== base && !real.startsWith(`${base}/`))
    return { kind: 'refused', because: 'it leads out of the project through a link' };
  if (real.startsWith(`${base}/.git/`)) return { kind: 'refused', because: 'it leads into .git through a link' };
  const info = await lstat(real).catch(() => null);
  if (info === null) return { kind: 'nothing' };
  if (info.isDirectory()) return { kind: 'folder' };
  return info.isFile() ? { kind: 'file', absolute: real, bytes: info.size } : { kind: 'other' };
}

/** What is there, in words. */
export function inWords(found: Found): string {
  switch (found.kind) {
    case 'nothing':
      return 'there is nothing at that path.';
    case 'folder':
      return 'it is a folder.';
    case 'other':
      return 'it is neither a file nor a folder.';
    case 'file':
      return `a file of ${found.bytes} bytes.`;
    case 'refused':
      return `${found.because}.`;
  }
}

/** The text of a file, or in words why there is none. A BOM is left out, line ends are `\n`. */
export async function readText(root: string, path: string): Promise<Result<string, string>> {
  const found = await lookAt(root, path);
  if (found.kind !== 'file') return err(inWords(found));
  if (found.bytes > MAX_BYTES) return err(`it has ${found.bytes} bytes, and at most ${MAX_BYTES} are read.`);
  const bytes = await bytesOf(found.absolute);
  if (bytes === null) return err('it cannot be read.');
  const text = textOf(bytes);
  return text === null ? err(`it is no text (${bytes.length} bytes, not UTF-8).`) : ok(text);
}

/** Neither a link nor a pipe that took the file's place meanwhile is opened. */
async function bytesOf(absolute: string): Promise<Buffer | null> {
  const file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    return await file.readFile();
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

export function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return null;
  }
}

export type Listed = { readonly path: string; readonly bytes: number };

/**
 * The regular files that a path or glob names, sorted, ignored ones (build outputs) included. Links are not followed, and
 * `node_modules` and its like are left out unless the glob begins with them. The error says in words why there are none.
 */
export async function filesMatching(root: string, glob: string): Promise<Result<readonly Listed[], string>> {
  const scanned = picomatch.scan(glob);
  const because = refusal(scanned.base);
  if (because !== null) return err(`${because}.`);
  const base = scanned.isGlob ? scanned.base : glob.replace(/\/+$/, '');
  const top = base === '' ? { kind: 'folder' as const } : await lookAt(root, base);
  if (top.kind === 'file') return ok([{ path: base, bytes: top.bytes }]);
  if (top.kind === 'nothing') return ok([]);
  if (top.kind !== 'folder') return err(inWords(top));
  const matches = scanned.isGlob ? picomatch(glob, { dot: true }) : () => true;
  const files: Listed[] = [];
  const folders = [base];
  let names = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])) {
      if (++names > MAX_NAMES) return err(`there are more than ${MAX_NAMES} files and folders.`);
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.includes(entry.name)) folders.push(path);
      if (!entry.isFile() || entry.name === '.git' || !matches(path)) continue;
      const info = await lstat(join(root, path)).catch(() => null);
      if (info?.isFile()) files.push({ path, bytes: info.size });
      if (files.length > MAX_FILES) return err(`more than ${MAX_FILES} files match.`);
    }
  }
  return ok(files.toSorted((one, other) => (one.path < other.path ? -1 : 1)));
}

/** Does a path match one of these globs (parted by spaces)? A glob without `/` is about the name alone. */
export function matcherOf(globs: string): (path: string) => boolean {
  const list = globs.split(/\s+/).filter(glob => glob !== '');
  const matchers = list.map(glob => picomatch(glob, { dot: true, basename: !glob.includes('/') }));
  return path => matchers.some(matches => matches(path));
}
