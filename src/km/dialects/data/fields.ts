import type { ChecklistItem } from '../../../core/task.ts';
import type { ImportedItem, PlanSource, SourceFile } from '../dialect.ts';
import type { Json, JsonObject } from './json.ts';

export type Status = ImportedItem['status'];

/** The only file of a source; null for a folder with several. */
export const onlyFile = (source: PlanSource): SourceFile | null =>
  source.files.length === 1 ? (source.files[0] ?? null) : null;

export const objectOf = (json: Json | undefined): JsonObject | null =>
  json !== undefined && json.value instanceof Map ? json.value : null;

export const listOf = (json: Json | undefined): readonly Json[] =>
  json !== undefined && Array.isArray(json.value) ? json.value : [];

/** A text or a number as text, without white space at its ends; empty for anything else. */
export function textOf(json: Json | undefined): string {
  if (typeof json?.value === 'string') return json.value.toWellFormed().trim();
  return typeof json?.value === 'number' ? String(json.value) : '';
}

/** A list of texts; a single text is a list of one, or of what stands between its commas. */
export function textsOf(json: Json | undefined): readonly string[] {
  const texts =
    typeof json?.value === 'string' ? json.value.split(',').map(text => text.trim()) : listOf(json).map(textOf);
  return [...new Set(texts.filter(text => text !== ''))];
}

/** The text as one line, short enough for a message. */
export const clip = (text: string, length = 200): string => {
  const line = text.toWellFormed().replaceAll(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1).toWellFormed()}…` : line;
};

/** A JSON value as one line for a message. */
export function shown(json: Json): string {
  if (typeof json.value === 'string') return clip(JSON.stringify(json.value));
  if (Array.isArray(json.value)) return `a list of ${json.value.length}`;
  if (json.value instanceof Map) return clip(`an object with ${[...json.value.keys()].join(', ') || 'nothing'}`);
  return String(json.value);
}

/** Parts of a text that say something, one paragraph each. */
export const paragraphs = (...parts: readonly string[]): string =>
  parts
    .map(part => part.trim())
    .filter((part, at, all) => part !== '' && all.indexOf(part) === at)
    .join('\n\n');

/** A part of a description under its own name. */
export const named = (name: string, text: string): string => (text.trim() === '' ? '' : `**${name}:** ${text.trim()}`);

const PRIORITIES: Readonly<Record<string, number>> = {
  critical: 0,
  urgent: 0,
  highest: 0,
  high: 1,
  h: 1,
  medium: 2,
  normal: 2,
  m: 2,
  low: 3,
  l: 3,
  lowest: 4,
};

/** A priority by its word, or undefined. */
export const priorityOf = (word: string): number | undefined => {
  const plain = word.toLowerCase();
  return Object.hasOwn(PRIORITIES, plain) ? PRIORITIES[plain] : undefined;
};

/** ISO 8601 in UTC of what people write as a date with a time; a day alone stays a day. Undefined for anything else. */
export function dateOf(text: string): string | undefined {
  const plain = text.trim();
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/.exec(plain);
  if (compact !== null) {
    const [, year, month, day, hour, minute, second] = compact;
    return iso(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(plain)) return iso(plain) === undefined ? undefined : plain;
  // A time without a zone is taken as UTC: the same file must say the same on every machine.
  const local = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)$/.exec(plain);
  if (local !== null) return iso(`${local[1]}T${local[2]}Z`);
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(plain) ? iso(plain) : undefined;
}

function iso(text: string): string | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999
    ? undefined
    : `${date.toISOString().slice(0, 19)}Z`;
}

/** Like `dateOf`, a day alone being its midnight in UTC. */
export function timeOf(text: string): string | undefined {
  const date = dateOf(text);
  return date === undefined || date.includes('T') ? date : `${date}T00:00:00Z`;
}

/** Check boxes of a text, and the text without their lines. */
export function takeBoxes(text: string): { readonly checklist: readonly ChecklistItem[]; readonly rest: string } {
  const checklist: ChecklistItem[] = [];
  const rest = text.split('\n').filter(line => {
    const box = /^\s*[-*+]\s+\[([ xX])\]\s+(?:#\d+\s+)?(\S.*)$/.exec(line);
    if (box !== null) checklist.push({ text: (box[2] ?? '').trim(), done: box[1] !== ' ' });
    return box === null;
  });
  return { checklist, rest: rest.join('\n').trim() };
}

/** The fields that say something. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const said = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(said) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The same ids, each once, without those that name nothing. */
export const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts.filter(text => text !== ''))];
