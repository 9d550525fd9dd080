import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { FileChange, MergeIntent, Repository, Sandbox } from '../core/workspace.ts';
import { commitFiles, commitTree } from './commit.ts';
import { fastForward } from './fast-forward.ts';
import { type Git, gitIn } from './git.ts';
import type { WorkingCopy } from './person-index.ts';
import { overlayTrees } from './tree.ts';
import { changedPaths } from './working-copy.ts';
import { type LinkedWorkspace, workspaceOn } from './workspace.ts';
import { openWorktree, removeWorktree } from './worktree.ts';

export type RepositoryOptions = {
  /** Our data folder: worktrees are kept in its `worktrees/`, long outputs in its `runs/`. */
  readonly home: string;
  readonly clock: Clock;
  readonly sandbox: Sandbox;
  /** What to link into worktrees; null finds the ignored dependency folders. */
  readonly link: readonly string[] | null;
  /** Environment for git itself: PATH and HOME at least. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for short-lived files. */
  readonly temp: string;
};

/** A repository whose workspaces say what was linked into them. */
export type GitRepository = Omit<Repository, 'openWorkspace'> & {
  openWorkspace(
    options: Parameters<Repository['openWorkspace']>[0],
  ): Promise<Result<{ readonly workspace: LinkedWorkspace; readonly kept: boolean; readonly base: string }>>;
};

/**
 * Opens the git repository whose root is `root`. Errors: `project.no_git` when it is none, or only a part of one, with the command
 * that makes it one.
 */
export async function openRepository(root: string, options: RepositoryOptions): Promise<Result<GitRepository>> {
  const git = gitIn(root, options.env);
  const found = await git(['rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir']);
  if (!found.ok && !/not a git repository|work tree/.test(found.error.message)) return found;
  const [top, gitDir, common] = found.ok ? found.value.stdout.split('\n') : [];
  if (!top || !gitDir || !common) {
    return fail('project.no_git', `${root} is not a git repository.`, `Make it one: cd ${quoted(root)} && ${MAKE_GIT}`);
  }
  const real = await realpath(root);
  if ((await realpath(top)) !== real) {
    return fail(
      'project.no_git',
      `${root} is inside the git repository ${top}, not a repository of its own.`,
      `Use ${top} as the project, or make this folder a repository: cd ${quoted(root)} && ${MAKE_GIT}`,
    );
  }
  const worktrees = join(options.home, 'worktrees');
  await mkdir(worktrees, { recursive: true });
  await mkdir(options.temp, { recursive: true });
  const grounds = {
    root: real,
    common_dir: await realpath(resolve(real, common)),
    git,
    env: options.env,
    worktrees,
    link: options.link,
  };
  const equipment = { ...options, outputs: join(options.home, 'runs'), common_dir: grounds.common_dir };
  return ok({
    root: real,
    ...readers(git, options.temp),
    ...writers(git, { root: real, git_dir: gitDir, git, temp: options.temp }),
    async openWorkspace(wanted) {
      const opened = await openWorktree(grounds, wanted);
      if (!opened.ok) return opened;
      const { kept, base } = opened.value;
      return ok({ workspace: workspaceOn(opened.value, equipment), kept, base });
    },
    removeWorkspace: path => removeWorktree(grounds, path),
  });
}

const MAKE_GIT = 'git init && git add -A && git commit -m "Start"';
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

type Readers = Pick<
  Repository,
  'state' | 'resolve' | 'treeOf' | 'contains' | 'branches' | 'changes' | 'patch' | 'fileAt' | 'overlay' | 'mergeTrees'
>;

const firstLine = async (git: Git, args: readonly string[]): Promise<string | null> => {
  const answer = await git(args, { accept: [0, 1, 128] });
  return answer.ok && answer.value.code === 0 ? answer.value.stdout.trim() : null;
};

