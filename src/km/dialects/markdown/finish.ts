import type { ImportedItem, ImportedPlan, Unrecognised } from '../dialect.ts';
import { type Draft, slugOf } from './draft.ts';
import { edgesOf, type MissingName } from './edges.ts';
import { readInline } from './inline.ts';
import type { Outline } from './outline.ts';
import { references } from './refs.ts';
import { strangeRows } from './rows.ts';

/** A plan whose names of tasks in other files are not yet bound. */
export type MarkdownPlan = ImportedPlan & { readonly missing: readonly MissingTask[] };
export type MissingTask = Pick<MissingName, 'name' | 'token' | 'line' | 'waits'> & {
  /** `external_id` of the task that names it. */
  readonly id: string;
};

/** Binds the drafts of one text to ids: unique, and the same again when other items change. */
export function finishPlan(
  outline: Outline,
  drafts: readonly Draft[],
  unread: readonly number[],
  told: readonly Unrecognised[] = [],
): MarkdownPlan {
  const kept = withoutEmptyStages(drafts);
  const children = childrenOf(kept);
  for (const stage of [...kept].reverse())
    if (stage.kind === 'stage') stage.status = stageStatus(children.get(stage) ?? []);
  const refs = references(kept);
  readInline(outline, kept, refs);
  const ids = idsOf(kept);
  const { needed, missing, refused } = edgesOf(kept, children, refs);
  const id = (draft: Draft): string => ids.get(draft) ?? '';
  const items = kept.map((draft): ImportedItem => {
    const related = draft.similar.flatMap(({ text }) => refs.find(text, draft).tasks).filter(other => other !== draft);
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
  return {
    items,
    unrecognised: [
      ...linesOf(outline, [...unread, ...strangeRows(outline, kept)]),
      ...refused.map(({ line, text }) => ({ line: line + 1, text })),
      ...told,
    ].sort((left, right) => left.line - right.line),
    missing: missing.map(({ draft, name, token, line, waits }) => ({
      id: id(draft),
      name,
      token,
      line: line + 1,
      waits,
    })),
  };
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

/** What every task key has to be: short, and one word. */
const isKey = (key: string): boolean => key.length <= 100 && !/[\s,\p{Cc}]/u.test(key);

const linesOf = (outline: Outline, indexes: readonly number[]): readonly Unrecognised[] =>
  [...new Set(indexes)]
    .sort((left, right) => left - right)
    .map(index => ({ line: index + 1, text: (outline.lines[index]?.text ?? '').trim() }));
