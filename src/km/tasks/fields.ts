import { fail, ok, type Result } from '../../core/failure.ts';
import { QUEUES } from '../../core/task.ts';
import type { NewTask, TaskEdit } from '../km.ts';
import type { SqlValue } from '../sqlite.ts';

/** Longest key; keys become part of branch and folder names. */
const KEY_LIMIT = 100;

/** Refuses a field that no task can have. */
export function checkFields(fields: NewTask | TaskEdit): Result<void> {
  const { title, priority, tags, complexity, queue, due, checklist } = fields;
  if (title !== undefined && title.trim() === '')
    return fail('input.invalid', 'A task needs a title.', 'Say in a few words what is to be done.');
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 4))
    return fail(
      'input.invalid',
      `Priority ${priority} does not exist.`,
      'Give 0 (most urgent) to 4; 2 is the default.',
    );
  if (tags?.some(tag => tag.trim() === ''))
    return fail('input.invalid', 'A tag is empty.', 'Give each tag at least one letter.');
  if (complexity != null && !(Number.isInteger(complexity) && complexity >= 1 && complexity <= 10))
    return fail('input.invalid', `Complexity ${complexity} does not exist.`, 'Give 1 (small) to 10.');
  if (queue !== undefined && !QUEUES.includes(queue))
    return fail('input.invalid', `There is no queue ${String(queue)}.`, `Give one of: ${QUEUES.join(', ')}.`);
  if (due != null && !isDay(due))
    return fail('input.invalid', `"${due.slice(0, 40)}" is no date.`, 'Give a day, such as 2026-12-31.');
  if (checklist?.some(({ text }) => text.trim() === ''))
    return fail('input.invalid', 'A step of the checklist is empty.', 'Say in a few words what it is.');
  return ok(undefined);
}

/** A day that the calendar has (`2026-02-31` is none), alone or at the beginning of an ISO 8601 time. */
function isDay(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(text)?.[0];
  if (day === undefined || Number.isNaN(Date.parse(text)) || Number.isNaN(Date.parse(day))) return false;
  return new Date(day).toISOString().startsWith(day);
}

export function checkKey(key: string): Result<void> {
  if (key !== '' && key.length <= KEY_LIMIT && !/[\s,\p{Cc}]/u.test(key)) return ok(undefined);
  return fail(
    'input.invalid',
    `"${key.slice(0, KEY_LIMIT)}" cannot be a key.`,
    `A key has 1 to ${KEY_LIMIT} characters, no spaces and no commas; for example S1.1.`,
  );
}

const json = (list: readonly unknown[] | undefined): string | undefined =>
  list === undefined ? undefined : JSON.stringify(list);
const bit = (value: boolean | undefined): number | undefined => (value === undefined ? undefined : Number(value));

/** The columns that these fields set, with the values SQL takes. Parent and dependencies are handled apart. */
export function columnsOf(fields: TaskEdit): ReadonlyMap<string, SqlValue> {
  const columns = {
    title: fields.title?.replace(/\s*[\r\n]+\s*/g, ' ').trim(),
    description: fields.description,
    priority: fields.priority,
    role: fields.role,
    tags: json(fields.tags && [...new Set(fields.tags)]),
    checks: json(fields.checks),
    protect: json(fields.protect),
    allow: json(fields.allow),
    private: bit(fields.private),
    acceptance: fields.acceptance,
    checklist: json(fields.checklist?.map(({ text, done }) => ({ text: text.trim(), done }))),
    links: json(fields.links && [...new Set(fields.links)]),
    complexity: fields.complexity,
    queue: fields.queue,
    assignee: fields.assignee,
    due: fields.due,
    plan_order: fields.plan_order,
    plan_file: fields.plan_file,
    vanished: bit(fields.vanished),
  };
  const given = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return new Map<string, SqlValue>(given);
}

const LISTS: readonly string[] = ['tags', 'checks', 'protect', 'allow', 'checklist', 'links'];
const BITS: readonly string[] = ['private', 'vanished'];
/** A column's value as the history shows it. */
export function shown(column: string, value: SqlValue): unknown {
  if (BITS.includes(column)) return value === 1;
  return LISTS.includes(column) && typeof value === 'string' ? JSON.parse(value) : value;
}

/** Where a task stands in the plan: moving it there neither makes it newer nor is worth a row in its history. */
export const PLACE_COLUMNS: readonly string[] = ['plan_order', 'plan_file'];
