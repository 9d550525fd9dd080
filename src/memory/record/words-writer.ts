import type { Statement } from 'better-sqlite3';
import type { Sqlite } from '../../km/sqlite.ts';
import { makeTable, tableName } from '../recall/full-text.ts';
import { indexText } from '../recall/words.ts';
import type { Entry } from './entry.ts';

/** Puts new entries into their project's index of words, with statements that are prepared once. */
export function wordsWriter(sqlite: Sqlite): (entry: Entry) => void {
  const inserts = new Map<number, Statement>();
  const prepare = (projectId: number): Statement => {
    makeTable(sqlite, 'words', projectId);
    const insert = sqlite.prepare(`INSERT INTO ${tableName('words', projectId)} (rowid, text) VALUES (?, ?)`);
    inserts.set(projectId, insert);
    return insert;
  };
  return entry => {
    const text = indexText(entry);
    const insert = inserts.get(entry.project_id) ?? prepare(entry.project_id);
    try {
      insert.run(entry.id, text);
    } catch (problem) {
      // The transaction in which the table was made has been undone. Looking for it each time costs a tenth of a write.
      if (!(problem instanceof Error && problem.message.startsWith('no such table'))) throw problem;
      prepare(entry.project_id).run(entry.id, text);
    }
  };
}
