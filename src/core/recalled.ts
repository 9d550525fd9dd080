import { plural } from './line.ts';

/** What a summary in the journal is about. */
export type SummaryOf = 'task' | 'handoff' | 'project';

/** An entry of memory that a brief quotes. */
export type RecalledEntry = {
  readonly id: number;
  readonly type: string;
  readonly task_key: string | null;
  readonly trust: string;
  /** 1 is the best of its answer. */
  readonly score: number;
  readonly tokens: number;
};

/** What was asked of memory for a brief, and what it put in. */
export type Recalled = {
  readonly query: string;
  /** Most tokens that it may take, and those it takes. */
  readonly budget: number;
  readonly tokens: number;
  readonly entries: readonly RecalledEntry[];
};

/** `2 lessons, 1 fact (#3, #7, #9)`; empty when nothing was recalled. */
export function sayRecalled({ entries }: Pick<Recalled, 'entries'>): string {
  if (entries.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { type } of entries) counts.set(type, (counts.get(type) ?? 0) + 1);
  const kinds = [...counts].map(([type, times]) =>
    plural(times, type.replaceAll('_', ' '), `${type.replaceAll('_', ' ').replace(/y$/, 'ie')}s`),
  );
  return `${kinds.join(', ')} (${entries.map(({ id }) => `#${id}`).join(', ')})`;
}
