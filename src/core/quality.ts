import type { Attempt, RoleName } from './task.ts';

export const QUALITY_GROUPS = ['pair', 'role', 'model', 'tag'] as const;
/** What turns are told apart by: role and model together, one of them alone, or both and each tag of the task. */
export type QualityGroup = (typeof QUALITY_GROUPS)[number];

export type QualityOptions = {
  readonly by: QualityGroup;
  /** Only turns from this time on, ISO 8601. */
  readonly since?: string;
};

/** How the turns of one kind went. A turn that was interrupted, asked or handed over says nothing and is in none of the shares. */
export type QualityRow = {
  readonly role: RoleName | null;
  readonly model: string | null;
  readonly location: 'local' | 'cloud' | null;
  readonly tag: string | null;
  /** Tasks it worked on. */
  readonly tasks: number;
  /** Turns that were judged. */
  readonly tries: number;
  readonly passed: number;
  /** Share of the judged turns that passed, 0 to 1; null when none was judged. */
  readonly success: number | null;
  /** Turns that did not lead to done, by reason. */
  readonly refused: Readonly<Partial<Record<Attempt['outcome'], number>>>;
  readonly tokens: { readonly in: number; readonly out: number };
  /** US dollars of all its turns. */
  readonly usd: number;
  /** US dollars for each turn that passed; null when none did. */
  readonly usd_per_pass: number | null;
};
