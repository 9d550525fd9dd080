import type { Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import type { ImportReport } from '../memory/exchange/import.ts';
import type { MemoryType } from '../memory/memory.ts';
import type { MemoryRecord } from '../memory/record/record.ts';

export type MemoryExportWish = {
  readonly format: 'md' | 'jsonl';
  readonly types: readonly MemoryType[];
  /** A file, or a folder that is there or ends in a slash: Markdown is one file for each type there. Absent: the text is the answer. */
  readonly to?: string;
  /** Replaces files that are there. */
  readonly force: boolean;
};
export type MemoryExport = {
  readonly entries: number;
  readonly files: readonly string[];
  /** What would be in the file; null where files were written. */
  readonly text: string | null;
};
export type MemoryImportWish = {
  readonly files: readonly { readonly name: string; readonly text: string | null }[];
  readonly agent: string;
  readonly dry_run: boolean;
};

/** Memory entry by entry, and as files. */
export type RecordCalls = {
  memoryRecord(): Promise<Result<MemoryRecord>>;
  exportMemory(project: Project, wish: MemoryExportWish): Promise<Result<MemoryExport>>;
  /** Reads files of memory in, all or nothing. */
  importMemory(project: Project, wish: MemoryImportWish): Promise<Result<ImportReport>>;
};
