import { fieldName, labelled } from './block.ts';
import { lineEnd, type PlanDocument, type PlanTask } from './document.ts';
import { insertAfter, lastLine, layoutOf, replaceValue, type TextEdit } from './edit.ts';
import { type Piece, type TextField, textPieces } from './texts.ts';
import { chunkOf } from './values.ts';
import { safeLines } from './written.ts';

const LABELS = { description: 'Description', acceptance: 'Acceptance' } as const satisfies Record<TextField, string>;
/** Lines that are compared each with each; longer texts are replaced from the first to the last difference. */
const COMPARED = 400;

/** Sets a text of one or more lines. Lines that stay keep their bytes, and so does what stands between them. */
export function setText(document: PlanDocument, task: PlanTask, name: TextField, text: string): readonly TextEdit[] {
  const pieces = textPieces(document, task, name);
  const lines = text === '' ? [] : safeLines(text);
  const hunks = findHunks(
    pieces.map(piece => piece.text),
    lines,
  );
  if (hunks.every(hunk => canStand(document, task, pieces, hunk, name)))
    return hunks.flatMap(hunk => editHunk(document, pieces, hunk));
  return rewrite(document, task, name, ownLines(pieces, lines));
}

/** Writes the whole field; what stands beside it stays. */
export const rewriteText = (
  document: PlanDocument,
  task: PlanTask,
  name: TextField,
  text: string,
): readonly TextEdit[] =>
  rewrite(document, task, name, ownLines(textPieces(document, task, name), text === '' ? [] : safeLines(text)));

/** What the field itself must say when the lines beside it stay as they are. */
function ownLines(pieces: readonly Piece[], lines: readonly string[]): readonly string[] {
  const beside = pieces.filter(piece => piece.beside).map(piece => piece.text);
  const tail = lines.slice(lines.length - beside.length);
  const same = beside.length <= lines.length && beside.every((line, index) => line === tail[index]);
  return same ? lines.slice(0, lines.length - beside.length) : lines;
}

/** The whole field anew, or a new field: a description comes first, other texts after it. */
function rewrite(
  document: PlanDocument,
  task: PlanTask,
  name: TextField,
  lines: readonly string[],
): readonly TextEdit[] {
  const layout = layoutOf(document, task);
  const chunk = chunkOf(task, name);
  const [first = '', ...more] = asField(lines);
  if (chunk === null) {
    const after = name === 'description' ? task.line : lastLine(task, chunkOf(task, 'description'));
    const head = `${layout.indent}${layout.marker} **${LABELS[name]}:** ${first}`.trimEnd();
    return [insertAfter(document, after, [head, ...more.map(indented(layout.indent + layout.step))])];
  }
  const last = document.lines[chunk.end - 1];
  const eol = document.lines[chunk.line]?.eol || document.eol;
  const nested = more.map(indented(columnsAs(document, chunk.line, chunk.content_indent)));
  // Comments are a person's: they are no part of the text, so they stay behind it.
  const comments = document.lines
    .slice(chunk.line + 1, chunk.end)
    .filter(line => line.kind === 'comment')
    .map(line => line.text);
  const text = [first, ...nested, ...comments].join(eol);
  const edit = replaceValue(document, { line: chunk.line, from: chunk.value_from }, '', text);
  return [{ ...edit, to: last === undefined ? edit.to : Math.max(edit.to, lineEnd(last)) }];
}

