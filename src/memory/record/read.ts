import { fail, ok, type Result } from '../../core/failure.ts';
import { GLOBAL_PROJECT, type MemoryScope, type MemoryStatus, type MemoryType } from '../memory.ts';
import {
  ENTRY_COLUMNS,
  type Entry,
  type EntryDetails,
  type EntryEvent,
  type EntryLink,
  type EntryRow,
  type EntryVersion,
  readEntry,
} from './entry.ts';
import { findEntry } from './find.ts';
import type { Keeper } from './keeper.ts';
import { differences } from './similar.ts';

export type ListWish = {
  readonly projectId: number;
  readonly types?: readonly MemoryType[];
  readonly scope?: MemoryScope;
  readonly taskId?: number;
  readonly agent?: string;
  /** Default: live ones. */
  readonly statuses?: readonly MemoryStatus[];
  readonly pinned?: boolean;
  /** Stored then or later (ISO). */
  readonly since?: string;
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
};

export type EntryPage = {
  readonly entries: readonly Entry[];
  readonly total: number;
  readonly next_cursor: string | null;
};

/** The entries of a project and those that hold for all, the newest first. */
export function listEntries({ sqlite }: Keeper, wish: ListWish): Result<EntryPage> {
  const { limit, cursor } = wish;
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
    return fail('input.invalid', `"${cursor.slice(0, 40)}" is no cursor.`, 'Take next_cursor of the list before.');
  const { where, values } = conditions(wish);
  const total = sqlite.prepare<unknown[], number>(`SELECT count(*) FROM memories m WHERE ${where}`).pluck();
  const rows = sqlite
    .prepare<unknown[], EntryRow>(
      // By their ids from the end: an index would read and sort all there are.
      `SELECT ${ENTRY_COLUMNS} FROM memories m NOT INDEXED WHERE ${where} AND m.id < ? ORDER BY m.id DESC LIMIT ?`,
    )
    .all(...values, Number(cursor ?? Number.MAX_SAFE_INTEGER), limit + 1);
  const entries = rows.slice(0, limit).map(readEntry);
  const last = rows.length > limit ? entries.at(-1) : undefined;
  return ok({ entries, total: total.get(...values) ?? 0, next_cursor: last === undefined ? null : String(last.id) });
}

type Conditions = { readonly where: string; readonly values: readonly (string | number)[] };

function conditions({ projectId, types, scope, taskId, agent, statuses, pinned, since }: ListWish): Conditions {
  const parts: (readonly [string, ...(string | number)[]])[] = [[`m.project_id IN (?, ${GLOBAL_PROJECT})`, projectId]];
  const oneOf = (column: string, all: readonly string[]): void => {
    parts.push([`${column} IN (${all.map(() => '?').join(', ')})`, ...all]);
  };
  oneOf('m.status', statuses ?? ['live']);
  if (types !== undefined) oneOf('m.type', types);
  if (scope !== undefined) parts.push(['m.scope = ?', scope]);
  if (taskId !== undefined) parts.push(['m.task_id = ?', taskId]);
  if (agent !== undefined) parts.push(['m.agent = ?', agent]);
  if (since !== undefined) parts.push(['m.created_at >= ?', since]);
  if (pinned === true) parts.push(['m.pinned = 1']);
  return { where: parts.map(([sql]) => sql).join(' AND '), values: parts.flatMap(([, ...values]) => values) };
}

/** All that is known about one entry: its fields, its links both ways, its earlier texts and what happened to it. */
export function showEntry(keeper: Keeper, id: number, projectId: number): Result<EntryDetails> {
  const found = findEntry(keeper, id, projectId);
  if (!found.ok) return found;
  const { sqlite } = keeper;
  const versions = sqlite
    .prepare<[number], EntryVersion>('SELECT replaced_at, text FROM memory_versions WHERE memory_id = ? ORDER BY id')
    .all(id);
  const history = sqlite
    .prepare<[number], EntryEvent>(
      'SELECT at, agent, action, because, other_id FROM memory_history WHERE memory_id = ? ORDER BY id',
    )
    .all(id);
  return ok({
    ...found.value,
    links: linksOf(keeper, found.value),
    versions,
    history: withBirth(found.value, history),
  });
}

/** That an entry was stored is only told by its own row when there was something to say about it. */
function withBirth({ created_at, agent }: Entry, history: readonly EntryEvent[]): readonly EntryEvent[] {
  if (history[0]?.action === 'stored') return history;
  return [{ at: created_at, agent, action: 'stored', because: '', other_id: null }, ...history];
}

type LinkRow = Omit<EntryLink, 'differs'> & { readonly from_id: number };

/** Characters of the other end that a link shows. */
const SHOWN = 200;

function linksOf({ sqlite }: Keeper, entry: Entry): readonly EntryLink[] {
  const rows = sqlite
    .prepare<unknown[], LinkRow>(
      `SELECT l.kind, CASE WHEN l.from_id = @id THEN 'to' ELSE 'from' END AS direction, m.id, m.type, m.status, m.text, l.from_id
       FROM memory_links l JOIN memories m ON m.id = CASE WHEN l.from_id = @id THEN l.to_id ELSE l.from_id END
       WHERE l.from_id = @id OR l.to_id = @id ORDER BY l.kind, m.id`,
    )
    .all({ id: entry.id });
  return rows.map(({ from_id: _, text, ...link }) => ({
    ...link,
    text: text.slice(0, SHOWN),
    differs: link.kind === 'near' ? differences(entry.text, text) : null,
  }));
}
