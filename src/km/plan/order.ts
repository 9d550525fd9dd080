import type { KnownTask } from './rows.ts';
import type { KnownTasks, Side } from './side.ts';

/** Room between two tasks of a plan, so that others can be put between them. */
const STEP = 1000;

/** Places for the tasks of a file that the database does not have, between their neighbours in the file. */
export function findPlaces(
  keys: readonly string[],
  known: KnownTasks,
  lastPlace: () => number,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  if (keys.every(key => known.has(key))) return places;
  let before: number | null = null;
  for (let index = 0; index < keys.length; index += 1) {
    const place = known.get(keys[index] ?? '')?.plan_order;
    if (place !== undefined) {
      before = place;
      continue;
    }
    let end = index;
    while (end < keys.length && !known.has(keys[end] ?? '')) end += 1;
    const from: number = before ?? lastPlace();
    const next = known.get(keys[end] ?? '')?.plan_order;
    const count = end - index;
    const fits = next !== undefined && next - from > count;
    for (let place = 1; place <= count; place += 1) {
      const at = fits ? from + Math.floor(((next - from) * place) / (count + 1)) : from + place * STEP;
      places.set(keys[index + place - 1] ?? '', at);
    }
    before = places.get(keys[end - 1] ?? '') ?? from;
    index = end - 1;
  }
  return places;
}

/** Tasks come in the order of the file: they keep the places that they have among them, each its own. */
export function keepOrder(side: Pick<Side, 'km'>, keys: readonly string[], all: KnownTasks): void {
  const wanted = keys.flatMap(key => all.get(key) ?? []);
  const inOrder = (one: KnownTask, other: KnownTask) => one.plan_order - other.plan_order || one.id - other.id;
  const slots = wanted.toSorted(inOrder);
  if (slots.every((task, index) => task === wanted[index])) return;
  let last = Number.MIN_SAFE_INTEGER;
  const places = wanted.map((task, index) => {
    last = Math.max(slots[index]?.plan_order ?? 0, last + 1);
    return { id: task.id, plan_order: last, was: task.plan_order };
  });
  side.km.placeTasks(places.filter(place => place.plan_order !== place.was));
}
