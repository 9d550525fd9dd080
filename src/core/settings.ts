import type { MergeMode, RoutingMode } from './event.ts';

export type SettingOrigin = 'flag' | 'environment' | 'project' | 'user' | 'default';
/** A value that remembers where it came from. */
export type Setting<T> = { readonly value: T; readonly from: SettingOrigin; readonly where?: string };

export type Settings = {
  /** Check commands of the project, run beside a task's own. */
  readonly verify: Setting<readonly string[]>;
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
  /** Seconds one check or setup command may take. */
  readonly check_timeout_s: Setting<number>;
};
