import { fail, ok, type Result } from '../core/failure.ts';
import type { Repository } from '../core/workspace.ts';
import { type Git, splitZ } from './git.ts';
import { withTemporaryIndex } from './index-file.ts';
import { moveIndex, type WorkingCopy, withIndexLock } from './person-index.ts';
import { changedPaths } from './working-copy.ts';

async function configured(git: Git, key: string): Promise<string> {
  const value = await git(['config', '--get', key], { accept: [0, 1] });
  return value.ok ? value.value.stdout.trim() : '';
}

/** Makes a commit object by the person's identity of git, else `llmclis <llmclis@localhost>`; dates are `at`, in UTC. */
export async function commitTree(git: Git, commit: Parameters<Repository['commitTree']>[0]): Promise<Result<string>> {
  const [name, email] = [await configured(git, 'user.name'), await configured(git, 'user.email')];
  const who = name !== '' && email !== '' ? { name, email } : { name: 'llmclis', email: 'llmclis@localhost' };
  const date = `${Math.floor(commit.at.getTime() / 1000)} +0000`;
  const env = {
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
    GIT_COMMITTER_DATE: date,
  };
  const args = ['commit-tree', commit.tree, ...commit.parents.flatMap(parent => ['-p', parent]), '-F', '-'];
  const input = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`;
  const made = await git(args, { env, input });
  return made.ok ? ok(made.value.stdout.trim()) : made;
}

/**
 * Commits these files of the working copy, as they are on disk, onto the checked-out branch; whatever else is staged or changed
 * stays so. The index goes first and the branch last, so that the same call finishes what a kill interrupted.
 */
export function commitFiles(
  copy: WorkingCopy,
  paths: readonly string[],
  message: string,
  at: Date,
): Promise<Result<void>> {
  return withIndexLock(copy, async () => {
    const { git, temp } = copy;
    const branch = await git(['symbolic-ref', '-q', 'HEAD'], { accept: [0, 1] });
    if (!branch.ok) return branch;
    const ref = branch.value.stdout.trim();
    if (ref === '')
      return fail(
        'git.conflict',
        'No branch is checked out (HEAD is detached).',
        'Check out a branch: git switch BRANCH',
      );
    const found = await git(['rev-parse', '--verify', '-q', 'HEAD'], { accept: [0, 1] });
    if (!found.ok) return found;
    const head = found.value.stdout.trim();
    const empty = await git(['hash-object', '-t', 'tree', '-w', '--stdin']);
    if (!empty.ok) return empty;
    const base = head === '' ? empty.value.stdout.trim() : head;
    const tree = await withTemporaryIndex(temp, index => treeWith(git, index, base, paths));
    if (!tree.ok) return tree;
    const changes = await changedPaths(git, base, tree.value);
    if (!changes.ok || changes.value.length === 0) return changes.ok ? ok(undefined) : changes;
    const commit = await commitTree(git, { tree: tree.value, parents: head === '' ? [] : [head], message, at });
    if (!commit.ok) return commit;
    const indexed = await moveIndex(copy, changes.value);
    if (!indexed.ok) return indexed;
    const old = head === '' ? '0'.repeat(commit.value.length) : head;
    const updated = await git(['update-ref', '-m', `commit: ${message.split('\n')[0] ?? ''}`, ref, commit.value, old]);
    return updated.ok ? ok(undefined) : updated;
  });
}

/** The tree of `base` with these files as they are on disk; ignored files that git does not know yet are left out. */
async function treeWith(git: Git, index: string, base: string, paths: readonly string[]): Promise<Result<string>> {
  const env = { GIT_INDEX_FILE: index };
  const read = await git(['read-tree', base], { env });
  if (!read.ok) return read;
  const ignored = await git(['check-ignore', '-z', '--stdin'], {
    env,
    input: paths.map(path => `${path}\0`).join(''),
    accept: [0, 1],
  });
  if (!ignored.ok) return ignored;
  const skip = new Set(splitZ(ignored.value.stdout));
  const input = paths.filter(path => !skip.has(path)).map(path => `${path}\0`);
  const added = await git(['update-index', '--add', '--remove', '-z', '--stdin'], { env, input: input.join('') });
  if (!added.ok) return added;
  const tree = await git(['write-tree'], { env });
  return tree.ok ? ok(tree.value.stdout.trim()) : tree;
}
