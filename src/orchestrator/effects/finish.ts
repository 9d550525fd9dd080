import type { NewEvent } from '../../core/event.ts';
import type { Result } from '../../core/failure.ts';
import type { BlockReason, Task } from '../../core/task.ts';
import type { StatusMetadata } from '../../km/km.ts';
import { lessonOf } from '../lesson.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import { type TaskState, triesSoFar } from '../task-state.ts';
import { workspaceOf } from './reopen.ts';
import { stopping } from './stopping.ts';
import { clipTail, firstLine } from './text.ts';
import { worktreeOf } from './worktree-path.ts';

/** Who did it, as notes and the plan name it. */
export const agentOf = (task: TaskState): string => {
  const turn = task.ended ?? task.turn;
  return turn === null ? 'llmclis' : `llmclis ${turn.role} (${turn.model})`;
};

const usdOf = (task: TaskState): number =>
  task.attempts.reduce((sum, { usd }) => sum + usd, 0) + (task.ended?.usd ?? 0);

/** The work is merged: the task is done, its summary remembered. */
export async function* complete(task: TaskState, ports: Ports, holder: WorkspaceHolder): Effects {
  const { commit, merge, ended } = task;
  if (commit === null || merge === null || ended === null)
    throw new Error('A task without a merged commit is completed.');
  const { key, id, title } = task.task;
  const summary = ended.end.kind === 'finished' ? ports.redact(ended.end.summary) : 'The turn ended without a summary.';
  const tries = triesSoFar(task) + 1;
  const failed = task.attempts
    .filter(({ evidence, outcome }) => evidence !== '' && outcome !== 'passed')
    .map(attempt => `${attempt.outcome} by ${attempt.model}`);
  const history = failed.length === 0 ? '' : ` Earlier tries: ${failed.join(', ')}.`;
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
      `Done in ${tries} ${tries === 1 ? 'try' : 'tries'} (${merge.proof}, commit ${commit.slice(0, 8)}): ${firstLine(summary)}`,
      agentOf(task),
    );
    const usdAllCloud = ports.models.allCloudUsd(ended.role, { in: ended.tokens_in, out: ended.tokens_out });
    const text = `${key} – ${title}: done (${merge.proof}). ${summary}\nFiles: ${files}.${history}`;
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
    const lessons = lesson === null ? [] : remember(task, ports.redact(lesson), ports, 'lesson');
    return [...remember(task, text, ports), ...lessons, done];
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

function remember(
  task: TaskState,
  text: string,
  { memory, project, run_id }: Ports,
  type: 'task_summary' | 'lesson' = 'task_summary',
): readonly NewEvent[] {
  const { key, id } = task.task;
  const stored = memory.storeMemory(text, project.id, id, type, agentOf(task), {
    task_key: key,
    source: `run:${run_id}`,
  });
  return stored.ok ? [{ type: 'memory.stored', task: key, id: stored.value.id, memory_type: type, text }] : [];
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
      `Blocked (${reason}) after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${firstLine(clean)} See [${issue.value.id}](${link}).`,
      agent,
    );
    const asked: readonly NewEvent[] =
      reason === 'needs_input' ? [{ type: 'question.asked', task: key, question: clean }] : [];
    const text = `${key} – ${title}: blocked (${reason}). ${clipTail(clean, 1_500)}`;
    return [
      ...asked,
      ...remember(task, text, ports),
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
export async function* settle(key: string, ports: Ports): Effects {
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
