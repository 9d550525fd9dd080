import { statSync } from 'node:fs';
import type { PlanFileRow } from '../km.ts';

/** Is the plan file at this absolute path as it was at the last sync? One `stat`: same size, same modification time. */
export function planUnchanged(row: Pick<PlanFileRow, 'size' | 'mtime_ms'>, path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.size === row.size && stat.mtimeMs === row.mtime_ms;
}
