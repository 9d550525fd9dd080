import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { PlannedEdit, Workspace } from '../core/workspace.ts';
import { locate, type Place } from './paths.ts';
import { countLines, decodeText, plainText, replaceOnce, shapedLike } from './text.ts';

/** Larger files are not shown or edited whole. */
const MAX_BYTES = 5_000_000;
/** Our own half-written files begin like this: git is told to ignore them. */
export const TEMPORARY_PREFIX = '.llmclis-tmp-';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type FileTools = Pick<Workspace, 'read' | 'planWrite' | 'planReplace' | 'apply'>;

/**
 * File reading and editing inside `root`. `linked` are the worktree's dependency folders and `targets` where their links lead:
 * what is under both may be read, never written.
 */
export function fileTools(root: string, linked: readonly string[], targets: readonly string[]): FileTools {
  const underLinked = (path: string): boolean =>
    linked.some(folder => path === folder || path.startsWith(`${folder}/`));
  return {
    async read(path) {
      const plain = path.replace(/^(?:\.\/+)+/, '');
      const place = await locate(root, path, underLinked(plain) ? targets : []);
      if (!place.ok) return place;
      const found = await textAt(place.value);
      if (!found.ok) return found;
      if (found.value === null) {
        return fail('input.not_found', `There is no file ${path}.`, 'List the files to see what is there.');
      }
      const text = plainText(found.value.text);
      return ok({ text, lines: countLines(text) });
    },
    async planWrite(path, content) {
      const place = await forWriting(root, path, underLinked);
      if (!place.ok) return place;
      if (!isText(content)) return notText(path);
      const found = await textAt(place.value);
      if (!found.ok) return found;
      const before = found.value;
      return ok(
        plan(place.value.path, before?.bytes ?? null, before === null ? content : shapedLike(before.text, content)),
      );
    },
    async planReplace(path, old, next) {
      const place = await forWriting(root, path, underLinked);
      if (!place.ok) return place;
      if (!isText(next)) return notText(path);
      const found = await textAt(place.value);
      if (!found.ok) return found;
      if (found.value === null) {
        return fail('input.not_found', `There is no file ${path}.`, 'List the files, or make it with write_file.');
      }
      const text = replaceOnce(path, found.value.text, old, next);
      return text.ok ? ok(plan(place.value.path, found.value.bytes, text.value)) : text;
    },
    async apply(edit) {
      const place = await forWriting(root, edit.path, underLinked);
      return place.ok ? applyAt(place.value, edit) : place;
    },
  };
}

const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const notText = (path: string): Result<never> =>
  fail('input.invalid', `The new content for ${path} is not text.`, 'Write files of text only.');

function plan(path: string, before: Uint8Array | null, text: string): PlannedEdit {
  const bytes = Buffer.from(text, 'utf8');
  return { path, before: before === null ? null : sha256(before), after: sha256(bytes), bytes };
}

async function forWriting(root: string, path: string, underLinked: (path: string) => boolean): Promise<Result<Place>> {
  const place = await locate(root, path);
  if (!place.ok) return place;
  if (place.value.path === '')
    return fail('input.invalid', 'The path names the project’s root, not a file.', 'Name a file.');
  if (underLinked(place.value.path)) {
    return fail(
      'input.invalid',
      `${path} is in a dependency folder, which is linked in and not part of the work.`,
      'Change the project’s own files instead.',
    );
  }
  return place;
}

/** The bytes of a regular file, null when there is none. The last part of the path is not followed when it is a link. */
async function bytesAt(place: Place): Promise<Result<Uint8Array | null>> {
  const info = await lstat(place.absolute).catch(() => null);
  if (info === null) return ok(null);
  if (info.isDirectory()) {
    return fail(
      'input.invalid',
      `${place.path || '.'} is a folder, not a file.`,
      'Name a file in it; list_files shows them.',
    );
  }
  if (!info.isFile()) return fail('input.invalid', `${place.path} is not a regular file.`, 'Name a regular file.');
  if (info.size > MAX_BYTES) {
    return fail(
      'input.invalid',
      `${place.path} is too large: ${info.size} bytes.`,
      'Search it, or look at parts of it with a command.',
    );
  }
  const handle = await open(place.absolute, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: Error) => error);
  if (handle instanceof Error) {
    return fail(
      'input.invalid',
      `${place.path} cannot be read: ${handle.message}`,
      'Check the permissions of the file.',
    );
  }
  try {
    return ok(await handle.readFile());
  } finally {
    await handle.close();
  }
}

async function textAt(place: Place): Promise<Result<{ readonly bytes: Uint8Array; readonly text: string } | null>> {
  const found = await bytesAt(place);
  if (!found.ok) return found;
  if (found.value === null) return ok(null);
  const text = decodeText(found.value);
  if (text === null) {
    return fail(
      'input.invalid',
      `${place.path} is binary, ${found.value.length} bytes (it is not valid UTF-8 text).`,
      'Use a command to look at it or to make it; it is not shown or edited as text.',
    );
  }
  return ok({ bytes: found.value, text });
}

/** Writes beside the file and renames over it, so that a kill leaves the old bytes or the new ones, never a part. */
async function applyAt(place: Place, edit: PlannedEdit): Promise<Result<void>> {
  const found = await bytesAt(place);
  if (!found.ok) return found;
  const now = found.value === null ? null : sha256(found.value);
  if (now === edit.after) return ok(undefined);
  if (now !== edit.before || sha256(edit.bytes) !== edit.after) {
    return fail(
      'file.changed',
      `${edit.path} is not as it was when the edit was made.`,
      'Read the file again and redo the edit.',
    );
  }
  const folder = dirname(place.absolute);
  const temporary = join(folder, `${TEMPORARY_PREFIX}${edit.after.slice(0, 16)}`);
  try {
    const mode = found.value === null ? 0o644 : (await lstat(place.absolute)).mode & 0o777;
    await mkdir(folder, { recursive: true });
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(edit.bytes);
      if (found.value !== null) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place.absolute);
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    return fail(
      'input.invalid',
      `${edit.path} cannot be written: ${why}`,
      'Check the path: a part of it may be a file.',
    );
  }
}
