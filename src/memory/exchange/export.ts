import { GLOBAL_PROJECT, type MemoryStatus, type MemoryType } from '../memory.ts';
import { ENTRY_COLUMNS, type Entry, type EntryRow, readEntry } from '../record/entry.ts';
import type { Keeper } from '../record/keeper.ts';
import { EXCHANGE_FORMAT, type ExchangeHeader, type Portable } from './portable.ts';

export type Exported = { readonly header: ExchangeHeader; readonly entries: readonly Portable[] };

/** The name of this database, by which it knows its own exports again. */
export const storeName = ({ sqlite }: Pick<Keeper, 'sqlite'>): string =>
  sqlite.prepare<[], string>('SELECT id FROM memory_store').pluck().get() ?? '';

/** Everything that the project remembers, and what holds for all, in the order of the ids. What was forgotten has nothing to tell. */
export function exportEntries(keeper: Keeper, projectId: number, types: readonly MemoryType[] = []): Exported {
  const { sqlite } = keeper;
  const rows = sqlite
    .prepare<unknown[], EntryRow>(
      `SELECT ${ENTRY_COLUMNS} FROM memories m WHERE m.project_id IN (?, ${GLOBAL_PROJECT}) AND m.status <> 'forgotten' ORDER BY m.id`,
    )
    .all(projectId);
  const entries = rows.map(readEntry).filter(({ type }) => types.length === 0 || types.includes(type));
  const header = { llmclis_memory: EXCHANGE_FORMAT, store: storeName(keeper), project_id: projectId };
  const there = new Set(rows.map(({ id }) => id));
  return { header, entries: entries.map(entry => portable(keeper, entry, there)) };
}

/** Numbers of entries that have a text are told; others would lead nowhere. */
function portable({ sqlite }: Keeper, entry: Entry, there: ReadonlySet<number>): Portable {
  const known = (other: number | null): number | null => (other !== null && there.has(other) ? other : null);
  const { id, text_sha256, task_key, tokens: _t, project_id: _p, task_id: _k, ...fields } = entry;
  const links = sqlite
    .prepare<[number], Portable['links'][number]>(
      "SELECT kind, to_id AS 'to' FROM memory_links WHERE from_id = ? AND kind <> 'near' ORDER BY kind, to_id",
    )
    .all(id)
    .filter(({ to }) => there.has(to));
  const versions = sqlite
    .prepare<[number], Portable['versions'][number]>(
      'SELECT replaced_at, text FROM memory_versions WHERE memory_id = ? ORDER BY id',
    )
    .all(id);
  // The number of a version is that of a row here, which is another one elsewhere.
  const history = sqlite
    .prepare<[number], Portable['history'][number]>(
      `SELECT at, agent, action, because, CASE action WHEN 'edited' THEN NULL ELSE other_id END AS other_id
       FROM memory_history WHERE memory_id = ? ORDER BY id`,
    )
    .all(id)
    .map(row => ({ ...row, other_id: known(row.other_id) }));
  const superseded_by = known(fields.superseded_by);
  return {
    id,
    hash: text_sha256,
    ...fields,
    superseded_by,
    status: kept(fields.status),
    task: task_key,
    links,
    versions,
    history,
  };
}

function kept(status: MemoryStatus): Portable['status'] {
  if (status === 'forgotten') throw new Error('A forgotten entry is exported.');
  return status;
}
