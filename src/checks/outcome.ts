import type { CheckOutcome } from '../core/check.ts';
import { ok, type Result } from '../core/failure.ts';
import { oneLine } from '../core/line.ts';

const NOTHING = {
  passed: null,
  failed: null,
  skipped: null,
  passing: [],
  failing: [],
  skipping: [],
  missing: null,
  unloaded: [],
  ms: 0,
} as const;

/** It could not even begin. */
export const DID_NOT_RUN: CheckOutcome = { ...NOTHING, exit: 1, output: '' };

/** It is as it should be; `said` is one sentence about what was found. */
export const satisfied = (said: string, ms = 0): Result<CheckOutcome> => ok({ ...NOTHING, exit: 0, output: said, ms });

/** It is not: what the check wanted, and what it found instead. */
export const unsatisfied = (
  wanted: string,
  found: string,
  more: { readonly ms?: number; readonly missing?: string | null } = {},
): Result<CheckOutcome> => ok({ ...NOTHING, ...more, exit: 1, output: `Wanted: ${wanted}\nFound: ${found}` });

/** A text out of a file or a command, safe and short enough to be shown in a sentence. */
export const shown = (text: string, limit = 120): string => JSON.stringify(oneLine(text, limit));
