import { copyFile, link, lstat, mkdir, readlink, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { type Change, foreignFiles, lookAt, type OnDisk } from './working-copy.ts';

export type Step = Change & { readonly disk: OnDisk; readonly at: 'before' | 'after' };

export const conflict = (message: string): Result<never> =>
  fail(
    'git.conflict',
    message,
    'Commit, stash or move your own changes to these files, then run the same command again.',
  );

type Move = { readonly root: string; readonly staged: string };

/**
 * Moves the staged files over those of the working copy, and removes what is to go. Each file is exchanged in one step. What cannot
 * be done (a file that may not be replaced, one that a person wrote meanwhile) takes back what was done before it.
 */
export async function moveFiles(root: string, staged: string, steps: readonly Step[]): Promise<Result<void>> {
  const move = { root, staged };
  const open = steps.filter(step => step.at === 'before');
  for (const step of open) {
    const now = await lookAt(root, step.path, () => true);
    if (now.stamp !== step.disk.stamp || now.kind !== step.disk.kind) return changedMeanwhile(step.path);
  }
  const gone = open.filter(step => step.after === null);
  const begun: Step[] = [];
  for (const step of [...gone, ...open.filter(step => step.after !== null)]) {
    begun.push(step);
    const done = await exchange(move, step).catch((error: NodeJS.ErrnoException) => error);
    if (!(done instanceof Error)) continue;
    const left = await takeBack(move, begun);
    const rest = left.length === 0 ? '' : ` These are changed already: ${left.join(', ')}.`;
    if (done.code === 'EEXIST') return changedMeanwhile(`${step.path}${rest}`);
    return conflict(`${step.path} cannot be replaced in your working copy: ${done.message}.${rest}`);
  }
  return ok(undefined);
}

const changedMeanwhile = (what: string): Result<never> => conflict(`${what} was changed meanwhile.`);

const keptName = ({ staged }: Move, path: string): string => join(staged, 'kept', path);

async function exchange(move: Move, step: Step): Promise<void> {
  const target = join(move.root, step.path);
  if (step.disk.kind === 'file') await keep(move, step.path);
  if (step.after === null) {
    await rm(target, { force: true });
    return removeEmptyFolders(move.root, dirname(step.path));
  }
  await mkdir(dirname(target), { recursive: true });
  if ((await lstat(target).catch(() => null))?.isDirectory()) await removeEmptyTree(move.root, step.path);
  await moveInto(join(move.staged, 'files', step.path), target, step.disk.kind === 'file');
}

/** A second name for a file, by which it is found again. */
async function keep(move: Move, path: string): Promise<void> {
  const kept = keptName(move, path);
  await mkdir(dirname(kept), { recursive: true });
  await link(join(move.root, path), kept).catch(() => copyEntry(join(move.root, path), kept));
}

/** Puts the files of the begun steps back, the last one first. The answer names those for which that failed. */
async function takeBack(move: Move, begun: readonly Step[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { path, disk, after } of begun.toReversed()) {
    const target = join(move.root, path);
    const isNew = after !== null && disk.kind !== 'file';
    // A staged file that is gone has been moved: only then the one in its place is ours.
    const isOurs = isNew && (await lstat(join(move.staged, 'files', path)).catch(() => null)) === null;
    const done = isNew ? isOurs && removeNew(move, path) : putBack(keptName(move, path), target);
    await Promise.resolve(done).catch(() => left.push(path));
  }
  return left;
}

async function removeNew({ root }: Move, path: string): Promise<void> {
  await rm(join(root, path), { force: true });
  await removeEmptyFolders(root, dirname(path));
}

async function putBack(kept: string, target: string): Promise<void> {
  const [from, to] = [await lstat(kept).catch(() => null), await lstat(target).catch(() => null)];
  // The very same file: it was never exchanged.
  if (from === null || (to !== null && from.ino === to.ino && from.dev === to.dev)) return;
  await mkdir(dirname(target), { recursive: true });
  await moveInto(kept, target, true);
}

/** In one step; where nothing is to be replaced, nothing is. */
async function moveInto(from: string, to: string, replaces: boolean): Promise<void> {
  const otherDisk = (error: NodeJS.ErrnoException): boolean => {
    if (error.code === 'EXDEV' || (!replaces && error.code === 'EPERM')) return true;
    throw error;
  };
  const isFar = replaces
    ? await rename(from, to).then(() => false, otherDisk)
    : await link(from, to).then(() => rm(from).then(() => false), otherDisk);
  if (!isFar) return;
  // The git folder is on another disk.
  const beside = join(dirname(to), '.llmclis-tmp-moved');
  await rm(beside, { force: true });
  await copyEntry(from, beside);
  await rename(beside, to);
  await rm(from, { force: true });
}

async function copyEntry(from: string, to: string): Promise<void> {
  const info = await lstat(from);
  if (info.isSymbolicLink()) await symlink(await readlink(from), to);
  else await copyFile(from, to);
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.'; at = dirname(at)) {
    const isRemoved = await rmdir(join(root, at)).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}

/** A folder left without files (only empty folders in it) gives way to a file. */
async function removeEmptyTree(root: string, path: string): Promise<void> {
  if ((await foreignFiles(root, path, new Set())).length === 0)
    await rm(join(root, path), { recursive: true, force: true });
}
