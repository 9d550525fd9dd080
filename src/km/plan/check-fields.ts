import { problem } from './check-problem.ts';
import type { Chunk, FieldName, PlanDocument, PlanTask } from './document.ts';
import { isNothing } from './entries.ts';
import type { PlanProblem } from './plan.ts';
import { chunkOf, readComplexity, readDue, readPriority, readQueue, readRole } from './values.ts';

type Rule = { readonly understood: (value: string) => boolean; readonly what: string; readonly hint: string };

const RULES: Readonly<Partial<Record<FieldName, Rule>>> = {
  priority: {
    understood: value => readPriority(value) !== null,
    what: 'priority',
    hint: 'Give 0 (most urgent) to 4.',
  },
  role: {
    understood: value => readRole(value) !== null,
    what: 'role',
    hint: 'Roles: manager, coder, tester, researcher, writer.',
  },
  complexity: {
    understood: value => readComplexity(value) !== null,
    what: 'complexity',
    hint: 'Give 1 (small) to 10.',
  },
  queue: {
    understood: value => readQueue(value) !== null,
    what: 'queue',
    hint: 'Queues: standard, heavy, critic.',
  },
  due: { understood: value => readDue(value) !== null, what: 'date', hint: 'Give a day, such as 2026-12-31.' },
  private: {
    understood: value => /^`?(?:yes|true|on|no|false|off)\b/i.test(value),
    what: 'answer to Private',
    hint: 'Say yes or no.',
  },
};
/** Fields of which the first line counts, so that a second one is not heard. */
const SINGLE: readonly FieldName[] = [
  'created',
  'priority',
  'role',
  'complexity',
  'queue',
  'assignee',
  'due',
  'private',
];

/** Fields that are missing, twice there, or say what nobody understands. */
export const checkFields = (document: PlanDocument): readonly PlanProblem[] =>
  document.tasks.flatMap(task => [...created(task), ...values(task), ...doubled(task)]);

function created(task: PlanTask): readonly PlanProblem[] {
  if (chunkOf(task, 'created') !== null) return [];
  const hint = 'Add: - **Created:** `2026-01-31T09:00:00Z` by `name`';
  return [problem(task.line, 'warning', `${task.key} has no Created line.`, hint)];
}

const values = (task: PlanTask): readonly PlanProblem[] =>
  Object.entries(RULES).flatMap(([name, { understood, what, hint }]) => {
    const chunk = task.chunks.find(part => part.name === name);
    if (chunk === undefined || understood(chunk.value) || isNothing(chunk.value)) return [];
    return [problem(chunk.line, 'warning', `"${chunk.value}" is no ${what}.`, hint)];
  });

function doubled(task: PlanTask): readonly PlanProblem[] {
  const seen = new Map<string, Chunk>();
  return task.chunks.flatMap(chunk => {
    const first = seen.get(chunk.name);
    seen.set(chunk.name, first ?? chunk);
    if (first === undefined || !SINGLE.some(name => name === chunk.name)) return [];
    const message = `${task.key} says this in line ${first.line + 1} already; that line counts.`;
    return [problem(chunk.line, 'warning', message, 'Take one of the two lines out.')];
  });
}
