import type { ChecklistItem } from '../../core/task.ts';

/** A step of a checklist as one text, so that checklists are merged like other lists: `[x] text`. */
export const stepText = (text: string, done: boolean): string => `${done ? '[x]' : '[ ]'} ${text}`;

export const stepsOf = (checklist: readonly ChecklistItem[]): readonly string[] =>
  checklist.map(({ text, done }) => stepText(text, done));

export const checklistOf = (steps: readonly string[]): readonly ChecklistItem[] =>
  steps.map(step => ({ text: step.slice(4), done: step.startsWith('[x]') }));
