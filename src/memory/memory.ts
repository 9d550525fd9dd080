import type { Result } from '../core/failure.ts';

export const MEMORY_TYPES = [
  'raw_interaction',
  'tool_result',
  'task_summary',
  'subtask_summary',
  'handoff_summary',
  'project_summary',
  'decision',
  'lesson',
  'design_doc',
  'code_snippet',
  'fact',
  'note',
] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

export const MEMORY_SCOPES = ['global', 'project', 'task', 'subtask'] as const;
export type MemoryScope = (typeof MEMORY_SCOPES)[number];

/** Who vouches for a text: what a tool printed is only what a tool printed. */
export const TRUSTS = ['person', 'agent', 'tool'] as const;
export type Trust = (typeof TRUSTS)[number];

export const LINK_KINDS = ['summarises', 'supersedes', 'near', 'contradicts', 'derives'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** `superseded` and `wrong` entries are kept, and left out of recall by default; a forgotten one has lost its text. */
export type MemoryStatus = 'live' | 'superseded' | 'wrong' | 'forgotten';

/** Project of entries that hold for every project. */
export const GLOBAL_PROJECT = 0;

export type MemoryHit = {
  readonly id: number;
  readonly type: MemoryType;
  readonly scope: MemoryScope;
  readonly text: string;
  /** Higher is better; 1 is the best hit of this answer. */
  readonly score: number;
  /** What the score is made of, for example `{ "bm25": 0.8, "trigram": 0.2 }`. */
  readonly parts: Readonly<Record<string, number>>;
  readonly source: string;
  readonly task_key: string | null;
  readonly created_at: string;
  readonly agent: string;
  readonly trust: Trust;
  readonly status: MemoryStatus;
  readonly tokens: number;
  /** File and lines it is about, `src/slug.js:12-40`; null when none. */
  readonly place: string | null;
  readonly valid_from: string;
  readonly valid_to: string | null;
};

export type StoreOptions = {
  readonly task_key?: string | null;
  readonly source?: string;
  /** Default: `task` with a task, else `project`. `global` goes to project 0. */
  readonly scope?: MemoryScope;
  readonly model?: string;
  readonly session?: string;
  readonly run_id?: string;
  readonly step?: number;
  readonly file?: string;
  readonly lines?: string;
  /** A later statement of the same slot of a project supersedes the earlier one. */
  readonly slot?: string;
  /** The entry that this text replaces. */
  readonly supersedes?: number;
  readonly valid_from?: string;
  readonly valid_to?: string;
  /** Default: `person` from a person, `tool` for a tool's result, else `agent`. */
  readonly trust?: Trust;
  readonly links?: readonly { readonly to: number; readonly kind: LinkKind }[];
};

export type Stored = {
  readonly id: number;
  /** False when the very same text was known already. */
  readonly stored: boolean;
  /** `wrong`: a person said that this text is wrong, so it stays so; `superseded`: an older statement, kept as such. */
  readonly status: MemoryStatus;
  /** Entries that it replaced. */
  readonly superseded: readonly number[];
  /** Entries that say otherwise and are trusted more: both stand. */
  readonly contradicts: readonly number[];
};

export type QueryScope = {
  readonly projectId: number;
  readonly taskId?: number;
  readonly type?: MemoryType;
  /** Most hits, default 5. */
  readonly topK?: number;
  /** Only what was true and known at this time (ISO), superseded since or not. */
  readonly asOf?: string;
  /** Superseded and wrong entries too. */
  readonly all?: boolean;
  /** Most estimated tokens of all hits together. */
  readonly budget?: number;
  /** Who asks: weighs the types by what this role needs. */
  readonly role?: string;
};

/** Why an entry that was found is not among the hits. */
export type LeftOut = {
  readonly id: number;
  /** `quota`: others of its kind fill their part; `duplicate`: a better hit says the same; `budget`: it does not fit; `beyond`: others are better. */
  readonly because: 'quota' | 'duplicate' | 'budget' | 'beyond';
  /** The hit that says the same. */
  readonly of: number | null;
  readonly text: string;
};

/** How an answer came about. */
export type Explained = {
  readonly hits: readonly MemoryHit[];
  /** The words that were looked for, and how many entries have them: as words, and as parts of words. */
  readonly words: readonly { readonly word: string; readonly entries: number; readonly parts: number }[];
  /** Entries that share a word with the query. */
  readonly matched: number;
  /** Entries that were weighed. */
  readonly weighed: number;
  /** Whether vectors had their say. */
  readonly vectors: boolean;
  /** The best of what is not among the hits. */
  readonly left_out: readonly LeftOut[];
};

/** Remembers texts in SQLite and finds them again. Neither path needs a model or a network. */
export type Memory = {
  /** Stores a text once per project: the same text again gives the id of the first and is counted. Secrets are redacted first. */
  storeMemory(
    text: string,
    projectId: number,
    taskId: number | null,
    type: MemoryType,
    agent: string,
    options?: StoreOptions,
  ): Result<Stored>;
  /** The best hits in a scope, best first. */
  queryMemory(queryText: string, scope: QueryScope): Promise<readonly MemoryHit[]>;
  /** The same hits, with how they came about. */
  explainMemory(queryText: string, scope: QueryScope): Promise<Explained>;
};
