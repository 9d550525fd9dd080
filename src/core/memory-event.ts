import type { Recalled, SummaryOf } from './recalled.ts';
import type { RoleName } from './task.ts';

type OnTask = { readonly task: string };

/** What a run tells of memory: what it put into a brief, what it stored. */
export type MemoryPayloads = {
  'brief.written': OnTask & {
    readonly role: RoleName;
    readonly text: string;
    readonly because: string;
    /** What memory put into it; journals before 0.4.0 do not say. */
    readonly recalled?: Recalled;
  };
  'memory.stored': OnTask & { readonly id: number; readonly memory_type: string; readonly text: string };
  /** A summary was made: by a model, or word for word from what it sums up. */
  'summary.written': OnTask & {
    readonly kind: SummaryOf;
    readonly text: string;
    readonly by: 'model' | 'extract';
    /** Model that wrote it; null: none did. */
    readonly model: string | null;
    readonly because: string;
  };
};
