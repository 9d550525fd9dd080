import { type Failure, failure } from '../../core/failure.ts';
import type { TaskStatus } from '../../core/task.ts';

/** Where a task may go from each status. What is blocked becomes done, and what is done pending, only by a person's word. */
export const TRANSITIONS = {
  pending: ['in-progress', 'done', 'blocked', 'cancelled'],
  'in-progress': ['pending', 'done', 'blocked', 'cancelled'],
  blocked: ['pending', 'done', 'cancelled'],
  done: ['pending'],
  cancelled: ['pending'],
} as const satisfies Record<TaskStatus, readonly TaskStatus[]>;

export const isLegal = (from: TaskStatus, to: TaskStatus): boolean => TRANSITIONS[from].some(status => status === to);

/** Nothing waits for a closed task. */
export const isClosed = (status: TaskStatus): boolean => status === 'done' || status === 'cancelled';

/** Does the task begin a new life, its tries counted afresh? */
export const reopens = (from: TaskStatus, to: TaskStatus): boolean => isClosed(from) && to === 'pending';

export function illegalTransition(key: string, from: TaskStatus, to: TaskStatus): Failure {
  const legal = TRANSITIONS[from].join(', ');
  return failure(
    'task.illegal_transition',
    from === to ? `${key} is ${from} already.` : `${key} is ${from} and cannot become ${to}.`,
    isClosed(from) ? `Open it again first: llmclis task reopen ${key}` : `From ${from} it can become: ${legal}.`,
    { from, to, legal },
  );
}
