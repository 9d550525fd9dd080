import { randomUUID } from 'node:crypto';
import { copyFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs `use` with the name of a temporary git index that is removed afterwards, lock and all. */
export async function withTemporaryIndex<T>(temp: string, use: (index: string) => Promise<T>): Promise<T> {
  const index = join(temp, `index-${randomUUID()}`);
  try {
    return await use(index);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/**
 * Copies a git index. Git compares contents of files that are as young as their index ("racily clean"), and a copy is younger
 * than what it copies: its time is set just below the original's, so that no edit is missed.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const { mtimeMs } = await stat(from);
  const seconds = Math.floor(mtimeMs - 1) / 1000;
  await utimes(to, seconds, seconds);
}
