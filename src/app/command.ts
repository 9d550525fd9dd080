import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { AppCore } from './core.ts';

/**
 * How to call this program from any folder: by its name where a shell finds that, else with the launcher's path. npm puts
 * `node_modules/.bin` folders before the PATH of what it runs; the person's shell does not have them.
 */
export function commandFor({ env, shipped }: Pick<AppCore, 'env' | 'shipped'>): string {
  const folders = (env.PATH ?? '').split(delimiter).filter(folder => !/node_modules[\\/]\.bin[\\/]?$/.test(folder));
  const names = ['llmclis', 'llmclis.cmd'];
  if (folders.some(folder => folder !== '' && names.some(name => existsSync(join(folder, name))))) return 'llmclis';
  const launcher = join(shipped, 'bin', 'llmclis.cjs');
  return `node ${/\s/.test(launcher) ? JSON.stringify(launcher) : launcher}`;
}
