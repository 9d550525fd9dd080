import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { PlanIo } from './plan.ts';

type Stat = { readonly size: number; readonly mtime_ms: number };

const isMissing = (problem: unknown): boolean =>
  problem instanceof Error && 'code' in problem && (problem.code === 'ENOENT' || problem.code === 'ENOTDIR');

function whenThere<T>(work: () => T): T | null {
  try {
    return work();
  } catch (problem) {
    if (isMissing(problem)) return null;
    throw problem;
  }
}

/** Plan files on disk. A plan that is a symbolic link stays one: the file it points to is replaced. */
export function fileIo(): PlanIo {
  return {
    read: path =>
      whenThere(() => {
        const file = openSync(path, 'r');
        try {
          const { size, mtimeMs } = fstatSync(file);
          return { text: readFileSync(file, 'utf8'), size, mtime_ms: mtimeMs };
        } finally {
          closeSync(file);
        }
      }),
    stat: path =>
      whenThere(() => {
        const { size, mtimeMs } = statSync(path);
        return { size, mtime_ms: mtimeMs };
      }),
    write: (path, text, expected) => {
      const target = whenThere(() => realpathSync(path)) ?? path;
      const bytes = whenThere(() => readFileSync(target));
      if ((bytes?.toString('utf8') ?? null) !== expected) {
        return fail(
          'file.changed',
          `${path} was changed by someone else while it was being updated.`,
          'Run the command again: it takes the new text into account.',
        );
      }
      if (bytes !== null && !Buffer.from(expected ?? '', 'utf8').equals(bytes)) {
        return fail(
          'plan.invalid',
          `${path} is not UTF-8 text, so changing it would damage it.`,
          'Save the file as UTF-8 in your editor.',
        );
      }
      return replace(target, text);
    },
  };
}

/** A file in a new folder beside the target (so that two writers never share one), flushed, renamed over the old one. */
function replace(target: string, text: string): Result<Stat> {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    sweep(target, folder);
    const temporary = join(folder, basename(target));
    const mode = whenThere(() => statSync(target).mode);
    const file = openSync(temporary, 'wx', 0o666);
    try {
      if (mode !== null) fchmodSync(file, mode & 0o7777);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
    const { size, mtimeMs } = statSync(target);
    return ok({ size, mtime_ms: mtimeMs });
  } catch (problem) {
    const why = problem instanceof Error ? problem.message : String(problem);
    return fail('input.invalid', `${target} could not be written: ${why}.`, 'Make the file and its folder writable.');
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds after which a temporary folder is left over from a process that died while it wrote. */
const LEFT_OVER_MS = 60_000;

/** Takes such folders away; the new one, just made, says what time it is. */
function sweep(target: string, made: string): void {
  const name = basename(target);
  const now = statSync(made).mtimeMs;
  for (const entry of readdirSync(dirname(target))) {
    const folder = join(dirname(target), entry);
    if (!entry.startsWith(`.${name}-`) || entry.length !== basename(made).length || folder === made) continue;
    const stat = whenThere(() => statSync(folder));
    if (stat === null || !stat.isDirectory() || now - stat.mtimeMs < LEFT_OVER_MS) continue;
    // Nothing else is in it; where something is, the folder is someone's own and stays.
    if (readdirSync(folder).every(inside => inside === name)) rmSync(folder, { recursive: true, force: true });
  }
}
