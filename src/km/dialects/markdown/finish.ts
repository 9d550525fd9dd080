import type { ImportedItem, ImportedPlan, Unrecognised } from '../dialect.ts';
import { type Draft, slugOf } from './draft.ts';
import type { Outline } from './outline.ts';
import { references } from './refs.ts';

/** Binds the drafts of one text to ids: unique, and the same again when other items change. */
export function finishPlan(outline: Outline, drafts: readonly Draft[], unread: readonly number[]): ImportedPlan {
  const kept = withoutEmptyStages(drafts);
  const children = childrenOf(kept);
  for (const stage of [...kept].reverse())
    if (stage.kind === 'stage') stage.status = stageStatus(children.get(stage) ?? []);
  const ids = idsOf(kept);
  const { find } = references(kept);
  const needed = new Map<Draft, Set<Draft>>(kept.map(draft => [draft, new Set()]));
  const add = (from: Draft, on: Draft) => {
    if (from !== on && !isAbove(on, from) && !isAbove(from, on)) needed.get(from)?.add(on);
  };
  for (const draft of kept) {
    for (const text of draft.needs) for (const on of find(text, draft).tasks) add(draft, on);
    for (const text of draft.blocks) for (const from of find(text, draft).tasks) add(from, draft);
  }
  const refused = dropCycles(kept, needed, children);
  const id = (draft: Draft): string => ids.get(draft) ?? '';
  const items = kept.map((draft): ImportedItem => {
    const related = draft.similar.flatMap(text => find(text, draft).tasks).filter(other => other !== draft);
    return {
      external_id: id(draft),
      key: id(draft) === draft.key && isKey(draft.key) ? draft.key : null,
      kind: draft.kind,
      title: draft.title,
      status: draft.status,
      parent: draft.parent === null ? null : id(draft.parent),
      depends_on: [...(needed.get(draft) ?? [])].map(id),
      ...(related.length > 0 && { related: [...new Set(related)].map(id) }),
      ...draft.rest,
      line: draft.line + 1,
    };
  });
  return { items, unrecognised: unrecognised(outline, [...unread, ...refused]) };
}

/** Stages without a task say nothing about work. */
function withoutEmptyStages(drafts: readonly Draft[]): readonly Draft[] {
  const used = new Set<Draft>();
  for (const draft of drafts) {
    if (draft.kind !== 'task') continue;
    for (let at: Draft | null = draft; at !== null && !used.has(at); at = at.parent) used.add(at);
  }
  return drafts.filter(draft => used.has(draft)).sort((left, right) => left.line - right.line);
}

function childrenOf(drafts: readonly Draft[]): ReadonlyMap<Draft, readonly Draft[]> {
  const children = new Map<Draft, Draft[]>();
  for (const draft of drafts) {
    if (draft.parent === null) continue;
    const list = children.get(draft.parent);
    if (list === undefined) children.set(draft.parent, [draft]);
    else list.push(draft);
  }
  return children;
}

function stageStatus(children: readonly Draft[]): ImportedItem['status'] {
  const open = children.filter(child => child.status !== 'cancelled');
  if (open.length === 0) return 'cancelled';
  if (open.every(child => child.status === 'done')) return 'done';
  return open.every(child => child.status === 'open') ? 'open' : 'in-progress';
}

function idsOf(drafts: readonly Draft[]): ReadonlyMap<Draft, string> {
  const ids = new Map<Draft, string>();
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  for (const draft of drafts) {
    const parent = draft.parent === null || draft.placed === false ? '' : `${ids.get(draft.parent) ?? ''} / `;
    const own = `${draft.kind === 'stage' ? '# ' : ''}${slugOf(draft.slug ?? draft.title)}`;
    const wanted = draft.key ?? `${parent}${own}`;
    const candidates = [wanted, ...(draft.key === null ? [] : [`${parent}${draft.key}`])];
    let id = candidates.find(candidate => !taken.has(candidate));
    const last = candidates.at(-1) ?? wanted;
    for (let count = counts.get(last) ?? 2; id === undefined; count += 1) {
      counts.set(last, count + 1);
      if (!taken.has(`${last} ~${count}`)) id = `${last} ~${count}`;
    }
    taken.add(id);
    ids.set(draft, id);
  }
  return ids;
}

function isAbove(above: Draft, draft: Draft): boolean {
  for (let at = draft.parent; at !== null; at = at.parent) if (at === above) return true;
  return false;
}

/** Takes out dependencies that would wait for themselves, a parent waiting for its children; says at which lines. */
function dropCycles(
  drafts: readonly Draft[],
  needed: ReadonlyMap<Draft, Set<Draft>>,
  children: ReadonlyMap<Draft, readonly Draft[]>,
): readonly number[] {
  const place = new Map(drafts.map((draft, index) => [draft, index]));
  const later: [Draft, Draft][] = [];
  // What waits only for earlier items cannot wait for itself.
  for (const [draft, on] of needed)
    for (const other of on) if ((place.get(other) ?? 0) > (place.get(draft) ?? 0)) later.push([draft, other]);
  for (const [draft, other] of later) needed.get(draft)?.delete(other);
  const refused: number[] = [];
  for (const [draft, other] of later) {
    if (reaches(other, draft, needed, children)) refused.push(draft.line);
    else needed.get(draft)?.add(other);
  }
  return refused;
}

/** Whether a draft waits for another one, over dependencies and children. */
function reaches(
  from: Draft,
  to: Draft,
  needed: ReadonlyMap<Draft, ReadonlySet<Draft>>,
  children: ReadonlyMap<Draft, readonly Draft[]>,
): boolean {
  const seen = new Set<Draft>([from]);
  const next = [from];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const on of [...(needed.get(at) ?? []), ...(children.get(at) ?? [])]) {
      if (on === to) return true;
      if (seen.has(on)) continue;
      seen.add(on);
      next.push(on);
    }
  }
  return false;
}

/** What every task key has to be: short, and one word. */
const isKey = (key: string): boolean => key.length <= 100 && !/[\s,\p{Cc}]/u.test(key);

const unrecognised = (outline: Outline, indexes: readonly number[]): readonly Unrecognised[] =>
  [...new Set(indexes)]
    .sort((left, right) => left - right)
    .map(index => ({ line: index + 1, text: (outline.lines[index]?.text ?? '').trim() }));
