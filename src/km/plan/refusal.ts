import { type Failure, failure } from '../../core/failure.ts';
import type { PlanDocument } from './document.ts';

/** Why a plan must not be taken over as it is, or null: merge conflict markers, or a key that two tasks have. */
export function planRefusal(document: PlanDocument, file: string): Failure | null {
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
  if (twice === undefined) return null;
  const [first, second] = [twice.first + 1, twice.second + 1];
  return failure(
    'plan.invalid',
    `${file} has the key ${twice.key} twice, in line ${first} and in line ${second}.`,
    'Give one of the two another key, then run the command again.',
    { key: twice.key, first, second },
  );
}
