import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { isInside, realOrNull } from './paths.ts';

/** What linking one worktree knows and collects. */
export type Linking = {
  /** The repository's root as given and as it really is: both may be written in files. */
  readonly roots: readonly string[];
  /** Real root of the repository. */
  readonly source: string;
  readonly worktree: string;
  /** Real paths of the dependency folders (and files) that are linked. */
  readonly sources: readonly string[];
  /** Collects real paths that links lead to. */
  readonly targets: Set<string>;
};

const MAX_COPIED_BYTES = 1_000_000;

/** Makes `path` a link to `target`. What a tool put there itself stays; a link of ours that leads elsewhere is renewed. */
export async function putLink(path: string, target: string): Promise<void> {
  const info = await lstat(path).catch(() => null);
  if (info?.isSymbolicLink()) {
    if ((await readlink(path)) === target) return;
    await rm(path);
  } else if (info !== null) return;
  await symlink(target, path);
}

/** Makes a folder and refuses to go through a link: it would write where the link leads. */
export async function putFolder(path: string): Promise<void> {
  const info = await lstat(path).catch(() => null);
  if (info !== null && !info.isDirectory()) await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
}

/** Removes links in a linked folder whose originals are gone. */
export async function dropStaleLinks(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && (await realOrNull(path)) === null) await rm(path);
  }
}

/**
 * Links one entry. A link into the repository's own sources (a workspace package, an editable install) becomes a link to the same
 * path of the worktree; everything else leads to the original.
 */
export async function linkEntry(from: string, to: string, linking: Linking): Promise<void> {
  const info = await lstat(from);
  if (!info.isSymbolicLink()) return putLink(to, from);
  const real = await realOrNull(from);
  if (real === null) return;
  const own = await ownPath(real, linking);
  if (own !== null) return putLink(to, own);
  const aim = resolve(dirname(from), await readlink(from));
  const isOwn = isInside(linking.source, aim) && !linking.sources.some(folder => isInside(folder, aim));
  // The repository's own file is a link that leads out: it leads where the worktree's does, and nothing more is shown.
  if (isOwn && !isInside(linking.source, real))
    return putLink(to, join(linking.worktree, relative(linking.source, aim)));
  addTarget(real, linking);
  return putLink(to, from);
}

/** The worktree's path for one of the repository's own files or folders; null for anything else, or when the worktree lacks it. */
async function ownPath(real: string, linking: Linking): Promise<string | null> {
  if (!isInside(linking.source, real) || linking.sources.some(folder => isInside(folder, real))) return null;
  if (isInside(join(linking.source, '.git'), real)) return null;
  const path = join(linking.worktree, relative(linking.source, real));
  return (await stat(path).catch(() => null)) === null ? null : path;
}

/** Remembers where a link leads, unless that is inside something linked already or part of the system. */
export function addTarget(real: string, linking: Linking): void {
  const known = [...linking.sources, ...linking.targets, '/usr', '/bin', '/lib', '/opt'];
  if (!known.some(folder => isInside(folder, real))) linking.targets.add(real);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A text with the repository's root replaced by the worktree's; null when it does not name the root. */
export function movedText(text: string, linking: Pick<Linking, 'roots' | 'worktree'>): string | null {
  const longest = [...linking.roots].sort((a, b) => b.length - a.length).map(escaped);
  const moved = text.replace(new RegExp(`(?:${longest.join('|')})(?![\\w.-])`, 'g'), () => linking.worktree);
  return moved === text ? null : fitShebang(moved);
}

/** The kernel cuts a first line at 127 bytes and at the first space: such a Python is started through the shell instead. */
function fitShebang(text: string): string {
  const line = /^#!(\/.*\/python[\w.]*)(?: [^\n]*)?\n/.exec(text);
  const interpreter = line?.[1];
  if (line === null || interpreter === undefined) return text;
  if (Buffer.byteLength(interpreter) <= 120 && !interpreter.includes(' ')) return text;
  return `#!/bin/sh\n'''exec' "${interpreter}" "$0" "$@"\n' '''\n${text.slice(line[0].length)}`;
}

/** Copies a text file that names the repository's root, with the worktree's in its place; links any other. */
export async function copyMovedOrLink(from: string, to: string, linking: Linking): Promise<void> {
  const info = await lstat(from);
  if (!info.isFile() || info.size > MAX_COPIED_BYTES) return linkEntry(from, to, linking);
  const bytes = await readFile(from);
  const moved = bytes.includes(0) ? null : movedText(bytes.toString('utf8'), linking);
  if (moved === null) return linkEntry(from, to, linking);
  await putFolder(dirname(to));
  await rm(to, { force: true });
  await writeFile(to, moved);
  await chmod(to, info.mode & 0o777);
}
