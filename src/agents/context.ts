import type { Workspace } from '../core/workspace.ts';

/** What the tools of one turn may reach. */
export type ToolContext = {
  readonly workspace: Workspace;
  /** The best memories for a query, one line each. */
  recall(query: string): readonly string[];
  /** Keeps a dated note on the task. */
  note(text: string): void;
};
