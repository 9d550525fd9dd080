import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../core/failure.ts';
import { type Git, splitZ } from './git.ts';

/** In git's own folder for a worktree: what its setup left there, as patterns of git. */
const LEFT = 'llmclis-setup';

const pattern = (path: string): string => `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`;

/** Files that the setup of a fresh worktree made, and that nobody ignores, are from now on ignored in it: they are no work. */
export async function excludeWhatIsNew(
  { git, index, admin }: { readonly git: Git; readonly index: string; readonly admin: string },
  exclude: string,
): Promise<Result<void>> {
  const others = await git(['ls-files', '-o', '--exclude-standard', '--directory', '--no-empty-directory', '-z'], {
    env: { GIT_INDEX_FILE: index },
  });
  if (!others.ok) return others;
  const found = splitZ(others.value.stdout);
  if (found.length === 0) return ok(undefined);
  const lines = `${found.map(pattern).join('\n')}\n`;
  await writeFile(join(admin, LEFT), lines);
  await appendFile(exclude, lines);
  return ok(undefined);
}

/** The patterns of an earlier setup of this worktree. */
export const excludedBySetup = (admin: string): Promise<string> => readFile(join(admin, LEFT), 'utf8').catch(() => '');
