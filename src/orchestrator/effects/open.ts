import type { NewEvent } from '../../core/event.ts';
import { err, fail, ok, type Result } from '../../core/failure.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { block } from './finish.ts';
import { openAt, prepare } from './reopen.ts';
import { stopping } from './stopping.ts';
import { taskBranch } from './worktree-path.ts';

/** Opens the task's worktree on its base and, when it is a fresh one, runs the project's setup commands in it. */
export async function* open(task: TaskState, ports: Ports, holder: WorkspaceHolder, signal: AbortSignal): Effects {
  const base = await baseOf(task, ports);
  if (!base.ok) {
    if (base.error.code === 'git.conflict') return yield* block(task, 'conflict', base.error.message, ports);
    return yield stopping(base.error);
  }
  const setUp: NewEvent[] = [];
  const opened = await openAt(task, ports, base.value, workspace => prepare(task, workspace, ports, setUp, signal));
  if (!opened.ok) return yield stopping(opened.error);
  const { workspace, kept, base: standsOn } = opened.value;
  const tree = await ports.repository.treeOf(standsOn);
  if (!tree.ok) return yield stopping(tree.error);
  // What the setup changed in files of the project (a lock file) is no work either.
  const clean = kept || ports.commands.setup.length === 0 ? ok(undefined) : await workspace.reset(tree.value);
  if (!clean.ok) return yield stopping(clean.error);
  holder.workspace = workspace;
  for (const event of setUp) yield event;
  yield {
    type: 'workspace.opened',
    task: task.task.key,
    path: workspace.root,
    base: standsOn,
    base_tree: tree.value,
    kept,
    linked: workspace.linked,
  };
}

/** The commit the work starts from, as the merge mode says. */
async function baseOf(task: TaskState, ports: Ports): Promise<Result<string>> {
  const { repository, target, merge } = ports;
  const tip = target === null ? null : await repository.resolve(target);
  if (tip !== null) return ok(tip);
  const head = await repository.resolve('HEAD');
  if (head === null)
    return fail(
      'project.no_commits',
      'The repository has no commit yet, so there is no base to work from.',
      'Make one: git add -A && git commit -m "Start"',
    );
  return merge === 'review' ? mergedDependencies(task, ports, head) : ok(head);
}

/** In review mode: the checked-out commit with the branches of the task's dependencies merged in. */
async function mergedDependencies(
  task: TaskState,
  { repository, clock }: Ports,
  head: string,
): Promise<Result<string>> {
  let base = head;
  for (const key of task.task.depends_on) {
    const branch = await repository.resolve(taskBranch(key));
    if (branch === null || (await repository.contains(base, branch))) continue;
    const merged = await repository.mergeTrees(base, branch);
    if (!merged.ok)
      return err({
        ...merged.error,
        message: `The branches this task depends on do not merge: ${merged.error.message}`,
      });
    const message = `Merge ${key} for ${task.task.key}`;
    const commit = await repository.commitTree({
      tree: merged.value.tree,
      parents: [base, branch],
      message,
      at: clock.now(),
    });
    if (!commit.ok) return commit;
    base = commit.value;
  }
  return ok(base);
}
