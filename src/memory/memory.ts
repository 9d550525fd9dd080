import type { Result } from '../core/failure.ts';

export const MEMORY_TYPES = [
  'raw_interaction',
  'task_summary',
  'handoff_summary',
  'project_summary',
  'design_doc',
  'decision',
  'lesson',
  'code_snippet',
  'note',
] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

export type MemoryHit = {
  readonly id: number;
  readonly type: MemoryType;
  readonly scope: 'project' | 'task';
  readonly text: string;
  /** Higher is better; 1 is the best hit of this answer. */
  readonly score: number;
  /** What the score is made of, for example `{ "bm25": 0.8, "trigram": 0.2 }`. */
  readonly parts: Readonly<Record<string, number>>;
  readonly source: string;
  readonly task_key: string | null;
  readonly created_at: string;
};

/** Remembers texts in SQLite and finds them again by full-text search. No model and no network on either path. */
export type Memory = {
  /** Stores a text once per project: the same text again gives the id of the first. Secrets are redacted first. */
  storeMemory(
    text: string,
    projectId: number,
    taskId: number | null,
    type: MemoryType,
    agent: string,
    options?: { readonly task_key?: string | null; readonly source?: string },
  ): Result<{ readonly id: number; readonly stored: boolean }>;
  /** The best `topK` (default 5) hits in a scope, best first. */
  queryMemory(
    queryText: string,
    scope: { readonly projectId: number; readonly taskId?: number; readonly type?: MemoryType; readonly topK?: number },
  ): readonly MemoryHit[];
};
