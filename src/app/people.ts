import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import { type Permission, permissionText, samePermission } from '../core/permission.ts';
import type { Task } from '../core/task.ts';
import type { Repository } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import { certifyAccepted } from './accepted.ts';

const PERSON = 'person';

/** What a person may answer to a question about a border, beside a text. */
const ALLOW = /^(?:allow(?:ed)?|yes|y|ok)[.!]?$/i;
const DENY = /^(?:deny|denied|no|n)[.!]?$/i;

/**
 * A person's answer opens a blocked task again, with fresh tries and the answer in its notes. Where it asked whether it may cross a
 * border, `allow` and `deny` are remembered for the project, and every task that waits for the same answer is opened; their work so
 * far is kept.
 */
export function answerTask(km: Km, project: Project, key: string, text: string): Result<Task> {
  const found = blocked(km, project, key, 'answered');
  if (!found.ok) return found;
  const asking = km.tasksAsking(project.id).find(({ task_id }) => task_id === found.value.id);
  if (asking !== undefined) return answerAsking(km, project, found.value, asking.permission, text.trim());
  return km.transaction(() => {
    km.appendTaskNote(found.value.id, `Answer: ${text}`, 'person');
    return km.markTaskStatus(found.value.id, 'pending', { agent: 'person', fresh_tries: true });
  });
}

function answerAsking(km: Km, project: Project, task: Task, permission: Permission, text: string): Result<Task> {
  return km.allOrNothing(() => {
    const word = ALLOW.test(text) ? 'allow' : DENY.test(text) ? 'deny' : null;
    const said =
      word === null ? openAsking(km, project, permission, `Answer: ${text}`) : decide(km, project, permission, word);
    return said.ok ? km.taskById(task.id) : said;
  });
}

/** Remembers a person's word on a border and opens the tasks that wait for it. The answer says which. */
export function decide(
  km: Km,
  project: Project,
  permission: Permission,
  word: 'allow' | 'deny',
): Result<readonly string[]> {
  return km.allOrNothing(() => {
    const { kind, what } = permission;
    const said =
      word === 'allow' ? km.grant(project.id, kind, what, PERSON) : km.denyGrant(project.id, kind, what, PERSON);
    if (!said.ok) return said;
    const asked = permissionText(said.value);
    const note =
      word === 'allow'
        ? `Allowed by a person: commands may ${asked}.`
        : `A person said no: commands may not ${asked}. Do it another way.`;
    return openAsking(km, project, said.value, note);
  });
}

function openAsking(km: Km, project: Project, permission: Permission, note: string): Result<readonly string[]> {
  const waiting = km.tasksAsking(project.id).filter(asking => samePermission(asking.permission, permission));
  for (const { task_id } of waiting) {
    km.appendTaskNote(task_id, note, PERSON);
    const opened = km.markTaskStatus(task_id, 'pending', { agent: PERSON });
    if (!opened.ok) return opened;
  }
  return ok(waiting.map(({ key }) => key));
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
  git: { repository: Repository; target: string | null; clock: Clock; version: string } | null,
): Promise<Result<Task>> {
  const found = blocked(km, project, key, 'accepted');
  if (!found.ok) return found;
  const { id, title, branch } = found.value;
  const merged =
    branch === null || git === null ? ok(null) : await mergeBranch(`refs/heads/${branch}`, `${key}: ${title}`, git);
  if (!merged.ok) return merged;
  const commit = merged.value === null ? {} : { commit: merged.value };
  if (merged.value !== null && git !== null) {
    const certified = await certifyAccepted(found.value, merged.value, git);
    if (!certified.ok) return certified;
  }
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
