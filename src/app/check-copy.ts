import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Repository, Workspace } from '../core/workspace.ts';
import type { Project } from '../km/km.ts';
import { childEnvironment } from '../secrets/secrets.ts';
import { gitIn } from '../workspace/git.ts';
import { copyIndex, withTemporaryIndex } from '../workspace/index-file.ts';
import { snapshot } from '../workspace/tree.ts';
import type { AppCore } from './core.ts';
import { isAlive } from './runs.ts';
import { tempOf } from './sandbox.ts';

/** What the person's files are now, and what they are compared with. */
export type PersonTree = { readonly head: string; readonly base: string; readonly tree: string };

/** The tree of the working copy as it is. A copy of the index is used: the person's own, and all their files, stay as they are. */
export async function personTree(core: AppCore, repository: Repository): Promise<Result<PersonTree>> {
  const state = await repository.state();
  if (!state.ok) return state;
  const { head } = state.value;
  if (head === null)
    return fail(
      'project.no_commits',
      'The repository has no commit yet, so there is nothing to compare with.',
      'Make one: git add -A && git commit -m "Start"',
    );
  const base = await repository.treeOf(head);
  if (!base.ok) return base;
  const { root } = repository;
  const git = gitIn(root, childEnvironment(core.env));
  const own = await git(['rev-parse', '--git-path', 'index']);
  if (!own.ok) return own;
  const from = resolve(root, own.value.stdout.trim());
  return withTemporaryIndex(tempOf(core), async index => {
    if (existsSync(from)) await copyIndex(from, index);
    else {
      const made = await git(['read-tree', '--empty'], { env: { GIT_INDEX_FILE: index } });
      if (!made.ok) return made;
    }
    const tree = await snapshot({ root, git, index, temp: tempOf(core), linked: [] });
    return tree.ok ? ok({ head, base: base.value, tree: tree.value }) : tree;
  });
}

type Wanted = { readonly head: string; readonly tree: string; readonly settings: Settings };
const PREFIX = '+check-';

/** Does something in a worktree of the tree, made ready by the project's `setup`, and removes it whatever happens. */
export async function withCopy<T>(
  core: AppCore,
  project: Project,
  repository: Repository,
  { head, tree, settings }: Wanted,
  signal: AbortSignal,
  use: (workspace: Workspace) => Promise<Result<T>>,
): Promise<Result<T>> {
  const folder = join(core.home, 'worktrees', String(project.id));
  await removeLeftOver(folder, repository);
  const path = join(folder, `${PREFIX}${process.pid}`);
  try {
    const prepare = async (workspace: Workspace): Promise<Result<boolean>> => {
      const reset = await workspace.reset(tree);
      return reset.ok ? setUp(workspace, settings, signal) : reset;
    };
    const opened = await repository.openWorkspace({ path, base: head, fresh: true, prepare });
    return opened.ok ? await use(opened.value.workspace) : opened;
  } finally {
    await repository.removeWorkspace(path);
  }
}

/** Copies of commands that were killed. */
async function removeLeftOver(folder: string, repository: Repository): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await repository.removeWorkspace(join(folder, name));
  }
}

async function setUp(workspace: Workspace, settings: Settings, signal: AbortSignal): Promise<Result<boolean>> {
  for (const command of settings.setup.value) {
    const ran = await workspace.run(command, { timeout_s: settings.check_timeout_s.value, label: 'setup' }, signal);
    if (signal.aborted) return fail('interrupted', 'The setup was interrupted.', 'Run the same command again.');
    if (!ran.ok) return ran;
    const { exit, output } = ran.value;
    if (exit !== 0)
      return fail(
        'setup.failed',
        `\`${command}\` (setup) ended with exit ${exit ?? 'by a signal'}:\n${output.trimEnd().slice(-2_000)}`,
        'Correct the command under setup: in llmclis.yaml, or run it by hand to see more.',
      );
  }
  return ok(true);
}
