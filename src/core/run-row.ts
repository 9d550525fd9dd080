import type { EventOf } from './event.ts';
import { checkSentence } from './sentence.ts';
import type { BlockReason, Proof, TaskStatus } from './task.ts';

/** One task of a run, as far as its events tell. */
export type RunRow = {
  readonly key: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly reason: BlockReason | null;
  readonly tries: number;
  /** Aliases in the order of first use. */
  readonly models: readonly string[];
  /** The task's own checks on its latest work (the project's `verify` where it has none of its own). */
  readonly checks: { readonly passed: number; readonly total: number } | null;
  readonly tokens: { readonly in: number; readonly out: number };
  readonly usd: number;
  readonly proof: Proof | null;
  readonly refused: number;
  /** The last check that failed on its work: the sentence, and the end of its output. */
  readonly failing: { readonly text: string; readonly tail: string } | null;
  /** False until this run's own claim of it was seen. */
  readonly claimed: boolean;
  /** Results on the latest work, by command; what `checks` counts. */
  readonly results: readonly { readonly command: string; readonly of: 'task' | 'verify'; readonly ok: boolean }[];
};
export const newRow = (key: string): RunRow => ({
  key,
  title: '',
  status: 'pending',
  reason: null,
  tries: 0,
  models: [],
  checks: null,
  tokens: { in: 0, out: 0 },
  usd: 0,
  proof: null,
  refused: 0,
  failing: null,
  claimed: false,
  results: [],
});

const withModels = (models: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...models, ...more]),
];

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Earlier runs' attempts count once: this run's own spending comes with its replies. */
export function claimedRow(row: RunRow, event: EventOf<'task.claimed'>): RunRow {
  const earlier = row.claimed ? [] : event.attempts;
  return {
    ...row,
    title: event.title,
    status: 'in-progress',
    reason: null,
    claimed: true,
    tries: row.tries + earlier.length,
    models: withModels(
      row.models,
      earlier.map(attempt => attempt.model),
    ),
    tokens: {
      in: row.tokens.in + total(earlier.map(attempt => attempt.tokens_in)),
      out: row.tokens.out + total(earlier.map(attempt => attempt.tokens_out)),
    },
    usd: row.usd + total(earlier.map(attempt => attempt.usd)),
  };
}

export const turnRow = (row: RunRow, event: EventOf<'turn.started'>): RunRow => ({
  ...row,
  status: 'in-progress',
  tries: Math.max(row.tries, event.try),
  models: withModels(row.models, [event.model]),
});

export const repliedRow = (row: RunRow, event: EventOf<'model.replied' | 'model.failed'>): RunRow => ({
  ...row,
  tokens: { in: row.tokens.in + event.tokens.in, out: row.tokens.out + event.tokens.out },
  usd: row.usd + event.usd,
});

/** A check on the work; results of the same command are replaced. */
export function checkedRow(row: RunRow, event: EventOf<'check.ended'>): RunRow {
  const others = row.results.filter(result => result.command !== event.command);
  const results = [...others, { command: event.command, of: event.of, ok: event.exit === 0 }];
  const own = results.filter(result => result.of === 'task');
  const deciding = own.length > 0 ? own : results;
  return {
    ...row,
    results,
    checks: { passed: deciding.filter(result => result.ok).length, total: deciding.length },
    failing: event.exit === 0 ? row.failing : { text: checkSentence(event), tail: event.tail },
  };
}
