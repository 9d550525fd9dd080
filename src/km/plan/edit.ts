import {
  type Box,
  type BoxItem,
  type Chunk,
  lineEnd,
  type PlanDocument,
  type PlanTask,
  printPlan,
} from './document.ts';
import { BOX_CHARACTERS } from './heads.ts';
import { oneLine } from './notes.ts';
import { parsePlan } from './parse.ts';
import { inlineCode } from './render.ts';
import { chunkOf } from './values.ts';

/** Replaces what stands from `from` to before `to` (offsets in the printed document) by `text`. */
export type TextEdit = { readonly from: number; readonly to: number; readonly text: string };

/**
 * Makes all edits at once; everything else keeps its bytes. Edits are made for the same document, do not overlap, and
 * those at the same place come out in the given order, what goes on with the line before new lines.
 */
export function editPlan(document: PlanDocument, edits: readonly TextEdit[]): PlanDocument {
  if (edits.length === 0) return document;
  const text = printPlan(document);
  const parts: string[] = [];
  let at = 0;
  const newLine = (edit: TextEdit) => Number(/^[\r\n]/.test(edit.text));
  for (const edit of edits.toSorted((one, other) => one.from - other.from || newLine(one) - newLine(other))) {
    if (edit.from < at) throw new Error(`Plan edits overlap at offset ${edit.from}.`);
    parts.push(text.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  return parsePlan([...parts, text.slice(at)].join(''));
}

/** New lines after a line, with that line's ending; after -1 they come first. */
export function insertAfter(document: PlanDocument, index: number, added: readonly string[]): TextEdit {
  const line = document.lines[index];
  if (line === undefined) {
    const from = document.bom.length;
    return { from, to: from, text: added.map(text => text + document.eol).join('') };
  }
  const eol = line.eol || document.eol;
  return { from: lineEnd(line), to: lineEnd(line), text: added.map(text => eol + text).join('') };
}

/** Ticks, unticks or cancels a box; one character changes. */
export function setBox(item: BoxItem, box: Box): readonly TextEdit[] {
  if (item.box === box) return [];
  return [{ from: item.box_at, to: item.box_at + 1, text: BOX_CHARACTERS[box] }];
}

/** Replaces what stands after a label, with the blank between them where that is missing. */
export function replaceValue(
  document: PlanDocument,
  place: { readonly line: number; readonly from: number },
  old: string,
  value: string,
): TextEdit {
  const line = document.lines[place.line];
  const gap = value === '' || /[ \t]$/.test(line?.text.slice(0, place.from - line.from) ?? ' ') ? '' : ' ';
  return { from: place.from, to: place.from + old.length, text: gap + value };
}

/** The field's value as a place that can be replaced. */
export const valuePlace = (chunk: Chunk) => ({ line: chunk.line, from: chunk.value_from });

const styled = (old: string, value: string): string => (old === '' || old.includes('`') ? inlineCode(value) : value);

export type Layout = {
  /** White space before a field. */
  readonly indent: string;
  readonly marker: string;
  /** What a nested list item adds to it. */
  readonly step: string;
};

/** How the fields of a task are laid out, or would be. */
export function layoutOf(document: PlanDocument, task: PlanTask): Layout {
  const field = task.chunks
    .map(chunk => document.lines[chunk.line]?.text ?? '')
    .find(text => /^[ \t]+[-*+][ \t]/.test(text));
  const head = document.lines[task.line]?.text ?? '';
  const space = /^[ \t]*/.exec(field ?? head)?.[0] ?? '';
  const tabs = space.includes('\t');
  const marker = (field ?? head).trimStart().charAt(0);
  const ordered = /^\d+[.)]/.exec(head.trimStart())?.[0].length ?? 1;
  const indent = field === undefined ? space + (tabs ? '\t' : ' '.repeat(ordered + 1)) : space;
  return { indent, marker: /[-*+]/.test(marker) ? marker : '-', step: tabs ? '\t' : '  ' };
}

/** Index of the last line of a field; of the task's head where there is no such field. */
export const lastLine = (task: PlanTask, chunk: Chunk | null): number => (chunk === null ? task.line : chunk.end - 1);

/** Sets Last Updated (`iso` by `by`) in the style the line has; adds the line after Created, or first, when it is missing. */
export function setLastUpdated(document: PlanDocument, task: PlanTask, iso: string, by: string): readonly TextEdit[] {
  const chunk = chunkOf(task, 'last_updated');
  const separate = chunkOf(task, 'last_updated_by');
  const agent = oneLine(by);
  const stamp = (old: string) => styled(old, iso) + (separate === null ? ` by ${styled(old, agent)}` : '');
  const edits: TextEdit[] = [];
  if (chunk !== null) edits.push(replaceValue(document, valuePlace(chunk), chunk.value, stamp(chunk.value)));
  else {
    const { indent, marker } = layoutOf(document, task);
    const after = lastLine(task, chunkOf(task, 'created_by') ?? chunkOf(task, 'created'));
    edits.push(insertAfter(document, after, [`${indent}${marker} **Last Updated:** ${stamp('')}`]));
  }
  if (separate !== null)
    edits.push(replaceValue(document, valuePlace(separate), separate.value, styled(separate.value, agent)));
  return edits;
}

/** Appends one-line notes; makes the Notes field at the end of the task's own part when it is missing. */
export function appendNotes(document: PlanDocument, task: PlanTask, notes: readonly string[]): readonly TextEdit[] {
  if (notes.length === 0) return [];
  const { indent, marker, step } = layoutOf(document, task);
  const chunk = chunkOf(task, 'notes');
  const nested = document.lines
    .slice((chunk?.line ?? 0) + 1, chunk?.end ?? 0)
    .map(line => /^([ \t]*)[-*+][ \t]/.exec(line.text)?.[0])
    .find(start => start !== undefined);
  const start = nested ?? `${indent}${step}${marker} `;
  const lines = notes.map(note => start + oneLine(note));
  if (chunk !== null) return [insertAfter(document, chunk.end - 1, lines)];
  return [insertAfter(document, task.own_end - 1, [`${indent}${marker} **Notes:**`, ...lines])];
}

/** Sets the plan's own Last Updated and Last Editor where the file has these lines. */
export function setHeader(document: PlanDocument, iso: string, editor: string): readonly TextEdit[] {
  const set = (span: PlanDocument['header']['updated'], value: string) =>
    span === null ? [] : [replaceValue(document, span, span.text, styled(span.text, value))];
  return [...set(document.header.updated, iso), ...set(document.header.editor, oneLine(editor))];
}
