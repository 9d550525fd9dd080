import { join } from 'node:path';
import type { Ports } from '../ports.ts';

/** A task's key as a file and branch name. */
export const slug = (key: string): string =>
  key.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$|\.lock$/g, '') || 'task';

export const taskBranch = (key: string): string => `refs/heads/llmclis/task-${slug(key)}`;

export const worktreeOf = (key: string, { worktrees }: Pick<Ports, 'worktrees'>): string => join(worktrees, slug(key));
