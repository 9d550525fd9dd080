import { fail, ok, type Result } from '../core/failure.ts';
import type { MemoryScope, MemoryStatus, MemoryType } from '../memory/memory.ts';

/** The kinds of entries, those that people add most first. */
export const TYPES = [
  ...(['note', 'decision', 'lesson', 'fact', 'design_doc', 'code_snippet'] as const),
  ...(['task_summary', 'subtask_summary', 'handoff_summary', 'project_summary'] as const),
  ...(['raw_interaction', 'tool_result'] as const),
] as const satisfies readonly MemoryType[];
export const SCOPES = ['global', 'project', 'task', 'subtask'] as const satisfies readonly MemoryScope[];
export const STATUSES = ['live', 'superseded', 'wrong', 'forgotten'] as const satisfies readonly MemoryStatus[];

export const IDS = {
  required: true,
  list: true,
  help: 'One id or several, as memory list and memory search show them.',
} as const;

/** The numbers of entries that a person named. */
export function readIds(words: readonly string[]): Result<readonly number[]> {
  const ids = words.flatMap(word => word.split(',')).filter(word => word !== '');
  const stray = ids.find(id => !/^\d{1,15}$/.test(id));
  if (stray === undefined && ids.length > 0) return ok(ids.map(Number));
  return fail(
    'input.invalid',
    `${JSON.stringify((stray ?? '').slice(0, 40))} is no number of an entry.`,
    'Take the number in front of it: llmclis memory list',
  );
}
