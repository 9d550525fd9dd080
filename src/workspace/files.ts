import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../core/failure.ts';
import type { PlannedEdit, Workspace } from '../core/workspace.ts';
import { describeBytes } from './describe.ts';
import { type DecodedText, decodeText, encodeText } from './encoding.ts';
import { bytesAt, replaceFile } from './file-bytes.ts';
import { locate, type Place } from './paths.ts';
import { countLines, plainText, replaceOnce, rewrite } from './text.ts';

const BOM = '\ufeff';
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
      if (found.value === null) return missing(path, 'List the files to see what is there.');
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
      if (before === null) return ok(planned(place.value.path, null, Buffer.from(content, 'utf8'), null));
      const plain = content.startsWith(BOM) ? content.slice(1) : content;
      return plan(place.value.path, before, rewrite(before.text, plain), null);
    },
    async planReplace(path, old, next) {
      const place = await forWriting(root, path, underLinked);
      if (!place.ok) return place;
      if (!isText(next)) return notText(path);
      const found = await textAt(place.value);
      if (!found.ok) return found;
      if (found.value === null) return missing(path, 'List the files, or make it with write_file.');
      const replaced = replaceOnce(path, found.value.text, old, next);
      if (!replaced.ok) return replaced;
      const { text, matched } = replaced.value;
      return plan(place.value.path, found.value, text, matched);
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
const missing = (path: string, hint: string): Result<never> =>
  fail('input.not_found', `There is no file ${path}.`, hint);

/** The bytes of the new text in the encoding of the old one. Errors: `input.invalid` that names a character it does not have. */
function plan(
  path: string,
  before: FileText,
  text: string,
  matched: { readonly line: number; readonly text: string } | null,
): Result<PlannedEdit> {
  const bytes = encodeText({ ...before, text });
  if (bytes.ok) return ok(planned(path, before.bytes, bytes.value, matched === null ? null : looseNote(matched)));
  const code = (bytes.error.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return fail(
    'input.invalid',
    `${path} is in ${before.encoding}, which has no ${JSON.stringify(bytes.error)} (U+${code}); nothing was changed.`,
    'Write it with characters the file’s encoding has, or convert the file by a command first (iconv) when the task asks for it.',
  );
}

const looseNote = ({ line, text }: { readonly line: number; readonly text: string }): string =>
  `The old text was not there to the letter; the file has, from line ${line}: ${JSON.stringify(text.length > 400 ? `${text.slice(0, 400)}…` : text)}. What did not change keeps the file’s own characters.`;

function planned(path: string, before: Uint8Array | null, bytes: Uint8Array, note: string | null): PlannedEdit {
  const edit = { path, before: before === null ? null : sha256(before), after: sha256(bytes), bytes };
  return note === null ? edit : { ...edit, note };
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

type FileText = DecodedText & { readonly bytes: Uint8Array };

async function textAt(place: Place): Promise<Result<FileText | null>> {
  const found = await bytesAt(place);
  if (!found.ok) return found;
  if (found.value === null) return ok(null);
  const { bytes } = found.value;
  const decoded = decodeText(bytes);
  if (decoded.ok) return ok({ ...decoded.value, bytes });
  const { kind, look } = describeBytes(bytes, place.path);
  return fail(
    'input.invalid',
    `${place.path} is not text that can be shown or edited: ${kind}, ${bytes.length} bytes (${decoded.error}).`,
    `${look}. Make or change it with a command.`,
  );
}

async function applyAt(place: Place, edit: PlannedEdit): Promise<Result<void>> {
  const found = await bytesAt(place);
  if (!found.ok) return found;
  const now = found.value === null ? null : sha256(found.value.bytes);
  if (now === edit.after) return ok(undefined);
  if (now !== edit.before || sha256(edit.bytes) !== edit.after) {
    return fail(
      'file.changed',
      `${edit.path} is not as it was when the edit was made.`,
      'Read the file again and redo the edit.',
    );
  }
  try {
    await replaceFile(place, edit.bytes, found.value?.mode ?? null, edit.after.slice(0, 16));
    return ok(undefined);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(
      'input.invalid',
      `${edit.path} cannot be written: ${why}`,
      'Check the path: a part of it may be a file.',
    );
  }
}
