import type { Failure } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { PlanProblem, PlanSync } from '../km/plan/plan.ts';

export type PlanReport = {
  /** The files that were looked at. */
  readonly files: readonly string[];
  readonly problems: readonly (PlanProblem & { readonly file: string })[];
};

/** What a watcher tells: that it is watching, each sync that did something, and trouble once until it is over. */
export type PlanWatchEvent =
  | { readonly type: 'plan.watching'; readonly at: string; readonly files: readonly string[] }
  | ({ readonly type: 'plan.synced'; readonly at: string } & PlanSync)
  | { readonly type: 'plan.trouble'; readonly at: string; readonly error: Failure }
  | { readonly type: 'plan.mended'; readonly at: string };

export type PlanWatchOptions = {
  readonly agent: string;
  readonly onEvent: (event: PlanWatchEvent) => void;
  readonly signal: AbortSignal;
};

/** Where an entry of issues.md or research.md stands: its number, and the link to it. */
export type LogbookLink = { readonly id: string; readonly link: string };

/** What someone reports about a task. */
export type TaskReport = {
  readonly task: Task;
  /** The question, finding or issue in one line. */
  readonly what: string;
  /** More of it. */
  readonly text: string;
  readonly agent: string;
};
