/** One line of a plan file. `text` and `eol` together are its exact bytes; nothing of a file is kept anywhere else. */
export type Line = {
  readonly text: string;
  readonly eol: '' | '\n' | '\r\n' | '\r';
  /** Offset of `text` in the whole file, in UTF-16 units. */
  readonly from: number;
  /** Columns of leading spaces and tabs (a tab goes to the next multiple of 4); -1 for a blank line. */
  readonly indent: number;
  /** Lines inside code fences, indented code and html comments hold no items. */
  readonly kind: 'text' | 'code' | 'comment';
  /** 1 to 6 for a heading, else 0. */
  readonly level: number;
};

export type Box = 'open' | 'done' | 'in-progress' | 'blocked' | 'cancelled';

/** A list item with a check box. */
export type BoxItem = {
  readonly line: number;
  readonly indent: number;
  readonly box: Box;
  /** Offset of the character between the brackets. */
  readonly box_at: number;
  /** Offset and text of what follows the box. */
  readonly content_from: number;
  readonly content: string;
};

export const FIELD_NAMES = [
  'description',
  'acceptance',
  'created',
  'created_by',
  'last_updated',
  'last_updated_by',
  'links',
  'notes',
  'checklist',
  'depends_on',
  'related',
  'discovered_from',
  'priority',
  'complexity',
  'queue',
  'assignee',
  'due',
  'role',
  'tags',
  'verify',
  'protect',
  'allow',
  'private',
  'status',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** A part of a task's block: a known field, or anything else that stands there (`other`). Lines are `line` to before `end`. */
export type Chunk = {
  readonly name: FieldName | 'other';
  readonly line: number;
  readonly end: number;
  readonly indent: number;
  /** Column where the item's text begins: nested lines stand at least there. */
  readonly content_indent: number;
  /** Offset and text of what follows the label on the first line; both ends trimmed. */
  readonly value_from: number;
  readonly value: string;
};

export type PlanTask = BoxItem & {
  readonly key: string;
  readonly title: string;
  readonly title_from: number;
  /** Key of the stage or task that it stands in, null when it stands in none. */
  readonly parent: string | null;
  /** First line after its block; trailing blank lines are not part of it. */
  readonly end: number;
  /** First line after its own part, before the tasks nested in it. */
  readonly own_end: number;
  readonly chunks: readonly Chunk[];
};

/** A stage is named in the roadmap list (with a box), by a heading, or both. */
export type PlanStage = {
  readonly key: string;
  readonly title: string;
  readonly item: BoxItem | null;
  readonly heading: number | null;
  /** First line after the heading's section; null without a heading. */
  readonly end: number | null;
  /** Line of the first task after the heading; the number of lines when there is none. */
  readonly first_task: number;
};

/** A value that an edit may replace: where it begins, and its text. */
export type Span = { readonly line: number; readonly from: number; readonly text: string };

export type PlanDocument = {
  readonly bom: string;
  readonly lines: readonly Line[];
  /** The line ending that new lines get: that of the first line that has one. */
  readonly eol: '\n' | '\r\n' | '\r';
  readonly header: { readonly updated: Span | null; readonly editor: Span | null };
  readonly stages: readonly PlanStage[];
  readonly tasks: readonly PlanTask[];
  /** The Done log: line of its heading and the first line after it. */
  readonly done_log: { readonly heading: number; readonly end: number } | null;
  /** Line indexes of check boxes that belong to no task, stage or checklist. */
  readonly unrecognised: readonly number[];
  /** Line indexes of merge conflict markers. */
  readonly markers: readonly number[];
  readonly duplicates: readonly { readonly key: string; readonly first: number; readonly second: number }[];
};

/** The exact text of a document: `printPlan(parsePlan(text)) === text` for every text. */
export const printPlan = (document: PlanDocument): string =>
  document.bom + document.lines.map(line => line.text + line.eol).join('');

/** Offset just after the line's text, before its line ending. */
export const lineEnd = (line: Line): number => line.from + line.text.length;

/** Columns of the leading white space, -1 when there is nothing else. */
export function indentOf(text: string): number {
  let columns = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === ' ') columns += 1;
    else if (text[at] === '\t') columns += 4 - (columns % 4);
    else return columns;
  }
  return -1;
}

/** The text without its first `columns` columns of white space, and without trailing white space. */
export function dedent(text: string, columns: number): string {
  let at = 0;
  let column = 0;
  while (column < columns && at < text.length) {
    if (text[at] === ' ') column += 1;
    else if (text[at] === '\t') column += 4 - (column % 4);
    else break;
    at += 1;
  }
  return text.slice(at).trimEnd();
}
