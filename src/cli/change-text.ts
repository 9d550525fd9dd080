import { oneLine } from '../core/line.ts';
import type { FieldChange } from '../km/history/diff.ts';
import type { HistoryEntry } from '../km/km.ts';
import type { Output } from './output.ts';
import { cleanText } from './task-text.ts';

/** Longest value that is shown beside the other one. */
const SHORT = 60;
/** Lines of a long text that are shown of each side. */
const LINES = 20;
/** Longest line about one entry of the history. */
const WORDS = 160;

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

/** One history entry in a few words: `priority 1 → 2`, `pending → done, proof red-green`. */
export function entryWords({ kind, data }: Pick<HistoryEntry, 'kind' | 'data'>): string {
  if (kind === 'created') return oneLine(String(data.title ?? ''), WORDS);
  const fields = kind === 'undone' ? data.changes : kind === 'edited' ? data : null;
  if (isRecord(fields)) return oneLine(Object.entries(fields).map(fieldWords).join(', '), WORDS);
  const { from, to, was: _, added, removed, note_id: __, ...facts } = data;
  const moved = to === undefined ? [] : [`${valueText(from)} → ${valueText(to)}`];
  const tied = [
    ...(added === undefined ? [] : [`+ ${valueText(added)}`]),
    ...(removed === undefined ? [] : [`- ${valueText(removed)}`]),
  ];
  const said = Object.entries(facts).map(([name, value]) => (value === true ? name : `${name} ${valueText(value)}`));
  return oneLine([...moved, ...tied, ...said].join(', ').replaceAll('_', ' '), WORDS);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldWords([field, change]: readonly [string, unknown]): string {
  if (!isRecord(change) || !('to' in change)) return field;
  const [one, other] = [valueText(change.from), valueText(change.to)];
  return isShort(one) && isShort(other) ? `${field} ${one || '(empty)'} → ${other || '(empty)'}` : `${field} changed`;
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
