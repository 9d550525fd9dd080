import type { TaskStatus } from '../../core/task.ts';
import type { Store } from '../store.ts';

/** Who rolls stages up. */
export const LLMCLIS = 'llmclis';

type Stage = {
  readonly id: number;
  readonly kind: string;
  readonly status: TaskStatus;
  readonly parent_id: number | null;
  readonly open_children: number;
  readonly done_children: number;
};

/**
 * Brings the stages above a task in line with their children, from the inside out: done when every child is done or
 * cancelled and at least one is done, else pending. A parent that is a task keeps its own status.
 */
export function rollUp(store: Store, parentId: number | null): void {
  for (let id = parentId; id !== null; ) {
    const stage = stageOf(store, id);
    if (stage.kind === 'stage') settle(store, stage);
    id = stage.parent_id;
  }
}

function stageOf({ q }: Store, id: number): Stage {
  const row = q.get<Stage>(
    'SELECT id, kind, status, parent_id, open_children, done_children FROM tasks WHERE id = ?',
    id,
  );
  if (row === undefined) throw new Error(`Task ${id} is not there.`);
  return row;
}

function settle(store: Store, { id, status, open_children, done_children }: Stage): void {
  const to: TaskStatus = open_children === 0 && done_children > 0 ? 'done' : 'pending';
  if (status === to) return;
  store.q.run(
    'UPDATE tasks SET status = ?, reason = NULL, reason_detail = NULL, updated_at = ?, last_agent = ? WHERE id = ?',
    to,
    store.now(),
    LLMCLIS,
    id,
  );
  store.record(id, LLMCLIS, 'status', { from: status, to, because: 'its tasks' });
}
