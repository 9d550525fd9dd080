import { QUEUES, type Queue, ROLES, type RoleName } from '../../core/task.ts';
import type { Box, Chunk, FieldName, PlanDocument, PlanStage, PlanTask } from './document.ts';
import { codeSpans, isNothing, readCommands, readKeys, readWords } from './entries.ts';
import { checklistItems, fieldItems } from './items.ts';
import { linksOf } from './links.ts';
import { stepText } from './steps.ts';
import { readText } from './texts.ts';

/** What a plan file says about a task, in the words of the database. What it leaves out has the database's default. */
export type PlanValues = {
  readonly title: string;
  readonly description: string;
  readonly acceptance: string;
  readonly priority: number;
  readonly complexity: number | null;
  readonly queue: Queue;
  readonly assignee: string | null;
  readonly due: string | null;
  readonly role: RoleName | null;
  readonly tags: readonly string[];
  readonly depends_on: readonly string[];
  readonly related: readonly string[];
  readonly discovered_from: readonly string[];
  readonly checks: readonly string[];
  readonly protect: readonly string[];
  readonly allow: readonly string[];
  readonly private: boolean;
  /** `[ ] text` or `[x] text`. */
  readonly checklist: readonly string[];
  readonly links: readonly string[];
};

/** What the file says where it says nothing. */
export const NO_VALUES: PlanValues = {
  title: '',
  description: '',
  acceptance: '',
  priority: 2,
  complexity: null,
  queue: 'standard',
  assignee: null,
  due: null,
  role: null,
  tags: [],
  depends_on: [],
  related: [],
  discovered_from: [],
  checks: [],
  protect: [],
  allow: [],
  private: false,
  checklist: [],
  links: [],
};

/** Fields that name other tasks: they hold only where those tasks are there. */
export const TIES = ['depends_on', 'related', 'discovered_from'] as const;
export type Tie = (typeof TIES)[number];

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
  const fields = Map.groupBy(task.chunks, chunk => chunk.name);
  const value = (name: FieldName) => fields.get(name)?.[0]?.value ?? '';
  const list = (name: FieldName, read: (document: PlanDocument, chunk: Chunk) => readonly string[]) => {
    const chunks = fields.get(name);
    return chunks === undefined ? NONE : unique(chunks.flatMap(chunk => read(document, chunk)));
  };
  const keys = (name: FieldName) => list(name, readKeys).filter(key => key !== task.key);
  return {
    title: task.title,
    description: readText(document, task, 'description'),
    acceptance: fields.has('acceptance') ? readText(document, task, 'acceptance') : '',
    priority: readPriority(value('priority')) ?? NO_VALUES.priority,
    complexity: readComplexity(value('complexity')),
    queue: readQueue(value('queue')) ?? NO_VALUES.queue,
    assignee: readName(value('assignee')),
    due: readDue(value('due')),
    role: readRole(value('role')),
    tags: unique(list('tags', readWords).map(tag => tag.replace(/^#/, ''))),
    depends_on: keys('depends_on'),
    related: keys('related'),
    discovered_from: keys('discovered_from'),
    checks: list('verify', readCommands),
    protect: list('protect', readWords),
    allow: list('allow', readWords),
    private: /^`?(?:yes|true|on)\b/i.test(value('private')),
    checklist:
      fields.has('checklist') || fields.has('other')
        ? checklistItems(document, task).map(item => stepText(item.text, item.box?.done ?? false))
        : NONE,
    links: fields.has('links') ? unique(fieldItems(document, task, 'links').flatMap(linksOf)) : NONE,
  };
}

const NONE: readonly string[] = [];
const unique = (values: readonly string[]): readonly string[] =>
  values.length === 0 ? values : [...new Set(values.filter(value => value !== ''))];

/** 0 to 4, or null when the text names no priority. */
export function readPriority(value: string): number | null {
  if (value === '') return null;
  const plain = value.replaceAll('`', '').trim().toLowerCase();
  const digit = /^p?([0-4])\b/.exec(plain)?.[1];
  if (digit !== undefined) return Number(digit);
  const word = /^[a-z]+/.exec(plain)?.[0] ?? '';
  return Object.hasOwn(PRIORITY_WORDS, word) ? (PRIORITY_WORDS[word] ?? null) : null;
}

export function readRole(value: string): RoleName | null {
  if (value === '') return null;
  const plain = /[a-z]+/.exec(value.toLowerCase())?.[0];
  return ROLES.find(role => role === plain) ?? null;
}

/** 1 to 10 (`7`, `7/10`), or null when the text names no complexity. */
export function readComplexity(value: string): number | null {
  if (value === '') return null;
  const number = Number(/^`?(\d{1,2})(?:\s*\/\s*10)?\b/.exec(value)?.[1] ?? 0);
  return number >= 1 && number <= 10 ? number : null;
}

export function readQueue(value: string): Queue | null {
  if (value === '') return null;
  const plain = /[a-z]+/.exec(value.toLowerCase())?.[0];
  return QUEUES.find(queue => queue === plain) ?? null;
}

/** The first day or time that a text names, as long as the calendar has it. */
export function readDue(value: string): string | null {
  if (value === '') return null;
  const date = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/.exec(value)?.[0];
  const day = Date.parse(`${date?.slice(0, 10)}T00:00:00Z`);
  if (date === undefined || Number.isNaN(day) || Number.isNaN(Date.parse(date))) return null;
  return new Date(day).toISOString().startsWith(date.slice(0, 10)) ? date : null;
}

function readName(value: string): string | null {
  if (value === '') return null;
  const span = codeSpans(value)[0];
  const name = (span ?? value).trim();
  const nobody = span === undefined ? isNothing(name) : name === '' || /^(?:none|nothing)$/i.test(name);
  return nobody || /^unassigned$/i.test(name) ? null : name;
}

/** The sentence after a stage heading's `**Goal:**`, if there is one before its first task. */
export function readGoal(document: PlanDocument, stage: PlanStage): string {
  if (stage.heading === null || stage.end === null) return '';
  for (let index = stage.heading + 1; index < Math.min(stage.first_task, stage.end); index += 1) {
    const line = document.lines[index];
    if (line?.kind !== 'text' || !line.text.startsWith('**')) continue;
    const goal = /^\*\*Goal(?::\*\*|\*\*:)[ \t]*(.+)$/i.exec(line.text)?.[1];
    if (goal !== undefined) return goal.trim();
  }
  return '';
}

/** What a box means for the database: the marks for in-progress and blocked are both open work. */
export const boxClass = (box: Box): 'open' | 'done' | 'cancelled' =>
  box === 'done' || box === 'cancelled' ? box : 'open';
