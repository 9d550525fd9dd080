import type { MergeMode, Refusal } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { Permission } from '../core/permission.ts';
import type { AttemptFailure, BlockReason, Proof, RoleName } from '../core/task.ts';
import type { RouteDecision } from '../router/route.ts';
import type { RunState } from './state.ts';
import type { TaskState } from './task-state.ts';

/** What to do next, and why. */
export type Decision =
  | { readonly kind: 'claim' }
  /** Nothing is ready, and what other runs work on may become so. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'open' }
  | { readonly kind: 'check'; readonly on: 'base' | 'work' }
  | { readonly kind: 'turn'; readonly role: RoleName; readonly route: Extract<RouteDecision, { kind: 'use' }> }
  | { readonly kind: 'continue-turn' }
  | { readonly kind: 'hand-over'; readonly to: RoleName; readonly summary: string }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'refuse'; readonly because: Refusal; readonly detail: string }
  | { readonly kind: 'fail-try'; readonly because: AttemptFailure; readonly detail: string }
  | { readonly kind: 'close-rung'; readonly detail: string }
  | { readonly kind: 'accept-test' }
  | { readonly kind: 'give-up-testing'; readonly because: string }
  | { readonly kind: 'merge'; readonly proof: Proof }
  | { readonly kind: 'keep-unproven'; readonly because: string }
  /** Run the proving checks on small wrong variants of the change. */
  | { readonly kind: 'try-mutants'; readonly proof: Proof }
  /** The tester's test lets too many of them pass. */
  | { readonly kind: 'weaken'; readonly detail: string }
  /** The work that waited for a stronger test is taken up again. */
  | { readonly kind: 'restore-work' }
  | { readonly kind: 'ask-critic' }
  | { readonly kind: 'certify' }
  /** Ask a model for the summary of the task, or for what is handed to another role or model. */
  | { readonly kind: 'summarise'; readonly of: 'task' | 'handoff' }
  | { readonly kind: 'complete' }
  | {
      readonly kind: 'block';
      readonly reason: BlockReason;
      readonly detail: string;
      /** What the task asks leave for. */
      readonly permission?: Permission;
    }
  | { readonly kind: 'release'; readonly because: string }
  | { readonly kind: 'settle'; readonly task: string }
  | { readonly kind: 'give-up-run'; readonly because: string; readonly exit: number }
  | { readonly kind: 'stop'; readonly because: string; readonly exit: number };

/** What a decision needs to know beside the journal; constant during a run. */
export type Facts = {
  readonly max_steps: number;
  /** Steps that the other workers of this `orchestrate` have begun. */
  readonly steps_elsewhere?: () => number;
  readonly merge: MergeMode;
  /** The project's check commands. */
  readonly verify: readonly string[];
  route(task: TaskState, role: RoleName, closed: RunState['closed']): RouteDecision;
  /** The checks of the task, of its role and of the project that a second model decides, as they were declared. */
  critics(task: TaskState, role: RoleName): readonly string[];
  /** Does a model write summaries of this task? Left out: none does. */
  readonly summarises?: (task: TaskState, closed: RunState['closed']) => boolean;
  /** Is there a model for this role and an ordinary task? */
  canUse(role: RoleName, closed: RunState['closed']): boolean;
  /** What a provider's or a budget's failure means for the task and the run, once retrying is over. */
  consequence(failure: Failure): Consequence;
};
export type Consequence =
  | { readonly kind: 'try'; readonly because: AttemptFailure }
  | { readonly kind: 'block'; readonly reason: BlockReason }
  /** The run goes on without this model: another rung, or nothing. */
  | { readonly kind: 'close' }
  | { readonly kind: 'stop'; readonly exit: number };
