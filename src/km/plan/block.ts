import { type Chunk, FIELD_NAMES, type FieldName, type Line } from './document.ts';
import { bulletContent } from './scan.ts';

const LABEL = /^(\*\*|__|)([\p{L}][\p{L} _/()-]{0,40}?)[ \t]*(?::[ \t]*\1|\1[ \t]*:)(?=[ \t]|$)/u;
const BULLET = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;

const OTHER_NAMES: Readonly<Record<string, FieldName>> = {
  checks: 'verify',
  check: 'verify',
  dependencies: 'depends_on',
  depends: 'depends_on',
  'blocked by': 'depends_on',
  'related to': 'related',
  'acceptance criteria': 'acceptance',
  'assigned to': 'assignee',
  'due date': 'due',
  note: 'notes',
  link: 'links',
  tag: 'tags',
  labels: 'tags',
};

const FIELDS: ReadonlyMap<string, FieldName> = new Map([
  ...FIELD_NAMES.map(name => [name, name] as const),
  ...Object.entries(OTHER_NAMES).map(([label, name]) => [label.replaceAll(' ', '_'), name] as const),
]);

/** The known field that a label names, whatever its case. */
export function fieldName(label: string): FieldName | null {
  const plain = label.trim().toLowerCase();
  return FIELDS.get(/[ _-]/.test(plain) ? plain.replaceAll(/[ _-]+/g, '_') : plain) ?? null;
}

type Item = {
  readonly content_indent: number;
  readonly at: number;
  readonly label: string | null;
  readonly value_at: number;
};

/** Reads a list item's label (`- **Label:** value`); null when the line is no list item. */
export function labelled(text: string): Item | null {
  const content_indent = bulletContent(text);
  if (content_indent === null) return null;
  const at = BULLET.exec(text)?.[0].length ?? 0;
  const match = LABEL.exec(text.slice(at));
  if (match === null) return { content_indent, at, label: null, value_at: at };
  const after = at + match[0].length;
  const gap = text.slice(after).length - text.slice(after).trimStart().length;
  return { content_indent, at, label: match[2] ?? '', value_at: after + gap };
}

type Growing = { -readonly [K in keyof Chunk]: Chunk[K] };

/**
 * Cuts the own part of a task's block (after its head line, before the tasks nested in it) into fields and other parts.
 * Deeper lines belong to the part above them; a field is recognised only at the level of the parts themselves.
 */
export function readChunks(lines: readonly Line[], from: number, end: number): readonly Chunk[] {
  const chunks: Growing[] = [];
  for (let index = from; index < end; index += 1) {
    const line = lines[index];
    if (line === undefined || line.indent < 0) continue;
    const current = chunks.at(-1);
    if (current !== undefined && (line.indent > current.indent || continues(lines, index, current))) {
      current.end = index + 1;
      continue;
    }
    const item = line.kind === 'text' ? labelled(line.text) : null;
    const valueAt = item?.value_at ?? 0;
    const name = item?.label == null ? null : fieldName(item.label);
    chunks.push({
      name: name ?? 'other',
      line: index,
      end: index + 1,
      indent: line.indent,
      content_indent: item?.content_indent ?? line.indent,
      value_from: line.from + valueAt,
      value: line.text.slice(valueAt).trim(),
    });
  }
  return chunks;
}

/** Code and comments that began inside a part go on in it, as do the lines of a paragraph that is no list item. */
function continues(lines: readonly Line[], index: number, current: Chunk): boolean {
  const line = lines[index];
  const before = lines[index - 1];
  const first = lines[current.line];
  if (line === undefined || before === undefined || first === undefined || before.indent < 0) return false;
  if (line.kind !== 'text') return line.kind === before.kind && current.end === index;
  return current.name === 'other' && bulletContent(line.text) === null && bulletContent(first.text) === null;
}
