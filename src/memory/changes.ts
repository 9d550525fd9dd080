import type { Sqlite } from '../km/sqlite.ts';

/** A changed entry; `seq` is that of its latest change. In a rebuild, which comes first, it is 0 or less and counts up to 0. */
export type Change = { readonly seq: number; readonly memory_id: number; readonly project_id: number };

export type Follows = 'all' | 'entries';

/** A derived index that follows the record. Applying a change twice does no harm: what counts is the entry as it is now. */
export type Consumer = {
  readonly name: string;
  /** Of `entries` alone: what comes and goes of their vectors passes it by. All changes where it says nothing. */
  readonly follows?: Follows;
  /** Changes taken at once. */
  readonly batch: number;
  /** Throws `Refused` for the outside world's trouble: the changes wait, and are tried again later. */
  apply(changes: readonly Change[], signal: AbortSignal): Promise<void>;
  /** Looks before the first change whether the index is still the one that was left; may start over. */
  begin?(signal: AbortSignal): Promise<void>;
  /** Everything has been followed; may find that it was not enough, and start over. */
  end?(signal: AbortSignal): Promise<void>;
};

/** The number of the last change there ever was. */
export const lastChange = (sqlite: Sqlite): number =>
  sqlite.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'memory_changes'").pluck().get() ?? 0;

/** Makes a consumer known. A new one has every entry still before it. */
export function register(sqlite: Sqlite, name: string, follows: Follows = 'all'): void {
  const known = sqlite.prepare('SELECT 1 FROM memory_consumers WHERE name = ?').get(name);
  if (known !== undefined) return;
  const made = sqlite
    .prepare('INSERT INTO memory_consumers (name, follows) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(name, follows);
  if (made.changes > 0) startOver(sqlite, name);
}

/** Everything is before the consumer again: all entries by their ids, then what changes from now on. */
export function startOver(sqlite: Sqlite, name: string): void {
  sqlite
    .prepare(
      `UPDATE memory_consumers SET seq = ?, generation = generation + 1, rebuild_from = 0,
         rebuild_to = (SELECT coalesce(max(id), 0) FROM memories) WHERE name = ?`,
    )
    .run(lastChange(sqlite), name);
}

type Row = {
  readonly follows: Follows;
  readonly seq: number;
  readonly rebuild_from: number;
  readonly rebuild_to: number;
};
const rowOf = (sqlite: Sqlite, name: string): Row | undefined =>
  sqlite
    .prepare<[string], Row>('SELECT follows, seq, rebuild_from, rebuild_to FROM memory_consumers WHERE name = ?')
    .get(name);

/** The changes behind a place in the log that a consumer follows. */
const behind = (follows: Follows): string =>
  `memory_changes WHERE seq > ? ${follows === 'entries' ? "AND kind = 'entry'" : ''}`;

/** The oldest changes that the consumer has not followed, each entry once. */
export function pendingChanges(sqlite: Sqlite, name: string, limit: number): readonly Change[] {
  const row = rowOf(sqlite, name);
  if (row === undefined) return [];
  const { follows, seq, rebuild_from, rebuild_to } = row;
  if (rebuild_from < rebuild_to) {
    const entries = sqlite
      .prepare<[number, number, number, number], Change>(
        `SELECT id - ? AS seq, id AS memory_id, project_id FROM memories WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`,
      )
      .all(rebuild_to, rebuild_from, rebuild_to, limit);
    if (entries.length > 0) return entries;
  }
  const rows = sqlite
    .prepare<[number, number], Change>(`SELECT seq, memory_id, project_id FROM ${behind(follows)} ORDER BY seq LIMIT ?`)
    .all(seq, limit);
  return [...new Map(rows.map(change => [change.memory_id, change])).values()].sort((a, b) => a.seq - b.seq);
}

/** How often a consumer has started over. */
export const generationOf = (sqlite: Sqlite, name: string): number =>
  sqlite.prepare<[string], number>('SELECT generation FROM memory_consumers WHERE name = ?').pluck().get(name) ?? 0;

/** The consumer has followed everything up to this change; without effect when it has started over since that generation. */
export const advance = (sqlite: Sqlite, name: string, seq: number, generation?: number): void => {
  const step =
    seq > 0 ? 'seq = max(seq, @seq), rebuild_from = rebuild_to' : 'rebuild_from = max(rebuild_from, rebuild_to + @seq)';
  sqlite
    .prepare(
      `UPDATE memory_consumers SET ${step} WHERE name = @name AND generation = coalesce(@generation, generation)`,
    )
    .run({ seq, name, generation: generation ?? null });
};

/** Leaves behind the changes that the consumer does not follow, where no other is before it; the log need not keep them for it. */
export function passBy(sqlite: Sqlite, name: string): void {
  sqlite
    .prepare(
      `UPDATE memory_consumers SET seq = (SELECT max(seq) FROM memory_changes)
       WHERE name = ? AND follows = 'entries' AND rebuild_from >= rebuild_to
         AND seq < (SELECT max(seq) FROM memory_changes)
         AND NOT EXISTS (SELECT 1 FROM memory_changes c WHERE c.seq > memory_consumers.seq AND c.kind = 'entry')`,
    )
    .run(name);
}

/** Is it still going through the entries from the beginning? */
export function isRebuilding(sqlite: Sqlite, name: string): boolean {
  const row = rowOf(sqlite, name);
  return row !== undefined && row.rebuild_from < row.rebuild_to;
}

/** Is there anything at all that it has still to follow? */
export function isBehind(sqlite: Sqlite, name: string): boolean {
  const row = rowOf(sqlite, name);
  if (row === undefined || row.rebuild_from < row.rebuild_to) return true;
  return sqlite.prepare(`SELECT 1 FROM ${behind(row.follows)} LIMIT 1`).get(row.seq) !== undefined;
}

/** Entries and changes that the consumer has still to follow. */
export function lag(sqlite: Sqlite, name: string): number {
  const row = rowOf(sqlite, name);
  if (row === undefined) return sqlite.prepare<[], number>('SELECT count(*) FROM memories').pluck().get() ?? 0;
  const count = (from: string, ...values: number[]): number =>
    sqlite
      .prepare<number[], number>(`SELECT count(*) FROM ${from}`)
      .pluck()
      .get(...values) ?? 0;
  const rebuild =
    row.rebuild_from < row.rebuild_to
      ? count('memories WHERE id > ? AND id <= ?', row.rebuild_from, row.rebuild_to)
      : 0;
  return rebuild + count(behind(row.follows), row.seq);
}

/** Changes after which a consumer that nobody runs any more is forgotten; it starts over when it comes back. */
const LONG_AWAY = 20_000;

/** Forgets the changes that every consumer has followed; `active` are those that still run. */
export function prune(sqlite: Sqlite, active?: readonly string[]): void {
  if (active !== undefined) {
    const marks = active.map(() => '?').join(', ');
    sqlite
      .prepare(`DELETE FROM memory_consumers WHERE seq < ? AND name NOT IN (${marks})`)
      .run(lastChange(sqlite) - LONG_AWAY, ...active);
  }
  sqlite.exec('DELETE FROM memory_changes WHERE seq <= (SELECT min(seq) FROM memory_consumers)');
}
