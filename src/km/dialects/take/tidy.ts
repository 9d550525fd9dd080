import type { ImportedItem, ImportedPlan, Unrecognised } from '../dialect.ts';
import { type Said, saidOf } from './said.ts';

/** An item that stands where its parent stands before it, with ids that all exist. */
export type TidyItem = { readonly id: string; readonly item: ImportedItem; readonly said: Said };
export type TidyPlan = {
  readonly items: readonly TidyItem[];
  readonly unrecognised: readonly Unrecognised[];
  /** Ids that items wait for and the source does not have, by the id of the item. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
};

/**
 * Makes a plan one that can be taken: parents before children, no id twice, no stage without a task, no reference to what the
 * source does not have. What had to be left out is named with its line.
 */
export function tidyPlan(plan: ImportedPlan): TidyPlan {
  const complaints: Unrecognised[] = [];
  const complain = (item: ImportedItem, text: string) =>
    complaints.push({ line: item.line, text, ...(item.file === undefined ? {} : { file: item.file }) });
  const byId = new Map<string, ImportedItem>();
  for (const item of plan.items) {
    if (byId.has(item.external_id)) complain(item, `a second item with the id ${item.external_id}: ${item.title}`);
    else byId.set(item.external_id, item);
  }
  const parents = parentsOf(byId, complain);
  const kept = inOrder([...byId.values()], parents).filter(holdsTasks([...byId.values()], parents));
  const keptIds = new Set(kept.map(item => item.external_id));
  const missing = new Map<string, readonly string[]>();
  const places = new Map<string | null, number>();
  const items = kept.map(item => {
    const id = item.external_id;
    const known = (ids: readonly string[] = []) => ids.filter(other => keptIds.has(other) && other !== id);
    const unknown = item.depends_on.filter(other => !keptIds.has(other));
    if (unknown.length > 0) missing.set(id, [...new Set(unknown)]);
    for (const other of new Set(unknown))
      complain(item, `${item.key ?? item.title} depends on ${other}, which is not there`);
    if (item.depends_on.includes(id)) complain(item, `${item.key ?? item.title} depends on itself`);
    const parent = parents.get(id) ?? null;
    const place = places.get(parent) ?? 0;
    places.set(parent, place + 1);
    const tied = {
      ...item,
      parent,
      depends_on: known(item.depends_on),
      related: known(item.related),
      discovered_from: known(item.discovered_from),
    };
    return { id, item: tied, said: saidOf(tied, place) };
  });
  return { items, missing, unrecognised: [...plan.unrecognised, ...complaints] };
}

/** The parent of each item; one that is not there, or that stands in its own child, is none. */
function parentsOf(
  byId: ReadonlyMap<string, ImportedItem>,
  complain: (item: ImportedItem, text: string) => void,
): ReadonlyMap<string, string | null> {
  const parents = new Map<string, string | null>();
  for (const [id, item] of byId) {
    const { parent } = item;
    if (parent !== null && !byId.has(parent))
      complain(item, `${item.key ?? item.title} stands in ${parent}, which is not there`);
    parents.set(id, parent !== null && byId.has(parent) ? parent : null);
  }
  const safe = new Set<string>();
  for (const [id, item] of byId) {
    const way: string[] = [];
    const seen = new Set<string>();
    let at: string | null = id;
    for (; at !== null && !safe.has(at) && !seen.has(at); at = parents.get(at) ?? null) {
      way.push(at);
      seen.add(at);
    }
    if (at !== null && seen.has(at)) {
      complain(item, `${item.key ?? item.title} stands in itself`);
      parents.set(at, null);
    }
    for (const one of way) safe.add(one);
  }
  return parents;
}

/** In the order of the source, a parent before its children. */
function inOrder(items: readonly ImportedItem[], parents: ReadonlyMap<string, string | null>): readonly ImportedItem[] {
  const byId = new Map(items.map(item => [item.external_id, item]));
  const placed = new Set<string>();
  const ordered: ImportedItem[] = [];
  for (const item of items) {
    const line: ImportedItem[] = [];
    for (
      let at: ImportedItem | undefined = item;
      at !== undefined && !placed.has(at.external_id);
      at = byId.get(parents.get(at.external_id) ?? '')
    )
      line.push(at);
    for (const one of line.toReversed()) {
      placed.add(one.external_id);
      ordered.push(one);
    }
  }
  return ordered;
}

/** Is this a task, or a stage with a task in it? */
function holdsTasks(
  items: readonly ImportedItem[],
  parents: ReadonlyMap<string, string | null>,
): (item: ImportedItem) => boolean {
  const holding = new Set<string>();
  for (const item of items) {
    if (item.kind === 'stage') continue;
    for (let at: string | null = item.external_id; at !== null && !holding.has(at); at = parents.get(at) ?? null)
      holding.add(at);
  }
  return item => holding.has(item.external_id);
}
