import { existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Git } from './git.ts';
import { copyIndex } from './index-file.ts';
import { isAlive } from './processes.ts';
import type { Change } from './working-copy.ts';

/** The person's own checkout. */
export type WorkingCopy = {
  readonly root: string;
  /** The working copy's own git folder (that of its index). */
  readonly git_dir: string;
  readonly git: Git;
  readonly temp: string;
};

/** Runs `work` while no git command of the person can write the index. */
export async function withIndexLock(copy: WorkingCopy, work: () => Promise<Result<void>>): Promise<Result<void>> {
  const locked = await lockIndex(copy.git_dir);
  if (!locked.ok) return locked;
  try {
    return await work();
  } finally {
    await rm(join(copy.git_dir, 'index.lock'), { force: true });
  }
}

/** Holds git's own lock, so that no git command of the person writes the index meanwhile. One left by a dead process of ours is taken over. */
async function lockIndex(gitDir: string): Promise<Result<void>> {
  const path = join(gitDir, 'index.lock');
  for (let round = 0; round < 2; round++) {
    const handle = await open(path, 'wx').catch(() => null);
    if (handle !== null) {
      await handle.writeFile(`llmclis ${process.pid}\n`);
      await handle.close();
      return ok(undefined);
    }
    const holder = /^llmclis (\d+)\n$/.exec(await readFile(path, 'latin1').catch(() => ''))?.[1];
    if (holder === undefined || (Number(holder) !== process.pid && isAlive(Number(holder)))) break;
    await rm(path, { force: true });
  }
  return fail(
    'git.failed',
    `Another git command works in this repository: ${path} exists.`,
    'Wait for it; if none runs, remove that file.',
  );
}

/** Puts the new entries into the person's index; what else is staged stays. */
export async function moveIndex(copy: WorkingCopy, changes: readonly Change[]): Promise<Result<void>> {
  const index = join(copy.git_dir, 'index');
  const next = join(copy.git_dir, 'llmclis-index');
  await rm(next, { force: true });
  await rm(`${next}.lock`, { force: true });
  if (existsSync(index)) await copyIndex(index, next);
  const env = { GIT_INDEX_FILE: next };
  const lines = (wanted: readonly Change[]) =>
    wanted.map(({ path, before, after }) => `${after ?? nothing(before)}\t${path}\0`);
  const gone = lines(changes.filter(change => change.after === null));
  const there = lines(changes.filter(change => change.after !== null));
  const put = await copy.git(['update-index', '--add', '--replace', '-z', '--index-info'], {
    env,
    input: [...gone, ...there].join(''),
  });
  if (!put.ok) return put;
  // Exit 1 only says that some other file of the person is changed.
  const refreshed = await copy.git(['update-index', '-q', '--refresh'], { env, accept: [0, 1] });
  if (!refreshed.ok) return refreshed;
  if (existsSync(next)) await rename(next, index);
  return ok(undefined);
}

const nothing = (before: string | null): string => `0 ${'0'.repeat((before ?? '').length - 7)}`;
