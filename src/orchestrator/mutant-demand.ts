import type { EventPayloads } from '../core/event.ts';
import type { Proof } from '../core/task.ts';
import type { Ports } from './ports.ts';
import type { TaskState } from './task-state.ts';

/** What is asked of the tests, and how much time that may take. */
export type Demand = {
  readonly written_by: 'tester' | 'person';
  /** Most variants that are tried. */
  readonly limit: number;
  readonly total_s: number;
  /** Share of the variants that must be noticed; 0: none, it is only written down. */
  readonly needed: number;
  /** Why none is tried. */
  readonly skipped: string | null;
};

/** Share that a test has to notice. */
const STRONG = 0.8;
/** Where behaviour is to stay, the tests were not written for this change: half shows that they look at it. */
const LOOKED_AT = 0.5;
const MOST = 20;
const MOST_FOR_PEOPLE = 8;
const QUICK_MS = 20_000;
const PEOPLE_S = 60;

/** A tester's test must notice its share; a person's test is taken as it is, and what it does not notice is only told. */
export function demandOn(task: TaskState, proof: Proof, ms: number, { commands, mutants }: Ports): Demand {
  if (task.tester === 'written')
    return { written_by: 'tester', limit: MOST, total_s: commands.timeout_s, needed: STRONG, skipped: null };
  if (proof === 'behaviour-kept')
    return {
      written_by: 'person',
      limit: MOST_FOR_PEOPLE,
      total_s: commands.timeout_s,
      needed: LOOKED_AT,
      skipped: null,
    };
  const limit = Math.min(MOST_FOR_PEOPLE, mutants);
  const slow = ms > QUICK_MS ? `Not tried: the checks take ${Math.round(ms / 1000)} s.` : null;
  const skipped = limit === 0 ? 'Not tried: the setting mutants is 0.' : slow;
  return { written_by: 'person', limit: Math.max(1, limit), total_s: PEOPLE_S, needed: 0, skipped };
}

/** Do the tests notice enough? Where a change has nothing to vary (data, words), a test of it is taken as strong. */
export function isStrong(
  { written_by, needed }: Demand,
  counts: {
    readonly killed: number;
    readonly survived: number;
    readonly elsewhere: number;
    readonly depends_on_text: boolean;
  },
): boolean {
  const tried = counts.killed + counts.survived;
  if (counts.depends_on_text) return false;
  if (tried > 0) return counts.killed > 0 && counts.killed >= (needed === 0 ? STRONG : needed) * tried;
  return written_by === 'tester' ? counts.elsewhere === 0 : needed === 0;
}

/** What a person's tests do not notice, as a note that suggests a test; null when there is nothing to say. */
export function suggestion({ survived, tried }: EventPayloads['mutants.ended']): string | null {
  if (survived.length === 0) return null;
  const places = survived.slice(0, 5).map(({ path, line, operator }) => `${path}:${line} (${operator})`);
  const more = survived.length > 5 ? ` and ${survived.length - 5} more` : '';
  return `The checks do not notice ${survived.length} of ${tried} small wrong variants of this change. A test could look at ${places.join(', ')}${more}.`;
}
