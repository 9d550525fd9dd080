import type { ChecklistItem } from '../../../core/task.ts';
import { dedent, type Line } from '../../plan/document.ts';
import type { Draft } from './draft.ts';
import { type Field, type FieldName, readFields } from './fields.ts';
import type { Entry, Outline } from './outline.ts';
import { readStatus } from './status.ts';
import { cleanTitle } from './title.ts';
import {
  isNothing,
  readCode,
  readComplexity,
  readDay,
  readLinks,
  readPriority,
  readRole,
  readTime,
  readWords,
} from './values.ts';

/** The lines of a range that stand in none of the given items. */
export function ownLines(
  from: number,
  end: number,
  without: readonly Pick<Entry, 'line' | 'end'>[],
): readonly number[] {
  const own: number[] = [];
  let next = 0;
  for (let index = from; index < end; index += 1) {
    while (next < without.length && (without[next]?.end ?? 0) <= index) next += 1;
    if (index < (without[next]?.line ?? end)) own.push(index);
  }
  return own;
}

/** Reads what stands below a task's head: fields, check boxes, and the rest as its description. */
export function readBody(outline: Outline, draft: Draft, own: readonly number[], boxes: readonly Entry[]): void {
  const { lines } = outline;
  const taken = new Set<number>();
  const fields = readFields(lines, own);
  for (const field of fields) {
    if (!applyField(lines, draft, field)) continue;
    taken.add(field.line);
    for (const index of field.block) taken.add(index);
  }
  if (!fields.some(({ name }) => name === 'status')) readProgress(draft, fields);
  readChecklist(draft, boxes, taken);
  const text = describe(
    lines,
    own.filter(index => !taken.has(index)),
  );
  if (text !== '')
    draft.rest.description = [draft.rest.description, text].filter(part => part !== undefined).join('\n\n');
}

/** `Progress: 100%` says the status of a task that names none. */
function readProgress(draft: Draft, fields: readonly Field[]): void {
  const value = fields.find(({ name }) => name === 'progress')?.value ?? '';
  const share = /^\W*(\d{1,3})\s*%/.exec(value)?.[1];
  const [, part, whole] = /^\W*(\d{1,4})\s*(?:\/|of)\s*(\d{1,4})\b/.exec(value) ?? [];
  const done = share === undefined ? Number(part) / Number(whole) : Number(share) / 100;
  if (draft.status === 'open' && done > 0) draft.status = done >= 1 ? 'done' : 'in-progress';
}

/** Boxes are steps of the task. They leave its description, unless they have something below them that explains them. */
function readChecklist(draft: Draft, boxes: readonly Entry[], taken: Set<number>): void {
  const steps = boxes
    .filter(box => box.status !== null && box.content !== '')
    .map(({ content, status }): ChecklistItem => ({ text: cleanTitle(content) || content, done: status === 'done' }));
  if (steps.length > 0) draft.rest.checklist = [...(draft.rest.checklist ?? []), ...steps];
  const explained = boxes.some(box => box.end > box.body && !boxes.some(inner => inner.parent === box));
  if (explained) return;
  for (const box of boxes) for (let index = box.line; index < box.body; index += 1) taken.add(index);
}

/** The given lines as one text: indented as little as they allow, without headings that have nothing below them. */
export function describe(lines: readonly Line[], indexes: readonly number[]): string {
  const kept = indexes.filter((index, place) => {
    const line = lines[index];
    if (line === undefined || line.kind === 'comment') return false;
    if (/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line.text)) return false;
    if (line.level === 0) return true;
    const below = indexes.slice(place + 1).find(next => (lines[next]?.indent ?? -1) >= 0);
    return below !== undefined && (lines[below]?.level ?? 0) === 0;
  });
  const indents = kept.map(index => lines[index]?.indent ?? -1).filter(indent => indent >= 0);
  const columns = indents.length === 0 ? 0 : Math.min(...indents);
  return kept
    .map(index => dedent(lines[index]?.text ?? '', columns))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '');
}

/** Takes the cells of a row that are fields; what they say beyond that becomes the description. */
export function takeCells(draft: Draft, cells: ReadonlyMap<FieldName | 'id', string>): void {
  const kept: string[] = [];
  for (const [name, value] of cells) {
    if (name === 'id' || name === 'title' || name === 'status' || value === '') continue;
    const field: Field = { name, value, line: draft.line, block: [] };
    if (!applyField([], draft, field) && !isNothing(value))
      kept.push(`${name[0]?.toUpperCase()}${name.slice(1)}: ${value}`);
  }
  if (kept.length > 0)
    draft.rest.description = [draft.rest.description, ...kept].filter(part => part !== undefined).join('\n');
}

