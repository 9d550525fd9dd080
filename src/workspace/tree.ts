import { readdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { type Git, splitZ } from './git.ts';
import { copyIndex, withTemporaryIndex } from './index-file.ts';
import { isInside } from './paths.ts';

/** What the index work of one worktree needs. */
export type Worktree = {
  /** Real absolute path. */
  readonly root: string;
  /** Git with this worktree's folders given, not found, so that nothing a model writes can point it elsewhere. */
  readonly git: Git;
  /** Our own index: what a command does to the worktree's index changes nothing for us. */
  readonly index: string;
  /** For temporary indexes: on the same disk as `index`, which they replace by a rename. */
  readonly temp: string;
  /** Linked dependency folders: never part of a tree. */
  readonly linked: readonly string[];
};

/** Tree id of the worktree's files. Files of a nested repository count as ordinary files; submodules stay as they were. */
export async function snapshot(worktree: Worktree): Promise<Result<string>> {
  const { temp, index, root } = worktree;
  return withTemporaryIndex(temp, async copy => {
    await copyIndex(index, copy);
    const env = { GIT_INDEX_FILE: copy };
    const listed = await worktree.git(['ls-files', '-s', '-z'], { env });
    if (!listed.ok) return listed;
    const submodules = splitZ(listed.value.stdout).flatMap(line =>
      line.startsWith('160000 ') ? [line.slice(line.indexOf('\t') + 1)] : [],
    );
    const nested = await nestedRepositories(worktree, env);
    if (!nested.ok) return nested;
    // Git would run programs that a nested repository's configuration names, or refuse it: it never looks into one.
    const excludes = [...submodules, ...nested.value].map(path => `:(exclude,literal)${path}`);
    const added = await worktree.git(['add', '-A', '--pathspec-from-file=-', '--pathspec-file-nul'], {
      env,
      input: [':/', ...excludes].join('\0'),
    });
    if (!added.ok) return added;
    const files = await ownFiles(
      root,
      nested.value.filter(path => !submodules.includes(path)),
    );
    const addedNested = await addFiles(worktree, env, files);
    if (!addedNested.ok) return addedNested;
    const without = await dropLinked(worktree, env);
    if (!without.ok) return without;
    const tree = await worktree.git(['write-tree'], { env });
    if (!tree.ok) return tree;
    await rename(copy, index);
    return ok(tree.value.stdout.trim());
  });
}

/** They are ignored by our own list, unless a `.gitignore` says the opposite; and `git add` refuses to exclude what is ignored. */
async function dropLinked(worktree: Worktree, env: Record<string, string>): Promise<Result<void>> {
  if (worktree.linked.length === 0) return ok(undefined);
  const remove = [
    '--literal-pathspecs',
    'rm',
    '-r',
    '-f',
    '-q',
    '--cached',
    '--ignore-unmatch',
    '--',
    ...worktree.linked,
  ];
  const removed = await worktree.git(remove, { env });
  return removed.ok ? ok(undefined) : removed;
}

/** Folders git takes for repositories of their own (made by `git init` in the worktree). */
async function nestedRepositories(worktree: Worktree, env: Record<string, string>): Promise<Result<string[]>> {
  const others = await worktree.git(['ls-files', '-o', '--exclude-standard', '-z'], { env });
  if (!others.ok) return others;
  return ok(splitZ(others.value.stdout).flatMap(path => (path.endsWith('/') ? [path.slice(0, -1)] : [])));
}

/** Every file and link under these folders but git's own, relative to the root. */
export async function ownFiles(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])) {
      if (entry.name.toLowerCase() === '.git') continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) found.push(...(await ownFiles(root, [path])));
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
    }
  }
  return found;
}

async function addFiles(
  worktree: Worktree,
  env: Record<string, string>,
  files: readonly string[],
): Promise<Result<void>> {
  if (files.length === 0) return ok(undefined);
  const input = files.map(path => `${path}\0`).join('');
  const ignored = await worktree.git(['check-ignore', '-z', '--stdin', '--no-index'], { env, input, accept: [0, 1] });
  if (!ignored.ok) return ignored;
  const skip = new Set(splitZ(ignored.value.stdout));
  const wanted = files.filter(path => !skip.has(path)).map(path => `${path}\0`);
  const added = await worktree.git(['update-index', '--add', '--replace', '-z', '--stdin'], {
    env,
    input: wanted.join(''),
  });
  return added.ok ? ok(undefined) : added;
}

