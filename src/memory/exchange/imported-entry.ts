import { GLOBAL_PROJECT } from '../memory.ts';
import { hashOf, type Keeper, type NewEntry, tokensOf } from '../record/keeper.ts';
import { slotOf } from '../record/slot.ts';
import { readTime, trustOf } from '../record/statement.ts';
import type { Portable } from './portable.ts';

/** Where imported entries come to. */
export type Home = {
  readonly projectId: number;
  /** The id of a task of the project, by its key. */
  readonly taskId: (key: string) => number | null;
};

/** The entry that a file describes, in this project; what the file does not say is as if it were stored now. */
export function entryOf(keeper: Keeper, { projectId, taskId }: Home, said: Portable): NewEntry {
  const { text, type } = said;
  const task_id = said.task === null ? null : taskId(said.task);
  const scope = said.scope ?? (said.task === null ? 'project' : 'task');
  const created_at = timeOf(said.created_at) ?? keeper.now();
  const kept = (value: string | null): string | null => (value === null ? null : keeper.keep(value));
  const agent = keeper.keep(said.agent);
  return {
    project_id: scope === 'global' ? GLOBAL_PROJECT : projectId,
    task_id,
    task_key: kept(said.task),
    type,
    scope,
    text,
    text_sha256: hashOf(text),
    agent,
    model: kept(said.model),
    source: kept(said.source) ?? agent,
    session: kept(said.session),
    run_id: kept(said.run_id),
    step: said.step,
    file: kept(said.file),
    lines: kept(said.lines),
    slot: said.id === null ? (kept(said.slot) ?? slotOf(text, type)) : kept(said.slot),
    created_at,
    updated_at: timeOf(said.updated_at) ?? created_at,
    valid_from: timeOf(said.valid_from) ?? created_at,
    valid_to: timeOf(said.valid_to),
    superseded_by: null,
    trust: said.trust ?? trustOf(type, agent),
    tokens: tokensOf(text),
    seen: said.seen,
    pinned: said.pinned,
    status: said.status,
  };
}

/** A time that cannot be read is as if it were not said. */
export function timeOf(text: string | null): string | null {
  const time = readTime(text);
  return time.ok ? time.value : null;
}
