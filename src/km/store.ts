import { realpathSync } from 'node:fs';
import { type Clock, isoSeconds } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Database } from './database.ts';
import { makeQueries, type Queries } from './queries.ts';
import { taskById } from './task-row.ts';
import { allOrNothing, inTransaction } from './transaction.ts';

/** What every part of the knowledge manager works with. */
export type Store = {
  readonly q: Queries;
  readonly clock: Clock;
  /** ISO 8601 in UTC, whole seconds. */
  now(): string;
  /** One transaction, or a part of the open one; an `err` undoes what `work` wrote. */
  write<T>(work: () => Result<T>): Result<T>;
  /** Like `write` for work that does not fail; whatever it throws undoes the whole. */
  transaction<T>(work: () => T): T;
  /** Adds a row to the task's history. */
  record(taskId: number, agent: string, kind: HistoryKind, data: Readonly<Record<string, unknown>>): void;
};

export type HistoryKind =
  | 'created'
  | 'status'
  | 'edited'
  | 'note'
  | 'depends'
  | 'relates'
  | 'claimed'
  | 'released'
  | 'undone';

export function makeStore({ sqlite }: Database, clock: Clock): Store {
  const q = makeQueries(sqlite);
  const now = (): string => isoSeconds(clock.now());
  // Id of the first history row of the open transaction.
  let change: number | null = null;
  const begin = (): void => {
    if (!sqlite.inTransaction) change = null;
  };
  return {
    q,
    clock,
    now,
    write(work) {
      begin();
      return allOrNothing(sqlite, clock, work);
    },
    transaction(work) {
      begin();
      return inTransaction(sqlite, clock, work);
    },
    record(taskId, agent, kind, data) {
      // Rows are never deleted, so the next id is one more than the last.
      const { id } = q.run(
        `INSERT INTO task_history (task_id, at, agent, kind, data, change)
         VALUES (?, ?, ?, ?, ?, coalesce(?, (SELECT coalesce(max(id), 0) + 1 FROM task_history)))`,
        taskId,
        now(),
        agent,
        kind,
        JSON.stringify(data),
        change,
      );
      change ??= id;
    },
  };
}

export function findTask(q: Queries, id: number): Result<Task> {
  const task = taskById(q, id);
  return task === null ? noTask(id) : ok(task);
}

export const noTask = (id: number): Result<never> =>
  fail('input.not_found', `There is no task with the id ${id}.`, 'See the tasks: llmclis task list');

/** The task as it is now; it was seen in this transaction, so that it is gone would be a bug. */
export function freshTask(q: Queries, id: number): Task {
  const task = taskById(q, id);
  if (task === null) throw new Error(`Task ${id} is not there.`);
  return task;
}

/** Id of a task by its key; keys are unique in a project. */
export function findId(q: Queries, projectId: number, key: string): Result<number> {
  const row = q.get<{ id: number }>('SELECT id FROM tasks WHERE project_id = ? AND key = ?', projectId, key);
  return row === undefined
    ? fail('input.not_found', `There is no task ${key} in this project.`, 'See the keys: llmclis task list')
    : ok(row.id);
}

/** Notes who changed the task last, and when. */
export const touch = (store: Store, taskId: number, agent: string): void => {
  store.q.run('UPDATE tasks SET updated_at = ?, last_agent = ? WHERE id = ?', store.now(), agent, taskId);
};

/** Absolute path without symbolic links; the path itself where there is no such folder. */
export function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
