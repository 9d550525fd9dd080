import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../core/failure.ts';
import type { MergeIntent } from '../core/workspace.ts';
import { conflict, moveFiles, type Step } from './move-files.ts';
import { moveIndex, type WorkingCopy, withIndexLock } from './person-index.ts';
import {
  type Change,
  changedPaths,
  diskEntries,
  foreignFiles,
  indexEntries,
  lookAt,
  type OnDisk,
  parentsOf,
} from './working-copy.ts';

/**
 * Moves the checked-out branch and the working copy from `old` to `new`. Each changed path must be as in `old` or as in `new`, on
 * disk and in the index; everything else stays as the person has it. Files change by rename, the index after them, the branch
 * last, so that whatever a kill left is one of the two states and the same call finishes it. Errors: `git.conflict`.
 */
export async function fastForward(copy: WorkingCopy, intent: MergeIntent): Promise<Result<void>> {
  const before = await whereItStands(copy, intent);
  if (!before.ok) return before;
  if (before.value === 'moved') return ok(undefined);
  return withIndexLock(copy, async () => {
    // Another run may have moved it while this one waited for the lock.
    const now = await whereItStands(copy, intent);
    if (!now.ok) return now;
    return now.value === 'moved' ? ok(undefined) : moveLocked(copy, intent);
  });
}

/** Is the branch where the intent found it, or moved already? Anywhere else is a conflict. */
async function whereItStands(copy: WorkingCopy, intent: MergeIntent): Promise<Result<'moved' | 'to-move'>> {
  const ref = await copy.git(['rev-parse', '--verify', '-q', intent.ref], { accept: [0, 1] });
  if (!ref.ok) return ref;
  const now = ref.value.stdout.trim();
  if (now === intent.new) return ok('moved');
  if (now !== (intent.old ?? ''))
    return conflict(`${intent.ref} is at ${now || 'nothing'}, not at ${intent.old ?? 'nothing'}: it moved.`);
  const head = await copy.git(['symbolic-ref', '-q', 'HEAD'], { accept: [0, 1] });
  if (!head.ok) return head;
  if (head.value.stdout.trim() === intent.ref) return ok('to-move');
  return conflict(
    `${intent.ref} is no longer the checked-out branch (${head.value.stdout.trim() || 'HEAD is detached'}).`,
  );
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
  const index = await indexEntries(copy.git, {}, new Set(changes.flatMap(({ path }) => [path, ...parentsOf(path)])));
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
    // A submodule, or a file that is staged where a folder comes: neither is on disk for sure.
    const isInside = parentsOf(look.path).some(parent => index.value.has(parent) && !changed.has(parent));
    const isOurs = [look.before, look.after].includes(staged) && [look.before, look.after].includes(found);
    if (isSubmodule || isInside || look.disk.kind === 'in-the-way' || !isOurs) overlaps.push(look.path);
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
