import { labelled } from './block.ts';
import { type Chunk, dedent, type FieldName, type Line, type PlanDocument, type PlanTask } from './document.ts';
import { isNothing } from './entries.ts';

/** One item of a field that is a list: a step of a checklist, or a line of links. */
export type ListItem = {
  readonly line: number;
  /** First line after it. */
  readonly end: number;
  /** It stands on the line of the field's label. */
  readonly inline: boolean;
  /** Where the white space before its marker ends. */
  readonly indent: number;
  /** Offset of its text's first line, which ends at `to`. */
  readonly from: number;
  readonly to: number;
  /** Its text without marker and box; further lines below the first, without their indentation. */
  readonly text: string;
  /** Offset of the character in its check box, and whether that is ticked; null without a box. */
  readonly box: { readonly at: number; readonly done: boolean } | null;
};

const BOX = /^\[([ xX~/!-])\](?:[ \t]+|$)/;

type Growing = { -readonly [K in keyof Omit<ListItem, 'text'>]: ListItem[K] } & { lines: string[]; columns: number };

/** A list without a label: its first line is a check box that is no task. */
const startsWithBox = (document: PlanDocument, chunk: Chunk): boolean => {
  const line = document.lines[chunk.line];
  if (chunk.name !== 'other' || line === undefined || line.kind !== 'text') return false;
  const item = labelled(line.text);
  return item !== null && BOX.test(line.text.slice(item.at));
};

export const isChecklist = (document: PlanDocument, chunk: Chunk): boolean =>
  chunk.name === 'checklist' || startsWithBox(document, chunk);

/** The steps of a task's checklist, in the order of the file. */
export const checklistItems = (document: PlanDocument, task: PlanTask): readonly ListItem[] =>
  task.chunks.filter(chunk => isChecklist(document, chunk)).flatMap(chunk => readItems(document, chunk));

export const fieldItems = (document: PlanDocument, task: PlanTask, name: FieldName): readonly ListItem[] =>
  task.chunks.filter(chunk => chunk.name === name).flatMap(chunk => readItems(document, chunk));

/** The items of a list field. Each check box is one of its own, however deep; other deeper lines belong to the item above. */
function readItems(document: PlanDocument, chunk: Chunk): readonly ListItem[] {
  const items: Growing[] = [];
  const labelLine = document.lines[chunk.line];
  if (chunk.name !== 'other' && labelLine !== undefined && !isNothing(chunk.value))
    items.push(grow(labelLine, chunk.line, chunk.value_from, chunk.content_indent, true));
  for (let index = chunk.line + (chunk.name === 'other' ? 0 : 1); index < chunk.end; index += 1) {
    const line = document.lines[index];
    if (line === undefined || line.kind === 'comment') continue;
    const current = items.at(-1);
    const start = line.kind === 'text' && line.indent >= 0 ? itemStart(line, current) : null;
    if (start !== null) items.push(grow(line, index, line.from + start.at, start.content_indent, false));
    else if (current !== undefined) {
      current.lines.push(dedent(line.text, current.columns));
      if (line.indent >= 0) current.end = index + 1;
    }
  }
  return items.flatMap(({ lines, columns: _, ...item }) => {
    const text = lines
      .slice(0, item.end - item.line)
      .join('\n')
      .trim();
    return text === '' ? [] : [{ ...item, text }];
  });
}

function itemStart(line: Line, current: Growing | undefined) {
  const item = labelled(line.text);
  if (item === null)
    return current === undefined
      ? { at: line.text.length - line.text.trimStart().length, content_indent: line.indent }
      : null;
  const deeper = current !== undefined && !current.inline && line.indent > current.indent;
  return deeper && !BOX.test(line.text.slice(item.at)) ? null : item;
}

function grow(line: Line, index: number, from: number, columns: number, inline: boolean): Growing {
  const content = line.text.slice(from - line.from);
  const box = BOX.exec(content);
  const skipped = box?.[0].length ?? 0;
  const text = content.slice(skipped).trim();
  return {
    line: index,
    end: index + 1,
    inline,
    indent: line.indent,
    from: from + skipped,
    to: from + skipped + text.length,
    lines: [text],
    columns,
    box: box === null ? null : { at: from + 1, done: box[1] === 'x' || box[1] === 'X' },
  };
}
