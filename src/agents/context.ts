import type { Workspace } from '../core/workspace.ts';

/** What the tools of one turn may reach. */
export type ToolContext = {
  readonly workspace: Workspace;
  /** The best memories for a query, one line each. */
  recall(query: string): readonly string[];
  /** Takes known secrets out of what a tool answers, before the journal or the model sees it. */
  redact(text: string): string;
  /** Keeps a dated note on the task. */
  note(text: string): void;
};