/** A text that begins as a block of markdown stands below its label, not behind it. */
export const asField = (lines: readonly string[]): readonly string[] => {
  const first = lines[0] ?? '';
  const block = lines.length > 1 && /^\s*(?:[-*+>#|]|\d+[.)]|`{3,}|~{3,})/.test(first);
  return block ? ['', ...lines] : [first.trim(), ...lines.slice(1)];
};

export const indented =
  (space: string) =>
  (line: string): string =>
    line === '' ? '' : space + line;

/** White space of so many columns, with tabs where the line at `index` has them. */
function columnsAs(document: PlanDocument, index: number, columns: number): string {
  const space = /^[ \t]*/.exec(document.lines[index]?.text ?? '')?.[0] ?? '';
  if (!space.includes('\t')) return ' '.repeat(columns);
  return '\t'.repeat(Math.max(1, Math.ceil(columns / 4)));
}

/** Lines `from` to before `end` of the old text become `added`. */
type Hunk = { readonly from: number; readonly end: number; readonly added: readonly string[] };

function findHunks(old: readonly string[], wanted: readonly string[]): readonly Hunk[] {
  let start = 0;
  while (start < old.length && start < wanted.length && old[start] === wanted[start]) start += 1;
  let tail = 0;
  const most = Math.min(old.length, wanted.length) - start;
  while (tail < most && old[old.length - 1 - tail] === wanted[wanted.length - 1 - tail]) tail += 1;
  const [end, wantedEnd] = [old.length - tail, wanted.length - tail];
  if (start === end && start === wantedEnd) return [];
  const whole = { from: start, end, added: wanted.slice(start, wantedEnd) };
  if (end - start > COMPARED || wantedEnd - start > COMPARED) return [whole];
  return splitHunk(old.slice(start, end), whole);
}

/** Parts a hunk at the lines that both texts have, by their longest common subsequence. */
function splitHunk(old: readonly string[], whole: Hunk): readonly Hunk[] {
  const { added } = whole;
  const width = added.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = added.length - 1; j >= 0; j -= 1)
      longest[i * width + j] =
        old[i] === added[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
  const hunks: Hunk[] = [];
  let [i, j, from, first] = [0, 0, 0, 0];
  const close = () => {
    if (i > from || j > first)
      hunks.push({ from: whole.from + from, end: whole.from + i, added: added.slice(first, j) });
  };
  while (i < old.length && j < added.length) {
    if (old[i] === added[j]) {
      close();
      i += 1;
      j += 1;
      [from, first] = [i, j];
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  [i, j] = [old.length, added.length];
  close();
  return hunks;
}

/** Can the new lines of a hunk stand where the old ones do, so that they are read as the same text? */
function canStand(
  document: PlanDocument,
  task: PlanTask,
  pieces: readonly Piece[],
  hunk: Hunk,
  name: TextField,
): boolean {
  if (hunk.added.length === 0) return hunk.from > 0 || hunk.end < pieces.length || chunkOf(task, name) !== null;
  const place = placeOf(pieces, hunk);
  if (place === null) return false;
  const code = document.lines.slice(task.line, task.own_end).some(line => line.kind === 'code');
  const beside = place.beside && (code || hunk.added.some(line => !isPlain(line)));
  return !beside && !(place.value_from !== null && /^\s*[-*+>#]/.test(hunk.added[0] ?? '') && hunk.added.length > 1);
}

/** The old line that a hunk's new lines replace or follow. */
const placeOf = (pieces: readonly Piece[], hunk: Hunk): Piece | null =>
  (hunk.end > hunk.from ? pieces[hunk.from] : pieces[hunk.from - 1]) ?? null;

/** No line that would be a field, a check box or a heading where it stands beside the fields. */
function isPlain(line: string): boolean {
  const item = labelled(line);
  if (item === null) return line !== '' && !/^(?:#|`{3}|~{3}|\s)/.test(line);
  return (item.label === null || fieldName(item.label) === null) && !/^\[.\]/.test(line.slice(item.at));
}

function editHunk(document: PlanDocument, pieces: readonly Piece[], hunk: Hunk): readonly TextEdit[] {
  const place = placeOf(pieces, hunk);
  if (place === null) return [];
  const space = indented(columnsAs(document, place.line, place.columns));
  const gone = pieces.slice(hunk.from, hunk.end);
  const value = gone[0]?.value_from != null ? gone[0] : null;
  const [first = '', ...rest] = hunk.added;
  const added = (value === null ? hunk.added : rest).map(space);
  const edits =
    value?.value_from == null
      ? []
      : [replaceValue(document, { line: value.line, from: value.value_from }, value.text, first.trim())];
  const lines = (value === null ? gone : gone.slice(1)).map(piece => piece.line);
  if (lines.length === 0) return added.length === 0 ? edits : [...edits, insertAfter(document, place.line, added)];
  return [...edits, ...replaceLines(document, lines, added)];
}

/** Replaces whole lines; the new ones stand where the first of the old ones stood. */
export function replaceLines(
  document: PlanDocument,
  lines: readonly number[],
  added: readonly string[],
): readonly TextEdit[] {
  const runs: { from: number; end: number }[] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    if (run?.end === line) run.end = line + 1;
    else runs.push({ from: line, end: line + 1 });
  }
  return runs.flatMap((run, index) => {
    const [before, last] = [document.lines[run.from - 1], document.lines[run.end - 1]];
    if (before === undefined || last === undefined) return [];
    const eol = before.eol || document.eol;
    const text = index === 0 ? added.map(line => eol + line).join('') : '';
    return [{ from: lineEnd(before), to: lineEnd(last), text }];
  });
}
