import { spawnSync } from 'node:child_process';
import type { RoleName } from '../../../src/core/task.ts';

/** A kind of repository that people have, made by code. */
export type RepositoryKind = {
  readonly name: string;
  /** Programs without which it cannot be tried here. */
  readonly needs: readonly string[];
  /** Makes it in a folder that does not exist yet and gives its root. */
  make(folder: string): string;
  /** The command that `init` must find; null where there is none. */
  readonly verify: string | null;
  /** What the checks must say about its base; `missing` with what must be named. */
  readonly verdict: 'red' | 'green' | { readonly missing: string };
  /** Names of tests, some of those that pass and some that fail on the base. */
  readonly passing?: readonly string[];
  readonly failing?: readonly string[];
  /** Whose turn follows on that base; default: a coder’s. */
  readonly turn?: RoleName;
};

export const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
