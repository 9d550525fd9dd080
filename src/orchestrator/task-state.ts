import type { Compaction } from '../agents/compaction.ts';
import type { CheckResult } from '../core/check.ts';
import type { EventPayloads, TurnEnd } from '../core/event.ts';
import type { Message, ToolCall } from '../core/model.ts';
import type { Attempt, RoleName, Task } from '../core/task.ts';

/** A turn that has begun and not ended, as far as the journal knows it. */
export type OpenTurn = {
  readonly role: RoleName;
  readonly model: string;
  readonly location: 'local' | 'cloud';
  readonly try: number;
  /** Place among the turns of the run, from 1. */
  readonly step: number;
  /** Tree of the worktree when it began. */
  readonly tree: string;
  readonly messages: readonly Message[];
  readonly calls: number;
  readonly pending: readonly ToolCall[];
  /** The edit of a tool that has started and not ended. */
  readonly edit: { readonly call_id: string; readonly path: string; readonly after: string } | null;
  /** How it ended, once a tool has said so. */
  readonly end: TurnEnd | null;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly usd: number;
  /** What was left out of the conversation, oldest first. */
  readonly compacted: readonly Compaction[];
  /** Tests were run in this turn. */
  readonly tested: boolean;
  /** Files were edited after the last run of tests, as far as the tools' calls tell. */
  readonly untested: boolean;
};
/** A turn that has ended and is to be judged. */
export type EndedTurn = Omit<OpenTurn, 'messages' | 'pending' | 'edit' | 'calls' | 'end' | 'compacted'> & {
  readonly end: TurnEnd;
};

export type TaskState = {
  readonly task: Task;
  readonly token: string;
  readonly attempts: readonly Attempt[];
  readonly workspace: EventPayloads['workspace.opened'] | null;
  readonly setup_failed: string | null;
  /** Its claim ran out: nothing more is done for it but what is merged already. */
  readonly lost: boolean;
  /** What the work is measured from: the base, or the base plus the tester's new files. */
  readonly start_tree: string | null;
  readonly base_checks: readonly CheckResult[];
  readonly base_verdict: EventPayloads['checks.judged'] | null;
  readonly tester: 'not_yet' | 'written' | 'given_up';
  /** Role of the next turn that does the work. */
  readonly role: RoleName;
  readonly handed_over: readonly { readonly from: RoleName; readonly summary: string }[];
  /** The brief of the turn that is to come or that runs. */
  readonly brief: string | null;
  readonly turn: OpenTurn | null;
  readonly ended: EndedTurn | null;
  readonly work: EventPayloads['work.snapshot'] | null;
  readonly work_checks: readonly CheckResult[];
  readonly work_verdict: EventPayloads['checks.judged'] | null;
  /** How the proving checks did on wrong variants of the work. */
  readonly mutants: EventPayloads['mutants.ended'] | null;
  readonly critic: EventPayloads['critic.said'] | null;
  /** Work that waits for a stronger test, and what it was measured from. */
  readonly aside: {
    readonly ended: EndedTurn;
    readonly work: EventPayloads['work.snapshot'];
    readonly start_tree: string;
  } | null;
  /** A summary that was made for what comes next, and the model's answers on the way to it. */
  readonly summary: EventPayloads['summary.written'] | null;
  readonly summary_answers: readonly string[];
  /** US dollars of summaries that no turn's bill has yet. */
  readonly carried_usd: number;
  /** What this run has stored in memory about the task. */
  readonly remembered: readonly { readonly id: number; readonly type: string }[];
  readonly merge: EventPayloads['merge.intended'] | null;
  readonly commit: string | null;
  readonly certified: boolean;
  /** The base moved after the work was done: what fails now is stale. */
  readonly moved: boolean;
};

/** Tries that count, the one whose work waits included: a turn cut short by the run's end is made again, a weak test was one already. */
export const triesSoFar = (task: TaskState): number =>
  task.attempts.filter(({ outcome }) => outcome !== 'interrupted' && outcome !== 'weak_test').length +
  (task.aside === null ? 0 : 1);

/** Turns in which the tester wrote a test or tried to, over all runs since the task was opened. */
export const testerTurns = (task: TaskState): number =>
  task.attempts.filter(({ role, outcome }) => role === 'tester' && !NO_TURN.includes(outcome)).length;
const NO_TURN: readonly Attempt['outcome'][] = ['weak_test', 'provider', 'interrupted', 'asked', 'handed_off'];

export const criticRefusals = (task: TaskState): number =>
  task.attempts.filter(({ outcome }) => outcome === 'critic_refused').length;

/** Calls from this number on are made for summaries. */
export const SUMMARY_CALL = 201;

/** US dollars that the task has cost since it was opened, the work that waits included. */
export const spentOn = (task: TaskState): number =>
  task.attempts.reduce((sum, { usd }) => sum + usd, 0) +
  task.carried_usd +
  (task.aside?.ended.usd ?? 0) +
  (task.ended?.usd ?? 0) +
  (task.turn?.usd ?? 0);

/** Its proof is that the behaviour stays: green before and after. */
export const isRefactoring = (task: TaskState): boolean => task.task.tags.includes('refactor');

/** Is this the tester's turn before the work, not a task whose work is to write tests? */
export const isTesting = (task: TaskState, turn: { readonly role: RoleName }): boolean =>
  turn.role === 'tester' && task.task.role !== 'tester';
