import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Runs `<folder>/<name>.ts`, the name being the first argument of the process; what follows it stays in `process.argv` for the
 * file. Without a name it lists what there is.
 */
export async function runNamed(folder: string, command: string): Promise<void> {
  const root = dirname(import.meta.dirname);
  const [name, ...args] = process.argv.slice(2);
  const file = name === undefined ? null : join(root, folder, `${basename(name, '.ts')}.ts`);
  if (file !== null && existsSync(file)) {
    process.argv = [process.execPath, file, ...args];
    await import(pathToFileURL(file).href);
    return;
  }
  const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter(isScript) : [];
  const lines = names.sort().map(known => `  npm run ${command} -- ${basename(known, '.ts')}`);
  process.stderr.write(
    `${name === undefined ? '' : `There is no ${folder}/${name}.ts. `}There are:\n${lines.join('\n')}\n`,
  );
  if (name !== undefined) process.exitCode = 2;

  /** What others import is no script. */
  function isScript(entry: string): boolean {
    return entry.endsWith('.ts') && !/^export /m.test(readFileSync(join(root, folder, entry), 'utf8'));
  }
}
