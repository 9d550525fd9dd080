import type { Conflict, KnownTasks } from './side.ts';
import type { PlanValues } from './values.ts';

/** What was taken from the file, and what the file must be told in return. */
export type Taken = {
  /** Field changes written to the database. */
  readonly changes: number;
  readonly conflicts: readonly Conflict[];
  /** Values and boxes that only the database changed, by task key. */
  readonly values: ReadonlyMap<string, Partial<PlanValues>>;
  readonly boxes: ReadonlyMap<string, 'open' | 'done' | 'cancelled'>;
  /** Tasks of the file that the database had, and those of them that changed. */
  readonly known: ReadonlySet<string>;
  readonly updated: ReadonlySet<string>;
  /** The project's tasks as they are after it. */
  readonly tasks: KnownTasks;
};

export type Tally = {
  changes: number;
  /** Anything written to the database, notes about conflicts included. */
  writes: number;
  conflicts: Conflict[];
  values: Map<string, Partial<PlanValues>>;
  boxes: Map<string, 'open' | 'done' | 'cancelled'>;
  updated: Set<string>;
};

export function countWrite(tally: Tally, changes = 1): void {
  tally.changes += changes;
  tally.writes += 1;
}
