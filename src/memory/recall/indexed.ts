import type { Sqlite } from '../../km/sqlite.ts';
import { hasTable, type IndexKind, tableName } from './full-text.ts';

/** The ids of all entries that an index of the database holds. */
export function indexedIds(sqlite: Sqlite, kind: IndexKind): ReadonlySet<number> {
  const projects = sqlite
    .prepare<[], string>(`SELECT name FROM pragma_table_list WHERE type = 'virtual' AND name GLOB 'memory_*'`)
    .pluck()
    .all()
    .flatMap(name => /_(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number);
  const held = new Set<number>();
  for (const project of new Set(projects))
    if (hasTable(sqlite, kind, project))
      for (const id of sqlite
        .prepare<[], number>(`SELECT rowid FROM ${tableName(kind, project)}`)
        .pluck()
        .iterate())
        held.add(id);
  return held;
}
