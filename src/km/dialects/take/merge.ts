import type { Task } from '../../../core/task.ts';
import { FIELD_NAMES, type FieldName, type Fields, type Said, same } from './said.ts';

export type Conflict = {
  readonly key: string;
  readonly field: string;
  readonly file: string;
  readonly database: string;
};
export type FieldMerge = { readonly edit: Partial<Fields>; readonly conflicts: readonly Omit<Conflict, 'key'>[] };

export const fieldsOf = (task: Task): Fields => ({
  title: task.title,
  description: task.description,
  acceptance: task.acceptance,
  checklist: task.checklist,
  links: task.links,
  tags: task.tags,
  checks: task.checks,
  priority: task.priority,
  role: task.role,
  assignee: task.assignee,
  due: task.due,
  complexity: task.complexity,
});

const LISTS: readonly FieldName[] = ['links', 'tags', 'checks'];
const asList = (value: unknown): readonly string[] => (Array.isArray(value) ? value : []);
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * What the source changed since it was last imported, field by field. A field that it left as it was keeps the value here; one
 * that changed on both sides becomes the source's, and the other value is a conflict. Lists merge entry by entry.
 */
export function mergeFields(before: Said, now: Said, here: Fields): FieldMerge {
  const edit: Partial<Record<FieldName, unknown>> = {};
  const conflicts: Omit<Conflict, 'key'>[] = [];
  for (const name of FIELD_NAMES) {
    const [was, is, has] = [before[name], now[name], here[name]];
    if (same(was, is) || same(is, has)) continue;
    if (LISTS.includes(name)) {
      const merged = mergeLists(asList(was), asList(is), asList(has));
      if (!same(merged, has)) edit[name] = merged;
      continue;
    }
    edit[name] = is;
    if (!same(has, was)) conflicts.push({ field: name, file: asText(is), database: asText(has) });
  }
  return { edit: edit as Partial<Fields>, conflicts };
}

/** Entries that one side took away or added are taken away or added. */
export function mergeLists(
  before: readonly string[],
  now: readonly string[],
  here: readonly string[],
): readonly string[] {
  const kept = here.filter(entry => now.includes(entry) || !before.includes(entry));
  return [...kept, ...now.filter(entry => !here.includes(entry) && !before.includes(entry))];
}