function readers(git: Git, temp: string): Readers {
  const resolveCommit = (revision: string) =>
    firstLine(git, ['rev-parse', '--verify', '-q', '--end-of-options', `${revision}^{commit}`]);
  return {
    async state() {
      const branch = await git(['symbolic-ref', '-q', '--short', 'HEAD'], { accept: [0, 1] });
      if (!branch.ok) return branch;
      return ok({ head: await resolveCommit('HEAD'), branch: branch.value.stdout.trim() || null });
    },
    resolve: resolveCommit,
    async treeOf(commit) {
      const tree = await git(['rev-parse', '--verify', '-q', '--end-of-options', `${commit}^{tree}`]);
      return tree.ok ? ok(tree.value.stdout.trim()) : tree;
    },
    contains: async (descendant, ancestor) =>
      (await firstLine(git, ['merge-base', '--is-ancestor', ancestor, descendant])) !== null,
    async branches(pattern) {
      const format = '--format=%(refname:lstrip=2)%09%(objectname)';
      const listed = await firstLine(git, [
        'for-each-ref',
        '--sort=-refname',
        '--sort=-committerdate',
        format,
        `refs/heads/${pattern}`,
      ]);
      const lines = (listed ?? '').split('\n').filter(line => line !== '');
      return lines.map(line => ({
        name: line.slice(0, line.indexOf('\t')),
        commit: line.slice(line.indexOf('\t') + 1),
      }));
    },
    async changes(fromTree, toTree) {
      const changes = await changedPaths(git, fromTree, toTree);
      if (!changes.ok) return changes;
      return ok(
        changes.value.map(({ path, before, after }): FileChange => {
          if (before === null) return { path, status: 'added' };
          return { path, status: after === null ? 'deleted' : 'modified' };
        }),
      );
    },
    async patch(fromTree, toTree, max_chars) {
      const args = [
        'diff-tree',
        '-r',
        '-p',
        '--no-renames',
        '--no-ext-diff',
        '--no-textconv',
        '--no-color',
        fromTree,
        toTree,
      ];
      const diff = await git(args, { max_bytes: max_chars * 4 + 4 });
      if (!diff.ok) return diff;
      const text = diff.value.stdout;
      return ok(
        text.length <= max_chars ? text : `${text.slice(0, Math.max(0, max_chars - 30))}\n[… the rest is left out]\n`,
      );
    },
    async fileAt(tree, path) {
      const blob = await git(['cat-file', 'blob', `${tree}:${path}`], { accept: [0, 128] });
      return blob.ok && blob.value.code === 0 ? blob.value.stdout : null;
    },
    overlay: (base, overlay, paths) => overlayTrees(git, temp, base, overlay, paths),
    async mergeTrees(ours, theirs) {
      const merged = await git(['merge-tree', '--write-tree', '--name-only', '-z', ours, theirs], { accept: [0, 1] });
      if (!merged.ok) return merged;
      const [tree = '', ...rest] = merged.value.stdout.split('\0');
      if (merged.value.code === 0) return ok({ tree });
      const paths = rest.slice(0, rest.indexOf(''));
      return fail(
        'git.conflict',
        `Both sides changed ${paths.join(', ')}.`,
        'Merge the two by hand, or let the task be done again on the new base.',
      );
    },
  };
}

function writers(
  git: Git,
  copy: WorkingCopy,
): Pick<Repository, 'commitTree' | 'commitFiles' | 'updateRef' | 'fastForward'> {
  return {
    commitTree: commit => commitTree(git, commit),
    commitFiles: (paths, message, at) => commitFiles(copy, paths, message, at),
    updateRef: intent => updateRef(git, copy, intent),
    fastForward: intent => fastForward(copy, intent),
  };
}

async function updateRef(git: Git, copy: WorkingCopy, intent: MergeIntent): Promise<Result<void>> {
  const now = await firstLine(git, ['rev-parse', '--verify', '-q', intent.ref]);
  if (now === intent.new) return ok(undefined);
  const user = await firstLine(git, ['for-each-ref', '--format=%(worktreepath)', intent.ref]);
  // A branch that is checked out has a working copy to be moved with it.
  if (user && (await realpath(user).catch(() => user)) === copy.root) return fastForward(copy, intent);
  if (user) {
    return fail(
      'git.conflict',
      `${intent.ref} is checked out in ${user}.`,
      'Check out another branch there, then run the same command again.',
    );
  }
  const old = intent.old ?? '0'.repeat(intent.new.length);
  const updated = await git(['update-ref', '-m', 'llmclis: merge', intent.ref, intent.new, old], { accept: [0, 128] });
  if (!updated.ok) return updated;
  if (updated.value.code === 0) return ok(undefined);
  const after = await firstLine(git, ['rev-parse', '--verify', '-q', intent.ref]);
  if (after === intent.new) return ok(undefined);
  return fail(
    'git.conflict',
    `${intent.ref} is at ${after ?? 'nothing'}, not at ${intent.old ?? 'nothing'}: it moved.`,
    'Merge onto the new commit and check again.',
  );
}
