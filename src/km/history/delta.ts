import type { TaskStatus } from '../../core/task.ts';
import type { Outcome } from './outcome.ts';
import { fieldChanges, type HistoryRow, isRollUp, textOf } from './rows.ts';

export const TIES = ['depends_on', 'related', 'discovered_from'] as const;
export type Tie = (typeof TIES)[number];
const isTie = (field: string): field is Tie => TIES.some(tie => tie === field);

/** What one change did to one task, all its rows taken together. */
export type Delta = {
  readonly task_id: number;
  /** The row that added the task. */
  readonly created: HistoryRow | null;
  readonly fields: ReadonlyMap<string, { readonly from: unknown; readonly to: unknown }>;
  /** Keys that came and went, of each kind of tie. */
  readonly ties: Readonly<Record<Tie, { readonly added: readonly string[]; readonly removed: readonly string[] }>>;
  /** `before` is null where only a claim moved it, which leaves the outcome alone. */
  readonly status: { readonly from: TaskStatus; readonly to: TaskStatus; readonly before: Outcome | null } | null;
};

/** What a change did, by task, in the order of its rows. */
export function deltasOf(rows: readonly HistoryRow[], before: (row: HistoryRow) => Outcome): readonly Delta[] {
  return [...Map.groupBy(rows, row => row.task_id)].map(([task_id, own]) => ({
    task_id,
    created: own.find(row => row.kind === 'created') ?? null,
    fields: fieldsOf(own),
    ties: {
      depends_on: tiesOf(own, 'depends_on'),
      related: tiesOf(own, 'related'),
      discovered_from: tiesOf(own, 'discovered_from'),
    },
    status: statusOf(own, before),
  }));
}

function fieldsOf(rows: readonly HistoryRow[]): Delta['fields'] {
  const fields = new Map<string, { from: unknown; to: unknown }>();
  for (const row of rows)
    for (const [name, { from, to }] of Object.entries(fieldChanges(row))) {
      // Whether it stands in the plan file follows the file.
      if (name === 'vanished' || isTie(name)) continue;
      fields.set(name, { from: fields.has(name) ? fields.get(name)?.from : from, to });
    }
  return fields;
}

const keysOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function tiesOf(rows: readonly HistoryRow[], tie: Tie): { added: readonly string[]; removed: readonly string[] } {
  const added = new Set<string>();
  const removed = new Set<string>();
  const add = (key: string): void => void (removed.delete(key) || added.add(key));
  const remove = (key: string): void => void (added.delete(key) || removed.add(key));
  for (const row of rows) {
    const edit = fieldChanges(row)[tie];
    const [from, to] = [keysOf(edit?.from), keysOf(edit?.to)];
    for (const key of to) if (!from.includes(key)) add(key);
    for (const key of from) if (!to.includes(key)) remove(key);
    if (tieOf(row) !== tie) continue;
    const [one, other] = [textOf(row.data.added), textOf(row.data.removed)];
    if (one !== null) add(one);
    if (other !== null) remove(other);
  }
  return { added: [...added], removed: [...removed] };
}

function tieOf({ kind, data }: HistoryRow): Tie | null {
  if (kind === 'depends') return 'depends_on';
  if (kind !== 'relates') return null;
  return data.kind === 'related' ? 'related' : 'discovered_from';
}

function statusOf(rows: readonly HistoryRow[], before: (row: HistoryRow) => Outcome): Delta['status'] {
  const moves = rows.filter(row => row.kind !== 'created' && typeof row.data.to === 'string' && !isRollUp(row));
  const [first, last] = [moves[0], moves.at(-1)];
  if (first === undefined || last === undefined) return null;
  const moved = moves.find(row => row.kind === 'status' || row.kind === 'undone');
  const [from, to] = [first.data.from as TaskStatus, last.data.to as TaskStatus];
  return { from, to, before: moved === undefined ? null : before(moved) };
}
