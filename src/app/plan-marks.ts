import { statSync } from 'node:fs';
import { join } from 'node:path';

type Place = { readonly env: Readonly<Record<string, string | undefined>>; readonly home: string };

/**
 * What the settings that may name plan files look like from outside: while this stays the same, the list of plan files
 * holds, and no settings need to be read.
 */
export const settingsMark = ({ env, home }: Place, root: string): string =>
  [stamp(join(root, 'llmclis.yaml')), stamp(join(home, 'config.yaml')), env.LLMCLIS_PLANS ?? ''].join('|');

/** The mark where nobody set anything: then the one plan file is `plans.md`. */
export const NO_SETTINGS = '-|-|';

function stamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '-' : `${stat.size}:${stat.mtimeMs}`;
}
