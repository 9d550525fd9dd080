import { fail, ok, type Result } from '../../core/failure.ts';
import { GLOBAL_PROJECT } from '../memory.ts';
import type { Entry } from './entry.ts';
import type { Keeper } from './keeper.ts';

/** An entry of the project, or one that holds for all projects. */
export function findEntry(keeper: Keeper, id: number, projectId: number): Result<Entry> {
  const entry = keeper.entry(id);
  if (entry === undefined)
    return fail('input.not_found', `Nothing is remembered under ${id}.`, 'See the entries: llmclis memory list');
  if (entry.project_id === projectId || entry.project_id === GLOBAL_PROJECT) return ok(entry);
  return fail(
    'input.not_found',
    `Entry ${id} belongs to project ${entry.project_id}, not to ${projectId}.`,
    `Name its project: --project_id ${entry.project_id}`,
  );
}

/** The same of an entry that still has a text. */
export function findKept(keeper: Keeper, id: number, projectId: number): Result<Entry> {
  const found = findEntry(keeper, id, projectId);
  if (!found.ok || found.value.status !== 'forgotten') return found;
  return fail(
    'input.invalid',
    `Entry ${id} was forgotten: its text is gone.`,
    'Tell it again: llmclis memory add TEXT',
  );
}