/**
 * Makes the files equal to `tree`; what git ignores stays. A file hidden by a `.gitignore` that the tree does not have comes to
 * light once that is gone, hence the rounds. Nested repositories stop being repositories.
 */
export async function reset(worktree: Worktree, tree: string): Promise<Result<void>> {
  for (let round = 0; round < 3; round++) {
    const nested = await nestedRepositories(worktree, { GIT_INDEX_FILE: worktree.index });
    if (!nested.ok) return nested;
    for (const path of nested.value) await removeGitFolder(worktree.root, path);
    const now = await snapshot(worktree);
    if (!now.ok) return now;
    if (now.value === tree) return ok(undefined);
    const done = await checkOut(worktree, tree);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

async function removeGitFolder(root: string, path: string): Promise<void> {
  const folder = await realpath(join(root, path)).catch(() => null);
  // A link on the way would make this remove somebody else's repository.
  if (folder === null || folder !== join(root, path) || !isInside(root, folder) || folder === root) return;
  await rm(join(folder, '.git'), { recursive: true, force: true });
}

async function checkOut(worktree: Worktree, tree: string): Promise<Result<void>> {
  return withTemporaryIndex(worktree.temp, async copy => {
    await copyIndex(worktree.index, copy);
    const read = await worktree.git(['read-tree', '--reset', '-u', tree], { env: { GIT_INDEX_FILE: copy } });
    if (!read.ok) return read;
    await rename(copy, worktree.index);
    return ok(undefined);
  });
}

/** One entry of `git ls-tree -r -z` or `git ls-files -s -z`. */
export type Entry = { readonly mode: string; readonly id: string; readonly path: string };

async function treeEntries(git: Git, tree: string): Promise<Result<Entry[]>> {
  const listed = await git(['ls-tree', '-r', '-z', '--full-tree', tree]);
  if (!listed.ok) return listed;
  return ok(
    splitZ(listed.value.stdout).map(line => {
      const [mode = '', , id = ''] = line.slice(0, line.indexOf('\t')).split(' ');
      return { mode, id, path: line.slice(line.indexOf('\t') + 1) };
    }),
  );
}

const covers = (paths: readonly string[]) => {
  const exact = new Set(paths);
  return (path: string): boolean => {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1))
      if (exact.has(path.slice(0, at))) return true;
    return false;
  };
};

/** Tree with `overlay`'s entries at `paths` (files, or folders with all they hold) in place of `base`'s. */
export async function overlayTrees(
  git: Git,
  temp: string,
  base: string,
  overlay: string,
  paths: readonly string[],
): Promise<Result<string>> {
  const below = await treeEntries(git, base);
  if (!below.ok) return below;
  const above = await treeEntries(git, overlay);
  if (!above.ok) return above;
  const chosen = covers(paths);
  const removed = below.value
    .filter(entry => chosen(entry.path))
    .map(entry => `0 ${'0'.repeat(entry.id.length)}\t${entry.path}\0`);
  const added = above.value
    .filter(entry => chosen(entry.path))
    .map(entry => `${entry.mode} ${entry.id}\t${entry.path}\0`);
  return withTemporaryIndex(temp, async index => {
    const env = { GIT_INDEX_FILE: index };
    const read = await git(['read-tree', base], { env });
    if (!read.ok) return read;
    const put = await git(['update-index', '--add', '--replace', '-z', '--index-info'], {
      env,
      input: [...removed, ...added].join(''),
    });
    if (!put.ok) return put;
    const tree = await git(['write-tree'], { env });
    return tree.ok ? ok(tree.value.stdout.trim()) : tree;
  });
}

/** Makes only `paths` equal to `tree`. */
export async function restore(worktree: Worktree, paths: readonly string[], tree: string): Promise<Result<void>> {
  if (paths.some(path => path === '' || path.startsWith('/'))) {
    return fail(
      'input.invalid',
      'A path to restore is empty or absolute.',
      'Give paths relative to the project’s root.',
    );
  }
  const now = await snapshot(worktree);
  if (!now.ok) return now;
  const wanted = await overlayTrees(worktree.git, worktree.temp, now.value, tree, paths);
  return wanted.ok ? reset(worktree, wanted.value) : wanted;
}
