import type { NewEvent } from '../../core/event.ts';
import type { MemoryType, StoreOptions } from '../../memory/memory.ts';
import type { Ports } from '../ports.ts';
import type { TaskState } from '../task-state.ts';

/** Stores a text that belongs to the task in hand; to be called inside an effect. */
export function remember(
  task: TaskState,
  text: string,
  type: MemoryType,
  agent: string,
  { memory, project, run_id, redact }: Ports,
  options: StoreOptions = {},
): readonly NewEvent[] {
  const { key, id } = task.task;
  const clean = redact(text);
  const turn = task.ended ?? task.turn;
  const stored = memory.storeMemory(clean, project.id, id, type, agent, {
    task_key: key,
    source: `run:${run_id}`,
    run_id,
    ...(turn !== null && { step: turn.step }),
    ...options,
  });
  return stored.ok ? [{ type: 'memory.stored', task: key, id: stored.value.id, memory_type: type, text: clean }] : [];
}

/** Entries of this task and run that a summary stands for. */
export const partsOf = (task: TaskState): NonNullable<StoreOptions['links']> =>
  task.remembered
    .filter(({ type }) => type === 'subtask_summary' || type === 'handoff_summary')
    .map(({ id }) => ({ to: id, kind: 'summarises' }));
