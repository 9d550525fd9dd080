import type { NewEvent } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { Workspace } from '../../core/workspace.ts';
import type { Ports, WorkspaceHolder } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { setUp as runSetUp } from './setup.ts';
import { worktreeOf } from './worktree-path.ts';

/** True when all setup commands passed: only then is the worktree ready. */
export async function prepare(
  task: TaskState,
  workspace: Workspace,
  ports: Ports,
  events: NewEvent[],
  signal?: AbortSignal,
): Promise<Result<boolean>> {
  const ended = await runSetUp(task.task.key, workspace, ports, signal);
  if (!ended.ok) return ended;
  for (const event of ended.value) events.push({ type: 'setup.ended', ...event });
  return ok(ended.value.every(({ exit }) => exit === 0));
}

/** The workspace of the task in hand: the open one, or after a restart the one on disk. */
export async function workspaceOf(task: TaskState, ports: Ports, holder: WorkspaceHolder) {
  if (holder.workspace !== null) return ok(holder.workspace);
  if (task.workspace === null) throw new Error('A task without workspace is worked.');
  const opened = await openAt(task, ports, task.workspace.base, workspace => prepare(task, workspace, ports, []));
  if (!opened.ok) return opened;
  holder.workspace = opened.value.workspace;
  return ok(opened.value.workspace);
}

/** A worktree is kept for the tries it holds: one of a task that was reopened or answered begins anew. */
const isFresh = (task: TaskState): boolean => task.workspace === null && task.attempts.length === 0;

export const openAt = (
  task: TaskState,
  ports: Ports,
  base: string,
  equip: (workspace: Workspace) => Promise<Result<boolean>>,
) =>
  ports.repository.openWorkspace({
    path: worktreeOf(task.task.key, ports),
    base,
    fresh: isFresh(task),
    prepare: equip,
  });
