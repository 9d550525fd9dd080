import { oneLine } from './notes.ts';
import { printTitle } from './render.ts';
import type { PlanValues } from './values.ts';

/** The lines of a text as they can stand in a file: none opens a comment there, none is a task of its own. */
export const safeLines = (text: string): readonly string[] =>
  text
    .toWellFormed()
    .replaceAll('<!--', '<! --')
    .split(/\r\n|\n|\r/)
    .map(line => (KEYED_BOX.test(line) ? line.replace('[', '\\[') : line).trimEnd());

/** A check box with a bold beginning, which is what a task nested in another one looks like. */
const KEYED_BOX = /^\s*(?:[-*+]|\d{1,9}[.)])[ \t]+\[.\][ \t]+\*\*/;

type Name = keyof PlanValues;

/** A value as a file can say it: without line breaks where there is one line, without what would begin a comment. */
export function asWritten(name: Name, value: PlanValues[Name]): PlanValues[Name] {
  if (typeof value === 'string') {
    if (name === 'title') return printTitle(value);
    if (name === 'assignee') return oneLine(value) === '' ? null : oneLine(value);
    return name === 'description' || name === 'acceptance' ? safeLines(value).join('\n').trim() : value;
  }
  if (typeof value !== 'object' || value === null || name === 'checks') return value;
  if (name === 'checklist') return value.map(step => safeLines(step.trim()).join('\n'));
  return [...new Set(value.map(oneLine))].filter(word => word !== '');
}
