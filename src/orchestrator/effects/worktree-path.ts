import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Ports } from '../ports.ts';

/** What git and every file system take as a name, as it stands: no `..`, no dot at the ends, no `.lock`. */
const PLAIN = /^(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9_](?:[\w.-]*[\w-])?$/;

/**
 * A task's key as a file and branch name. A key that cannot be one as it stands gets some digits of its hash, so that two keys never
 * share a worktree: `A/B` is not `A-B`.
 */
export function slug(key: string): string {
  if (PLAIN.test(key)) return key;
  const readable = key.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-|-$/g, '') || 'task';
  return `${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}

export const taskBranch = (key: string): string => `refs/heads/llmclis/task-${slug(key)}`;

export const worktreeOf = (key: string, { worktrees }: Pick<Ports, 'worktrees'>): string => join(worktrees, slug(key));

/** Where a task's checks run: beside its worktree, under a name that no key has. */
export const benchOf = (key: string, ports: Pick<Ports, 'worktrees'>, name: 'checks' | 'base' = 'checks'): string =>
  `${worktreeOf(key, ports)}+${name}`;
