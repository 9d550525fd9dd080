import type { CheckResult, CheckVerdict } from './check.ts';
import type { Failure } from './failure.ts';
import type { MemoryPayloads } from './memory-event.ts';
import type { Usage } from './model.ts';
import type { Permission } from './permission.ts';
import type { ProofPayloads } from './proof-event.ts';
import type { Refusal, RunSummary } from './run-summary.ts';
import type { Attempt, AttemptFailure, BlockReason, Proof, RoleName, Task, Waiting } from './task.ts';

export { REFUSALS, type Refusal, type RunSummary } from './run-summary.ts';

export const MERGE_MODES = ['branch', 'auto', 'review'] as const;
export type MergeMode = (typeof MERGE_MODES)[number];
export const ROUTING_MODES = ['offline', 'local-first', 'cloud-first'] as const;
export type RoutingMode = (typeof ROUTING_MODES)[number];

/** How a turn of a role ended. */
export type TurnEnd =
  | { readonly kind: 'finished'; readonly summary: string }
  | {
      readonly kind: 'asked';
      readonly question: string;
      readonly permission?: Permission;
    }
  | { readonly kind: 'handed_off'; readonly to: RoleName; readonly summary: string }
  | { readonly kind: 'gave_up'; readonly because: AttemptFailure; readonly detail: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

type OnTask = { readonly task: string };
type Rung = { readonly model: string; readonly location: 'local' | 'cloud' };

/** Payloads that have a file of their own. */
type Apart = ProofPayloads & MemoryPayloads;

/** The payloads, by type (those of proof in `proof-event.ts`, of memory in `memory-event.ts`). The journal, `--json`, the terminal UI and later the HTTP stream all speak these. */
export type EventPayloads = Apart & {
  'run.started': {
    readonly project_id: number;
    readonly project: string;
    readonly mode: RoutingMode;
    readonly merge: MergeMode;
    readonly max_steps: number;
    readonly budget_usd: number | null;
    readonly sandbox: string;
    /** Branch that proven work goes to; null in review mode. */
    readonly target: string | null;
    /** Set when all models are scripted; the screen says it. */
    readonly scripted: boolean;
    readonly tasks_total: number;
    /** Set when several workers share the work: which one this is, and the run that leads them. */
    readonly worker?: number;
    readonly lead?: string;
  };
  'run.paused': { readonly because: string };
  /** The process that held the run died (or was stopped) and this one goes on. */
  'run.resumed': { readonly because: string; readonly adopted: boolean };
  /** Something that no further task could get past: money, a provider, a missing package. */
  'run.stopping': { readonly because: string; readonly exit: number };
  'run.finished': RunSummary & { readonly next: string };
  /** Nothing can be claimed now. */
  'run.idle': { readonly kind: 'blocked' | 'waiting' | 'all-done'; readonly waiting: readonly Waiting[] };
  /** A person or a signal asked for something. */
  'run.requested': { readonly kind: string; readonly payload: string };
  'task.claimed': OnTask & {
    readonly title: string;
    readonly because: string;
    readonly token: string;
    /** Role of the first turn that does the work. */
    readonly role: RoleName;
    /** Tries of earlier runs since the task was last opened. */
    readonly attempts: readonly Attempt[];
    /** The task as it was when it was claimed; the run works from this. */
    readonly snapshot: Task;
  };
  'workspace.opened': OnTask & {
    readonly path: string;
    readonly base: string;
    readonly base_tree: string;
    readonly kept: boolean;
    readonly linked: readonly string[];
  };
  /** A command of `setup:` in a fresh worktree. */
  'setup.ended': OnTask & { readonly command: string; readonly exit: number; readonly tail: string };
  'turn.started': OnTask &
    Rung & {
      readonly role: RoleName;
      readonly try: number;
      readonly step: number;
      readonly because: string;
      readonly passed_over: readonly { readonly model: string; readonly because: string }[];
      /** Tree of the workspace when the turn began. */
      readonly tree: string;
    };
  'model.called': OnTask & Rung & { readonly try: number; readonly call: number; readonly reserved_usd: number };
  'model.replied': OnTask &
    Rung & {
      readonly role: RoleName;
      readonly try: number;
      readonly call: number;
      readonly tokens: Usage;
      readonly usd: number;
      readonly ms: number;
      readonly text: string;
      readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
      readonly opaque?: unknown;
    };
  /** A call that gave no usable reply: sent again after `wait_s` seconds, or given up (null). What it read and wrote is paid for. */
  'model.failed': OnTask &
    Rung & {
      readonly failure: Failure;
      readonly wait_s: number | null;
      readonly attempt: number;
      readonly tokens: Usage;
      readonly usd: number;
    };
  'tool.started': OnTask & {
    readonly call_id: string;
    readonly name: string;
    readonly input: unknown;
    /** For a file edit: the hash before and after, so that a resumed run can tell whether it was done. */
    readonly edit?: { readonly path: string; readonly before: string | null; readonly after: string };
  };
  'tool.ended': OnTask & {
    readonly call_id: string;
    readonly name: string;
    readonly text: string;
    readonly is_error: boolean;
    /** Set when the call ended the turn. */
    readonly end?: TurnEnd;
  };
  /** The workspace of a model tells it something outside a tool result: not finished yet, a repair. */
  'turn.told': OnTask & { readonly text: string };
  'turn.ended': OnTask & Rung & { readonly role: RoleName; readonly try: number; readonly end: TurnEnd };
  /** The tree a claim of done is judged by. */
  'work.snapshot': OnTask & {
    readonly tree: string;
    readonly base: string;
    readonly changed: readonly string[];
    readonly protected: readonly string[];
    readonly only_comments: boolean;
    /** A tester's new test files in which nothing is asserted. */
    readonly no_assertion?: readonly string[];
  };
  'check.ended': OnTask & CheckResult;
  /** What the checks of a tree say together. `red-green`: what failed on the base passes; `green`: all pass, and did before. */
  'checks.judged': OnTask & {
    readonly on: 'base' | 'work';
    readonly tree: string;
    readonly verdict: CheckVerdict;
    readonly detail: string;
  };
  /** Old tool results were left out of what the model reads. Counted: two without progress end the turn. */
  'context.compacted': OnTask & {
    readonly from_tokens: number;
    readonly to_tokens: number;
    /** Long results before this message of the conversation are left out. */
    readonly upto: number;
    /** Messages the conversation had then. */
    readonly messages: number;
  };
  /** The tester's new check fails on the base: from now on it can prove the task. */
  'test.accepted': OnTask & { readonly tree: string; readonly files: readonly string[] };
  /** This rung gave nothing but trouble: the run does without it from now on. */
  'rung.closed': OnTask & { readonly model: string; readonly because: string };
  /** The claim ran out and somebody else may have the task. */
  'claim.lost': OnTask & { readonly because: string };
  /** No check that fails on the base could be had; the task goes on and can only end unproven. */
  'tester.gave_up': OnTask & { readonly because: string };
  /** One role's turn ended with a summary for the next. */
  'handed.over': OnTask & { readonly from: RoleName; readonly to: RoleName; readonly summary: string };
  /** A turn that did not even claim to be done led nowhere. */
  'try.failed': OnTask & {
    readonly because: AttemptFailure;
    readonly detail: string;
    readonly diff: string;
    readonly model: string;
  };
  'claim.refused': OnTask & {
    readonly because: Refusal;
    readonly detail: string;
    /** The change that was refused, clipped, for the next try. */
    readonly diff: string;
    readonly model: string;
    readonly location: 'local' | 'cloud';
    readonly undone: readonly string[];
  };
  escalated: OnTask & { readonly from: string; readonly to: string; readonly because: string };
  'question.asked': OnTask & {
    readonly question: string;
    /** Set when it asks for leave to cross a border; `task answer KEY allow|deny` answers. */
    readonly permission?: Permission;
  };
  'merge.intended': OnTask & {
    readonly mode: MergeMode;
    readonly ref: string;
    readonly old: string | null;
    readonly new: string;
    readonly tree: string;
    readonly proof: Proof;
  };
  'merge.ended': OnTask & { readonly commit: string; readonly ref: string };
  /** The base moved while the task was worked: the work was merged onto it and is checked again. */
  'base.moved': OnTask & {
    readonly from: string;
    readonly to: string;
    readonly to_base_tree: string;
    readonly to_tree: string;
  };
  /** `problem`: why the file could not be written; the database is right all the same. */
  'plan.updated': {
    readonly task: string | null;
    readonly path: string;
    readonly changed: boolean;
    readonly problem?: string;
  };
  'task.done': OnTask & {
    readonly title: string;
    readonly commit: string;
    readonly proof: Proof;
    readonly tries: number;
    readonly usd: number;
    /** Estimate: the accepted try's tokens at the prices of its role's top cloud rung. */
    readonly usd_all_cloud: number;
  };
  'task.blocked': OnTask & {
    readonly title: string;
    readonly reason: BlockReason;
    readonly detail: string;
    readonly issue: string | null;
    readonly branch: string | null;
    /** What it asks leave for. */
    readonly permission?: Permission;
  };
  'task.released': OnTask & { readonly because: string };
};

export type EventType = keyof EventPayloads;
/** An event as `act` returns it, before the journal gives it its place. */
export type NewEvent = { [T in EventType]: { readonly type: T } & EventPayloads[T] }[EventType];
/** One line of the journal: `seq` counts from 1 in each run, `at` is ISO 8601 in UTC. */
export type RunEvent = NewEvent & { readonly at: string; readonly run_id: string; readonly seq: number };
export type EventOf<T extends EventType> = Extract<RunEvent, { type: T }>;
