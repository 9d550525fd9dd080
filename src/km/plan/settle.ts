import type { PlanDocument, PlanTask } from './document.ts';
import { editPlan, type TextEdit } from './edit.ts';
import { keysOf, tasksByKey } from './side.ts';

/** A file after edits, with its tasks by key. */
export type Edited = { readonly document: PlanDocument; readonly tasks: ReadonlyMap<string, PlanTask> };

/** Edits that belong together, and how to see in the edited file that they took. */
export type Group = Way & {
  /** Blunter ways for a place where the first one does not take, the best first. */
  readonly otherwise?: readonly Way[];
  /** Field changes that the edits make. */
  readonly count: number;
  /** Key of the task whose values are written, if any are. */
  readonly key: string | null;
};
export type Way = {
  readonly edits: readonly TextEdit[];
  readonly holds: (edited: Edited) => boolean;
  /** It leaves the values out: they stay in the database alone. */
  readonly without_values?: boolean;
};

export type Settled = { readonly document: PlanDocument; readonly kept: readonly Group[] };

/**
 * Makes the edits of all groups that take: a place that cannot be edited (a fence that is never closed) is left as it is.
 * `added` are the keys that the edits may bring: a text that would be read as another task is no edit that takes.
 */
export function settle(
  file: PlanDocument,
  header: readonly TextEdit[],
  groups: readonly Group[],
  added: ReadonlySet<string>,
): Settled {
  const here = new Set(keysOf(file));
  const attempt = (some: readonly Group[]): PlanDocument | null => {
    const document = editPlan(file, [...header, ...some.flatMap(group => group.edits)]);
    if (document.duplicates.length > 0 || document.markers.length > file.markers.length) return null;
    const keys = new Set(keysOf(document));
    for (const key of here) if (!keys.has(key)) return null;
    for (const key of keys) if (!here.has(key) && !added.has(key)) return null;
    const edited = { document, tasks: tasksByKey(document) };
    return some.every(group => group.holds(edited)) ? document : null;
  };
  let kept: readonly Group[] = [];
  let document = file;
  const add = (some: readonly Group[]): void => {
    const edited = some.length === 0 ? null : attempt([...kept, ...some]);
    if (edited !== null) {
      kept = [...kept, ...some];
      document = edited;
    } else if (some.length > 1) {
      const half = some.length >> 1;
      add(some.slice(0, half));
      add(some.slice(half));
    } else {
      for (const group of some) {
        const [way, ...rest] = group.otherwise ?? [];
        if (way !== undefined) add([{ ...group, ...way, otherwise: rest }]);
      }
    }
  };
  add(groups);
  return { document, kept };
}
