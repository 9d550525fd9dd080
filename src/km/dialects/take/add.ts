import { ok, type Result } from '../../../core/failure.ts';
import type { Km, NewTask, Project } from '../../km.ts';
import { isClosed } from '../../lifecycle.ts';
import { timeOf } from '../data/fields.ts';
import { hashKey, ownKey } from './keys.ts';
import type { Matches } from './match.ts';
import type { TidyItem, TidyPlan } from './tidy.ts';
import { addNotes, tie, type UpdateContext } from './update.ts';

/** Where items are taken to. */
export type Target = {
  readonly km: Km;
  readonly project: Pick<Project, 'id'>;
  readonly dialect: string;
  readonly agent: string;
};

/** Adds the items that the project does not have. Ids of the new tasks by the items' ids. */
export function addItems(
  options: Target,
  plan: TidyPlan,
  { matched }: Matches,
  keys: Map<string, string>,
): Result<ReadonlyMap<string, number>> {
  const { km, project, agent } = options;
  const fresh = plan.items.filter(({ id }) => !matched.has(id));
  nameItems(options, fresh, keys);
  const last = km.lastPlace(project.id);
  const places = new Map(fresh.map(({ id }, index) => [id, last + index + 1]));
  const ids = new Map<string, number>();
  for (const one of inOrder(plan.items, fresh)) {
    const added = km.addTask(
      newTask(one, {
        project_id: project.id,
        key: keys.get(one.id) ?? '',
        parent: one.said.parent === null ? null : (keys.get(one.said.parent) ?? null),
        plan_order: places.get(one.id) ?? last,
      }),
      agent,
    );
    if (!added.ok) return added;
    ids.set(one.id, added.value.id);
  }
  return ok(ids);
}

/** Parents first, and among those of one depth the open ones: a stage is never done for a moment on the way. */
function inOrder(all: readonly TidyItem[], fresh: readonly TidyItem[]): readonly TidyItem[] {
  const depths = new Map<string, number>();
  for (const { id, said } of all) depths.set(id, said.parent === null ? 0 : (depths.get(said.parent) ?? 0) + 1);
  const weight = ({ id, said }: TidyItem) => (depths.get(id) ?? 0) * 2 + Number(isClosed(said.status));
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
export function finishNew(context: UpdateContext, plan: TidyPlan, one: TidyItem, taskId: number): void {
  const key = context.keyOf(one.id) ?? '';
  const keysOf = (ids: readonly string[]) => ids.flatMap(id => context.keyOf(id) ?? []);
  const { depends_on, related, discovered_from } = one.said;
  const ties = {
    ...(depends_on.length === 0 ? {} : { depends_on: keysOf(depends_on) }),
    ...(related.length === 0 ? {} : { related: keysOf(related) }),
    ...(discovered_from.length === 0 ? {} : { discovered_from: keysOf(discovered_from) }),
  };
  if (Object.keys(ties).length > 0) tie(context, key, taskId, ties);
  addNotes(context, taskId, one, []);
  for (const other of plan.missing.get(one.id) ?? [])
    context.km.appendTaskNote(
      taskId,
      `Its source says that it depends on ${other}, which was not in it.`,
      context.agent,
    );
}
