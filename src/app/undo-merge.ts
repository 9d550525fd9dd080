import { err, type Failure, fail, failure, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Repository } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import { taskBranch } from '../orchestrator/effects/worktree-path.ts';
import type { AppCore } from './core.ts';
import { repositoryOf } from './git-commands.ts';
import { syncPlans } from './plan-commands.ts';
import { type BranchUndo, branchesWith, carryOutUndo, type Doing, planUndo } from './undo-branch.ts';
import type { UndoMergeWish, UndoneMerge } from './undo-types.ts';

type Undoing = Doing & { readonly km: Km; readonly project: Project; readonly task: Task; readonly commit: string };

/**
 * Takes the merged work of a task back and makes the task pending. What came after it stays, and so does what a person has not
 * committed. Killed anywhere, the same call finishes it. Errors: `git.conflict` where later work changed the same places: then
 * nothing is changed, and a task for a person says so.
 */
export async function undoMerge(core: AppCore, project: Project, wish: UndoMergeWish): Promise<Result<UndoneMerge>> {
  const km = core.km();
  if (!km.ok) return km;
  const task = km.value.task(project.id, wish.key);
  if (!task.ok) return task;
  const commit = commitOf(km.value, task.value);
  if (!commit.ok) return commit;
  const opened = await repositoryOf(core, project.root, null);
  if (!opened.ok) return opened;
  const repository = opened.value;
  const undoing = { repository, clock: core.clock, km: km.value, project, task: task.value, commit: commit.value };
  const tried = await attempt(undoing, wish, 3);
  if (tried.ok) return ok(tried.value);
  const { error, isOverlap } = tried.error;
  if (!isOverlap) return err(error);
  if (wish.dry_run) return err(explained(undoing, error));
  const kept = keepForPerson(undoing, error, wish.agent);
  if (!kept.ok) return kept;
  const synced = await syncPlans(core, project, wish.agent);
  return synced.ok ? err(explained(undoing, error, kept.value.key)) : synced;
}

/** Why it could not be done; `isOverlap` when somebody else's work is in the way. */
type Trouble = { readonly error: Failure; readonly isOverlap: boolean };

/** Plans and carries out; anew where a branch moved in between. */
async function attempt(undoing: Undoing, wish: UndoMergeWish, times: number): Promise<Result<UndoneMerge, Trouble>> {
  const planned = await planAll(undoing);
  if (!planned.ok) return err({ error: planned.error, isOverlap: planned.error.code === 'git.conflict' });
  const undone = await carryOutAll(undoing, planned.value, wish);
  if (undone.ok) return undone;
  const { error } = undone;
  for (const { ref, tip, tree } of error.code === 'git.conflict' && times > 1 ? planned.value : []) {
    const isMoved = tree !== null && (await undoing.repository.resolve(ref)) !== tip;
    if (isMoved) return attempt(undoing, wish, times - 1);
  }
  return err({ error, isOverlap: error.code === 'git.conflict' && isOwnChange(error) });
}

const isOwnChange = ({ message }: Failure): boolean => message.startsWith('Your working copy');

/** The commit with which the task was last done. */
function commitOf(km: Km, task: Task): Result<string> {
  const done = km.history(task.id).filter(({ kind, data }) => kind === 'status' && data.to === 'done');
  const commit = done.at(-1)?.data.commit;
  if (task.status === 'in-progress')
    return fail(
      'task.illegal_transition',
      `${task.key} is being worked on by ${task.claim?.holder ?? 'somebody'}.`,
      'Wait for it, or stop the run first: llmclis runs stop RUN',
    );
  if (typeof commit === 'string') return ok(commit);
  return fail(
    'input.invalid',
    done.length === 0
      ? `${task.key} was never done, so there is nothing to take back.`
      : `${task.key} was set to done without a commit, so there is nothing in git to take back.`,
    done.length === 0 ? `Look at it: llmclis task show ${task.key}` : `Open it again: llmclis task reopen ${task.key}`,
  );
}

async function planAll(undoing: Undoing): Promise<Result<readonly BranchUndo[]>> {
  const { repository, commit, task } = undoing;
  if ((await repository.resolve(commit)) === null) return gone(task, commit, 'is not in this repository');
  const refs = await branchesWith(repository, commit);
  if (!refs.ok) return refs;
  const plans: BranchUndo[] = [];
  for (const ref of refs.value) {
    const planned = await planUndo(undoing, { ref, commit });
    if (!planned.ok) return planned;
    plans.push(planned.value);
  }
  if (plans.length > 0 || (await isOnlyKept(repository, task, commit))) return ok(plans);
  return gone(
    task,
    commit,
    'is on no branch that is in use: neither on the checked-out one nor on the newest run branch',
  );
}

