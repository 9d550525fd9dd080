import { oneLine } from '../core/line.ts';
import type { FieldChange } from '../km/history/diff.ts';
import type { Output } from './output.ts';
import { cleanText } from './task-text.ts';

/** Longest value that is shown beside the other one. */
const SHORT = 60;
/** Lines of a long text that are shown of each side. */
const LINES = 20;

/** What changed of a task, a line for each field: `title  old → new`; long texts line by line, as `diff` shows them. */
export function changeLines(changes: readonly FieldChange[], out: Output): readonly string[] {
  const width = Math.max(0, ...changes.map(({ field }) => field.length));
  return changes.flatMap(({ field, from, to }) => {
    const [one, other] = [valueText(from), valueText(to)];
    const name = field.padEnd(width);
    if (isShort(one) && isShort(other))
      return [`  ${name}  ${out.style('red', one || '(empty)')} → ${out.style('green', other || '(empty)')}`];
    return [`  ${field}`, ...lineDiff(one, other, out).map(line => `    ${line}`)];
  });
}

const isShort = (text: string): boolean => text.length <= SHORT && !text.includes('\n');

/** A field's value for people. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(entryText).join(value.some(isStep) ? '\n' : ', ');
  return cleanText(String(value));
}

type Step = { readonly text: string; readonly done: boolean };
const isStep = (value: unknown): value is Step => typeof value === 'object' && value !== null && 'done' in value;
const entryText = (value: unknown): string =>
  isStep(value) ? `[${value.done ? 'x' : ' '}] ${oneLine(value.text)}` : oneLine(String(value));

/** The lines between what both begin and end with. */
function lineDiff(from: string, to: string, out: Output): readonly string[] {
  const [old, fresh] = [linesOf(from), linesOf(to)];
  const shorter = Math.min(old.length, fresh.length);
  let start = 0;
  while (start < shorter && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  return [
    ...side('-', old.slice(start, old.length - end)).map(line => out.style('red', line)),
    ...side('+', fresh.slice(start, fresh.length - end)).map(line => out.style('green', line)),
  ];
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

function side(mark: string, lines: readonly string[]): readonly string[] {
  const more = lines.length - LINES;
  const shown = lines.slice(0, LINES).map(line => `${mark} ${line}`);
  return more > 0 ? [...shown, `${mark} … ${more} lines more`] : shown;
}
