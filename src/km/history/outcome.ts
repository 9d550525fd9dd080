import type { TaskStatus } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { isClosed } from '../tasks/lifecycle.ts';
import { type HistoryRow, historyWhere, isRollUp, textOf } from './rows.ts';

/** What a task's status carries with it, by column. */
export type Outcome = {
  readonly reason: string | null;
  readonly reason_detail: string | null;
  readonly proof: string | null;
  readonly commit_id: string | null;
  readonly branch: string | null;
  readonly finished_at: string | null;
  readonly attempts_from: number;
};

export const NO_OUTCOME: Outcome = {
  reason: null,
  reason_detail: null,
  proof: null,
  commit_id: null,
  branch: null,
  finished_at: null,
  attempts_from: 0,
};

/**
 * How the outcome was before each row of a status. Rows say it themselves; those of before 0.2 and roll-ups do not, so that the
 * rows before them are read, once for each task.
 */
export function outcomes(q: Queries): (row: HistoryRow) => Outcome {
  const folded = new Map<number, ReadonlyMap<number, Outcome>>();
  return row => {
    const complete = row.kind === 'undone' || (row.change !== null && !isRollUp(row));
    if (complete) return said(row.data.was);
    const known = folded.get(row.task_id) ?? fold(q, row.task_id);
    folded.set(row.task_id, known);
    return known.get(row.id) ?? NO_OUTCOME;
  };
}

/** Only what was not empty is in the row. */
function said(was: unknown): Outcome {
  const given = (was ?? {}) as Readonly<Record<string, unknown>>;
  return {
    reason: textOf(given.reason),
    reason_detail: textOf(given.reason_detail),
    proof: textOf(given.proof),
    commit_id: textOf(given.commit_id),
    branch: textOf(given.branch),
    finished_at: textOf(given.finished_at),
    attempts_from: typeof given.attempts_from === 'number' ? given.attempts_from : 0,
  };
}

function fold(q: Queries, taskId: number): ReadonlyMap<number, Outcome> {
  const rows = historyWhere(q, "WHERE h.task_id = ? AND h.kind IN ('created', 'status') ORDER BY h.id", taskId);
  const before = new Map<number, Outcome>();
  let outcome = NO_OUTCOME;
  for (const row of rows) {
    before.set(row.id, outcome);
    outcome = row.kind === 'created' ? born(row) : isRollUp(row) ? rolledUp(outcome) : after(row, outcome);
  }
  return before;
}

/** As `addTask` made it. */
function born({ data }: HistoryRow): Outcome {
  const accepted = data.status === 'done' && data.kind !== 'stage';
  return {
    ...NO_OUTCOME,
    reason: data.status === 'blocked' ? 'needs_input' : null,
    proof: accepted ? 'accepted-by-person' : null,
  };
}

const rolledUp = (outcome: Outcome): Outcome => ({ ...outcome, reason: null, reason_detail: null });

/** As `markTaskStatus` left it. */
function after({ data, at }: HistoryRow, before: Outcome): Outcome {
  const to = data.to as TaskStatus;
  const done = to === 'done';
  return {
    ...before,
    reason: to === 'blocked' ? textOf(data.reason) : null,
    reason_detail: to === 'blocked' ? textOf(data.detail) : null,
    proof: done ? textOf(data.proof) : null,
    commit_id: done ? textOf(data.commit) : null,
    branch: 'branch' in data ? textOf(data.branch) : done ? null : before.branch,
    finished_at: isClosed(to) ? at : null,
  };
}
