import { type Failure, failure } from '../../core/failure.ts';
import type { PlanDocument } from './document.ts';

/** Another plan file, and its line, in which a task with this key stands. */
type Elsewhere = (key: string) => { readonly path: string; readonly line: number } | null;

/**
 * Why a plan must not be taken over as it is, or null: merge conflict markers, or a key that two tasks have, here or in two
 * plan files. Keys that were here at the last sync (`base`) are looked for in the other files by those files' own syncs.
 */
export function planRefusal(
  document: PlanDocument,
  file: string,
  elsewhere: Elsewhere = () => null,
  base: PlanDocument | null = null,
): Failure | null {
  const marker = document.markers[0];
  if (marker !== undefined) {
    const line = marker + 1;
    return failure(
      'plan.invalid',
      `${file} has a merge conflict marker in line ${line}, so it is not clear which text holds.`,
      'Resolve the merge in your editor, then run the command again.',
      { line },
    );
  }
  const twice = document.duplicates[0];
  if (twice === undefined) return sharedKey(document, file, elsewhere, base);
  const [first, second] = [twice.first + 1, twice.second + 1];
  return failure(
    'plan.invalid',
    `${file} has the key ${twice.key} twice, in line ${first} and in line ${second}.`,
    'Give one of the two another key, then run the command again.',
    { key: twice.key, first, second },
  );
}

function sharedKey(
  document: PlanDocument,
  file: string,
  elsewhere: Elsewhere,
  base: PlanDocument | null,
): Failure | null {
  if (document === base) return null;
  const before = new Set((base?.tasks ?? []).map(task => task.key));
  for (const task of document.tasks) {
    const other = before.has(task.key) ? null : elsewhere(task.key);
    if (other === null) continue;
    const [here, there] = [`${file}:${task.line + 1}`, `${other.path}:${other.line + 1}`];
    return failure(
      'plan.invalid',
      `Two plan files have the task ${task.key}: ${here} and ${there}.`,
      'Take it out of one of them, or give it another key there; then run the command again.',
      { key: task.key, here, there },
    );
  }
  return null;
}
