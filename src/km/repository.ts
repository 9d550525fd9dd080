import type { Clock } from '../core/clock.ts';
import { fail, ok } from '../core/failure.ts';
import type { Attempt, TaskNote } from '../core/task.ts';
import { addTask } from './add-task.ts';
import { makeClaims } from './claims.ts';
import type { Database } from './database.ts';
import { addDependency, appendTaskNote, editTask, removeDependency } from './edit-task.ts';
import type { HistoryEntry, Km, PlanFileRow } from './km.ts';
import { listTasks } from './list-tasks.ts';
import { readNextFacts } from './next-query.ts';
import { explainNext } from './next-task.ts';
import { makeProjects } from './projects.ts';
import type { Queries } from './queries.ts';
import { markTaskStatus } from './status.ts';
import { findTask, makeStore, type Store } from './store.ts';
import { taskByKey } from './task-row.ts';

/** The knowledge manager on an open database. Time and chance come from `clock`. */
export function createKm(database: Database, clock: Clock): Km {
  const store = makeStore(database, clock);
  const { q } = store;
  return {
    transaction: store.transaction,
    ...makeProjects(store),
    addTask: (input, agent) => addTask(store, input, agent),
    task(projectId, key) {
      const task = taskByKey(q, projectId, key);
      return task === null
        ? fail('input.not_found', `There is no task ${key} in this project.`, 'See the keys: llmclis task list')
        : ok(task);
    },
    taskById: id => findTask(q, id),
    listTasks: filter => listTasks(q, filter),
    editTask: (taskId, edit, agent) => editTask(store, taskId, edit, agent),
    addDependency: (taskId, otherKey, agent, kind) => addDependency(store, taskId, otherKey, agent, kind),
    removeDependency: (taskId, otherKey, agent, kind) => removeDependency(store, taskId, otherKey, agent, kind),
    notes: taskId => q.all<TaskNote>('SELECT at, agent, text FROM task_notes WHERE task_id = ? ORDER BY id', taskId),
    history: taskId => history(q, taskId),
    getNextTaskToWorkOn: projectId => explainNext(readNextFacts(q, { projectId, except: [] }, store.now())),
    markTaskStatus: (taskId, status, metadata) => markTaskStatus(store, taskId, status, metadata),
    appendTaskNote: (taskId, note, agentName) => appendTaskNote(store, taskId, note, agentName),
    ...makeClaims(store),
    ...makeRecords(store),
  };
}

function history(q: Queries, taskId: number): readonly HistoryEntry[] {
  const sql = 'SELECT at, agent, kind, data, change FROM task_history WHERE task_id = ? ORDER BY id';
  const rows = q.all<Omit<HistoryEntry, 'data'> & { readonly data: string }>(sql, taskId);
  return rows.map(row => ({ ...row, data: JSON.parse(row.data) as HistoryEntry['data'] }));
}

const ATTEMPT = 'run_id, role, model, location, outcome, evidence, tokens_in, tokens_out, usd';
const PLAN_FILE = 'project_id, path, synced_text, synced_at, size, mtime_ms, reader';

const makeRecords = ({ q, now }: Store): Pick<Km, 'addAttempt' | 'attempts' | 'planFiles' | 'savePlanFile'> => ({
  addAttempt(taskId, { run_id, role, model, location, outcome, evidence, tokens_in, tokens_out, usd }) {
    q.run(
      `INSERT INTO attempts (task_id, at, ${ATTEMPT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      taskId,
      now(),
      run_id,
      role,
      model,
      location,
      outcome,
      evidence,
      tokens_in,
      tokens_out,
      usd,
    );
  },
  attempts: taskId =>
    q.all<Attempt>(
      `SELECT ${ATTEMPT} FROM attempts a WHERE task_id = ? AND id > (SELECT attempts_from FROM tasks WHERE id = a.task_id) ORDER BY id`,
      taskId,
    ),
  planFiles: projectId =>
    q.all<PlanFileRow>(`SELECT ${PLAN_FILE} FROM plan_files WHERE project_id = ? ORDER BY path`, projectId),
  savePlanFile({ project_id, path, synced_text, synced_at, size, mtime_ms, reader }) {
    q.run(
      `INSERT OR REPLACE INTO plan_files (${PLAN_FILE}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      project_id,
      path,
      synced_text,
      synced_at,
      size,
      mtime_ms,
      reader,
    );
  },
});
