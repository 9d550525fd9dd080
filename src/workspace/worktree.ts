import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { findDependencies, type Linked, linkDependencies } from './dependencies.ts';
import { TEMPORARY_PREFIX } from './file-bytes.ts';
import { type Git, gitIn, splitZ } from './git.ts';
import { isInside, realOrNull } from './paths.ts';
import { excludedBySetup, excludeWhatIsNew } from './setup-files.ts';
import { fillSubmodules } from './submodules.ts';
import type { Worktree } from './tree.ts';

/** What worktrees share: the repository they are of, and where they may be. */
export type Grounds = {
  readonly root: string;
  /** Real path of the folder all worktrees share (`.git` of the main one). */
  readonly common_dir: string;
  readonly git: Git;
  readonly env: Readonly<Record<string, string>>;
  /** The only folder in which worktrees are made and removed. */
  readonly worktrees: string;
  readonly link: readonly string[] | null;
  /** The checkout that dependencies and submodules are taken from, when it is another one. */
  readonly lender?: { readonly root: string; readonly git: Git };
};

export type OpenedWorktree = Worktree &
  Linked & {
    readonly kept: boolean;
    /** Commit it stands on. */
    readonly base: string;
    /** Git's own folder for it. */
    readonly admin: string;
    /** Folders of submodules: filled, and not part of the work. */
    readonly submodules: readonly string[];
  };

/**
 * Holds the commit that the worktree stands on. Written last: a worktree without it was never finished. In git's own folder for
 * the worktree, where no sandboxed command writes.
 */
const READY = 'llmclis-ready';
const INDEX = 'llmclis-index';
const EXCLUDE = 'llmclis-exclude';

/** Opens the worktree at `path`: as it is when it is whole (and `fresh` is false), else made anew on `base`. */
export async function openWorktree(
  grounds: Grounds,
  options: {
    readonly path: string;
    readonly base: string;
    readonly fresh: boolean;
    readonly prepare?: (worktree: OpenedWorktree) => Promise<Result<boolean>>;
  },
): Promise<Result<OpenedWorktree>> {
  const place = await placeOf(grounds, options.path);
  if (!place.ok) return place;
  const root = place.value;
  const there = options.fresh ? null : await wholeWorktree(grounds, root);
  if (there !== null) {
    // Whatever a command wrote into `.git`, it is ours to say which repository this folder belongs to.
    await rm(join(root, '.git'), { recursive: true, force: true });
    await writeFile(join(root, '.git'), `gitdir: ${there}\n`);
    const base = (await readFile(join(there, READY), 'utf8')).trim();
    const opened = await equip(grounds, { root, admin: there, base, kept: true });
    if (!opened.ok) return opened;
    const stood = await standOn(opened.value, base);
    return stood.ok ? opened : stood;
  }
  const removed = await removeWorktree(grounds, root);
  if (!removed.ok) return removed;
  const add = () => grounds.git(['worktree', 'add', '--detach', '--force', root, `${options.base}^{commit}`]);
  const first = await add();
  // What a try that another run's worktree got in the way of has left is taken away.
  const cleared = first.ok ? first : await removeWorktree(grounds, root);
  const added = first.ok || !cleared.ok ? first : await add();
  if (!added.ok) return added;
  const admin = await adminFolder(grounds, root);
  if (admin === null)
    return fail('git.failed', `git made no worktree at ${root}.`, 'Run git worktree list to see what is there.');
  await copyFile(join(admin, 'index'), join(admin, INDEX));
  const head = await grounds.git(['--git-dir', admin, 'rev-parse', 'HEAD']);
  if (!head.ok) return head;
  const base = head.value.stdout.trim();
  const opened = await equip(grounds, { root, admin, base, kept: false });
  if (!opened.ok) return opened;
  const prepared = options.prepare === undefined ? ok(true) : await options.prepare(opened.value);
  if (!prepared.ok) return prepared;
  const left = await excludeWhatIsNew(opened.value, join(admin, EXCLUDE));
  if (!left.ok) return left;
  if (prepared.value) await writeBase(admin, base);
  return opened;
}

async function writeBase(admin: string, base: string): Promise<void> {
  await writeFile(join(admin, `${READY}.new`), `${base}\n`);
  await rename(join(admin, `${READY}.new`), join(admin, READY));
}

/** Makes `commit` what git in the worktree compares with; the files stay, and so does our own index. */
async function standOn(worktree: Pick<OpenedWorktree, 'git' | 'admin'>, commit: string): Promise<Result<void>> {
  // The index is made anew: entries in it may be marked as never changed.
  for (const name of ['index.lock', 'HEAD.lock', 'index']) await rm(join(worktree.admin, name), { force: true });
  const head = await worktree.git(['update-ref', '--no-deref', 'HEAD', commit]);
  if (!head.ok) return head;
  const index = await worktree.git(['read-tree', commit]);
  if (!index.ok) return index;
  // Exit 1 says that some files differ from the commit, which is the work.
  const refreshed = await worktree.git(['update-index', '-q', '--refresh'], { accept: [0, 1] });
  return refreshed.ok ? ok(undefined) : refreshed;
}

