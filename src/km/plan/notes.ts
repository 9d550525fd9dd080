import type { TaskNote } from '../../core/task.ts';
import { labelled } from './block.ts';
import type { PlanDocument, PlanTask } from './document.ts';

/** Characters of a note that a plan file shows; the whole note is in the database. */
const NOTE_LENGTH = 1000;

/** One line that cannot begin a comment, for a place in the middle of someone's file. */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
    .replaceAll('<!--', '<! --')
    .trim();

/** `2026-11-21 (coder): text`, as a note of the database stands in the file. */
export function printNote(note: TaskNote): string {
  const text = oneLine(note.text);
  const shown = text.length > NOTE_LENGTH ? `${text.slice(0, NOTE_LENGTH).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return `${note.at.slice(0, 10)} (${oneLine(note.agent)}): ${shown}`.trim();
}

/** The notes of a task in the file, each with the lines nested in it; line breaks kept. */
export function readNotes(document: PlanDocument, task: PlanTask): readonly string[] {
  const chunks = task.chunks.filter(part => part.name === 'notes');
  const notes: string[] = [];
  for (const chunk of chunks) {
    let current: { indent: number; lines: string[] } = { indent: Number.MAX_SAFE_INTEGER, lines: [chunk.value] };
    const finish = () => notes.push(current.lines.join('\n').trim());
    for (const line of document.lines.slice(chunk.line + 1, chunk.end)) {
      const item =
        line.kind === 'text' && line.indent >= 0 && line.indent <= current.indent ? labelled(line.text) : null;
      if (item !== null) {
        finish();
        current = { indent: line.indent, lines: [line.text.slice(item.at).trim()] };
      } else if (line.kind !== 'comment') current.lines.push(line.text.trim());
    }
    finish();
  }
  return notes.filter(note => note !== '');
}

export type NoteMatch = {
  /** Notes of the database that the file does not show. */
  readonly missing: readonly TaskNote[];
  /** Notes of the file that the database does not have. */
  readonly unknown: readonly string[];
};

/** The same notes in the same order, which is how most tasks are found. */
const agree = (inFile: readonly string[], inDatabase: readonly TaskNote[]): boolean =>
  inFile.length === inDatabase.length &&
  inDatabase.every((note, index) => inFile[index] === note.text || inFile[index] === printNote(note));

/** Pairs the notes of the file with those of the database, each at most once: by the text, or by the line printed from it. */
export function matchNotes(inFile: readonly string[], inDatabase: readonly TaskNote[]): NoteMatch {
  if (agree(inFile, inDatabase)) return { missing: [], unknown: [] };
  const left = new Map<string, number>();
  for (const note of inFile) left.set(oneLine(note), (left.get(oneLine(note)) ?? 0) + 1);
  const take = (key: string): boolean => {
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count > 0;
  };
  const missing = inDatabase.filter(note => !take(oneLine(printNote(note))) && !take(oneLine(note.text)));
  const unknown = inFile.filter(note => take(oneLine(note)));
  return { missing, unknown };
}
