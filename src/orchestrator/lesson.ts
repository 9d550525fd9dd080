import type { Attempt } from '../core/task.ts';
import type { EndedTurn, TaskState } from './task-state.ts';

/** Outcomes that say something about the work; a provider in trouble or an interrupted turn teaches nothing. */
const TEACHES: readonly Attempt['outcome'][] = [
  'checks_failed',
  'empty_diff',
  'protected_changed',
  'already_passing',
  'weak_test',
  'critic_refused',
  'stale',
  'no_progress',
  'malformed_output',
  'context_exceeded',
  'loop',
];
const CLIP = 600;

/** What was wrong and what put it right, when a task is done after a try that was not; null when the first try was right. */
export function lessonOf(task: TaskState, turn: EndedTurn, summary: string): string | null {
  const wrong = task.attempts.filter(({ outcome }) => TEACHES.includes(outcome)).at(-1);
  if (wrong === undefined) return null;
  const { key, title, tags } = task.task;
  const about = tags.length === 0 ? '' : ` (${tags.join(', ')})`;
  const files = task.work?.changed.join(', ') ?? '';
  return [
    `${key} – ${title}${about}: what was wrong, and what fixed it.`,
    `Wrong (${wrong.outcome.replaceAll('_', ' ')}, ${wrong.role} on ${wrong.model}): ${clip(factsOf(wrong))}`,
    `Fixed by the ${turn.role} on ${turn.model}, in ${files}: ${clip(summary)}`,
  ].join('\n');
}

/** The facts of a try without the diff that goes with them. */
const factsOf = ({ evidence }: Attempt): string => evidence.split('\n\nThe change of that turn:\n')[0] ?? '';

const clip = (text: string): string => {
  const one = text.trim();
  return one.length <= CLIP ? one : `${one.slice(0, CLIP)}…`;
};
