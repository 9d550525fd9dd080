import { ROLES, type RoleName } from '../../core/task.ts';
import { labelled } from './block.ts';
import {
  type Box,
  type Chunk,
  dedent,
  type FieldName,
  type PlanDocument,
  type PlanStage,
  type PlanTask,
} from './document.ts';

/** What a plan file says about a task, in the words of the database. What it leaves out has the database's default. */
export type PlanValues = {
  readonly title: string;
  readonly description: string;
  readonly priority: number;
  readonly role: RoleName | null;
  readonly tags: readonly string[];
  readonly depends_on: readonly string[];
  readonly checks: readonly string[];
  readonly protect: readonly string[];
  readonly allow: readonly string[];
  readonly private: boolean;
};

/** What the file says where it says nothing. */
export const NO_VALUES: PlanValues = {
  title: '',
  description: '',
  priority: 2,
  role: null,
  tags: [],
  depends_on: [],
  checks: [],
  protect: [],
  allow: [],
  private: false,
};

const PRIORITY_WORDS: Readonly<Record<string, number>> = {
  urgent: 0,
  critical: 0,
  high: 1,
  medium: 2,
  normal: 2,
  low: 3,
  lowest: 4,
};

export const chunkOf = (task: PlanTask, name: FieldName): Chunk | null =>
  task.chunks.find(chunk => chunk.name === name) ?? null;

export function readValues(document: PlanDocument, task: PlanTask): PlanValues {
  const words = (name: FieldName) => chunksOf(task, name).flatMap(chunk => readWords(document, chunk));
  return {
    title: task.title,
    description: readDescription(document, task).whole,
    priority: readPriority(chunkOf(task, 'priority')?.value ?? '') ?? NO_VALUES.priority,
    role: readRole(chunkOf(task, 'role')?.value ?? ''),
    tags: unique(words('tags').map(tag => tag.replace(/^#/, ''))),
    depends_on: unique(chunksOf(task, 'depends_on').flatMap(chunk => readKeys(document, chunk))).filter(
      key => key !== task.key,
    ),
    checks: unique(chunksOf(task, 'verify').flatMap(chunk => readCommands(document, chunk))),
    protect: unique(words('protect')),
    allow: unique(words('allow')),
    private: /^`?(?:yes|true|on)\b/i.test(chunkOf(task, 'private')?.value ?? ''),
  };
}

const chunksOf = (task: PlanTask, name: FieldName) => task.chunks.filter(chunk => chunk.name === name);
const unique = (values: readonly string[]): readonly string[] => [...new Set(values.filter(value => value !== ''))];

/** 0 to 4, or null when the text names no priority. */
export function readPriority(value: string): number | null {
  const plain = value.replaceAll('`', '').trim().toLowerCase();
  const digit = /^p?([0-4])\b/.exec(plain)?.[1];
  if (digit !== undefined) return Number(digit);
  const word = /^[a-z]+/.exec(plain)?.[0] ?? '';
  return Object.hasOwn(PRIORITY_WORDS, word) ? (PRIORITY_WORDS[word] ?? null) : null;
}

export function readRole(value: string): RoleName | null {
  const plain = /[a-z]+/.exec(value.toLowerCase())?.[0];
  return ROLES.find(role => role === plain) ?? null;
}

/** The contents of the code spans in a text, as CommonMark reads them. */
export function codeSpans(text: string): readonly string[] {
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

function readCommands(document: PlanDocument, chunk: Chunk): readonly string[] {
  return readEntries(document, chunk).flatMap(entry => {
    if (entry.code !== null) return [entry.code.join('\n').trim()];
    const spans = codeSpans(entry.text);
    return spans.length > 0 ? spans.map(span => span.trim()) : isNothing(entry.text) ? [] : [entry.text];
  });
}

function readWords(document: PlanDocument, chunk: Chunk): readonly string[] {
  return readEntries(document, chunk).flatMap(entry => {
    const spans = codeSpans(entry.text);
    if (isNothing(entry.text)) return [];
    if (spans.length > 0) {
      const beside = entry.text.replace(/(`+).*?\1/g, '').split(',');
      return [...spans, ...beside]
        .map(word => word.trim())
        .filter(word => spans.includes(word) || !/\s|^and$/.test(word));
    }
    return entry.text.includes(',') ? entry.text.split(',').map(word => word.trim()) : entry.text.split(/\s+/);
  });
}

/** Keys of a list such as `S1.1, S1.2 and S2.1`; of a nested item only its first word. */
function readKeys(document: PlanDocument, chunk: Chunk): readonly string[] {
  return readEntries(document, chunk).flatMap((entry, place) => {
    if (isNothing(entry.text)) return [];
    const plain = entry.text.replace(/\]\([^)]*\)/g, '').replace(/[`*[\]]/g, ' ');
    const words = plain.split(/[\s,;]+/).map(word => word.replace(/[.:]+$/, ''));
    const keys = words.filter(word => /^[\p{L}\p{N}#][\p{L}\p{N}._/#-]*$/u.test(word) && /\p{N}/u.test(word));
    return place === 0 ? keys : keys.slice(0, 1);
  });
}

const isNothing = (text: string): boolean =>
  /^(?:|none|no|nothing|n\/a|[-–—])\.?$/i.test(text.replaceAll('*', '').trim());

export type Description = {
  /** The Description field: its value and the lines below it. */
  readonly own: string;
  /** What else the task's block says to the one who works on it: plain bullets, checklist, links. */
  readonly rest: string;
  /** Both, as the database has it. */
  readonly whole: string;
};

export function readDescription(document: PlanDocument, task: PlanTask): Description {
  const raw = (from: number, end: number, columns: number) =>
    document.lines.slice(from, end).flatMap(line => (line.kind === 'comment' ? [] : [dedent(line.text, columns)]));
  const own = chunkOf(task, 'description');
  const ownText = own === null ? '' : tidy([own.value, ...raw(own.line + 1, own.end, own.content_indent)]);
  const others = task.chunks.filter(
    chunk => chunk !== own && ['other', 'checklist', 'links', 'description'].includes(chunk.name),
  );
  const rest = tidy(others.flatMap(chunk => raw(chunk.line, chunk.end, chunk.indent)));
  return { own: ownText, rest, whole: joinDescription(ownText, rest) };
}

export const joinDescription = (own: string, rest: string): string =>
  [own, rest].filter(text => text !== '').join('\n');

/** Lines as one text without blank lines at its ends. */
function tidy(lines: readonly string[]): string {
  const first = lines.findIndex(line => line.trim() !== '');
  const last = lines.findLastIndex(line => line.trim() !== '');
  return first < 0 ? '' : lines.slice(first, last + 1).join('\n');
}

/** The sentence after a stage heading's `**Goal:**`, if there is one before its first task. */
export function readGoal(document: PlanDocument, stage: PlanStage): string {
  if (stage.heading === null || stage.end === null) return '';
  const from = stage.heading;
  const firstTask = document.tasks.find(task => task.line > from)?.line ?? stage.end;
  for (const line of document.lines.slice(from + 1, Math.min(firstTask, stage.end))) {
    const goal = line.kind === 'text' ? /^\*\*Goal(?::\*\*|\*\*:)[ \t]*(.+)$/i.exec(line.text)?.[1] : undefined;
    if (goal !== undefined) return goal.trim();
  }
  return '';
}

/** What a box means for the database: the marks for in-progress and blocked are both open work. */
export const boxClass = (box: Box): 'open' | 'done' | 'cancelled' =>
  box === 'done' || box === 'cancelled' ? box : 'open';
