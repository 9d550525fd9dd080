import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs `use` with the name of a git index of its own in `folder`, removed afterwards with its lock. */
export async function withTemporaryIndex<T>(folder: string, use: (index: string) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(folder, 'llmclis-index-'));
  try {
    return await use(join(own, 'index'));
  } finally {
    await rm(own, { recursive: true, force: true });
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