/** From now on the worktree stands on `commit`; its files stay as they are. */
export async function moveBase(worktree: OpenedWorktree, commit: string): Promise<Result<void>> {
  const found = await worktree.git(['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`]);
  if (!found.ok) return found;
  const stood = await standOn(worktree, found.value.stdout.trim());
  if (stood.ok) await writeBase(worktree.admin, found.value.stdout.trim());
  return stood;
}

/** The real path of a worktree-to-be; its parent is made. Anything outside the worktrees folder is refused. */
async function placeOf(grounds: Grounds, path: string): Promise<Result<string>> {
  await mkdir(dirname(path), { recursive: true });
  const worktrees = await realpath(grounds.worktrees);
  const root = join(await realpath(dirname(path)), basename(path));
  if (!isInside(worktrees, dirname(root)) || isInside(grounds.root, root)) {
    return fail(
      'input.invalid',
      `A worktree at ${path} is refused: worktrees are kept under ${worktrees}.`,
      'Set LLMCLIS_HOME to a folder outside the project.',
    );
  }
  return ok(root);
}

/** Git's own folder for the worktree at `root`, found from the repository's side. */
async function adminFolder(grounds: Grounds, root: string): Promise<string | null> {
  const all = join(grounds.common_dir, 'worktrees');
  for (const name of await readdir(all).catch(() => [])) {
    const pointer = await readFile(join(all, name, 'gitdir'), 'utf8').catch(() => '');
    if (resolve(all, name, pointer.trim()) === join(root, '.git')) return join(all, name);
  }
  return null;
}

async function wholeWorktree(grounds: Grounds, root: string): Promise<string | null> {
  const info = await lstat(root).catch(() => null);
  const admin = info?.isDirectory() ? await adminFolder(grounds, root) : null;
  if (admin === null) return null;
  return [READY, INDEX, 'HEAD', 'commondir'].every(name => existsSync(join(admin, name))) ? admin : null;
}

/** Removes a worktree, or what is left of one. Never removes anything outside the worktrees folder, nor through a link. */
export async function removeWorktree(grounds: Grounds, path: string): Promise<Result<void>> {
  const place = await placeOf(grounds, path);
  if (!place.ok) return place;
  const root = place.value;
  const admin = await adminFolder(grounds, root);
  const info = await lstat(root).catch(() => null);
  try {
    // Moved away first: a kill in the middle leaves no folder that looks like a worktree.
    const doomed = join(dirname(root), `.removing-${basename(root)}`);
    if (info !== null) {
      await removeFolder(doomed);
      await rename(root, doomed);
    }
    await removeFolder(doomed);
    if (admin !== null) await rm(admin, { recursive: true, force: true });
  } catch (error) {
    return fail('git.failed', `The worktree ${root} cannot be removed: ${String(error)}`, `Remove it by hand: ${root}`);
  }
  // No `git worktree prune`: it takes away what another run's `git worktree add` is just making.
  return ok(undefined);
}

async function removeFolder(path: string): Promise<void> {
  const removed = await rm(path, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
  if (removed) return;
  await makeWritable(path);
  await rm(path, { recursive: true, force: true });
}

/** Folders without write permission (module caches, test fixtures) cannot be emptied. */
async function makeWritable(folder: string): Promise<void> {
  if (!(await lstat(folder)).isDirectory()) return;
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}

async function equip(
  grounds: Grounds,
  made: Pick<OpenedWorktree, 'root' | 'admin' | 'base' | 'kept'>,
): Promise<Result<OpenedWorktree>> {
  const { root, admin } = made;
  const lender = grounds.lender ?? grounds;
  const paths = await findDependencies(lender.git, lender.root, grounds.link);
  if (!paths.ok) return paths;
  const exclude = join(admin, EXCLUDE);
  const git = gitIn(root, grounds.env, ['--git-dir', admin, '--work-tree', root, '-c', `core.excludesFile=${exclude}`]);
  const index = join(admin, INDEX);
  const tracked = await trackedAmong(git, index, paths.value);
  if (!tracked.ok) return tracked;
  const { linked, targets } = await linkDependencies({
    repository: lender.root,
    worktree: root,
    paths: paths.value,
    tracked: path => tracked.value.some(file => file === path || file.startsWith(`${path}/`)),
  });
  await writeFile(exclude, `${await excludeText(grounds, linked)}${await excludedBySetup(admin)}`);
  const place = { source: lender.root, worktree: root, env: grounds.env, temp: admin };
  const submodules = await fillSubmodules(place, git, index);
  if (!submodules.ok) return submodules;
  return ok({ ...made, git, index, temp: admin, linked, targets, submodules: submodules.value });
}

async function trackedAmong(git: Git, index: string, paths: readonly string[]): Promise<Result<string[]>> {
  if (paths.length === 0) return ok([]);
  const listed = await git(['--literal-pathspecs', 'ls-files', '-z', '--', ...paths], {
    env: { GIT_INDEX_FILE: index },
  });
  return listed.ok ? ok(splitZ(listed.value.stdout)) : listed;
}

/** The person's own list of ignored files goes on working, and these are added to it. */
async function excludeText(grounds: Grounds, linked: readonly string[]): Promise<string> {
  const configured = await grounds.git(['config', '--type=path', '--get', 'core.excludesFile'], { accept: [0, 1] });
  const configFolder = grounds.env.XDG_CONFIG_HOME ?? join(grounds.env.HOME ?? '/', '.config');
  const file = (configured.ok && configured.value.stdout.trim()) || join(configFolder, 'git/ignore');
  const own = (await realOrNull(file)) === null ? '' : await readFile(file, 'utf8').catch(() => '');
  const ours = linked.map(path => `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`);
  return `${own}\n${[...ours, `${TEMPORARY_PREFIX}*`, '__pycache__/', '*.py[co]'].join('\n')}\n`;
}
