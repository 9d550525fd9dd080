import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, type Result } from '../core/failure.ts';
import { type Git, splitZ } from './git.ts';
import { withTemporaryIndex } from './index-file.ts';

/** One path that differs between two trees; null where a side has nothing. Keys are `mode id`. */
export type Change = { readonly path: string; readonly before: string | null; readonly after: string | null };

/** Paths that differ between two trees, folders opened, renames as two changes. */
export async function changedPaths(git: Git, from: string, to: string): Promise<Result<Change[]>> {
  const diff = await git(['diff-tree', '-r', '--raw', '--no-renames', '--no-abbrev', '-z', from, to]);
  if (!diff.ok) return diff;
  const parts = splitZ(diff.value.stdout);
  const changes: Change[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [before = '', after = '', beforeId = '', afterId = ''] = (parts[at] ?? '').slice(1).split(' ');
    const key = (mode: string, id: string) => (/^0+$/.test(mode) ? null : `${mode} ${id}`);
    changes.push({ path: parts[at + 1] ?? '', before: key(before, beforeId), after: key(after, afterId) });
  }
  return ok(changes);
}

/** Index entries of some paths: `mode id`, or why the entry cannot be judged. */
export async function indexEntries(
  git: Git,
  env: Record<string, string>,
  paths: ReadonlySet<string>,
): Promise<Result<Map<string, string>>> {
  const staged = await git(['ls-files', '-s', '-z'], { env });
  if (!staged.ok) return staged;
  const flags = await git(['ls-files', '-v', '-z'], { env });
  if (!flags.ok) return flags;
  const entries = new Map<string, string>();
  for (const line of splitZ(staged.value.stdout)) {
    const path = line.slice(line.indexOf('\t') + 1);
    if (!paths.has(path)) continue;
    const [mode = '', id = '', stage = ''] = line.slice(0, line.indexOf('\t')).split(' ');
    entries.set(path, stage === '0' ? `${mode} ${id}` : 'unmerged');
  }
  // An entry outside a sparse checkout: its file is not there, and not deleted either.
  for (const line of splitZ(flags.value.stdout))
    if (/^[Ss] /.test(line) && paths.has(line.slice(2))) entries.set(line.slice(2), 'sparse');
  return ok(entries);
}

/** The folders that a path is in, the nearest first. */
export function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}

/** What is on disk at a path, with the times that tell whether it changed since. */
export type OnDisk = { readonly kind: 'nothing' | 'file' | 'folder' | 'in-the-way'; readonly stamp: string };

/**
 * Looks at a path without following links on the way: a link or a file where a folder should be is `in-the-way`, unless
 * `replaced` says that it is one of the changed paths, which is judged for itself.
 */
export async function lookAt(root: string, path: string, replaced: (path: string) => boolean): Promise<OnDisk> {
  for (const parent of parentsOf(path)) {
    const info = await lstat(join(root, parent)).catch(() => null);
    // Another repository of the person's begins there.
    if (info?.isDirectory() && existsSync(join(root, parent, '.git'))) return { kind: 'in-the-way', stamp: '' };
    if (info !== null && !info.isDirectory()) return { kind: replaced(parent) ? 'nothing' : 'in-the-way', stamp: '' };
  }
  const info = await lstat(join(root, path)).catch(() => null);
  if (info === null) return { kind: 'nothing', stamp: '' };
  if (info.isDirectory()) return { kind: 'folder', stamp: '' };
  const stamp = `${info.ino} ${info.size} ${info.mtimeMs} ${info.ctimeMs} ${info.mode}`;
  return { kind: info.isFile() || info.isSymbolicLink() ? 'file' : 'in-the-way', stamp };
}

/** Files in a folder of the working copy that are not among the changed paths: a person's, in the way of a file. */
export async function foreignFiles(root: string, folder: string, changed: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await foreignFiles(root, path, changed)));
    else if (!changed.has(path)) found.push(path);
  }
  return found;
}

/** `mode id` of files as git would store them (filters, links and the executable bit as the repository is set). */
export async function diskEntries(
  git: Git,
  temp: string,
  tree: string,
  paths: readonly string[],
): Promise<Result<Map<string, string>>> {
  if (paths.length === 0) return ok(new Map());
  return withTemporaryIndex(temp, async index => {
    const env = { GIT_INDEX_FILE: index };
    const read = await git(['read-tree', tree], { env });
    if (!read.ok) return read;
    const input = paths.map(path => `${path}\0`).join('');
    const added = await git(['update-index', '--add', '--replace', '-z', '--stdin'], { env, input });
    if (!added.ok) return added;
    return indexEntries(git, env, new Set(paths));
  });
}
