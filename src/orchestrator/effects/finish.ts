import type { NewEvent } from '../../core/event.ts';
import type { Result } from '../../core/failure.ts';
import type { BlockReason, Task } from '../../core/task.ts';
import type { StatusMetadata } from '../../km/km.ts';
import { lessonOf } from '../lesson.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import type { RunState } from '../state.ts';
import { extractedBody } from '../summary-text.ts';
import { type TaskState, triesSoFar } from '../task-state.ts';
import { refreshProject } from './project-summary.ts';
import { partsOf, remember } from './remember.ts';
import { workspaceOf } from './reopen.ts';
import { stopping } from './stopping.ts';
import { clipTail, firstLine } from './text.ts';
import { worktreeOf } from './worktree-path.ts';

/** Who did it, as notes and the plan name it. */
export const agentOf = (task: TaskState): string => {
  const turn = task.ended ?? task.turn;
  return turn === null ? 'llmclis' : `llmclis ${turn.role} (${turn.model})`;
};

const sayTries = (tries: number): string => `${tries} ${tries === 1 ? 'try' : 'tries'}`;

const usdOf = (task: TaskState): number =>
  task.attempts.reduce((sum, { usd }) => sum + usd, 0) + (task.ended?.usd ?? 0);

/** A task has one summary that holds: what it says when it is done supersedes what it said when it was blocked. */
const summarySlot = (key: string): string => `task.${key}.summary`;

/** The work is merged: the task is done, its summary remembered. */
export async function* complete(task: TaskState, ports: Ports, holder: WorkspaceHolder): Effects {
  const { commit, merge, ended } = task;
  if (commit === null || merge === null || ended === null)
    throw new Error('A task without a merged commit is completed.');
  const { key, id, title } = task.task;
  const summary = ended.end.kind === 'finished' ? ports.redact(ended.end.summary) : 'The turn ended without a summary.';
  const tries = triesSoFar(task) + 1;
  const files = task.work?.changed.join(', ') ?? '';
  yield () => {
    const marked = markDone(task, ports, {
      agent: agentOf(task),
      proof: merge.proof,
      commit,
      claim: task.token,
    });
    if (!marked.ok)
      return [
        {
          type: 'task.released',
          task: key,
          because: `${marked.error.message} Its commit ${commit.slice(0, 8)} is merged.`,
        },
      ];
    ports.km.appendTaskNote(
      id,
      `Done in ${sayTries(tries)} (${merge.proof}, commit ${commit.slice(0, 8)}): ${firstLine(summary)}`,
      agentOf(task),
    );
    const usdAllCloud = ports.models.allCloudUsd(ended.role, { in: ended.tokens_in, out: ended.tokens_out });
    const body = task.summary?.text ?? extractedBody(task, summary);
    const text = `${key} – ${title}: done (${merge.proof}, ${sayTries(tries)}).\n${body}\nFiles: ${files}.`;
    const done: NewEvent = {
      type: 'task.done',
      task: key,
      title,
      commit,
      proof: merge.proof,
      tries,
      usd: usdOf(task),
      usd_all_cloud: usdAllCloud,
    };
    const lesson = lessonOf(task, ended, summary);
    const by = { model: task.summary?.model ?? ended.model, links: partsOf(task) };
    const stored = remember(task, text, 'task_summary', agentOf(task), ports, { ...by, slot: summarySlot(key) });
    const learnt =
      lesson === null ? [] : remember(task, lesson, 'lesson', agentOf(task), ports, { model: ended.model });
    return [...stored, ...learnt, done];
  };
  holder.workspace = null;
}

/** A merged commit is the receipt: a claim that ran out meanwhile does not undo it, and whoever took the task since has nothing left to do. */
function markDone(task: TaskState, { km }: Ports, metadata: StatusMetadata & { readonly claim: string }): Result<Task> {
  const marked = km.markTaskStatus(task.task.id, 'done', metadata);
  if (marked.ok || marked.error.code !== 'claim.lost') return marked;
  const now = km.taskById(task.task.id);
  if (!now.ok || !['pending', 'in-progress'].includes(now.value.status)) return marked;
  const { claim: _, ...unclaimed } = metadata;
  return km.markTaskStatus(task.task.id, 'done', unclaimed);
}

