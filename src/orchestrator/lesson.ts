import { type Attempt, UNJUDGED } from '../core/task.ts';
import type { EndedTurn, TaskState } from './task-state.ts';
import { tellingLines } from './telling.ts';

/** A judged turn that failed teaches something; a model that would not do the work at all says nothing about it. */
const teaches = ({ outcome }: Attempt): boolean =>
  outcome !== 'passed' && outcome !== 'refusal' && !UNJUDGED.includes(outcome);
const CLIP = 600;

/** What was wrong and what put it right, when a task is done after a try that was not; null when the first try was right. */
export function lessonOf(task: TaskState, turn: EndedTurn, summary: string): string | null {
  const wrong = task.attempts.findLast(teaches);
  if (wrong === undefined) return null;
  const { key, title, tags } = task.task;
  const about = tags.length === 0 ? '' : ` (${tags.join(', ')})`;
  const files = task.work?.changed.join(', ') ?? '';
  return [
    `${key} – ${title}${about}: what was wrong, and what fixed it.`,
    `Wrong (${wrong.outcome.replaceAll('_', ' ')}, ${wrong.role} on ${wrong.model}): ${clip(factsOfTry(wrong))}`,
    `Fixed by the ${turn.role} on ${turn.model}, in ${files}: ${clip(summary)}`,
  ].join('\n');
}

/** What a try tells: without the diff that goes with it, and without what every output has. */
export const factsOfTry = ({ evidence }: Attempt): string =>
  tellingLines(evidence.split('\n\nThe change of that turn:\n')[0] ?? '');

const clip = (text: string): string => {
  const one = text.trim();
  // Never a part of a word: half a number is another number.
  return one.length <= CLIP ? one : `${one.slice(0, CLIP).replace(/\S*$/, '').trimEnd()} …`;
};
