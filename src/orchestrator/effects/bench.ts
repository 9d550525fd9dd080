import { ok, type Result } from '../../core/failure.ts';
import type { Workspace } from '../../core/workspace.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { setUp } from './setup.ts';
import { benchOf } from './worktree-path.ts';

/**
 * Where checks run: a fresh worktree of exactly the tree that would be merged. What a model's commands left behind in its own
 * worktree (ignored files, replaced links of dependencies) is not there, so it cannot make a check pass.
 */
export type Bench = {
  readonly workspace: Workspace;
  /** What `setup:` said when it failed on this tree: then every check fails. */
  readonly broken: string | null;
};

/** `base` is a second bench beside the first, for a look back at the tree that the work began from. */
export type BenchName = 'checks' | 'base';

export async function openBench(
  task: TaskState,
  tree: string,
  ports: Ports,
  signal: AbortSignal,
  name: BenchName = 'checks',
): Promise<Result<Bench>> {
  if (task.workspace === null) throw new Error('A task without workspace is checked.');
  let broken: string | null = null;
  const prepare = async (workspace: Workspace): Promise<Result<boolean>> => {
    const reset = await workspace.reset(tree);
    if (!reset.ok) return reset;
    const events = await setUp(task.task.key, workspace, ports, signal);
    if (!events.ok) return events;
    const failed = events.value.find(({ exit }) => exit !== 0);
    broken =
      failed === undefined ? null : `\`${failed.command}\` (setup) ended with exit ${failed.exit}:\n${failed.tail}`;
    return ok(true);
  };
  const path = benchOf(task.task.key, ports, name);
  const opened = await ports.repository.openWorkspace({ path, base: task.workspace.base, fresh: true, prepare });
  return opened.ok ? ok({ workspace: opened.value.workspace, broken }) : opened;
}

export const closeBench = (task: TaskState, ports: Ports, name: BenchName = 'checks') =>
  ports.repository.removeWorkspace(benchOf(task.task.key, ports, name));