/** The task cannot go on: its reason goes into issues.md, the link into its notes. */
export async function* block(
  task: TaskState,
  reason: BlockReason,
  detail: string,
  ports: Ports,
  branch: string | null = null,
): Effects {
  const { key, id, title } = task.task;
  const tries = triesSoFar(task) + (task.ended === null ? 0 : 1);
  const clean = ports.redact(detail);
  const issue = ports.plan.openIssue({ task: task.task, reason, detail: clipTail(clean), tries });
  if (!issue.ok) return yield stopping(issue.error);
  const { link } = issue.value;
  yield () => {
    const agent = agentOf(task);
    const marked = ports.km.markTaskStatus(id, 'blocked', {
      agent,
      reason,
      detail: firstLine(clean, 500),
      claim: task.token,
      ...(branch !== null && { branch }),
    });
    if (!marked.ok) return [{ type: 'task.released', task: key, because: marked.error.message }];
    ports.km.appendTaskNote(
      id,
      `Blocked (${reason}) after ${sayTries(tries)}: ${firstLine(clean)} See [${issue.value.id}](${link}).`,
      agent,
    );
    const asked: readonly NewEvent[] =
      reason === 'needs_input' ? [{ type: 'question.asked', task: key, question: clean }] : [];
    const body = task.summary?.text ?? extractedBody(task, '');
    const text = `${key} – ${title}: blocked (${reason}). ${clipTail(clean, 1_500)}\n${body}`.trimEnd();
    const by = {
      ...(task.summary?.model != null && { model: task.summary.model }),
      links: partsOf(task),
      slot: summarySlot(key),
    };
    return [
      ...asked,
      ...remember(task, text, 'task_summary', agent, ports, by),
      { type: 'task.blocked', task: key, title, reason, detail: clipTail(clean), issue: link, branch },
    ];
  };
}

/** Gives the task back as pending, with its worktree and tries; a turn that was cut short or not judged yet is taken back to its start. */
export async function* release(task: TaskState, because: string, ports: Ports, holder: WorkspaceHolder): Effects {
  // The next run makes the turn again, so it must find the files as the turn found them.
  const begun = task.turn ?? task.ended;
  if (begun !== null && !task.lost) {
    const opened = await workspaceOf(task, ports, holder);
    if (opened.ok) await opened.value.reset(begun.tree);
  }
  holder.workspace = null;
  yield () => {
    const released = ports.km.release(task.token, 'llmclis');
    return [
      {
        type: 'task.released',
        task: task.task.key,
        because: released.ok ? because : `${because} (${released.error.message})`,
      },
    ];
  };
}

/** Gives the worktree of a done task back and writes the plan. A plan that cannot be written now is written by the next sync: the database is the truth. */
export async function* settle(key: string, state: RunState, ports: Ports, signal: AbortSignal): Effects {
  yield* refreshProject(key, state, ports, signal);
  const ended = ports.km.task(ports.project.id, key);
  if (ended.ok && ended.value.status === 'done') await ports.repository.removeWorkspace(worktreeOf(key, ports));
  const synced = ports.plan.sync('llmclis');
  if (synced.ok) await ports.plan.commit(`Plan: ${key}`);
  const path = ports.commands.plans[0] ?? 'plans.md';
  if (synced.ok)
    yield {
      type: 'plan.updated',
      task: key,
      path: synced.value.changed_files[0] ?? path,
      changed: synced.value.changed_files.length > 0,
    };
  else
    yield {
      type: 'plan.updated',
      task: key,
      path,
      changed: false,
      problem: `${synced.error.message} ${synced.error.hint}`,
    };
}
