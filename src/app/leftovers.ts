import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './runs.ts';

/** Takes away what was begun beside a folder, as `NAME.PID`, by processes that were killed. */
export function removeLeftovers(folder: string): void {
  const place = dirname(folder);
  if (!existsSync(place)) return;
  for (const name of readdirSync(place)) {
    const pid = name.startsWith(`${basename(folder)}.`) ? name.slice(basename(folder).length + 1) : '';
    if (/^\d+$/.test(pid) && !isAlive(Number(pid))) rmSync(join(place, name), { recursive: true, force: true });
  }
}
