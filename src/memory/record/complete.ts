import type { Sqlite } from '../../km/sqlite.ts';

/** Fills what entries of an older format do not say, the same way as bringing an older database up to date does. In the open transaction. */
export function completeEntries(sqlite: Sqlite): void {
  sqlite.exec(`UPDATE memories SET
      scope = CASE WHEN task_id IS NULL THEN 'project' ELSE 'task' END,
      valid_from = created_at,
      updated_at = created_at,
      trust = CASE WHEN source = 'person' THEN 'person' ELSE 'agent' END,
      tokens = (length(text) + 3) / 4
    WHERE valid_from = ''`);
}
