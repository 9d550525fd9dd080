import { ok, type Result } from '../../core/failure.ts';
import type { Sqlite } from '../../km/sqlite.ts';
import type { ChangeWish } from './change.ts';
import type { Entry } from './entry.ts';
import { findEntry } from './find.ts';
import { allOrNothing, type Keeper } from './keeper.ts';

export type Forgotten = {
  readonly entries: readonly Entry[];
  /** False when another process reads the database, so that its log could not be emptied yet: forget again to try again. */
  readonly erased: boolean;
  /** Other entries that may repeat it: made from it, alike, or with the same text in another project. They stay as they are. */
  readonly echoes: readonly number[];
};

/**
 * Takes the text, its earlier versions, its words in the indexes and its vectors out of the database and out of its file. The
 * entry stays, empty, with its history: links that lead to it still lead somewhere.
 */
export function forgetEntries(keeper: Keeper, wish: ChangeWish): Result<Forgotten> {
  const { sqlite } = keeper;
  // Space that is given back is overwritten.
  sqlite.pragma('secure_delete = ON');
  const forgotten = allOrNothing(sqlite, () => {
    const entries: Entry[] = [];
    const echoes = new Set<number>();
    for (const id of new Set(wish.ids)) {
      const found = findEntry(keeper, id, wish.projectId);
      if (!found.ok) return found;
      for (const echo of echoesOf(sqlite, found.value)) echoes.add(echo);
      forget(keeper, found.value, wish);
      entries.push(keeper.entry(id) ?? found.value);
    }
    sweepVectors(sqlite);
    for (const { id } of entries) echoes.delete(id);
    return ok({ entries, echoes: [...echoes] });
  });
  const erased = forgotten.ok && !sqlite.inTransaction && emptyFile(sqlite);
  sqlite.pragma('secure_delete = OFF');
  return forgotten.ok ? ok({ ...forgotten.value, erased }) : forgotten;
}

const echoesOf = (sqlite: Sqlite, { id, text_sha256 }: Entry): readonly number[] =>
  sqlite
    .prepare<[{ id: number; text_sha256: string }], number>(
      `SELECT m.id FROM memories m WHERE m.id <> @id AND m.status <> 'forgotten' AND (
         m.text_sha256 = @text_sha256
         OR m.id IN (SELECT from_id FROM memory_links WHERE to_id = @id AND kind IN ('summarises', 'derives', 'near'))
         OR m.id IN (SELECT to_id FROM memory_links WHERE from_id = @id AND kind = 'near'))
       ORDER BY m.id`,
    )
    .pluck()
    .all({ id, text_sha256 });

function forget(keeper: Keeper, entry: Entry, { agent, because = '' }: ChangeWish): void {
  const { sqlite } = keeper;
  const { id } = entry;
  eraseFromIndexes(sqlite, entry);
  keeper.set(id, {
    ...{ text: '', text_sha256: '', status: 'forgotten', slot: null, pinned: false, tokens: 0 },
    updated_at: keeper.now(),
  });
  sqlite.prepare('DELETE FROM memory_versions WHERE memory_id = ?').run(id);
  sqlite.prepare('DELETE FROM memory_vectors WHERE memory_id = ?').run(id);
  sqlite.prepare("DELETE FROM memory_links WHERE kind = 'near' AND (from_id = @id OR to_id = @id)").run({ id });
  if (entry.status !== 'forgotten')
    keeper.record(id, 'forgotten', { agent: keeper.keep(agent), because: keeper.keep(because).trim() });
}

/** Takes an entry out of every full-text index of its project, so that not even its words are left in their files. */
function eraseFromIndexes(sqlite: Sqlite, { id, project_id }: Entry): void {
  const tables = sqlite
    .prepare<[string], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual' AND name GLOB ?",
    )
    .pluck()
    .all(`memory_*_${project_id}`);
  for (const table of tables) {
    sqlite.prepare(`DELETE FROM "${table}" WHERE rowid = ?`).run(id);
    // A row that was deleted is only crossed out until the parts of the index are merged.
    sqlite.exec(`INSERT INTO "${table}" ("${table}") VALUES ('optimize')`);
  }
}

/** Vectors of texts that no entry has: what was embedded can be guessed from them. */
const sweepVectors = (sqlite: Sqlite): void => {
  sqlite.exec(
    `DELETE FROM memory_embeddings WHERE NOT EXISTS (SELECT 1 FROM memory_vectors v
       WHERE v.model_id = memory_embeddings.model_id AND v.text_sha256 = memory_embeddings.text_sha256)`,
  );
};

/** Milliseconds that others who read get to finish. */
const READER_MS = 500;

/**
 * Writes the file anew, since a page that was split or moved before may hold a copy of an old text in its unused part, then empties
 * the log. False when others read it meanwhile.
 */
function emptyFile(sqlite: Sqlite): boolean {
  if (sqlite.memory) return true;
  sqlite.exec('VACUUM');
  const patience = Number(sqlite.pragma('busy_timeout', { simple: true }));
  sqlite.pragma(`busy_timeout = ${READER_MS}`);
  const [checkpoint] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  sqlite.pragma(`busy_timeout = ${patience}`);
  return checkpoint?.busy === 0;
}
