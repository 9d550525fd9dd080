import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Git } from './git.ts';
import { copyIndex } from './index-file.ts';
import { type Turns, underIndexLock } from './index-lock.ts';
import type { Change } from './working-copy.ts';

/** The person's own checkout. */
export type WorkingCopy = {
  readonly root: string;
  /** The working copy's own git folder (that of its index). */
  readonly git_dir: string;
  readonly git: Git;
  readonly temp: string;
  /** In this process one moves it at a time. */
  readonly turns: Turns;
  readonly clock: Clock;
};

/** Runs `work` while no git command of the person, and no other run of ours, can write the index. */
export const withIndexLock = (copy: WorkingCopy, work: () => Promise<Result<void>>): Promise<Result<void>> =>
  copy.turns(() => underIndexLock(copy.git_dir, copy.clock, work));

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
