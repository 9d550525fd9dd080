import type { ImportedItem, ImportedPlan, SourceFile, Unrecognised } from '../dialect.ts';
import type { MarkdownPlan, MissingTask } from './finish.ts';
import { formsOf } from './refs.ts';

type FilePlan = readonly [SourceFile, MarkdownPlan];

/** A plan of one file: names of tasks that it does not have are told, and kept as notes of the tasks that name them. */
export const settlePlan = (plan: MarkdownPlan): ImportedPlan => settle(plan, plan.missing, 'in this file');

function settle(
  { items, unrecognised }: ImportedPlan,
  missing: readonly MissingTask[],
  where: string,
  file?: string,
): ImportedPlan {
  const byId = new Map<string, MissingTask[]>();
  for (const one of missing) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  const noted = items.map((item): ImportedItem => {
    const own = (byId.get(item.external_id) ?? []).filter(
      ({ token }) => !`${item.title}\n${item.description ?? ''}`.includes(token),
    );
    if (own.length === 0) return item;
    const notes = own.map(({ name, waits }) => ({
      at: null,
      agent: null,
      text: waits ? `Waits for ${name}, which is not ${where}.` : `Names ${name}, which is not ${where}.`,
    }));
    return { ...item, notes: [...(item.notes ?? []), ...notes] };
  });
  const told = missing.map(
    ({ name, line }): Unrecognised => ({ line, text: `${name} is not ${where}`, ...(file !== undefined && { file }) }),
  );
  const all = [...unrecognised, ...told];
  return { items: noted, unrecognised: told.length === 0 ? all : all.toSorted((one, other) => one.line - other.line) };
}

/** A file that is one task, with its parts or without. */
const isOneTask = ({ items }: MarkdownPlan): boolean =>
  items[0]?.kind === 'task' && items[0].key !== null && items.filter(({ parent }) => parent === null).length === 1;

/**
 * Plans of several files: a stage for each, and its path in every id, so that two files may use one key. Files that are one
 * task each are that task, known by its key wherever the file lies, and name each other by it.
 */
export function joinPlans(plans: readonly FilePlan[]): ImportedPlan {
  const counts = new Map<string, number>();
  for (const [, plan] of plans)
    for (const { key } of plan.items) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  const single = new Set(
    plans.filter(([, plan]) => isOneTask(plan) && counts.get(plan.items[0]?.key ?? '') === 1).map(([file]) => file),
  );
  const idIn = (file: SourceFile, plan: MarkdownPlan) => (own: string) =>
    single.has(file) && own === plan.items[0]?.external_id ? own : `${file.path}: ${own}`;
  const byForm = new Map<string, Set<string>>();
  for (const [file, { items }] of plans)
    for (const { key, external_id } of single.has(file) ? items.slice(0, 1) : [])
      for (const form of formsOf(key ?? '')) byForm.set(form, (byForm.get(form) ?? new Set()).add(external_id));
  const parts = plans.map(([file, plan]) => {
    const { items, missing } = bindAcross(plan, byForm);
    const settled = settle({ items, unrecognised: plan.unrecognised }, missing, 'in these files', file.path);
    return placed(file, settled, idIn(file, plan), single.has(file));
  });
  return { items: parts.flatMap(part => part.items), unrecognised: parts.flatMap(part => part.unrecognised) };
}

/** Ids of other files, marked so that they are not taken for those of the own one. */
const OUTSIDE = '\0';

/** Binds what a file names to the one task of another file that is called so. */
function bindAcross(
  plan: MarkdownPlan,
  byForm: ReadonlyMap<string, ReadonlySet<string>>,
): { readonly items: readonly ImportedItem[]; readonly missing: readonly MissingTask[] } {
  const found = new Map<string, string[]>();
  const missing = plan.missing.filter(one => {
    const ids = new Set(formsOf(one.token).flatMap(form => [...(byForm.get(form) ?? [])]));
    const [id] = ids;
    if (!one.waits || id === undefined || ids.size > 1) return true;
    found.set(one.id, [...(found.get(one.id) ?? []), `${OUTSIDE}${id}`]);
    return false;
  });
  const items = plan.items.map(item => ({
    ...item,
    depends_on: [...item.depends_on, ...(found.get(item.external_id) ?? [])],
  }));
  return { items, missing };
}

function placed({ path }: SourceFile, plan: ImportedPlan, id: (own: string) => string, alone: boolean): ImportedPlan {
  const across = (own: string) => (own.startsWith(OUTSIDE) ? own.slice(OUTSIDE.length) : id(own));
  const inner = plan.items.map(
    (item): ImportedItem => ({
      ...item,
      external_id: id(item.external_id),
      parent: item.parent !== null ? id(item.parent) : alone ? null : path,
      depends_on: item.depends_on.map(across),
      ...(item.related !== undefined && { related: item.related.map(id) }),
      file: path,
    }),
  );
  const unrecognised = plan.unrecognised.map(line => ({ ...line, file: path }));
  if (inner.length === 0 || alone) return { items: inner, unrecognised };
  const stage: ImportedItem = {
    external_id: path,
    key: null,
    kind: 'stage',
    title: path,
    status: 'open',
    parent: null,
    depends_on: [],
    line: 1,
    file: path,
  };
  return { items: [stage, ...inner], unrecognised };
}
