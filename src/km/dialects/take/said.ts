import type { ChecklistItem, RoleName, TaskStatus } from '../../../core/task.ts';
import { dateOf } from '../data/fields.ts';
import type { ImportedItem } from '../dialect.ts';

/** What a source says about an item, with a value for what it leaves out; kept as the base of the next import. */
export type Said = {
  readonly key: string | null;
  readonly kind: 'stage' | 'task';
  readonly status: TaskStatus;
  /** Ids of the source. */
  readonly parent: string | null;
  readonly depends_on: readonly string[];
  readonly related: readonly string[];
  readonly discovered_from: readonly string[];
  /** Place among the items that stand beside it. */
  readonly place: number;
  readonly title: string;
  readonly description: string;
  readonly acceptance: string;
  readonly checklist: readonly ChecklistItem[];
  readonly links: readonly string[];
  readonly tags: readonly string[];
  readonly checks: readonly string[];
  readonly priority: number;
  readonly role: RoleName | null;
  readonly assignee: string | null;
  readonly due: string | null;
  readonly complexity: number | null;
  /** Their texts. */
  readonly notes: readonly string[];
};

/** The fields that are taken as they stand. */
export const FIELD_NAMES = [
  'title',
  'description',
  'acceptance',
  'checklist',
  'links',
  'tags',
  'checks',
  'priority',
  'role',
  'assignee',
  'due',
  'complexity',
] as const satisfies readonly (keyof Said)[];
export type FieldName = (typeof FIELD_NAMES)[number];
export type Fields = Pick<Said, FieldName>;

const STATUSES = {
  open: 'pending',
  done: 'done',
  'in-progress': 'in-progress',
  blocked: 'blocked',
  cancelled: 'cancelled',
} as const satisfies Record<ImportedItem['status'], TaskStatus>;

/** Text that any file and database can hold. */
export const clean = (text: string): string =>
  text.toWellFormed().replaceAll('\u0000', '').replaceAll('\r\n', '\n').trim();
const oneLine = (text: string): string =>
  clean(text)
    .replaceAll(/[\s\u0001-\u001f\u007f]+/g, ' ')
    .trim();
const list = (texts: readonly string[] = []): readonly string[] => [
  ...new Set(texts.map(oneLine).filter(text => text !== '')),
];
const whole = (value: number | undefined, from: number, to: number): number | null =>
  value !== undefined && Number.isInteger(value) && value >= from && value <= to ? value : null;

/** What is no value of a task (a date that is none, a priority of 9) is left out. */
export function saidOf(item: ImportedItem, place: number): Said {
  return {
    key: item.key,
    kind: item.kind,
    status: STATUSES[item.status],
    parent: item.parent,
    depends_on: [...new Set(item.depends_on)],
    related: [...new Set(item.related)],
    discovered_from: [...new Set(item.discovered_from)],
    place,
    title: oneLine(item.title) || item.external_id,
    description: clean(item.description ?? ''),
    acceptance: clean(item.acceptance ?? ''),
    checklist: (item.checklist ?? [])
      .map(({ text, done }) => ({ text: oneLine(text), done }))
      .filter(({ text }) => text !== ''),
    links: list(item.links),
    tags: list(item.tags),
    checks: [...new Set((item.checks ?? []).map(clean).filter(text => text !== ''))],
    priority: whole(item.priority, 0, 4) ?? 2,
    role: item.role ?? null,
    assignee: oneLine(item.assignee ?? '') || null,
    due: dateOf(item.due ?? '') ?? null,
    complexity: whole(item.complexity, 1, 10),
    notes: (item.notes ?? []).map(note => clean(note.text)).filter(text => text !== ''),
  };
}

/** What an earlier import kept; a field that a newer version added has its empty value. */
export const readSaid = (stored: Readonly<Record<string, unknown>>): Said => ({ ...NOTHING_SAID, ...stored }) as Said;

const NOTHING_SAID: Said = {
  key: null,
  kind: 'task',
  status: 'pending',
  parent: null,
  depends_on: [],
  related: [],
  discovered_from: [],
  place: 0,
  title: '',
  description: '',
  acceptance: '',
  checklist: [],
  links: [],
  tags: [],
  checks: [],
  priority: 2,
  role: null,
  assignee: null,
  due: null,
  complexity: null,
  notes: [],
};

export const same = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);
