import { statSync } from 'node:fs';
import { FOLDER, MISSING, READER } from './marks.ts';

/** Was there no file at the last sync? */
export const isMissing = ({ size }: { readonly size: number }): boolean => size === MISSING;

/**
 * Is the plan file at this absolute path as it was at the last sync? One `stat`: same size, same modification time. A file
 * that was not there must still be missing; of a folder only the time counts. What an older reading took is to be read again.
 */
export function planUnchanged(
  row: { readonly size: number; readonly mtime_ms: number; readonly reader: number },
  path: string,
): boolean {
  if (row.reader < READER) return false;
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return row.size === MISSING;
  return (row.size === FOLDER || stat.size === row.size) && stat.mtimeMs === row.mtime_ms;
}
