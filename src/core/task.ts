export const TASK_STATUSES = ['pending', 'in-progress', 'done', 'blocked', 'cancelled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const BLOCK_REASONS = [
  'needs_input',
  'checks_failed',
  'unproven',
  'conflict',
  'setup_failed',
  'refused',
  'too_large',
  'tampering',
  'loop',
  'budget',
  'permission',
  'provider',
] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

export const ROLES = ['manager', 'coder', 'tester', 'researcher', 'writer'] as const;
export type RoleName = (typeof ROLES)[number];

export const PROOFS = ['red-green', 'behaviour-kept', 'accepted-by-person'] as const;
export type Proof = (typeof PROOFS)[number];

/** What kind of worker a task waits for: any, one with a big model or much time, or one that only reviews. */
export const QUEUES = ['standard', 'heavy', 'critic'] as const;
export type Queue = (typeof QUEUES)[number];

/** `blocks` holds a task back until the other one is closed; the other two only say where to look. */
export const DEPENDENCY_KINDS = ['blocks', 'related', 'discovered-from'] as const;
export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** One step of a task that someone ticks off; it is no task of its own. */
export type ChecklistItem = { readonly text: string; readonly done: boolean };

/** A stage groups tasks and is never worked itself; its status is rolled up from its children. */
export type TaskKind = 'stage' | 'task';

/** One unit of work, as every `--json` output shows it. Times are ISO 8601 in UTC. */
export type Task = {
  readonly id: number;
  readonly project_id: number;
  readonly key: string;
  readonly kind: TaskKind;
  readonly title: string;
  readonly status: TaskStatus;
  /** Why a blocked task is blocked. */
  readonly reason: BlockReason | null;
  /** One sentence for people: the question asked, the last failing line, what is missing. */
  readonly reason_detail: string | null;
  /** 0 is most urgent, 4 least, 2 the default. */
  readonly priority: number;
  readonly role: RoleName | null;
  readonly tags: readonly string[];
  /** Key of the stage or task it belongs to. */
  readonly parent: string | null;
  /** Keys of the tasks that must be done first. */
  readonly depends_on: readonly string[];
  /** Keys of tasks worth reading with this one. */
  readonly related: readonly string[];
  /** Keys of the tasks whose work brought this one to light. */
  readonly discovered_from: readonly string[];
  /** Shell commands that decide whether the task is done. */
  readonly checks: readonly string[];
  /** Globs that a coder must not change, beside the ones protected by default. */
  readonly protect: readonly string[];
  /** Globs that this task may change although they are protected by default. */
  readonly allow: readonly string[];
  readonly private: boolean;
  readonly description: string;
  /** What must be true when it is done, in words. */
  readonly acceptance: string;
  readonly checklist: readonly ChecklistItem[];
  /** URLs, or places such as `research.md#rq-001`. */
  readonly links: readonly string[];
  /** 1 (small) to 10; null when nobody has said. */
  readonly complexity: number | null;
  readonly queue: Queue;
  /** Who is meant to do it; the claim says who does. */
  readonly assignee: string | null;
  /** A day (`YYYY-MM-DD`) or an ISO 8601 time. */
  readonly due: string | null;
  /** Who works on it now, and until when without a sign of life. The token is the worker's secret. */
  readonly claim: { readonly holder: string; readonly expires_at: string } | null;
  /** Its direct children: not yet closed, and done. */
  readonly children: { readonly open: number; readonly done: number };
  /** It stood in a plan file and does not any more. */
  readonly vanished: boolean;
  readonly proof: Proof | null;
  /** Turns spent on it since it was last (re)opened. */
  readonly tries: number;
  /** What it has cost so far, US dollars. */
  readonly usd: number;
  /** Branch that keeps its unmerged work, if any. */
  readonly branch: string | null;
  readonly created_at: string;
  readonly created_by: string;
  /** When it was first in progress. */
  readonly started_at: string | null;
  /** When it became done or cancelled. */
  readonly finished_at: string | null;
  readonly updated_at: string;
  readonly last_agent: string | null;
};

export type TaskNote = { readonly at: string; readonly agent: string; readonly text: string };

/** What may be done next, and why. */
export type NextTask =
  | {
      readonly kind: 'ready';
      readonly task: Task;
      readonly because: string;
      readonly claim?: ClaimView;
      /** This one and those after it, where more than one was asked for. */
      readonly tasks?: readonly ReadyTask[];
    }
  | { readonly kind: 'blocked'; readonly waiting: readonly Waiting[] }
  | { readonly kind: 'waiting'; readonly running: readonly Task[] }
  | { readonly kind: 'all-done' };
export type Waiting = { readonly key: string; readonly title: string; readonly on: readonly string[] };
export type ReadyTask = { readonly task: Task; readonly because: string };
/** Why one task is next, or not yet. */
export type TaskWhy = {
  readonly kind: 'why';
  readonly key: string;
  readonly ready: boolean;
  /** 1 for the next task; null when it is not ready. */
  readonly place: number | null;
  readonly because: string;
  /** Every open task that it waits for, directly or not, the nearest first. */
  readonly waiting_on: readonly WaitingOn[];
  /** Keys of the ready tasks before it, the first of them at most. */
  readonly ahead: readonly string[];
};
export type WaitingOn = {
  readonly key: string;
  readonly status: TaskStatus;
  readonly why: string;
  /** It waits for no other task: here it has to go on first. */
  readonly root: boolean;
};
export type ClaimView = { readonly token: string; readonly expires_at: string };

/** How one turn on a task ended; kept per task, so that tries survive a restart. */
export type Attempt = {
  readonly run_id: string;
  readonly role: RoleName;
  /** Alias in the model registry. */
  readonly model: string;
  readonly location: 'local' | 'cloud';
  /** `passed`, or why the turn did not lead to done. */
  readonly outcome: 'passed' | AttemptFailure;
  /** Facts for the next try: the failing check's tail, the refused diff. Empty when passed. */
  readonly evidence: string;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly usd: number;
};
/** Only task failures climb the ladder. */
export const ATTEMPT_FAILURES = [
  'checks_failed',
  'empty_diff',
  'protected_changed',
  'already_passing',
  'weak_test',
  'critic_refused',
  'stale',
  'no_progress',
  'malformed_output',
  'context_exceeded',
  'loop',
  'refusal',
  'provider',
  'asked',
  'handed_off',
  'interrupted',
] as const;
export type AttemptFailure = (typeof ATTEMPT_FAILURES)[number];
/** These say nothing about the work: nobody judged it. */
export const UNJUDGED: readonly Attempt['outcome'][] = ['interrupted', 'asked', 'handed_off', 'provider'];
