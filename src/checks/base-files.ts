import { lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckBench } from '../core/check.ts';
import { err, ok, type Result } from '../core/failure.ts';
import { refusal } from './files.ts';

const MAX_CHANGES = 2_000;

/** A changed file as the work has it; null where the work removed it. */
type Kept = { readonly absolute: string; readonly bytes: Buffer | null; readonly mode: number };

/**
 * Does something while the changed files are as they were before the work, and puts the work's back whatever happens. Links, and
 * files behind links, are left as they are.
 */
export async function onBase<T>(bench: CheckBench, act: () => Promise<T>): Promise<Result<T, string>> {
  if (bench.changes.length > MAX_CHANGES)
    return err(`${bench.changes.length} changed files; at most ${MAX_CHANGES} can be compared.`);
  const kept: Kept[] = [];
  try {
    for (const { path } of bench.changes) {
      const before = await bench.before(path);
      const file = await keep(bench.root, path);
      if (file === null || (file.bytes === null && before === null)) continue;
      kept.push(file);
      if (before === null) await rm(file.absolute, { force: true });
      else await put(file.absolute, before, file.mode);
    }
    return ok(await act());
  } finally {
    for (const { absolute, bytes, mode } of kept)
      if (bytes === null) await rm(absolute, { force: true });
      else await put(absolute, bytes, mode);
  }
}

async function keep(root: string, path: string): Promise<Kept | null> {
  if (refusal(path) !== null) return null;
  const absolute = join(await realpath(root), path);
  const folder = await realpath(dirname(absolute)).catch(() => null);
  if (folder !== null && folder !== dirname(absolute)) return null;
  const info = await lstat(absolute).catch(() => null);
  if (info === null) return { absolute, bytes: null, mode: 0o644 };
  return info.isFile() ? { absolute, bytes: await readFile(absolute), mode: info.mode & 0o777 } : null;
}

async function put(absolute: string, content: string | Buffer, mode: number): Promise<void> {
  await mkdir(dirname(absolute), { recursive: true });
  await writeFile(absolute, content, { mode });
}
