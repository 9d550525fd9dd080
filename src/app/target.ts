import type { MergeMode } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Repository } from '../core/workspace.ts';

/** The ref that proven work of a run goes to, by the run's id; null in review mode. */
export type Target = (runId: string) => string | null;

/** Where proven work goes: in branch mode the project's newest run branch until the person's branch contains it, else a new one. */
export async function targetOf(merge: MergeMode, repository: Repository): Promise<Result<Target>> {
  const state = await repository.state();
  if (!state.ok) return state;
  const { head, branch } = state.value;
  if (head === null)
    return fail(
      'project.no_commits',
      'The repository has no commit yet, so there is no base to work from.',
      'Make one: git add -A && git commit -m "Start"',
    );
  if (merge === 'review') return ok(() => null);
  if (merge === 'auto') {
    if (branch !== null) return ok(() => `refs/heads/${branch}`);
    return fail(
      'git.conflict',
      'HEAD is detached, so there is no branch to merge into.',
      'Check a branch out, or use --merge branch',
    );
  }
  const [newest] = await repository.branches('llmclis/run-*');
  if (newest !== undefined && !(await repository.contains(head, newest.commit)))
    return ok(() => `refs/heads/${newest.name}`);
  return ok(runId => `refs/heads/llmclis/run-${runId}`);
}
