import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { fail, type Result } from '../core/failure.ts';
import { isAlive } from './sandbox/processes.ts';

/** Runs one piece of work after another, in the order they came. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function makeTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Milliseconds between two tries, and tries before it is given up: half a minute. */
const TRY_MS = 50;
const TRIES = 600;

/** Holds git's own lock of the index while it works; waits where a git command of the person or another run of ours holds it. */
export async function underIndexLock(
  gitDir: string,
  clock: Clock,
  work: () => Promise<Result<void>>,
): Promise<Result<void>> {
  const path = join(gitDir, 'index.lock');
  for (let tries = 1; !(await take(path)); tries += 1) {
    if (await leftByTheDead(path)) continue;
    if (tries >= TRIES)
      return fail(
        'git.failed',
        `Another git command works in this repository: ${path} was there for ${(TRIES * TRY_MS) / 1000} seconds.`,
        'Wait for it; if none runs, remove that file. Then run the same command again.',
      );
    await clock.sleep(TRY_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  const handle = await open(path, 'wx').catch((problem: NodeJS.ErrnoException) => {
    if (problem.code === 'EEXIST') return null;
    throw problem;
  });
  if (handle === null) return false;
  await handle.writeFile(sign(process.pid));
  await handle.close();
  return true;
}

const sign = (pid: number): string => `llmclis ${pid}\n`;

const holderOf = async (path: string): Promise<number | null> => {
  const holder = /^llmclis (\d+)\n$/.exec(await readFile(path, 'latin1').catch(() => ''))?.[1];
  return holder === undefined ? null : Number(holder);
};

/** Takes the lock of a process of ours that died away: by its name, so that of two who find it one has it. */
async function leftByTheDead(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  // A lock with our own id was left by a process that had the same id: in this one each waits for its turn.
  if (holder === null || (holder !== process.pid && isAlive(holder))) return false;
  const aside = `${path}.${process.pid}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return true;
  // Between the look and the move another one may have put its own there.
  if ((await holderOf(aside)) !== holder) await rename(aside, path);
  else await rm(aside, { force: true });
  return true;
}
