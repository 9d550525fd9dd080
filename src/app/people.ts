import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Repository } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';

/** A person's answer opens a blocked task again, with fresh tries and the answer in its notes. */
export function answerTask(km: Km, project: Project, key: string, text: string): Result<Task> {
  const found = blocked(km, project, key, 'answered');
  if (!found.ok) return found;
  return km.transaction(() => {
    km.appendTaskNote(found.value.id, `Answer: ${text}`, 'person');
    return km.markTaskStatus(found.value.id, 'pending', { agent: 'person', fresh_tries: true });
  });
}

export function rejectTask(km: Km, project: Project, key: string, because: string): Result<Task> {
  const found = blocked(km, project, key, 'rejected');
  if (!found.ok) return found;
  return km.transaction(() => {
    km.appendTaskNote(found.value.id, `Rejected: ${because}`, 'person');
    return km.markTaskStatus(found.value.id, 'pending', { agent: 'person', fresh_tries: true, branch: null });
  });
}

/** A person takes responsibility for what no check proved: the kept branch is merged as the project merges, the task is done. */
export async function acceptTask(
  km: Km,
  project: Project,
  key: string,
  git: { repository: Repository; target: string | null; clock: Clock } | null,
): Promise<Result<Task>> {
  const found = blocked(km, project, key, 'accepted');
  if (!found.ok) return found;
  const { id, title, branch } = found.value;
  const merged =
    branch === null || git === null ? ok(null) : await mergeBranch(`refs/heads/${branch}`, `${key}: ${title}`, git);
  if (!merged.ok) return merged;
  const commit = merged.value === null ? {} : { commit: merged.value };
  return km.markTaskStatus(id, 'done', { agent: 'person', proof: 'accepted-by-person', ...commit });
}

async function mergeBranch(
  ref: string,
  message: string,
  { repository, target, clock }: { repository: Repository; target: string | null; clock: Clock },
): Promise<Result<string | null>> {
  const work = await repository.resolve(ref);
  if (work === null)
    return fail(
      'git.failed',
      `The branch ${ref} that holds the work is gone.`,
      'Open the task again: llmclis task reopen KEY',
    );
  if (target === null) return ok(work);
  const onto = (await repository.resolve(target)) ?? (await repository.resolve('HEAD'));
  if (onto === null || (await repository.contains(onto, work))) return ok(work);
  const commit = (await repository.contains(work, onto))
    ? ok(work)
    : await mergeCommit(repository, onto, work, message, clock);
  if (!commit.ok) return commit;
  const state = await repository.state();
  const old = await repository.resolve(target);
  const intent = { ref: target, old, new: commit.value };
  const isCheckedOut = state.ok && `refs/heads/${state.value.branch}` === target;
  const moved = isCheckedOut ? await repository.fastForward(intent) : await repository.updateRef(intent);
  return moved.ok ? ok(commit.value) : moved;
}

async function mergeCommit(
  repository: Repository,
  onto: string,
  work: string,
  message: string,
  clock: Clock,
): Promise<Result<string>> {
  const merged = await repository.mergeTrees(onto, work);
  if (!merged.ok) return merged;
  return repository.commitTree({
    tree: merged.value.tree,
    parents: [onto, work],
    message: `${message}\n\nProof: accepted-by-person\n`,
    at: clock.now(),
  });
}

function blocked(km: Km, project: Project, key: string, verb: string): Result<Task> {
  const found = km.task(project.id, key);
  if (!found.ok || found.value.status === 'blocked') return found;
  return fail(
    'task.illegal_transition',
    `${key} is ${found.value.status}; only a blocked task can be ${verb}.`,
    `Look at it: llmclis task show ${key}`,
  );
}
