import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import { shellQuoted } from '../core/shell-quote.ts';
import type { MergeIntent, Repository, Sandbox } from '../core/workspace.ts';
import { commitFiles, commitTree } from './commit.ts';
import { fastForward } from './fast-forward.ts';
import { type Git, gitIn } from './git.ts';
import { makeTurns } from './index-lock.ts';
import { notesOf } from './notes.ts';
import type { WorkingCopy } from './person-index.ts';
import { firstLine, refReaders, treeReaders } from './reading.ts';
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
  /** Takes secrets out of what commands print, before it is kept anywhere. */
  readonly redact?: (text: string) => string;
  /** Root of another checkout of the same project that lends its dependencies to worktrees; default: this one. */
  readonly lender?: string;
  /** Where notes are kept; default refs/notes/llmclis. */
  readonly notes?: string;
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
    ...(options.lender && { lender: { root: options.lender, git: gitIn(options.lender, options.env) } }),
  };
  const equipment = { ...options, outputs: join(options.home, 'runs'), common_dir: grounds.common_dir };
  return ok({
    root: real,
    ...refReaders(git),
    ...treeReaders(git, options.temp),
    ...writers(git, { root: real, git_dir: gitDir, git, temp: options.temp, turns: makeTurns(), clock: options.clock }),
    ...notesOf(git, { temp: options.temp, clock: options.clock, ...(options.notes && { ref: options.notes }) }),
    async openWorkspace({ prepare, ...wanted }) {
      const opened = await openWorktree(grounds, {
        ...wanted,
        ...(prepare && { prepare: made => prepare(workspaceOn(made, equipment)) }),
      });
      if (!opened.ok) return opened;
      const { kept, base } = opened.value;
      return ok({ workspace: workspaceOn(opened.value, equipment), kept, base });
    },
    removeWorkspace: path => removeWorktree(grounds, path),
  });
}

const MAKE_GIT = 'git init && git add -A && git commit -m "Start"';
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : shellQuoted(path));

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
