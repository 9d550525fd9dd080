import { fail, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Km } from '../km/km.ts';

/** A token that belongs to another task, or ran out, must not act on this one. Without a token there is nothing to hold. */
export const mustHold = (km: Km, task: Task, token: string | undefined): Result<void> =>
  token === undefined || km.holds(task.id, token)
    ? ok(undefined)
    : fail(
        'claim.lost',
        `This claim does not hold ${task.key}: it ran out, was given back, or belongs to another task. Nothing was written.`,
        'Drop the work on it and take a task again: llmclis next --claim --worker NAME',
      );
