import type { Permission } from '../core/permission.ts';
import type { Workspace } from '../core/workspace.ts';

/** What the tools of one turn may reach. */
export type ToolContext = {
  readonly workspace: Workspace;
  /** The best memories for a query, one line each. */
  recall(query: string): Promise<readonly string[]>;
  /** Takes known secrets out of what a tool answers, before the journal or the model sees it. */
  redact(text: string): string;
  /** What people have said about crossing this border; `open` when nobody has. */
  permission(wanted: Permission): 'allowed' | 'denied' | 'open';
  /** Keeps a dated note on the task. */
  note(text: string): void;
};
