import { existsSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { addTarget, copyMovedOrLink, dropStaleLinks, type Linking, linkEntry, putFolder, putLink } from './links.ts';
import { isInside, realOrNull } from './paths.ts';

export const isVenv = (folder: string): boolean => existsSync(join(folder, 'pyvenv.cfg'));

/**
 * Links a Python virtual environment: real folders down to site-packages, links to what is in them. Files that say where the
 * project is (first lines of programs, activate, `.pth`, finders of editable installs) are copied with the worktree's path, so
 * that the worktree's own sources are imported.
 */
export async function linkVenv(from: string, to: string, linking: Linking): Promise<void> {
  await putFolder(to);
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const info = await lstat(source);
    if (info.isSymbolicLink()) await linkInside(source, target, from, linking);
    else if (info.isDirectory() && /^(?:bin|scripts)$/i.test(name)) await linkPrograms(source, target, from, linking);
    else if (info.isDirectory() && /^lib(?:64)?$/i.test(name)) await linkLibrary(source, target, linking);
    else await copyMovedOrLink(source, target, linking);
  }
  await dropStaleLinks(to);
}

/** A link that stays inside the environment keeps its words: `lib64 → lib`, `python → python3`. */
async function linkInside(from: string, to: string, venv: string, linking: Linking): Promise<void> {
  const words = await readlink(from);
  if (!isAbsolute(words) && isInside(venv, resolve(dirname(from), words))) return putLink(to, words);
  const real = await realOrNull(from);
  if (real === null) return;
  if (/^python/.test(from.slice(from.lastIndexOf('/') + 1))) {
    // The interpreter's installation, by its real name and by the one that pyvenv.cfg may use.
    const first = resolve(dirname(from), words);
    for (const program of [real, first]) {
      const installation = dirname(dirname(program));
      if (installation !== '/' && installation !== dirname(installation)) addTarget(installation, linking);
    }
    return putLink(to, first);
  }
  return linkEntry(from, to, linking);
}

async function linkPrograms(from: string, to: string, venv: string, linking: Linking): Promise<void> {
  await putFolder(to);
  for (const name of await readdir(from)) {
    const source = join(from, name);
    if (name === '__pycache__') continue;
    if ((await lstat(source)).isSymbolicLink()) await linkInside(source, join(to, name), venv, linking);
    else await copyMovedOrLink(source, join(to, name), linking);
  }
}

/** `lib/python3.x/site-packages` (`Lib/site-packages` on Windows): real folders on the way, anything beside it linked. */
async function linkLibrary(from: string, to: string, linking: Linking): Promise<void> {
  await putFolder(to);
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const isFolder = (await lstat(source)).isDirectory();
    if (isFolder && name === 'site-packages') await linkSitePackages(source, target, linking);
    else if (isFolder && /^(?:python|pypy)[\d.]+/.test(name)) await linkLibrary(source, target, linking);
    else await linkEntry(source, target, linking);
  }
}

async function linkSitePackages(from: string, to: string, linking: Linking): Promise<void> {
  await putFolder(to);
  for (const name of await readdir(from)) {
    if (name === '__pycache__') continue;
    const saysWhere = /\.(?:pth|egg-link)$/.test(name) || name.startsWith('__editable__');
    const link = saysWhere ? copyMovedOrLink : linkEntry;
    await link(join(from, name), join(to, name), linking);
  }
  await dropStaleLinks(to);
}
