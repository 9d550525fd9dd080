import type { Queries } from '../queries.ts';

/** One row of `task_history`, its data read. Only this program writes them, so that they are what `record` was given. */
export type HistoryRow = {
  readonly id: number;
  readonly task_id: number;
  readonly at: string;
  readonly agent: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Null in rows of before 0.2. */
  readonly change: number | null;
};

export type RawRow = Omit<HistoryRow, 'data'> & { readonly data: string };

export const HISTORY_COLUMNS = 'h.id, h.task_id, h.at, h.agent, h.kind, h.data, h.change';

export const readRow = (row: RawRow): HistoryRow => ({
  ...row,
  data: JSON.parse(row.data) as HistoryRow['data'],
});

/** Rows that `rest` (conditions, order, limit) picks, with their tasks `t`. */
export const historyWhere = (
  q: Queries,
  rest: string,
  ...values: readonly (string | number)[]
): readonly HistoryRow[] =>
  q
    .all<RawRow>(`SELECT ${HISTORY_COLUMNS} FROM task_history h JOIN tasks t ON t.id = h.task_id ${rest}`, ...values)
    .map(readRow);

/** What a row says about a field, as texts; an absent or other value is null. */
export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Field changes as `edited` rows hold them: `{field: {from, to}}`. */
export type FieldChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** The field changes of an `edited` or `undone` row. */
export function fieldChanges({ kind, data }: Pick<HistoryRow, 'kind' | 'data'>): FieldChanges {
  if (kind === 'edited') return data as FieldChanges;
  return kind === 'undone' ? ((data.changes ?? {}) as FieldChanges) : {};
}

/** A stage's status that follows its tasks. */
export const isRollUp = ({ kind, data }: Pick<HistoryRow, 'kind' | 'data'>): boolean =>
  kind === 'status' && data.because === 'its tasks';
