import type { Queries } from '../queries.ts';
import { type HistoryRow, historyWhere } from './rows.ts';

/** What was written together, oldest row first; the rows of one project. */
export type Change = { readonly number: number; readonly rows: readonly HistoryRow[] };
export type ChangeScope = { readonly project_id: number; readonly task_id: number | null };

const NUMBER = 'coalesce(h.change, h.id)';
const SCOPE = 't.project_id = ? AND (? IS NULL OR h.task_id = ?)';

/**
 * Rows that an undo takes back. Notes stay; claims are given back by `release`; a stage follows its tasks, and whether a task
 * stands in the plan file follows the file.
 */
const TAKEN_BACK = `h.kind IN ('created', 'status', 'edited', 'depends', 'relates')
  AND NOT (h.kind = 'status' AND json_extract(h.data, '$.because') IS 'its tasks')
  AND NOT (h.kind = 'edited' AND h.data IN ('{"vanished":{"from":false,"to":true}}', '{"vanished":{"from":true,"to":false}}'))`;

type Undo = { readonly number: number; readonly undid: number; readonly redo: number | null };

/** The numbers of changes that are undone now, of undos that stand, and of all undos and redos. */
type Undos = {
  readonly undone: readonly number[];
  readonly standing: readonly number[];
  readonly all: readonly number[];
};

function undosOf(q: Queries, projectId: number): Undos {
  const rows = q.all<Undo>(
    `SELECT DISTINCT ${NUMBER} AS number, json_extract(h.data, '$.undid') AS undid, json_extract(h.data, '$.redo') AS redo
     FROM task_history h CROSS JOIN tasks t ON t.id = h.task_id WHERE h.kind = 'undone' AND t.project_id = ?`,
    projectId,
  );
  const redone = new Set(rows.filter(row => row.redo === 1).map(row => row.undid));
  const standing = rows.filter(row => row.redo !== 1 && !redone.has(row.number));
  return {
    undone: standing.map(row => row.undid),
    standing: standing.map(row => row.number),
    all: rows.map(row => row.number),
  };
}

/** The newest change that an undo takes back: not undone, no undo itself, and more than notes and claims. */
export function newestChange(q: Queries, scope: ChangeScope): Change | null {
  const { undone, all } = undosOf(q, scope.project_id);
  const { project_id, task_id } = scope;
  const found = q.get<{ number: number }>(
    `SELECT ${NUMBER} AS number FROM task_history h CROSS JOIN tasks t ON t.id = h.task_id
     WHERE ${SCOPE} AND ${TAKEN_BACK} AND ${NUMBER} NOT IN (SELECT value FROM json_each(?)) ORDER BY h.id DESC LIMIT 1`,
    project_id,
    task_id,
    task_id,
    JSON.stringify([...undone, ...all]),
  );
  return found === undefined ? null : readChange(q, project_id, found.number);
}

/** The newest undo that was not taken back. */
export function newestUndo(q: Queries, { project_id, task_id }: ChangeScope): Change | null {
  const found = q.get<{ number: number | null }>(
    `SELECT max(${NUMBER}) AS number FROM task_history h CROSS JOIN tasks t ON t.id = h.task_id
     WHERE ${SCOPE} AND ${NUMBER} IN (SELECT value FROM json_each(?))`,
    project_id,
    task_id,
    task_id,
    JSON.stringify(undosOf(q, project_id).standing),
  );
  return found?.number == null ? null : readChange(q, project_id, found.number);
}

const readChange = (q: Queries, projectId: number, number: number): Change => ({
  number,
  rows: historyWhere(
    q,
    'WHERE t.project_id = ? AND (h.change = ? OR (h.change IS NULL AND h.id = ?)) AND h.id >= ? ORDER BY h.id',
    projectId,
    number,
    number,
    number,
  ),
});

/** Was the task changed after this row by something that is not undone? Then it is no more what the row made it. */
export function changedSince(q: Queries, projectId: number, row: HistoryRow): HistoryRow | null {
  const { undone, all } = undosOf(q, projectId);
  const [later] = historyWhere(
    q,
    `WHERE h.task_id = ? AND h.id > ? AND ${NUMBER} <> ? AND ${TAKEN_BACK}
     AND ${NUMBER} NOT IN (SELECT value FROM json_each(?)) ORDER BY h.id DESC LIMIT 1`,
    row.task_id,
    row.id,
    row.change ?? row.id,
    JSON.stringify([...undone, ...all]),
  );
  return later ?? null;
}
