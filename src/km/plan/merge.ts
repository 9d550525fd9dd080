import type { ChecklistItem, TaskStatus } from '../../core/task.ts';
import type { Box } from './document.ts';
import type { KnownTask } from './rows.ts';
import { checklistOf, stepsOf } from './steps.ts';
import { boxClass, NO_VALUES, type PlanValues } from './values.ts';
import { asWritten } from './written.ts';

export type ValueName = keyof PlanValues;
export const VALUE_NAMES = Object.keys(NO_VALUES) as readonly ValueName[];

export type FieldConflict = { readonly field: ValueName; readonly file: string; readonly database: string };
export type ValueMerge = {
  /** What the database must be told. */
  readonly to_database: Partial<PlanValues>;
  /** What the file must be told. */
  readonly to_file: Partial<PlanValues>;
  /** Values that both sides changed: the file's is in `to_database`, the other one must be kept as a note. */
  readonly conflicts: readonly FieldConflict[];
};

export const valuesOf = (task: KnownTask): PlanValues => ({
  title: task.title,
  description: task.description,
  acceptance: task.acceptance,
  priority: task.priority,
  complexity: task.complexity,
  queue: task.queue,
  assignee: task.assignee,
  due: task.due,
  role: task.role,
  tags: task.tags,
  depends_on: task.depends_on,
  related: task.related,
  discovered_from: task.discovered_from,
  checks: task.checks,
  protect: task.protect,
  allow: task.allow,
  private: task.private,
  checklist: stepsOf(task.checklist),
  links: task.links,
});

type Edit<V> = Omit<V, 'checklist'> & { readonly checklist?: readonly ChecklistItem[] };

/** Values of a plan as the database takes them. */
export function asEdit<V extends Partial<PlanValues>>(values: V): Edit<V> {
  const { checklist, ...others } = values;
  return checklist === undefined ? others : { ...others, checklist: checklistOf(checklist) };
}

const isList = (value: PlanValues[ValueName]): value is readonly string[] =>
  typeof value === 'object' && value !== null;

/** Lists are compared without their order. */
export function sameValue(one: PlanValues[ValueName], other: PlanValues[ValueName]): boolean {
  if (!isList(one) || !isList(other)) return one === other;
  if (one.length !== other.length || one === other) return one === other;
  return one.every((item, index) => item === other[index]) || sameItems(one, other);
}

const sameItems = (one: readonly string[], other: readonly string[]): boolean => {
  const [left, right] = [one.toSorted(), other.toSorted()];
  return left.every((item, index) => item === right[index]);
};

/**
 * Three-way merge of a task's values, field by field. A side that left a field as it was in `base` takes the other's;
 * lists are merged item by item, so they never conflict.
 */
export function mergeValues(base: PlanValues, file: PlanValues, database: PlanValues): ValueMerge {
  let toDatabase: Partial<PlanValues> = {};
  let toFile: Partial<PlanValues> = {};
  const conflicts: FieldConflict[] = [];
  for (const name of VALUE_NAMES) {
    const [was, inFile, inDatabase] = [base[name], file[name], database[name]];
    // What a file cannot say in other words is the same.
    if (sameValue(inFile, inDatabase) || sameValue(inFile, asWritten(name, inDatabase))) continue;
    if (isList(was) && isList(inFile) && isList(inDatabase)) {
      const merged = mergeLists(was, inFile, inDatabase);
      if (!sameValue(merged, inDatabase)) toDatabase = { ...toDatabase, [name]: merged };
      if (!sameValue(merged, inFile)) toFile = { ...toFile, [name]: merged };
    } else if (sameValue(inFile, was)) toFile = { ...toFile, [name]: inDatabase };
    else {
      toDatabase = { ...toDatabase, [name]: inFile };
      if (!sameValue(inDatabase, was))
        conflicts.push({ field: name, file: String(inFile), database: String(inDatabase) });
    }
  }
  return { to_database: toDatabase, to_file: toFile, conflicts };
}

/** A side that left the list alone takes the other's; else what either side took out goes and what either put in stays. */
function mergeLists(base: readonly string[], file: readonly string[], database: readonly string[]): readonly string[] {
  if (sameValue(base, file)) return database;
  if (sameValue(base, database)) return file;
  const kept = file.filter(item => database.includes(item) || !base.includes(item));
  const added = database.filter(item => !file.includes(item) && !base.includes(item));
  return [...kept, ...added];
}

export type BoxMerge = {
  /** Status the database must take, because a person changed the box. */
  readonly to_database: TaskStatus | null;
  readonly to_file: 'open' | 'done' | 'cancelled' | null;
  readonly conflict: boolean;
};

const statusClass = (status: TaskStatus): 'open' | 'done' | 'cancelled' =>
  status === 'done' || status === 'cancelled' ? status : 'open';

/** The database is in-progress or blocked without changing the box; a person's marks for them are taken as their word. */
export function mergeBox(base: Box, file: Box, database: TaskStatus): BoxMerge {
  const [was, inFile, inDatabase] = [boxClass(base), boxClass(file), statusClass(database)];
  const stay: BoxMerge = { to_database: null, to_file: null, conflict: false };
  if (inFile === inDatabase)
    return file === base || inFile !== 'open' ? stay : { ...stay, to_database: mark(base, file, database) };
  if (inFile === was) return { ...stay, to_file: inDatabase };
  return { to_database: inFile === 'open' ? 'pending' : inFile, to_file: null, conflict: inDatabase !== was };
}

function mark(base: Box, file: Box, database: TaskStatus): TaskStatus | null {
  if (file === 'blocked' && database === 'pending') return 'blocked';
  if (file === 'in-progress' && database === 'pending') return 'in-progress';
  if ((file === 'open' || file === 'in-progress') && base === 'blocked' && database === 'blocked') return 'pending';
  if (file === 'open' && base === 'in-progress' && database === 'in-progress') return 'pending';
  return null;
}
