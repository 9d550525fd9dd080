import { ok, type Result } from '../../../core/failure.ts';
import type { Km, NewTask, Project } from '../../km.ts';
import { isClosed } from '../../tasks/lifecycle.ts';
import { timeOf } from '../data/fields.ts';
import { hashKey, ownKey } from './keys.ts';
import type { Matches } from './match.ts';
import { placesFor } from './places.ts';
import type { Said } from './said.ts';
import type { TidyItem, TidyPlan } from './tidy.ts';
import { addNotes, tie, type UpdateContext } from './update.ts';

/** Where items are taken to. */
export type Target = {
  readonly km: Km;
  readonly project: Pick<Project, 'id'>;
  readonly dialect: string;
  readonly agent: string;
};

/** `ids`: of the new tasks by the items' ids. `tied`: the items whose tasks have all their ties. */
export type Added = { readonly ids: ReadonlyMap<string, number>; readonly tied: ReadonlySet<string> };

/** Adds the items that the project does not have. */
export function addItems(
  options: Target,
  plan: TidyPlan,
  { matched }: Matches,
  keys: Map<string, string>,
): Result<Added> {
  const { km, project, agent } = options;
  const fresh = plan.items.filter(({ id }) => !matched.has(id));
  nameItems(options, fresh, keys);
  const places = placesFor(km, project.id, plan.items, matched);
  const ids = new Map<string, number>();
  const tied = new Set<string>();
  const isHere = (id: string): boolean => matched.has(id) || ids.has(id);
  for (const one of inOrder(plan.items, fresh)) {
    const place = {
      project_id: project.id,
      key: keys.get(one.id) ?? '',
      parent: one.said.parent === null ? null : (keys.get(one.said.parent) ?? null),
      plan_order: places.get(one.id) ?? 0,
    };
    // Most tasks come after those that they are tied to, and are born with their ties.
    const ties = tiesOf(one.said, id => keys.get(id) ?? null);
    const born = ties !== null && TIES.every(name => one.said[name].every(isHere));
    const whole = born ? km.addTask({ ...newTask(one, place), ...ties }, agent) : null;
    const added = whole?.ok === true ? whole : km.addTask(newTask(one, place), agent);
    if (!added.ok) return added;
    ids.set(one.id, added.value.id);
    if (whole?.ok === true || ties === null) tied.add(one.id);
  }
  return ok({ ids, tied });
}

const TIES = ['depends_on', 'related', 'discovered_from'] as const;
type Ties = Partial<Record<(typeof TIES)[number], readonly string[]>>;

/** The ties that an item has, by key; null for none. */
function tiesOf(said: Said, keyOf: (id: string) => string | null): Ties | null {
  const ties = TIES.filter(name => said[name].length > 0).map(
    name => [name, said[name].flatMap(id => keyOf(id) ?? [])] as const,
  );
  return ties.length === 0 ? null : Object.fromEntries(ties);
}

/** Parents first, and among those of one parent's depth the open ones: a stage is never done for a moment on the way. */
function inOrder(all: readonly TidyItem[], fresh: readonly TidyItem[]): readonly TidyItem[] {
  const depths = new Map<string, number>();
  for (const { id, said } of all) depths.set(id, said.parent === null ? 0 : (depths.get(said.parent) ?? 0) + 1);
  const weight = ({ id, said }: TidyItem) =>
    (depths.get(id) ?? 0) * 2 + Number(said.parent !== null && isClosed(said.status));
  return fresh.toSorted((one, other) => weight(one) - weight(other));
}

function nameItems({ km, project, dialect }: Target, fresh: readonly TidyItem[], keys: Map<string, string>): void {
  const used = new Set<string>();
  const isFree = (key: string): boolean => {
    if (used.has(key)) return false;
    const task = km.task(project.id, key);
    return !task.ok || task.value.key !== key;
  };
  let stage = 1;
  const nameOf = (one: TidyItem): string => {
    const own = ownKey(one);
    if (own !== null && isFree(own)) return own;
    if (one.said.kind === 'task') return hashKey(dialect, one.id, isFree);
    while (!isFree(`S${stage}`)) stage += 1;
    return `S${stage}`;
  };
  for (const one of fresh) {
    const key = nameOf(one);
    used.add(key);
    keys.set(one.id, key);
  }
}

type Place = Required<Pick<NewTask, 'project_id' | 'key' | 'parent' | 'plan_order'>>;

function newTask({ item, said }: TidyItem, place: Place): NewTask {
  const created_at = timeOf(item.created_at ?? '');
  const finished_at = timeOf(item.finished_at ?? '');
  const { title, description, acceptance, checklist, links, tags, checks, priority, role, assignee, due, complexity } =
    said;
  return {
    ...place,
    kind: said.kind,
    ...(said.kind === 'task' ? { status: said.status } : {}),
    ...{ title, description, acceptance, checklist, links, tags, checks, priority, role, assignee, due, complexity },
    ...(created_at === undefined ? {} : { created_at }),
    ...(finished_at !== undefined && isClosed(said.status) ? { finished_at } : {}),
  };
}

/** What a new task can have only when all the others are there: its ties and its notes. */
export function finishNew(
  context: UpdateContext,
  plan: TidyPlan,
  one: TidyItem,
  task: { readonly id: number; readonly isTied: boolean },
): void {
  const ties = task.isTied ? null : tiesOf(one.said, context.keyOf);
  if (ties !== null) tie(context, context.keyOf(one.id) ?? '', task.id, ties);
  addNotes(context, task.id, one, []);
  for (const other of plan.missing.get(one.id) ?? [])
    context.km.appendTaskNote(
      task.id,
      `Its source says that it depends on ${other}, which was not in it.`,
      context.agent,
    );
}
