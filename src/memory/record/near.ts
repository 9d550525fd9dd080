import { setImmediate } from 'node:timers/promises';
import { type Clock, isoSeconds } from '../../core/clock.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import type { Consumer } from '../changes.ts';
import type { MemoryType } from '../memory.ts';
import { hasTable, tableName } from '../recall/full-text.ts';
import { queryWords } from '../recall/words.ts';
import { jaccard, wordSet } from './similar.ts';

export const NEAR = 'near';

/** Share of common words from which on two texts count as saying nearly the same. */
const ALIKE = 0.7;
/** Best matches by BM25 whose words are compared, and how many of them are linked. */
const LOOKED_AT = 12;
const LINKED = 3;
/** Words of the longest text that is compared: what is longer is a document, and never the same by chance. */
const LONGEST = 400;

/** Kinds of texts that are compared with each other. Turns of a talk and output of tools are alike all the time, which says nothing. */
const CLASSES = [
  ['task_summary', 'subtask_summary', 'handoff_summary', 'project_summary'],
  ['decision', 'lesson', 'fact', 'note'],
  ['design_doc'],
  ['code_snippet'],
] as const satisfies readonly (readonly MemoryType[])[];

const classOf = (type: MemoryType): readonly MemoryType[] =>
  CLASSES.find((types: readonly MemoryType[]) => types.includes(type)) ?? [];

type Row = {
  readonly id: number;
  readonly project_id: number;
  readonly type: MemoryType;
  readonly scope: string;
  readonly task_id: number | null;
  readonly text: string;
};

/**
 * Links entries that say nearly the same, in one project, kind and scope. Nothing is merged or taken away: 5432 is not 5433, and which
 * of two is right is not for a machine to say.
 */
export function nearConsumer(sqlite: Sqlite, clock: Pick<Clock, 'now'>): Consumer {
  return {
    name: NEAR,
    follows: 'entries',
    batch: 20,
    async apply(changes, signal) {
      const found = new Map<number, readonly number[]>();
      for (const { memory_id } of changes) {
        // Others get their turn between two look-ups.
        await setImmediate();
        signal.throwIfAborted();
        const row = readLive(sqlite, memory_id);
        found.set(memory_id, row === undefined ? [] : nearOf(sqlite, row));
      }
      const work = sqlite.transaction(() => linkNear(sqlite, found, isoSeconds(clock.now())));
      if (sqlite.inTransaction) work();
      else work.immediate();
    },
  };
}

const readLive = (sqlite: Sqlite, id: number): Row | undefined =>
  sqlite
    .prepare<[number], Row>(
      "SELECT id, project_id, type, scope, task_id, text FROM memories WHERE id = ? AND status = 'live'",
    )
    .get(id);

function linkNear(sqlite: Sqlite, found: ReadonlyMap<number, readonly number[]>, now: string): void {
  const unlink = sqlite.prepare("DELETE FROM memory_links WHERE kind = 'near' AND (from_id = @id OR to_id = @id)");
  const link = sqlite.prepare(
    "INSERT INTO memory_links (from_id, to_id, kind, created_at) VALUES (?, ?, 'near', ?) ON CONFLICT DO NOTHING",
  );
  for (const id of found.keys()) unlink.run({ id });
  // From the later to the earlier, so that each pair is there once.
  for (const [id, others] of found) for (const other of others) link.run(Math.max(id, other), Math.min(id, other), now);
}

/** The entries nearest to one, the most alike first. */
function nearOf(sqlite: Sqlite, row: Row): readonly number[] {
  const words = wordSet(row.text);
  if (
    classOf(row.type).length === 0 ||
    words.size === 0 ||
    words.size > LONGEST ||
    !hasTable(sqlite, 'words', row.project_id)
  )
    return [];
  return candidates(sqlite, row, alikeQuery(row.text))
    .map(other => ({ id: other.id, alike: jaccard(words, wordSet(other.text)) }))
    .filter(({ alike }) => alike >= ALIKE)
    .sort((one, other) => other.alike - one.alike || one.id - other.id)
    .slice(0, LINKED)
    .map(({ id }) => id);
}

/**
 * A full-text query that every alike text matches. It lacks at most a share of the words, so of one group more than these it has all
 * words; long words are rare, so each group gets one of the longest, which keeps the look-up short.
 */
export function alikeQuery(text: string): string | null {
  const words = wordSet(text);
  const telling = queryWords(text).toSorted((one, other) => other.length - one.length || (one < other ? -1 : 1));
  const lacking = Math.floor(words.size * (1 - ALIKE) + 1e-9);
  const groups = Array.from({ length: Math.min(lacking + 1, telling.length) }, () => [] as string[]);
  for (const [place, word] of telling.entries()) groups[place % groups.length]?.push(`"${word}"`);
  return groups.length === 0 ? null : groups.map(group => `(${group.join(' AND ')})`).join(' OR ');
}

function candidates(sqlite: Sqlite, row: Row, match: string | null): readonly { id: number; text: string }[] {
  if (match === null) return [];
  const types = classOf(row.type);
  const table = tableName('words', row.project_id);
  return sqlite
    .prepare<unknown[], { id: number; text: string }>(
      `SELECT m.id, m.text FROM ${table} f JOIN memories m ON m.id = f.rowid
       WHERE f.text MATCH ? AND m.id <> ? AND m.status = 'live' AND m.scope = ?
         AND (m.scope IN ('global', 'project') OR m.task_id IS ?) AND m.type IN (${types.map(() => '?').join(', ')})
       ORDER BY f.rank LIMIT ${LOOKED_AT}`,
    )
    .all(match, row.id, row.scope, row.task_id, ...types);
}
