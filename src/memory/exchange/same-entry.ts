import { GLOBAL_PROJECT } from '../memory.ts';
import { ENTRY_COLUMNS, type Entry, type EntryRow, readEntry } from '../record/entry.ts';
import { hashOf, type Keeper } from '../record/keeper.ts';
import type { Portable } from './portable.ts';

/** Finds the entry here that an entry of one file is. */
export type Matcher = {
  /** By its id, in a file of this database. */
  byId(said: Portable): Entry | null;
  /** By its text. Each entry here is only one of the file's: a text that was said again after it was replaced is there twice. */
  byText(said: Portable): Entry | null;
  /** One that was added is none that was there. */
  added(id: number): void;
};

export function makeMatcher(
  keeper: Keeper,
  { projectId, isOurs }: { readonly projectId: number; readonly isOurs: boolean },
): Matcher {
  const taken = new Set<number>();
  const withText = keeper.sqlite.prepare<unknown[], EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM memories m WHERE m.project_id = ? AND m.text_sha256 = ? AND m.status <> 'forgotten'
     ORDER BY m.created_at = ? DESC, m.status = ? DESC, m.status IN ('live', 'wrong') DESC, m.id`,
  );
  const take = (entry: Entry | null): Entry | null => {
    if (entry !== null) taken.add(entry.id);
    return entry;
  };
  return {
    added(id) {
      taken.add(id);
    },
    byId({ id }) {
      const entry = isOurs && id !== null ? keeper.entry(id) : undefined;
      const isHere = entry !== undefined && [projectId, GLOBAL_PROJECT].includes(entry.project_id);
      return take(isHere ? entry : null);
    },
    byText(said) {
      const project = said.scope === 'global' ? GLOBAL_PROJECT : projectId;
      const rows = withText.all(project, hashOf(said.text), said.created_at, said.status).map(readEntry);
      const free = rows.find(({ id }) => !taken.has(id));
      if (free !== undefined) return take(free);
      // A live or wrong text is there once, whatever the file says.
      return said.status === 'superseded' ? null : (rows.find(({ status }) => status !== 'superseded') ?? null);
    },
  };
}
