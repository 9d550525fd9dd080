import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Repository } from '../core/workspace.ts';
import { commitTree } from './commit.ts';
import { type Git, splitZ } from './git.ts';
import { withTemporaryIndex } from './index-file.ts';
import { firstLine } from './reading.ts';

/** Where our notes are, unless another ref is named. */
export const NOTES_REF = 'refs/notes/llmclis';
const MAX_TRIES = 40;

/** The notes of one repository on a ref of their own, one for each commit. */
export function notesOf(
  git: Git,
  options: { readonly temp: string; readonly clock: Clock; readonly ref?: string },
): Pick<Repository, 'note' | 'addNote' | 'noted'> {
  const ref = options.ref ?? NOTES_REF;
  return {
    note: commit => readNote(git, ref, commit),
    async addNote(commit, text) {
      for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
        const added = await addOnce(git, { ...options, ref }, commit, text);
        if (!added.ok || added.value) return added.ok ? ok(undefined) : added;
        await options.clock.sleep(10 + options.clock.random() * 20 * (attempt + 1));
      }
      return fail('git.conflict', `${ref} moved every time a note was added to it.`, 'Run the same command again.');
    },
    async noted(text) {
      if (text !== undefined) return notesWith(git, ref, text);
      const listed = await firstLine(git, ['notes', '--ref', ref, 'list']);
      return (listed ?? '').split('\n').flatMap(line => line.split(' ')[1] ?? []);
    },
  };
}

async function notesWith(git: Git, ref: string, text: string): Promise<readonly string[]> {
  const found = await git(['grep', '-l', '-z', '-i', '-F', '-e', text, ref, '--'], { accept: [0, 1, 128] });
  if (!found.ok || found.value.code !== 0) return [];
  return splitZ(found.value.stdout).map(path => path.slice(ref.length + 1).replaceAll('/', ''));
}

async function readNote(git: Git, ref: string, commit: string): Promise<string | null> {
  const blob = await firstLine(git, ['notes', '--ref', ref, 'list', commit]);
  if (!blob) return null;
  const text = await git(['cat-file', 'blob', blob], { accept: [0, 128] });
  return text.ok && text.value.code === 0 ? text.value.stdout : null;
}

/** True: the note is there. False: another process moved the ref meanwhile. */
async function addOnce(
  git: Git,
  { ref, temp, clock }: { readonly ref: string; readonly temp: string; readonly clock: Clock },
  commit: string,
  text: string,
): Promise<Result<boolean>> {
  const old = await firstLine(git, ['rev-parse', '--verify', '-q', `${ref}^{commit}`]);
  if ((await readNote(git, ref, commit)) === text) return ok(true);
  const blob = await git(['hash-object', '-w', '--stdin'], { input: text });
  if (!blob.ok) return blob;
  const tree = await treeWith(git, temp, old, commit, blob.value.stdout.trim());
  if (!tree.ok) return tree;
  const parents = old === null ? [] : [old];
  const made = await commitTree(git, { tree: tree.value, parents, message: `Certify ${commit}`, at: clock.now() });
  if (!made.ok) return made;
  const expected = old ?? '0'.repeat(made.value.length);
  const moved = await git(['update-ref', '-m', 'llmclis: note', ref, made.value, expected], { accept: [0, 128] });
  return moved.ok ? ok(moved.value.code === 0) : moved;
}

/** The tree of all notes with this one in it, under the folder of its first two digits; git reads notes at any depth. */
async function treeWith(
  git: Git,
  temp: string,
  old: string | null,
  commit: string,
  blob: string,
): Promise<Result<string>> {
  return withTemporaryIndex(temp, async index => {
    const env = { GIT_INDEX_FILE: index };
    const read = await git(old === null ? ['read-tree', '--empty'] : ['read-tree', old], { env });
    if (!read.ok) return read;
    const none = '0'.repeat(blob.length);
    const places = [0, 1, 2, 3].map(depth => placeOf(commit, depth)).map(path => `0 ${none}\t${path}\0`);
    const put = await git(['update-index', '--add', '--replace', '-z', '--index-info'], {
      env,
      input: `${places.join('')}100644 ${blob}\t${placeOf(commit, 1)}\0`,
    });
    if (!put.ok) return put;
    const tree = await git(['write-tree'], { env });
    return tree.ok ? ok(tree.value.stdout.trim()) : tree;
  });
}

/** `abcdef…` at depth 2 is `ab/cd/ef…`. */
const placeOf = (commit: string, depth: number): string => {
  const parts = Array.from({ length: depth }, (_, place) => commit.slice(place * 2, place * 2 + 2));
  return [...parts, commit.slice(depth * 2)].join('/');
};