/** In review mode proven work waits on a branch of its own: it was merged nowhere. */
async function isOnlyKept(repository: Repository, task: Task, commit: string): Promise<boolean> {
  const tip = await repository.resolve(taskBranch(task.key));
  return tip !== null && (await repository.contains(tip, commit));
}

const gone = (task: Task, commit: string, why: string): Result<never> =>
  fail(
    'input.not_found',
    `The work of ${task.key} (${commit.slice(0, 12)}) ${why}.`,
    `Check out the branch that has it (git branch --contains ${commit.slice(0, 12)}), or only open the task again: llmclis task reopen ${task.key}`,
  );

async function carryOutAll(
  undoing: Undoing,
  plans: readonly BranchUndo[],
  { agent, dry_run }: UndoMergeWish,
): Promise<Result<UndoneMerge>> {
  const { km, project, task, commit } = undoing;
  const isNew = plans.some(({ tree }) => tree !== null) || task.status === 'done';
  const done: BranchUndo[] = [];
  for (const plan of plans) {
    const carried = dry_run ? ok(plan) : await carryOutUndo(undoing, plan, { ...task, commit });
    if (!carried.ok) return carried;
    done.push(carried.value);
  }
  const on = done.map(({ ref, undo }) => ({ branch: ref.replace('refs/heads/', ''), undo }));
  const opened = !isNew || dry_run ? ok(task) : reopen(undoing, on, agent);
  if (!opened.ok) return opened;
  const changes = done.find(plan => plan.changes.length > 0)?.changes ?? [];
  const built_on_it = found(km, project, `status:done depends:"${task.key}"`).map(({ key }) => key);
  return ok({ task: opened.value, commit, on, changes, already: !isNew, dry_run, built_on_it });
}

/** The task is pending again, and its notes name both commits. */
function reopen({ km, project, task, commit }: Undoing, on: UndoneMerge['on'], agent: string): Result<Task> {
  return km.allOrNothing(() => {
    const where = on.map(({ branch, undo }) =>
      undo === null ? `nothing of it was left on ${branch}` : `${undo} on ${branch}`,
    );
    const kept =
      on.length === 0 ? `It was merged nowhere and stays on ${taskBranch(task.key).replace('refs/heads/', '')}.` : '';
    km.appendTaskNote(
      task.id,
      `Undone: commit ${commit} was taken back (${where.join('; ') || 'no commit'}). ${kept}`.trim(),
      agent,
    );
    const byHand = handTask(km, project, task);
    if (byHand !== undefined)
      km.markTaskStatus(byHand.id, 'cancelled', { agent, detail: `llmclis undo ${task.key} has done it` });
    return task.status === 'pending'
      ? km.taskById(task.id)
      : km.markTaskStatus(task.id, 'pending', { agent, fresh_tries: true, branch: null });
  });
}

const handTitle = (task: Task): string => `Undo ${task.key} by hand`;
const handTask = (km: Km, project: Project, task: Task): Task | undefined =>
  found(km, project, 'assignee:person reason:needs_input').find(({ title }) => title === handTitle(task));

function found(km: Km, project: Project, filter: string): readonly Task[] {
  const page = km.searchTasks(project.id, filter, { limit: 1000 });
  return page.ok ? page.value.tasks : [];
}

/** What could not be taken back is not forgotten: a task for a person, once. */
function keepForPerson(undoing: Undoing, { message }: Failure, agent: string): Result<Task> {
  const { km, project, task, commit } = undoing;
  const there = handTask(km, project, task);
  if (there !== undefined) return ok(there);
  return km.allOrNothing(() => {
    const description = `Take commit ${commit} (${task.key}: ${task.title}) back by hand: git revert ${commit}, then llmclis task reopen ${task.key}.`;
    const added = km.addTask(
      {
        project_id: project.id,
        title: handTitle(task),
        description,
        assignee: 'person',
        priority: task.priority,
        discovered_from: [task.key],
      },
      agent,
    );
    return added.ok
      ? km.markTaskStatus(added.value.id, 'blocked', { agent, reason: 'needs_input', detail: message })
      : added;
  });
}

/** The conflict in the words of an undo. */
function explained({ task, commit }: Undoing, error: Failure, byHand?: string): Failure {
  const kept = byHand === undefined ? '' : ` It is kept as task ${byHand}.`;
  const isOwn = isOwnChange(error);
  const why = isOwn ? error.message : `Later work changed the same places. ${error.message}`;
  return failure(
    'git.conflict',
    `${task.key} was not taken back, and nothing was changed. ${why}${kept}`,
    isOwn
      ? `Commit or stash your own changes, then run the same command again: llmclis undo ${task.key}`
      : `Take it back by hand: git revert ${commit.slice(0, 12)}, then: llmclis task reopen ${task.key}`,
  );
}
