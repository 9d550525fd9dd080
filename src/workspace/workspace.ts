import { join } from 'node:path';
import { type Clock, newId } from '../core/clock.ts';
import type { Sandbox, Workspace } from '../core/workspace.ts';
import { fileTools } from './files.ts';
import { listFiles, searchFiles } from './find.ts';
import { reset, restore, snapshot } from './tree.ts';
import { moveBase, type OpenedWorktree } from './worktree.ts';

/** A workspace, and what was linked into it (relative paths). */
export type LinkedWorkspace = Workspace & { readonly linked: readonly string[] };

/** Puts the tools of one opened worktree together. `outputs` is where commands' long outputs go. */
export function workspaceOn(
  worktree: OpenedWorktree,
  options: {
    readonly sandbox: Sandbox;
    readonly clock: Clock;
    readonly outputs: string;
    readonly common_dir: string;
    readonly redact?: (text: string) => string;
  },
): LinkedWorkspace {
  const { root } = worktree;
  return {
    root,
    linked: worktree.linked,
    ...fileTools(root, [...worktree.linked, ...worktree.submodules], worktree.targets),
    list: (path, glob) => listFiles(worktree, path, glob),
    search: (pattern, path) => searchFiles(worktree, pattern, path),
    run(command, { timeout_s, label }, signal) {
      const name = label.replace(/[^\w.-]+/g, '-').slice(0, 80);
      return options.sandbox.run(
        {
          command,
          root,
          timeout_s,
          readonly_paths: [...worktree.targets, options.common_dir, join(root, '.git')],
          spill_file: join(options.outputs, `${name}-${newId(options.clock)}.txt`),
          ...(options.redact === undefined ? {} : { redact: options.redact }),
        },
        signal,
      );
    },
    snapshot: () => snapshot(worktree),
    reset: tree => reset(worktree, tree),
    moveBase: commit => moveBase(worktree, commit),
    restore: (paths, tree) => restore(worktree, paths, tree),
  };
}
