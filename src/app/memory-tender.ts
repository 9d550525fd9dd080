import type { RunEvent } from '../core/event.ts';
import type { AppCore } from './core.ts';
import { tendMemory } from './memory-upkeep.ts';

/** Milliseconds of one look between two effects of a run, and of the last one. */
const SLICE_MS = 500;
const LAST_MS = 3_000;

/** After these events of a run something may wait, and the next effect takes its time. */
const OCCASIONS: readonly RunEvent['type'][] = ['memory.stored', 'turn.started', 'model.replied'];

/** Brings what follows memory up to date while a run waits for its models. */
export type MemoryTender = {
  hear(event: RunEvent): void;
  /** Waits for what is going on, and gives it a last moment. Says in a sentence what could not be done; null when all was. */
  finish(): Promise<string | null>;
};

export function memoryTender(core: AppCore, signal: AbortSignal): MemoryTender {
  let going: Promise<void> | null = null;
  const broken: unknown[] = [];
  let said: string | null = null;
  const look = async (milliseconds: number): Promise<void> => {
    const tended = await tendMemory(core, { signal, milliseconds });
    const trouble = tended.ok ? tended.value.troubles[0] : tended.error;
    if (trouble !== undefined) said = `${trouble.message} What waits is delivered later.`;
  };
  return {
    hear({ type }) {
      if (going !== null || signal.aborted || !OCCASIONS.includes(type)) return;
      going = look(SLICE_MS)
        .catch(problem => void broken.push(problem))
        .finally(() => {
          going = null;
        });
    },
    async finish() {
      await going;
      if (broken.length > 0) throw broken[0];
      await look(LAST_MS);
      return said;
    },
  };
}
