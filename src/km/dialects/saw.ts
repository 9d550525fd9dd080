import { clip, objectOf } from './data/fields.ts';
import { readJson } from './data/json.ts';
import { readRecords } from './data/records.ts';
import type { PlanSource } from './dialect.ts';

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/** What there is to see in a source that no dialect knows: lines, headings, boxes, JSON keys. */
export function sawIn(source: PlanSource): string {
  const [file] = source.files;
  if (file === undefined) return 'no text file';
  if (source.files.length > 1) {
    const names = source.files.slice(0, 3).map(({ path }) => clip(path, 60));
    return `${count(source.files.length, 'file')} (${names.join(', ')}${source.files.length > 3 ? ', …' : ''})`;
  }
  return file.text.trim() === '' ? 'no text' : (sawJson(file.text) ?? sawLines(file.text));
}

function sawJson(text: string): string | null {
  if (!/^[\uFEFF\s]*[[{]/.test(text.slice(0, 1000))) return null;
  const read = readJson(text);
  const lines = read.ok ? null : sawRecords(text);
  if (lines !== null) return lines;
  if (!read.ok) return `a text that begins like JSON and is none: line ${read.line}: ${read.problem}`;
  const { value } = read.json;
  if (Array.isArray(value)) return `a JSON list of ${count(value.length, 'item')}${keysOf(value[0]?.value)}`;
  return `a JSON object${keysOf(value)}`;
}

/** What a text with one object on each line holds; null for any other. */
function sawRecords(text: string): string | null {
  const { records, unrecognised } = readRecords(text);
  const objects = records.flatMap(record => objectOf(record) ?? []);
  if (objects.length < 2 || objects.length < records.length || unrecognised.length > 0) return null;
  const keys = new Map(objects.slice(0, 50).flatMap(object => [...object]));
  return `JSONL: ${objects.length} lines with one JSON object each,${keysOf(keys)}`;
}

const keysOf = (value: unknown): string => {
  if (!(value instanceof Map)) return '';
  const names = [...value.keys()].slice(0, 8).map(name => clip(String(name), 30));
  return names.length === 0 ? ' without keys' : ` with the keys ${names.join(', ')}`;
};

function sawLines(text: string): string {
  const lines = text.trimEnd().split(/\r?\n/);
  const like = (pattern: RegExp) => lines.filter(line => pattern.test(line)).length;
  const parts = [
    count(lines.length, 'line'),
    count(like(/^\s{0,3}#{1,6}\s/), 'heading'),
    count(like(/^\s*(?:[-*+]|\d+[.)])\s+\[.\]/), 'check box', 'check boxes'),
    count(like(/^\s*(?:[-*+]|\d+[.)])\s+(?!\[.\])\S/), 'list item'),
  ];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
