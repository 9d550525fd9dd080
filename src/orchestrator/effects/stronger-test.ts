import { ok, type Result } from '../../core/failure.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { workspaceOf } from './reopen.ts';
import { stopping } from './stopping.ts';

/** The tester's test goes back with what it did not notice; the work waits. */
export async function* weaken(task: TaskState, detail: string, ports: Ports): Effects {
  if (task.work === null) throw new Error('There is no work to set aside.');
  const written = task.attempts.findLast(({ role, outcome }) => role === 'tester' && outcome === 'passed');
  yield {
    type: 'test.weak',
    task: task.task.key,
    detail: ports.redact(detail),
    model: written?.model ?? '',
    work_tree: task.work.tree,
  };
}

/** Lays the work that waited over the tree with the new test in it; it is checked as if it were new. */
export async function* restoreWork(task: TaskState, ports: Ports, holder: WorkspaceHolder): Effects {
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  const tree = await workOverTests(task, ports);
  if (!tree.ok) return yield stopping(tree.error);
  const reset = await opened.value.reset(tree.value);
  if (!reset.ok) return yield stopping(reset.error);
  yield { type: 'work.restored', task: task.task.key, tree: tree.value };
}

async function workOverTests({ aside, start_tree }: TaskState, { repository }: Ports): Promise<Result<string>> {
  if (aside === null || start_tree === null) throw new Error('There is no work that waits.');
  const changes = await repository.changes(aside.start_tree, aside.work.tree);
  if (!changes.ok) return changes;
  const paths = changes.value.map(({ path }) => path);
  return paths.length === 0 ? ok(start_tree) : repository.overlay(start_tree, aside.work.tree, paths);
}
