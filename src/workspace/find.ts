import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import picomatch from 'picomatch';
import { fail, ok, type Result } from '../core/failure.ts';
import type { TextMatch } from '../core/workspace.ts';
import { decodeText } from './encoding.ts';
import { bytesAt } from './file-bytes.ts';
import { splitZ } from './git.ts';
import { locate, normalisePath } from './paths.ts';
import { plainText } from './text.ts';
import { ownFiles, type Worktree } from './tree.ts';

const MAX_MATCHES = 200;
const MAX_LINE = 300;
const MAX_FILE_BYTES = 1_000_000;
/** Longer lines are cut before they are matched. */
const MATCHED_LINE = 2_000;
/** Time that matching one file may take: a pattern can need exponential time. */
const MATCH_MS = 1_000;

/** Files git does not ignore, sorted, as they are on disk. */
async function worktreeFiles(worktree: Worktree): Promise<Result<string[]>> {
  const env = { GIT_INDEX_FILE: worktree.index };
  const there = await worktree.git(['ls-files', '-co', '--exclude-standard', '--deduplicate', '-z'], { env });
  if (!there.ok) return there;
  const gone = await worktree.git(['ls-files', '-d', '-z'], { env });
  if (!gone.ok) return gone;
  const missing = new Set(splitZ(gone.value.stdout));
  const names = splitZ(there.value.stdout).filter(path => !missing.has(path));
  const nested = names.filter(path => path.endsWith('/')).map(path => path.slice(0, -1));
  const files = [...names.filter(path => !path.endsWith('/')), ...(await ownFiles(worktree.root, nested))];
  const linked = (path: string) => worktree.linked.some(folder => path === folder || path.startsWith(`${folder}/`));
  return ok(files.filter(path => !linked(path)).sort());
}

async function filesUnder(
  worktree: Worktree,
  path: string,
): Promise<Result<{ readonly folder: string; readonly files: string[] }>> {
  const folder = normalisePath(worktree.root, path);
  if (!folder.ok) return folder;
  const all = await worktreeFiles(worktree);
  if (!all.ok) return all;
  const prefix = folder.value === '' ? '' : `${folder.value}/`;
  const files = all.value.filter(file => file === folder.value || file.startsWith(prefix));
  if (
    files.length === 0 &&
    folder.value !== '' &&
    (await lstat(join(worktree.root, folder.value)).catch(() => null)) === null
  ) {
    return fail(
      'input.not_found',
      `There is no file or folder ${path}.`,
      'List the project’s root to see what is there.',
    );
  }
  return ok({ folder: prefix, files });
}

export async function listFiles(worktree: Worktree, path = '', glob?: string): Promise<Result<readonly string[]>> {
  const found = await filesUnder(worktree, path);
  if (!found.ok || glob === undefined || glob === '') return found.ok ? ok(found.value.files) : found;
  if (glob.length > 300)
    return fail('input.invalid', 'The glob is longer than 300 characters.', 'Give a shorter one, such as **/*.js.');
  try {
    const matches = picomatch(glob, { dot: true, basename: !glob.includes('/') });
    const { folder, files } = found.value;
    return ok(files.filter(file => matches(file) || (file.startsWith(folder) && matches(file.slice(folder.length)))));
  } catch (error) {
    return fail(
      'input.invalid',
      `The glob ${JSON.stringify(glob)} is not valid: ${String(error)}`,
      'Give one such as **/*.js.',
    );
  }
}

/** Text matches in the order of the files. A pattern that takes too long on a file is an `err`, not a hanging process. */
export async function searchFiles(
  worktree: Worktree,
  pattern: string,
  path = '',
): Promise<Result<readonly TextMatch[]>> {
  const expression = compile(pattern);
  if (!expression.ok) return expression;
  const found = await filesUnder(worktree, path);
  if (!found.ok) return found;
  const matchingLines = lineMatcher(expression.value);
  const matches: TextMatch[] = [];
  for (const file of found.value.files) {
    const lines = await searchedLines(worktree.root, file);
    if (lines === null) continue;
    const hits = matchingLines(lines);
    if (hits === null) {
      return fail(
        'input.invalid',
        `The pattern takes too long on ${file}.`,
        'Give a simpler pattern, without nested repetition.',
      );
    }
    for (const index of hits) {
      matches.push({ path: file, line: index + 1, text: (lines[index] ?? '').slice(0, MAX_LINE) });
      if (matches.length === MAX_MATCHES) return ok(matches);
    }
  }
  return ok(matches);
}

function compile(pattern: string): Result<RegExp> {
  try {
    return ok(new RegExp(pattern));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(
      'input.invalid',
      `The pattern is not valid: ${why}`,
      'Give a JavaScript regular expression; escape ( ) [ ] { } . * + ? with \\.',
    );
  }
}

/** The lines of a file of the worktree as a model sees them; null for what is no text, too large, or leads out by a link. */
async function searchedLines(root: string, path: string): Promise<string[] | null> {
  const info = await lstat(join(root, path)).catch(() => null);
  if (info === null || !info.isFile() || info.size > MAX_FILE_BYTES) return null;
  const place = await locate(root, path);
  const found = place.ok ? await bytesAt(place.value) : place;
  if (!found.ok || found.value === null) return null;
  const { bytes } = found.value;
  const decoded = decodeText(bytes);
  // Which encoding it has does not matter for the words of plain letters in it.
  if (!decoded.ok && bytes.includes(0)) return null;
  return plainText(decoded.ok ? decoded.value.text : bytes.toString('utf8')).split('\n');
}

/** Finds the indexes of matching lines, null when it takes too long. Only code run by `vm` can be stopped in the middle of a match. */
function lineMatcher(expression: RegExp): (lines: readonly string[]) => number[] | null {
  let lines: readonly string[] = [];
  let hits: number[] = [];
  const scan = (): void => {
    for (const [index, line] of lines.entries()) if (expression.test(line.slice(0, MATCHED_LINE))) hits.push(index);
  };
  const context = createContext({ scan });
  const script = new Script('scan()');
  return next => {
    [lines, hits] = [next, []];
    try {
      script.runInContext(context, { timeout: MATCH_MS });
      return hits;
    } catch (error) {
      // An error of another realm is no instance of ours.
      if (Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
      throw error;
    }
  };
}
