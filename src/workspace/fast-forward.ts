import { copyFile, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { MergeIntent } from '../core/workspace.ts';
import { moveIndex, type WorkingCopy, withIndexLock } from './person-index.ts';
import {
  type Change,
  changedPaths,
  diskEntries,
  foreignFiles,
  indexEntries,
  lookAt,
  type OnDisk,
} from './working-copy.ts';

type Step = Change & { readonly disk: OnDisk; readonly at: 'before' | 'after' };

const conflict = (message: string): Result<never> =>
  fail(
    'git.conflict',
    message,
    'Commit, stash or move your own changes to these files, then run the same command again.',
  );

/**
 * Moves the checked-out branch and the working copy from `old` to `new`. Each changed path must be as in `old` or as in `new`, on
 * disk and in the index; everything else stays as the person has it. Files change by rename, the index after them, the branch
 * last, so that whatever a kill left is one of the two states and the same call finishes it. Errors: `git.conflict`.
 */
export async function fastForward(copy: WorkingCopy, intent: MergeIntent): Promise<Result<void>> {
  const ref = await copy.git(['rev-parse', '--verify', '-q', intent.ref], { accept: [0, 1] });
  if (!ref.ok) return ref;
  const now = ref.value.stdout.trim();
  if (now === intent.new) return ok(undefined);
  if (now !== (intent.old ?? ''))
    return conflict(`${intent.ref} is at ${now || 'nothing'}, not at ${intent.old ?? 'nothing'}: it moved.`);
  const head = await copy.git(['symbolic-ref', '-q', 'HEAD'], { accept: [0, 1] });
  if (!head.ok) return head;
  if (head.value.stdout.trim() !== intent.ref) {
    return conflict(
      `${intent.ref} is no longer the checked-out branch (${head.value.stdout.trim() || 'HEAD is detached'}).`,
    );
  }
  return withIndexLock(copy, () => moveLocked(copy, intent));
}

async function moveLocked(copy: WorkingCopy, intent: MergeIntent): Promise<Result<void>> {
  const { git, root } = copy;
  const empty = await git(['hash-object', '-t', 'tree', '-w', '--stdin']);
  if (!empty.ok) return empty;
  const before = intent.old ?? empty.value.stdout.trim();
  const changes = await changedPaths(git, before, intent.new);
  if (!changes.ok) return changes;
  const steps = await judge(copy, before, changes.value);
  if (!steps.ok) return steps;
  const staged = join(copy.git_dir, 'llmclis-staged');
  await rm(staged, { recursive: true, force: true });
  const written = await stageFiles(copy, intent.new, staged, steps.value);
  if (!written.ok) return written;
  const moved = await moveFiles(root, staged, steps.value);
  await rm(staged, { recursive: true, force: true });
  if (!moved.ok) return moved;
  const indexed = await moveIndex(copy, changes.value);
  if (!indexed.ok) return indexed;
  const args = [
    'update-ref',
    '-m',
    'llmclis: merge',
    intent.ref,
    intent.new,
    intent.old ?? '0'.repeat(intent.new.length),
  ];
  const updated = await git(args);
  return updated.ok ? ok(undefined) : conflict(`${intent.ref} moved meanwhile: ${updated.error.message}`);
}

/** Says for each changed path whether it is as before or as after; an `err` names those that are neither. */
async function judge(copy: WorkingCopy, before: string, changes: readonly Change[]): Promise<Result<Step[]>> {
  const changed = new Set(changes.map(change => change.path));
  const index = await indexEntries(copy.git, {}, changed);
  if (!index.ok) return index;
  const looks: (Change & { readonly disk: OnDisk })[] = [];
  for (const change of changes)
    looks.push({ ...change, disk: await lookAt(copy.root, change.path, path => changed.has(path)) });
  const files = looks.flatMap(look => (look.disk.kind === 'file' ? [look.path] : []));
  const disk = await diskEntries(copy.git, copy.temp, before, files);
  if (!disk.ok) return disk;
  const steps: Step[] = [];
  const overlaps: string[] = [];
  for (const look of looks) {
    const staged = index.value.get(look.path) ?? null;
    const isSubmodule = [look.before, look.after].some(key => key?.startsWith('160000 '));
    const found = look.disk.kind === 'file' ? (disk.value.get(look.path) ?? 'unknown') : null;
    const foreign =
      look.disk.kind === 'folder' && look.after !== null ? await foreignFiles(copy.root, look.path, changed) : [];
    const isOurs = [look.before, look.after].includes(staged) && [look.before, look.after].includes(found);
    if (isSubmodule || look.disk.kind === 'in-the-way' || !isOurs) overlaps.push(look.path);
    else if (foreign.length > 0) overlaps.push(...foreign);
    else steps.push({ ...look, at: found === look.after ? 'after' : 'before' });
  }
  if (overlaps.length === 0) return ok(steps);
  const named = overlaps.slice(0, 20).join(', ');
  return conflict(
    `Your working copy has its own changes in ${named}${overlaps.length > 20 ? ` and ${overlaps.length - 20} more` : ''}.`,
  );
}

/** Writes the new files beside the working copy, through the repository's filters, with their modes. */
async function stageFiles(
  copy: WorkingCopy,
  commit: string,
  staged: string,
  steps: readonly Step[],
): Promise<Result<void>> {
  const paths = steps.filter(step => step.at === 'before' && step.after !== null).map(step => `${step.path}\0`);
  await mkdir(staged, { recursive: true });
  if (paths.length === 0) return ok(undefined);
  const env = { GIT_INDEX_FILE: join(staged, '.index') };
  const read = await copy.git(['read-tree', commit], { env });
  if (!read.ok) return read;
  const args = ['checkout-index', '-f', '-q', `--prefix=${staged}/files/`, '-z', '--stdin'];
  const written = await copy.git(args, { env, input: paths.join('') });
  return written.ok ? ok(undefined) : written;
}

async function moveFiles(root: string, staged: string, steps: readonly Step[]): Promise<Result<void>> {
  const open = steps.filter(step => step.at === 'before');
  for (const step of open) {
    const target = join(root, step.path);
    const stamp = await lookAt(root, step.path, () => true);
    if (step.disk.kind === 'file' && stamp.stamp !== step.disk.stamp)
      return conflict(`${step.path} was changed meanwhile.`);
    if (step.after !== null) continue;
    await rm(target, { force: true });
    await removeEmptyFolders(root, dirname(step.path));
  }
  for (const step of open) {
    if (step.after === null) continue;
    const target = join(root, step.path);
    await mkdir(dirname(target), { recursive: true });
    if ((await lstat(target).catch(() => null))?.isDirectory()) await removeEmptyTree(root, step.path);
    await moveInto(join(staged, 'files', step.path), target);
  }
  return ok(undefined);
}

async function moveInto(from: string, to: string): Promise<void> {
  const moved = await rename(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EXDEV') throw error;
      return false;
    },
  );
  if (moved) return;
  // The git folder is on another disk.
  const beside = join(dirname(to), '.llmclis-tmp-moved');
  await copyFile(from, beside);
  await rename(beside, to);
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.'; at = dirname(at)) {
    if (
      !(await rmdir(join(root, at)).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

/** A folder left without files (only empty folders in it) gives way to a file. */
async function removeEmptyTree(root: string, path: string): Promise<void> {
  if ((await foreignFiles(root, path, new Set())).length === 0)
    await rm(join(root, path), { recursive: true, force: true });
}
