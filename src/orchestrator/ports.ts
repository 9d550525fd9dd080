import type { Clock } from '../core/clock.ts';
import type { MergeMode, NewEvent } from '../core/event.ts';
import type { Failure, Result } from '../core/failure.ts';
import type { LanguageModel, ModelPart, Usage } from '../core/model.ts';
import type { Permission } from '../core/permission.ts';
import type { RoleChecks } from '../core/settings.ts';
import type { RoleName, Task } from '../core/task.ts';
import type { Repository, Workspace } from '../core/workspace.ts';
import type { Km } from '../km/km.ts';
import type { PlanSync } from '../km/plan/plan.ts';
import type { Memory } from '../memory/memory.ts';
import type { ProjectParts } from '../memory/summaries/project.ts';
import type { RunState } from './state.ts';
import type { TaskState } from './task-state.ts';

/** What the effects of a run reach: built once by the composition root. */
export type Ports = {
  readonly clock: Clock;
  readonly run_id: string;
  readonly project: { readonly id: number; readonly name: string; readonly root: string };
  readonly km: Km;
  readonly memory: Memory;
  /** What the project's summary is made of, as memory has it now. */
  summaryParts(): ProjectParts;
  readonly repository: Repository;
  /** Folder that holds this project's worktrees. */
  readonly worktrees: string;
  readonly merge: MergeMode;
  /** Ref that proven work goes to; null in review mode, where each task has its own. */
  readonly target: string | null;
  readonly commands: {
    readonly verify: readonly string[];
    /** Checks of one role's work, beside those. */
    readonly role_checks: RoleChecks;
    readonly setup: readonly string[];
    readonly protect: readonly string[];
    readonly plans: readonly string[];
    /** Seconds. */
    readonly timeout_s: number;
  };
  /** Most wrong variants of a change that a person's test is tried on; 0: none. */
  readonly mutants: number;
  /** Version of llmclis, for certificates. */
  readonly version: string;
  readonly models: ModelPort;
  readonly plan: PlanPort;
  /** Does a person's own setting open it for all their projects? */
  isOpenBySetting(wanted: Permission): boolean;
  /** Is another run about to merge whose work was overtaken more often than this one's? Then it goes first. */
  mustGiveWay(): boolean;
  /** Removes known secrets from a text before it is kept. */
  redact(text: string): string;
  /** Shows live text; it is not journaled. */
  onPart(part: ModelPart): void;
};

export type ModelPort = {
  open(alias: string): Promise<Result<LanguageModel>>;
  /** Tokens the model can read, and may write in one reply. */
  limits(alias: string): { readonly window: number; readonly max_output: number };
  usd(alias: string, usage: Usage): number;
  /** Most that one more call can cost. */
  worstUsd(alias: string, tokensIn: number, maxOutput: number): number;
  /** `err` `budget.spent` when a call that may cost `worst` is not allowed any more. */
  admit(spent: { readonly task: number; readonly run: number }, worst: number): Result<void>;
  /** Seconds to wait before the `attempt`-th retry (from 1) of the same call, or null to give up. */
  retryAfter(failure: Failure, attempt: number, location: 'local' | 'cloud'): number | null;
  /** Who reads the work of this turn last: another model than the one that wrote it, where there is one. */
  critic(
    task: TaskState,
    writer: string,
    closed: RunState['closed'],
  ):
    | { readonly kind: 'use'; readonly model: string; readonly location: 'local' | 'cloud' }
    | { readonly kind: 'none'; readonly because: string };
  /** Who writes a summary whose source has so many tokens, and how long it may be. */
  summariser(
    task: Pick<Task, 'private' | 'tags'>,
    closed: RunState['closed'],
    tokens: number,
  ):
    | {
        readonly kind: 'use';
        readonly model: string;
        readonly location: 'local' | 'cloud';
        readonly because: string;
        readonly max_tokens: number;
      }
    | { readonly kind: 'none'; readonly because: string; readonly max_tokens: number };
  /** Estimate of what an accepted try would have cost at the top cloud rung of its role. */
  allCloudUsd(role: RoleName, tokens: { readonly in: number; readonly out: number }): number;
};

export type PlanPort = {
  /** Writes what the run changed into the plan files. */
  sync(agent: string): Result<PlanSync>;
  /** Appends an entry to issues.md, once per run and task. Returns its link, for example `issues.md#km-001-title`. */
  openIssue(entry: {
    readonly task: Task;
    readonly reason: string;
    readonly detail: string;
    readonly tries: number;
  }): Result<{ readonly id: string; readonly link: string }>;
  /** Commits the plan files when the project wants that. */
  commit(message: string): Promise<Result<void>>;
};

/** An event to journal; or a function that writes to the database and says what it did, in one transaction with the journal. */
export type Effect = NewEvent | (() => readonly NewEvent[]);
export type Effects = AsyncGenerator<Effect, void>;

/** The open workspace of the task in hand; effects of one process share it. */
export type WorkspaceHolder = {
  workspace: Workspace | null;
  /** Versions of the tools of this repository, once they were asked for. */
  tools?: Readonly<Record<string, string>>;
};
