import type { TaskStatus } from '../../core/task.ts';
import type { Queries } from '../queries.ts';
import { type Outcome, outcomes } from './outcome.ts';
import { fieldChanges, HISTORY_COLUMNS, type HistoryRow, isRollUp, type RawRow, readRow, textOf } from './rows.ts';
import { type Draft, readDrafts, type Span } from './snapshot.ts';

/** The last history row that counts, and when it was. */
export type Cut = { readonly row: number; readonly at: string };

/**
 * The tasks as they were right after the row `cut.row`, in plan order: taken back from the present, row by row. The order is the
 * present one, since moving a task leaves no row.
 */
export function rewind(q: Queries, span: Span, cut: Cut): ReadonlyMap<number, Draft> {
  const drafts = readDrafts(q, span);
  const places = span.task_id === undefined ? placesIn(drafts) : placesOf(q, span.project_id);
  const before = outcomes(q);
  const touched = new Set<number>();
  for (const raw of rowsSince(q, span, cut.row)) {
    const draft = drafts.get(raw.task_id);
    if (draft === undefined) continue;
    touched.add(raw.task_id);
    if (raw.kind === 'created') drafts.delete(raw.task_id);
    else if (raw.kind === 'note') draft.notes -= 1;
    else stepBack(draft, readRow(raw), before);
  }
  const touches = lastTouches(q, [...touched], cut);
  for (const id of touched) {
    const draft = drafts.get(id);
    if (draft === undefined) continue;
    tidy(draft, places, cut);
    Object.assign(draft, touches(id));
  }
  return drafts;
}

/** Rows that are held at a time. */
const BATCH = 5000;

/** The rows after one, the newest first, read in the order of the history. */
function* rowsSince(q: Queries, { project_id, task_id }: Span, row: number): Generator<RawRow> {
  const [rest, value] =
    task_id === undefined
      ? ['CROSS JOIN tasks t ON t.id = h.task_id WHERE t.project_id = ?', project_id]
      : ['WHERE h.task_id = ?', task_id];
  const sql = `SELECT ${HISTORY_COLUMNS} FROM task_history h ${rest} AND h.id > ? AND h.id < ? ORDER BY h.id DESC LIMIT ${BATCH}`;
  for (let last = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = q.all<RawRow>(sql, value, row, last);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < BATCH) return;
    last = end.id;
  }
}

/** Takes one row's change back. */
function stepBack(draft: Draft, row: HistoryRow, before: (row: HistoryRow) => Outcome): void {
  const { kind, data } = row;
  const changes = Object.entries(fieldChanges(row));
  for (const [field, { from }] of changes) if (field in draft) Object.assign(draft, { [field]: from });
  if (kind === 'depends') draft.depends_on = untie(draft.depends_on, data);
  else if (kind === 'relates' && data.kind === 'related') draft.related = untie(draft.related, data);
  else if (kind === 'relates') draft.discovered_from = untie(draft.discovered_from, data);
  else if (typeof data.from === 'string') backToStatus(draft, row, before);
}

function backToStatus(draft: Draft, row: HistoryRow, before: (row: HistoryRow) => Outcome): void {
  draft.status = row.data.from as TaskStatus;
  if (row.kind === 'claimed' || row.kind === 'released') return;
  const { reason, reason_detail, ...rest } = before(row);
  Object.assign(draft, { reason, reason_detail });
  // A roll-up leaves the others as they are.
  if (!isRollUp(row)) Object.assign(draft, rest);
}

const untie = (keys: readonly string[], { added, removed }: HistoryRow['data']): readonly string[] => [
  ...keys.filter(key => key !== added),
  ...(textOf(removed) === null ? [] : [textOf(removed) ?? '']),
];

/** The place of each task in the plan, by key. */
const placesIn = (drafts: ReadonlyMap<number, Draft>): ReadonlyMap<string, number> =>
  new Map([...drafts.values()].map(({ key }, place) => [key, place]));

function placesOf(q: Queries, projectId: number): ReadonlyMap<string, number> {
  const sql = 'SELECT key FROM tasks WHERE project_id = ? ORDER BY plan_order, id';
  return new Map(q.all<{ key: string }>(sql, projectId).map(({ key }, place) => [key, place]));
}

/** Ties in plan order, and no start that was still to come. */
function tidy(draft: Draft, order: ReadonlyMap<string, number>, cut: Cut): void {
  const inOrder = (keys: readonly string[]): readonly string[] =>
    keys.length < 2 ? keys : keys.toSorted((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0));
  draft.depends_on = inOrder(draft.depends_on);
  draft.related = inOrder(draft.related);
  draft.discovered_from = inOrder(draft.discovered_from);
  if (draft.started_at !== null && draft.started_at > cut.at) draft.started_at = null;
}

type Touch = { readonly updated_at: string; readonly last_agent: string };

/** From so many tasks on, one walk over all rows is quicker than a look-up for each task. */
const MANY = 1000;
const TOUCHED = `id <= ? AND NOT (kind = 'edited'
  AND data IN ('{"vanished":{"from":false,"to":true}}', '{"vanished":{"from":true,"to":false}}'))`;

/** Who changed a task last by then. One that comes and goes in the plan file is not changed by that. */
function lastTouches(q: Queries, ids: readonly number[], cut: Cut): (id: number) => Touch | undefined {
  const columns = 'at AS updated_at, agent AS last_agent';
  if (ids.length < MANY) {
    const sql = `SELECT ${columns} FROM task_history WHERE task_id = ? AND ${TOUCHED} ORDER BY id DESC LIMIT 1`;
    return id => q.get<Touch>(sql, id, cut.row);
  }
  const rows = q.all<Touch & { readonly task_id: number }>(
    `SELECT task_id, ${columns}, max(id) FROM task_history WHERE ${TOUCHED} GROUP BY task_id`,
    cut.row,
  );
  const touches = new Map(
    rows.map(({ task_id, updated_at, last_agent }) => [task_id, { updated_at, last_agent }] as const),
  );
  return id => touches.get(id);
}
