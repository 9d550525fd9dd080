import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { PlanSource, SourceFile, Unrecognised } from './dialect.ts';

const MEGABYTE = 1024 * 1024;
export const FILE_LIMIT = 64 * MEGABYTE;
const FOLDER_LIMIT = 256 * MEGABYTE;
const FILES_LIMIT = 20_000;
const DEPTH_LIMIT = 8;
const KINDS = /\.(?:md|markdown|txt|org|json|jsonl|ya?ml)$/i;
const LEFT_OUT =
  /^(?:node_modules|\.git|\.hg|\.svn|\.venv|venv|vendor|dist|build|target|out|coverage|\.next|\.cache|__pycache__)$/;

export type ReadSource = { readonly source: PlanSource; readonly unread: readonly Unrecognised[] };

/** Reads a file or a folder with its text files; says why where that cannot be done. */
export function readSource(path: string): Result<ReadSource> {
  const stat = statOf(path);
  if (stat === null)
    return fail(
      'input.not_found',
      `There is no file or folder ${path}.`,
      'Give the path of a plan, for example plans.md; - reads it from stdin.',
    );
  if (stat.isDirectory()) return readFolder(path);
  if (!stat.isFile())
    return fail('input.invalid', `${path} is neither a file nor a folder.`, 'Give a file, a folder, or - for stdin.');
  const read = readText(path, stat.size);
  return read.ok ? ok({ source: fileSource(basename(path), read.value), unread: [] }) : read;
}

export const fileSource = (name: string, text: string): PlanSource => ({
  name,
  kind: 'file',
  files: [{ path: name, text }],
});

function readFolder(path: string): Result<ReadSource> {
  const files: SourceFile[] = [];
  const unread: Unrecognised[] = [];
  let size = 0;
  for (const file of filesIn(path, '', 0)) {
    const bytes = statOf(join(path, file))?.size ?? 0;
    size += bytes;
    if (size > FOLDER_LIMIT || files.length >= FILES_LIMIT)
      return fail(
        'input.invalid',
        `${path} holds more than ${FILES_LIMIT.toLocaleString('en')} text files or ${FOLDER_LIMIT / MEGABYTE} MB of them.`,
        'Give the folder of the plan itself.',
      );
    const read = readText(join(path, file), bytes);
    if (read.ok) files.push({ path: file, text: read.value });
    else unread.push({ line: 1, text: read.error.message, file });
  }
  return ok({ source: { name: basename(path) || path, kind: 'folder', files }, unread });
}

/** Text files by their kind, in a stable order; what is generated or installed is left out. */
function filesIn(root: string, folder: string, depth: number): readonly string[] {
  const entries = depth > DEPTH_LIMIT ? [] : listOf(join(root, folder));
  return entries.flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.test(entry.name) ? [] : filesIn(root, path, depth + 1);
    return entry.isFile() && KINDS.test(entry.name) ? [path] : [];
  });
}

function listOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return [];
  }
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function readText(path: string, size: number): Result<string> {
  if (size > FILE_LIMIT)
    return fail(
      'input.invalid',
      `${path} has ${Math.round(size / MEGABYTE)} MB; no plan has more than ${FILE_LIMIT / MEGABYTE} MB.`,
      'Give the plan itself, or split it.',
    );
  try {
    const file = openSync(path, 'r');
    try {
      return decode(path, readFileSync(file));
    } finally {
      closeSync(file);
    }
  } catch (problem) {
    return fail(
      'input.invalid',
      `${path} could not be read: ${problem instanceof Error ? problem.message : String(problem)}.`,
      'Make it readable.',
    );
  }
}

/** UTF-8, or UTF-16 where a mark says so. */
function decode(path: string, bytes: Buffer): Result<string> {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return ok(text);
  } catch {
    // Said below, with the next step.
  }
  return fail('input.invalid', `${path} is not UTF-8 text.`, 'Save it as UTF-8 in your editor.');
}
