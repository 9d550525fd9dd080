import { type Chunk, dedent, type PlanDocument, type PlanTask } from './document.ts';
import { isChecklist } from './items.ts';

/** One line of a text field: its words, and where they stand. */
export type Piece = {
  readonly text: string;
  readonly line: number;
  /** It follows the label on the field's own line: offset of the value. */
  readonly value_from: number | null;
  /** Columns before a line that goes on with this one. */
  readonly columns: number;
  /** It stands beside the field, as a part of the task's block that has no field of its own. */
  readonly beside: boolean;
};

const FIELDS = ['description', 'acceptance'] as const;
export type TextField = (typeof FIELDS)[number];

/**
 * The lines of a text field in the order the database has them. A description is its field, then whatever else the task's
 * block says to the one who works on it: plain bullets, paragraphs, fields that are not known.
 */
export function textPieces(document: PlanDocument, task: PlanTask, name: TextField): readonly Piece[] {
  const own = task.chunks.find(chunk => chunk.name === name);
  const first = own === undefined ? [] : withoutBlankEnds([...valuePiece(own), ...lowerPieces(document, own)]);
  if (name === 'acceptance') return first;
  const others = task.chunks.filter(chunk => chunk !== own && saysMore(document, task, chunk));
  return [...first, ...withoutBlankEnds(others.flatMap(chunk => wholePieces(document, chunk)))];
}

/** Does a part of the block belong to the description? A second field of a text does too: nothing that is written is lost. */
function saysMore(document: PlanDocument, task: PlanTask, chunk: Chunk): boolean {
  if (chunk.name === 'other') return !isChecklist(document, chunk);
  return FIELDS.some(name => name === chunk.name) && task.chunks.find(part => part.name === chunk.name) !== chunk;
}

const valuePiece = (chunk: Chunk): readonly Piece[] => [
  {
    text: chunk.value,
    line: chunk.line,
    value_from: chunk.value_from,
    columns: chunk.content_indent,
    beside: false,
  },
];

const lowerPieces = (document: PlanDocument, chunk: Chunk): readonly Piece[] =>
  linePieces(document, chunk.line + 1, chunk.end, chunk.content_indent, false);

const wholePieces = (document: PlanDocument, chunk: Chunk): readonly Piece[] =>
  linePieces(document, chunk.line, chunk.end, chunk.indent, true);

function linePieces(
  document: PlanDocument,
  from: number,
  end: number,
  columns: number,
  beside: boolean,
): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let line = from; line < end; line += 1) {
    const found = document.lines[line];
    if (found === undefined || found.kind === 'comment') continue;
    pieces.push({ text: dedent(found.text, columns), line, value_from: null, columns, beside });
  }
  return pieces;
}

function withoutBlankEnds(pieces: readonly Piece[]): readonly Piece[] {
  const first = pieces.findIndex(piece => piece.text.trim() !== '');
  const last = pieces.findLastIndex(piece => piece.text.trim() !== '');
  return first < 0 ? [] : pieces.slice(first, last + 1);
}

export const readText = (document: PlanDocument, task: PlanTask, name: TextField): string =>
  textPieces(document, task, name)
    .map(piece => piece.text)
    .join('\n');
