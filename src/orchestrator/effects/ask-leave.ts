import type { NewEvent } from '../../core/event.ts';
import { type Permission, permissionText, samePermission } from '../../core/permission.ts';
import type { Effect, Effects, Ports, WorkspaceHolder } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { agentOf } from './finish.ts';
import { clipTail, firstLine } from './text.ts';

/**
 * The task waits until a person says whether it may cross a border; its worktree and its tries are kept. Where another task asks the
 * same, this one waits for that answer and nothing is asked twice; where it was answered meanwhile, the task is free again at once.
 */
export async function* askLeave(
  task: TaskState,
  permission: Permission,
  question: string,
  ports: Ports,
  holder: WorkspaceHolder,
): Effects {
  yield () => {
    const { km, project } = ports;
    if (km.grants(project.id).some(grant => samePermission(grant, permission))) return answered(task, ports);
    const first = km.tasksAsking(project.id).find(asking => samePermission(asking.permission, permission));
    const clean = ports.redact(question);
    return waiting(task, permission, { question: clean, first: first?.key ?? null }, ports);
  };
  holder.workspace = null;
}

function answered(task: TaskState, { km }: Ports): readonly NewEvent[] {
  const { key } = task.task;
  const because = 'a person has answered its question meanwhile';
  const released = km.release(task.token, 'llmclis');
  return [{ type: 'task.released', task: key, because: released.ok ? because : released.error.message }];
}

function waiting(
  task: TaskState,
  permission: Permission,
  { question, first }: { readonly question: string; readonly first: string | null },
  { km }: Ports,
): ReturnType<Extract<Effect, () => unknown>> {
  const { key, id, title } = task.task;
  const detail =
    first === null ? question : `Waits for the answer to ${first}: may commands ${permissionText(permission)}?`;
  const agent = agentOf(task);
  const marked = km.markTaskStatus(id, 'blocked', {
    agent,
    reason: 'permission',
    detail: firstLine(detail, 500),
    claim: task.token,
    permission,
  });
  if (!marked.ok) return [{ type: 'task.released', task: key, because: marked.error.message }];
  const asked: readonly NewEvent[] =
    first === null ? [{ type: 'question.asked', task: key, question, permission }] : [];
  const blocked: NewEvent = {
    type: 'task.blocked',
    task: key,
    title,
    reason: 'permission',
    detail: clipTail(detail),
    issue: null,
    branch: null,
    permission,
  };
  return [...asked, blocked];
}
