import type { MergeMode, RoutingMode } from './event.ts';
import type { RoleName } from './task.ts';

export type SettingOrigin = 'flag' | 'environment' | 'project' | 'user' | 'default';
/** A value that remembers where it came from. */
export type Setting<T> = { readonly value: T; readonly from: SettingOrigin; readonly where?: string };

export const EMBEDDERS = ['off', 'local', 'ollama'] as const;

/** Checks by the role whose work they look at. */
export type RoleChecks = { readonly [role in RoleName]?: readonly string[] | undefined };

export type Settings = {
  /** Checks of the project, run beside a task's own. */
  readonly verify: Setting<readonly string[]>;
  /** Checks of the work of one role, beside those. */
  readonly role_checks: Setting<RoleChecks>;
  /** Commands run once in each fresh worktree. */
  readonly setup: Setting<readonly string[]>;
  /** Ignored dependency folders to link into worktrees; null finds them. */
  readonly link: Setting<readonly string[] | null>;
  /** Globs protected beside the default ones. */
  readonly protect: Setting<readonly string[]>;
  readonly merge: Setting<MergeMode>;
  readonly mode: Setting<RoutingMode>;
  /** US dollars for one run; null: no limit of its own. */
  readonly budget_usd: Setting<number | null>;
  /** Plan files, relative to the root. */
  readonly plans: Setting<readonly string[]>;
  readonly commit_plan: Setting<boolean>;
  /** Only from a flag, the environment or the user's file: a repository cannot switch its own sandbox off. */
  readonly sandbox: Setting<'bubblewrap' | 'none'>;
  /** Hosts that commands may reach. A project’s own file only proposes them: a person grants them once. */
  readonly network: Setting<readonly string[]>;
  /** Folders outside the project that commands may read; proposed and granted like `network`. */
  readonly readable: Setting<readonly string[]>;
  /** Megabytes of memory one command may use; null: half of the machine’s. */
  readonly memory_mb: Setting<number | null>;
  /** Seconds one check or setup command may take. */
  readonly check_timeout_s: Setting<number>;
  /** Most small wrong variants of a change on which a person's own tests are tried; 0: none. */
  readonly mutants: Setting<number>;
  /** Who makes vectors for recall. Only from the environment or the user's file, like its model: all projects share them. */
  readonly embedder: Setting<(typeof EMBEDDERS)[number]>;
  /** The whole path of a model folder (`local`), or a name (`ollama`). */
  readonly embedder_model: Setting<string | null>;
  /** A Qdrant server that keeps the vectors too; null: none. Only from the environment or the user's file, like its key. */
  readonly qdrant_url: Setting<string | null>;
  /** Where its key is kept, never the key itself. */
  readonly qdrant_api_key: Setting<string | null>;
};
