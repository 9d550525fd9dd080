import { labelled } from './block.ts';
import { type Chunk, dedent, type PlanDocument } from './document.ts';

/** The contents of the code spans in a text, as CommonMark reads them. */
export function codeSpans(text: string): readonly string[] {
  if (!text.includes('`')) return [];
  const spans: string[] = [];
  for (const match of text.matchAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g)) {
    const inner = match[2] ?? '';
    const padded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '';
    spans.push(padded ? inner.slice(1, -1) : inner);
  }
  return spans;
}

type Entry = { readonly text: string; readonly code: readonly string[] | null };

/** The value on the field's line, then one entry per nested list item or code fence. */
function readEntries(document: PlanDocument, chunk: Chunk): readonly Entry[] {
  const entries: Entry[] = [{ text: chunk.value, code: null }];
  let fence: { column: number; lines: string[] } | null = null;
  for (let index = chunk.line + 1; index < chunk.end; index += 1) {
    const line = document.lines[index];
    if (line === undefined || line.kind === 'comment') continue;
    if (line.kind === 'code') {
      if (fence === null) fence = { column: line.indent, lines: [] };
      else if (isFence(line.text) && (document.lines[index + 1]?.kind !== 'code' || index + 1 === chunk.end)) {
        entries.push({ text: '', code: fence.lines });
        fence = null;
      } else fence.lines.push(dedent(line.text, fence.column));
      continue;
    }
    const item = line.indent < 0 ? null : labelled(line.text);
    if (item !== null) entries.push({ text: line.text.slice(item.at).trim(), code: null });
  }
  return entries;
}

const isFence = (text: string): boolean => /^\s*(?:`{3,}|~{3,})\s*$/.test(text);

/** Shell commands: the code spans and fences of the field, or whole entries that have none. */
export const readCommands = (document: PlanDocument, chunk: Chunk): readonly string[] =>
  readEntries(document, chunk).flatMap(entry =>
    entry.code === null ? commandsIn(entry.text) : [entry.code.join('\n').trim()],
  );

export function commandsIn(text: string): readonly string[] {
  const spans = codeSpans(text);
  return spans.length > 0 ? spans.map(span => span.trim()) : isNothing(text) ? [] : [text];
}

/** Single words such as tags and globs. */
export const readWords = (document: PlanDocument, chunk: Chunk): readonly string[] =>
  readEntries(document, chunk).flatMap(entry => wordsIn(entry.text));

export function wordsIn(text: string): readonly string[] {
  const spans = codeSpans(text);
  if (isNothing(text)) return [];
  if (spans.length > 0) {
    const beside = text.replace(/(`+).*?\1/g, '').split(',');
    return [...spans, ...beside]
      .map(word => word.trim())
      .filter(word => spans.includes(word) || !/\s|^and$/.test(word));
  }
  return text.includes(',') ? text.split(',').map(word => word.trim()) : text.split(/\s+/);
}

/** Keys of a list such as `S1.1, S1.2 and S2.1`; of a nested item only its first word. */
export const readKeys = (document: PlanDocument, chunk: Chunk): readonly string[] =>
  readEntries(document, chunk).flatMap((entry, place) => keysIn(entry.text, place === 0));

export function keysIn(text: string, all: boolean): readonly string[] {
  if (isNothing(text)) return [];
  const plain = text.replace(/\]\([^)]*\)/g, '').replace(/[`*[\]]/g, ' ');
  const words = plain.split(/[\s,;]+/).map(word => word.replace(/[.:]+$/, ''));
  const keys = words.filter(word => /^[\p{L}\p{N}#][\p{L}\p{N}._/#-]*$/u.test(word) && /\p{N}/u.test(word));
  return all ? keys : keys.slice(0, 1);
}

/** Does a field say that there is nothing: `none`, a dash, nothing at all? */
export const isNothing = (text: string): boolean =>
  /^(?:|none|no|nothing|n\/a|[-–—])\.?$/i.test(text.replaceAll('*', '').trim());
