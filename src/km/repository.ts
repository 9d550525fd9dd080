import type { Clock } from '../core/clock.ts';
import { ok } from '../core/failure.ts';
import type { Attempt, TaskNote } from '../core/task.ts';
import type { Database } from './database.ts';
import { makeImports } from './imports.ts';
import type { HistoryEntry, Km } from './km.ts';
import { makePermissions } from './permissions/permissions.ts';
import { makePlanRecords } from './plan/records.ts';
import { makeProjects } from './projects.ts';
import type { Queries } from './queries.ts';
import { taskGraph } from './query/graph.ts';
import { listTasks } from './query/list-tasks.ts';
import { readyTasks } from './query/next-list.ts';
import { readNextFacts } from './query/next-query.ts';
import { explainNext } from './query/next-task.ts';
import { outline, tasksByIds } from './query/outline.ts';
import { qualityOf } from './query/quality.ts';
import { taskReport } from './query/report.ts';
import { matchingIds, searchTasks } from './query/search.ts';
import { whyTask } from './query/why.ts';
import { findTask, makeStore, type Store } from './store.ts';
import { addTask } from './tasks/add-task.ts';
import { makeClaims } from './tasks/claims.ts';
import { addDependency, appendTaskNote, editTask, removeDependency } from './tasks/edit-task.ts';
import { taskByShortKey } from './tasks/find-key.ts';
import { markTaskStatus } from './tasks/status.ts';

/** The knowledge manager on an open database. Time and chance come from `clock`. */
export function createKm(database: Database, clock: Clock): Km {
  const store = makeStore(database, clock);
  const { q } = store;
  return {
    transaction: store.transaction,
    allOrNothing: store.write,
    ...makeProjects(store),
    addTask: (input, agent) => addTask(store, input, agent),
    task: (projectId, key) => taskByShortKey(q, projectId, key),
    taskById: id => findTask(q, id),
    listTasks: filter => listTasks(q, filter),
    searchTasks: (projectId, filter, options = {}) => searchTasks(store, projectId, filter, options),
    matchingIds: (projectId, filter, typing = false) => matchingIds(store, projectId, filter, typing),
    outline: projectId => outline(q, projectId),
    tasksByIds: ids => tasksByIds(q, ids),
    editTask: (taskId, edit, agent) => editTask(store, taskId, edit, agent),
    addDependency: (taskId, otherKey, agent, kind) => addDependency(store, taskId, otherKey, agent, kind),
    removeDependency: (taskId, otherKey, agent, kind) => removeDependency(store, taskId, otherKey, agent, kind),
    notes: taskId => q.all<TaskNote>('SELECT at, agent, text FROM task_notes WHERE task_id = ? ORDER BY id', taskId),
    history: taskId => history(q, taskId),
    getNextTaskToWorkOn(projectId, { queue, n } = {}) {
      const scope = { projectId, except: [], queue };
      const next = explainNext(readNextFacts(q, scope, store.now()));
      return next.kind === 'ready' && n !== undefined ? { ...next, tasks: readyTasks(q, scope, store.now(), n) } : next;
    },
    whyTask(taskId) {
      const task = findTask(q, taskId);
      return task.ok ? ok(whyTask(q, task.value, store.now())) : task;
    },
    graph: (projectId, options = {}) => taskGraph(q, projectId, options),
    quality: (projectId, options) => qualityOf(q, projectId, options),
    taskReport: (projectId, report, options = {}) => taskReport(store, projectId, report, options),
    markTaskStatus: (taskId, status, metadata) => markTaskStatus(store, taskId, status, metadata),
    appendTaskNote: (taskId, note, agentName, at) => appendTaskNote(store, taskId, note, agentName, at),
    ...makeClaims(store),
    ...makeRecords(store),
    ...makePlanRecords(store),
    ...makePermissions(store),
    ...makeImports(store),
  };
}

function history(q: Queries, taskId: number): readonly HistoryEntry[] {
  const sql = 'SELECT at, agent, kind, data, change FROM task_history WHERE task_id = ? ORDER BY id';
  const rows = q.all<Omit<HistoryEntry, 'data'> & { readonly data: string }>(sql, taskId);
  return rows.map(row => ({ ...row, data: JSON.parse(row.data) as HistoryEntry['data'] }));
}

const ATTEMPT = 'run_id, role, model, location, outcome, evidence, tokens_in, tokens_out, usd';

const makeRecords = ({ q, now }: Store): Pick<Km, 'addAttempt' | 'attempts'> => ({
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
});
