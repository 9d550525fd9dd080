import type { LinkKind, MemoryScope, MemoryStatus, MemoryType, Trust } from '../memory.ts';

/** All that is kept of one remembered text. */
export type Entry = {
  readonly id: number;
  readonly project_id: number;
  readonly task_id: number | null;
  readonly task_key: string | null;
  readonly type: MemoryType;
  readonly scope: MemoryScope;
  readonly text: string;
  readonly text_sha256: string;
  readonly agent: string;
  readonly model: string | null;
  readonly source: string;
  readonly session: string | null;
  readonly run_id: string | null;
  readonly step: number | null;
  readonly file: string | null;
  readonly lines: string | null;
  readonly slot: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly superseded_by: number | null;
  readonly trust: Trust;
  readonly tokens: number;
  readonly seen: number;
  readonly pinned: boolean;
  readonly status: MemoryStatus;
};

/** A link as one of its two ends sees it. */
export type EntryLink = {
  readonly kind: LinkKind;
  /** `to`: this entry supersedes, summarises … the other; `from`: the other does it to this one. */
  readonly direction: 'to' | 'from';
  readonly id: number;
  readonly type: MemoryType;
  readonly status: MemoryStatus;
  /** The beginning of the other's text. */
  readonly text: string;
  /** Numbers and identifiers that only one of two texts has which are alike in all other words; null when they are not. */
  readonly differs: readonly string[] | null;
};

export const MEMORY_ACTIONS = [
  'stored',
  'merged',
  'edited',
  'pinned',
  'unpinned',
  'superseded',
  'wrong',
  'restored',
  'forgotten',
] as const;
export type MemoryAction = (typeof MEMORY_ACTIONS)[number];

export type EntryEvent = {
  readonly at: string;
  readonly agent: string;
  readonly action: MemoryAction;
  readonly because: string;
  readonly other_id: number | null;
};

export type EntryVersion = { readonly replaced_at: string; readonly text: string };

export type EntryDetails = Entry & {
  readonly links: readonly EntryLink[];
  readonly versions: readonly EntryVersion[];
  readonly history: readonly EntryEvent[];
};

type Row = Omit<Entry, 'pinned'> & { readonly pinned: number };

/** The columns of an entry of `memories` under the name `m`. */
export const ENTRY_COLUMNS = `m.id, m.project_id, m.task_id, m.task_key, m.type, m.scope, m.text, m.text_sha256, m.agent, m.model,
  m.source, m.session, m.run_id, m.step, m.file, m.lines, m.slot, m.created_at, m.updated_at, m.valid_from, m.valid_to,
  m.superseded_by, m.trust, m.tokens, m.seen, m.pinned, m.status`;
export type EntryRow = Row;
export const readEntry = (row: Row): Entry => ({ ...row, pinned: row.pinned !== 0 });