/** The text of a field: its value, else the lines below, without boxes. */
function textOf(lines: readonly Line[], field: Field): string {
  if (field.value !== '') return field.value;
  const below = field.block.filter(index => lines[index]?.kind !== 'comment');
  return describe(lines, below).replace(/^([ \t]*(?:[-*+]|\d+[.)])[ \t]+)\\?\[.?\\?\][ \t]+/gmu, '$1');
}

/** Takes a field into the draft; false when the line says more than was understood and has to stay in the description. */
function applyField(lines: readonly Line[], draft: Draft, field: Field): boolean {
  const text = textOf(lines, field);
  const { rest } = draft;
  switch (field.name) {
    case 'status': {
      const status = readStatus(text);
      if (status === null) return text === '';
      if (draft.status === 'open') draft.status = status;
      draft.told = true;
      return !/[(—–]|- /.test(text);
    }
    case 'complete':
      if (/\[[xX✓✔]\]|✅|☑|\b(?:yes|true)\b/iu.test(text)) draft.status = 'done';
      return true;
    case 'depends':
      draft.needs.push({ text, line: field.line });
      return isOnlyKeys(text);
    case 'blocks':
      draft.blocks.push({ text, line: field.line });
      return isOnlyKeys(text);
    case 'related':
      draft.similar.push({ text, line: field.line });
      return isOnlyKeys(text);
    case 'priority':
      return set(rest, 'priority', readPriority(text)) && text.length < 24;
    case 'complexity':
      return set(rest, 'complexity', readComplexity(text)) && text.length < 24;
    case 'acceptance':
      if (isNothing(text)) return true;
      rest.acceptance = [rest.acceptance, text].filter(part => part !== undefined).join('\n');
      return true;
    case 'assignee':
      return text.length > 80
        ? false
        : isNothing(text) || set(rest, 'assignee', text.replace(/[`*]/g, '').replace(/^@/, '').trim());
    case 'tags': {
      const tags = readWords(text.replace(/^[ \t]*[-*+][ \t]+/gm, ',').replace(/\n/g, ','));
      if (tags.some(tag => tag.length > 40)) return false;
      if (tags.length > 0) rest.tags = [...new Set([...(rest.tags ?? []), ...tags])];
      return true;
    }
    case 'created':
      return set(rest, 'created_at', readTime(text)) && text.length <= 30;
    case 'finished':
      if (/^\W*\[[xX✓✔]\]|^\W*(?:yes|true)\b|^[✅✓✔☑]/iu.test(field.value) && draft.status === 'open')
        draft.status = 'done';
      return set(rest, 'finished_at', readTime(text)) && text.length <= 30;
    case 'due':
      return set(rest, 'due', readDay(text)) && text.length <= 30;
    case 'description':
      if (text === '') return true;
      rest.description = [rest.description, text].filter(part => part !== undefined).join('\n\n');
      return true;
    case 'links': {
      const links = readLinks(text);
      if (links.length > 0) rest.links = [...new Set([...(rest.links ?? []), ...links])];
      return links.length > 0 && text.replace(/\[[^\]]*\]\([^)]*\)|https?:\S+|[-*+,;\s]/g, '') === '';
    }
    case 'notes':
      if (!isNothing(text)) rest.notes = [...(rest.notes ?? []), { at: null, agent: null, text }];
      return true;
    case 'checks': {
      const checks = readCode(text);
      if (checks.length > 0) rest.checks = [...(rest.checks ?? []), ...checks];
      return checks.length > 0 && /^[\s`]*$/.test(text.replace(/`[^`]*`/g, ''));
    }
    case 'role':
      return set(rest, 'role', readRole(text));
    case 'progress':
    case 'title':
      return false;
  }
}

function set<K extends keyof Draft['rest']>(rest: Draft['rest'], name: K, value: Draft['rest'][K] | null): boolean {
  if (value == null || value === '') return false;
  if (rest[name] === undefined) rest[name] = value;
  return true;
}

/** Nothing but keys, so that no word is lost when the line goes. */
const isOnlyKeys = (text: string): boolean =>
  isNothing(text) ||
  /^\W*$/.test(
    text
      .replace(/\b(?:tasks?|and|to|through|all|previous|tickets?|story|stories)\b/gi, '')
      .replace(/#?(?:\p{Lu}{1,6}[-_])*\p{Lu}{0,6}\d+(?:\.\d+)*[a-z]?/gu, ''),
  );
