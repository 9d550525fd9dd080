import type { Km } from '../../km.ts';
import type { Matches } from './match.ts';
import type { TidyItem } from './tidy.ts';

/** Places for new items: among their neighbours that are here already, else after all that the project has. */
export function placesFor(
  km: Km,
  project_id: number,
  items: readonly TidyItem[],
  matched: Matches['matched'],
): ReadonlyMap<string, number> {
  const last = km.lastPlace(project_id);
  const places = new Map<string, number>();
  const fresh = items.filter(({ id }) => !matched.has(id));
  for (const [index, { id }] of fresh.entries()) places.set(id, last + index + 1);
  if (fresh.length === 0 || matched.size === 0) return places;
  const known = new Map(km.knownTasks(project_id).map(task => [task.id, task.plan_order]));
  for (const siblings of Map.groupBy(items, item => item.said.parent).values()) {
    let before: number | null = null;
    let waiting: string[] = [];
    for (const { id, said } of siblings) {
      const task = said.kind === 'stage' ? undefined : matched.get(id);
      const place = task === undefined ? undefined : known.get(task.task_id);
      if (said.kind === 'task' && place === undefined) waiting.push(id);
      if (place === undefined) continue;
      // Of equal places the older task comes first.
      for (const other of waiting) places.set(other, before ?? place - 1);
      before = place;
      waiting = [];
    }
  }
  return places;
}
