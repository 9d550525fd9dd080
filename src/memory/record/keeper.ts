import { createHash } from 'node:crypto';
import { type Clock, isoSeconds } from '../../core/clock.ts';
import { err, Refused, type Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import { GLOBAL_PROJECT, type LinkKind } from '../memory.ts';
import { ENTRY_COLUMNS, type Entry, type EntryRow, type MemoryAction, readEntry } from './entry.ts';
import { wordsWriter } from './words-writer.ts';

export type NewEntry = Omit<Entry, 'id'>;

/** What of an entry a change may set. */
export type Changes = { readonly [K in keyof NewEntry]?: NewEntry[K] };

/** Who did it and why, for the history. */
export type Done = { readonly agent: string; readonly because?: string; readonly other_id?: number | null };

/** The tables of the record, with statements that are prepared once. Every call belongs into an open transaction. */
export type Keeper = {
  readonly sqlite: Sqlite;
  now(): string;
  /** Takes secrets out of anything that is kept. */
  keep(text: string): string;
  entry(id: number): Entry | undefined;
  /** The live or wrong entry with this text, of the project or of all projects. */
  sameText(projectId: number, hash: string): Entry | undefined;
  /** The live entry that states the value of this slot. */
  slotHolder(projectId: number, slot: string): Entry | undefined;
  /** Inserts and makes it findable; under this id where one is given. */
  insert(entry: NewEntry, id?: number): Entry;
  set(id: number, changes: Changes): void;
  record(id: number, action: MemoryAction, done: Done): void;
  link(from: number, to: number, kind: LinkKind): void;
};

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The house's estimate: four characters a token. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

const INSERTED = [
  ...(['project_id', 'task_id', 'task_key', 'type', 'scope', 'text', 'text_sha256', 'agent', 'model'] as const),
  ...(['source', 'session', 'run_id', 'step', 'file', 'lines', 'slot', 'created_at', 'updated_at'] as const),
  ...(['valid_from', 'valid_to', 'superseded_by', 'trust', 'tokens', 'seen', 'pinned', 'status'] as const),
] satisfies readonly (keyof NewEntry)[];

export function makeKeeper(sqlite: Sqlite, clock: Pick<Clock, 'now'>, keep: (text: string) => string): Keeper {
  const select = (where: string) =>
    sqlite.prepare<unknown[], EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM memories m WHERE ${where}`);
  const byId = select('m.id = ?');
  const byText = select("m.project_id = ? AND m.text_sha256 = ? AND m.status IN ('live', 'wrong')");
  const bySlot = select("m.project_id = ? AND m.slot = ? AND m.status = 'live'");
  const inserting = sqlite.prepare(
    `INSERT INTO memories (id, ${INSERTED.join(', ')}) VALUES (?, ${INSERTED.map(() => '?').join(', ')})`,
  );
  const telling = sqlite.prepare(
    'INSERT INTO memory_history (memory_id, at, agent, action, because, other_id) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const linking = sqlite.prepare(
    'INSERT INTO memory_links (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const read = (row: EntryRow | undefined): Entry | undefined => (row === undefined ? undefined : readEntry(row));
  const write = wordsWriter(sqlite);
  const now = (): string => isoSeconds(clock.now());
  return {
    sqlite,
    now,
    keep,
    entry: id => read(byId.get(id)),
    sameText: (projectId, hash) => read(byText.get(projectId, hash) ?? byText.get(GLOBAL_PROJECT, hash)),
    slotHolder: (projectId, slot) => read(bySlot.get(projectId, slot)),
    insert(entry, id) {
      const { lastInsertRowid } = inserting.run(id ?? null, ...INSERTED.map(name => asSql(entry[name])));
      const inserted = { ...entry, id: Number(lastInsertRowid) };
      write(inserted);
      return inserted;
    },
    set(id, changes) {
      const names = Object.keys(changes);
      const values = Object.values(changes).map(asSql);
      sqlite
        .prepare(`UPDATE memories SET ${names.map(name => `${name} = ?`).join(', ')} WHERE id = ?`)
        .run(...values, id);
    },
    record(id, action, { agent, because = '', other_id = null }) {
      telling.run(id, now(), agent, action, because, other_id);
    },
    link(from, to, kind) {
      if (from !== to) linking.run(from, to, kind, now());
    },
  };
}

const asSql = (value: string | number | boolean | null): string | number | null =>
  typeof value === 'boolean' ? Number(value) : value;

/** Runs `work` in one transaction, or as a step of the open one. An `err` undoes exactly what it wrote. */
export function allOrNothing<T>(sqlite: Sqlite, work: () => Result<T>): Result<T> {
  const step = sqlite.transaction(() => {
    const done = work();
    if (!done.ok) throw new Refused(done.error);
    return done;
  });
  try {
    return sqlite.inTransaction ? step() : step.immediate();
  } catch (problem) {
    if (problem instanceof Refused) return err(problem.failure);
    throw problem;
  }
}
