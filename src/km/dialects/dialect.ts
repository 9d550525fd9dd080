import type { ChecklistItem, RoleName } from '../../core/task.ts';

/** One file of what is imported. `path` is relative to the folder that was given, or the file's own name. */
export type SourceFile = { readonly path: string; readonly text: string };

/** What is imported: one file, or a folder with its text files. */
export type PlanSource = {
  /** Name of the file or folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly files: readonly SourceFile[];
};

export type ImportedNote = { readonly at: string | null; readonly agent: string | null; readonly text: string };

/** A stage or task as its source says it; what the source leaves out is left out. */
export type ImportedItem = {
  /** Its id in the source, or one made from its place (titles of the items above it and its own). Unique in the source. */
  readonly external_id: string;
  /** The key that people would call it by (`T001`, `1.2`, `#004`), or null where the source names none. */
  readonly key: string | null;
  readonly kind: 'stage' | 'task';
  readonly title: string;
  readonly status: 'open' | 'done' | 'in-progress' | 'blocked' | 'cancelled';
  /** `external_id` of the stage or task that it stands in. */
  readonly parent: string | null;
  /** `external_id`s of tasks of the same source that must be done first. */
  readonly depends_on: readonly string[];
  readonly related?: readonly string[];
  readonly discovered_from?: readonly string[];
  readonly description?: string;
  readonly acceptance?: string;
  readonly checklist?: readonly ChecklistItem[];
  readonly links?: readonly string[];
  readonly tags?: readonly string[];
  /** 0 (most urgent) to 4. */
  readonly priority?: number;
  readonly role?: RoleName;
  readonly assignee?: string;
  /** `YYYY-MM-DD`, or ISO 8601. */
  readonly due?: string;
  /** 1 to 10. */
  readonly complexity?: number;
  readonly created_at?: string;
  readonly finished_at?: string;
  readonly checks?: readonly string[];
  readonly notes?: readonly ImportedNote[];
  /** 1-based line where it stands, and the file of a folder. */
  readonly line: number;
  readonly file?: string;
};

/** A line that looks as if it belonged to a task and was not understood. */
export type Unrecognised = { readonly line: number; readonly text: string; readonly file?: string };

export type ImportedPlan = {
  /** In the order of the source; a parent stands before its children. */
  readonly items: readonly ImportedItem[];
  readonly unrecognised: readonly Unrecognised[];
};

/** How sure a dialect is that a source is written in it, from 0 (it is not) to 1, and what it saw. */
export type Detection = { readonly score: number; readonly because: string };

/** A way to write tasks down. Pure: a dialect reads texts and nothing else. */
export type Dialect = {
  /** As `--from` takes it: `spec-kit`. */
  readonly name: string;
  /** For people: `spec-kit tasks.md`. */
  readonly title: string;
  /** What such a source looks like, in one line: shown when nothing fits. */
  readonly looks_like: string;
  detect(source: PlanSource): Detection;
  read(source: PlanSource): ImportedPlan;
};
