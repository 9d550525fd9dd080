import type { NextTask, Task, TaskStatus, Waiting } from '../../core/task.ts';

/** A dependency that is closed, of the task that would run. */
export type Met = { readonly key: string; readonly status: TaskStatus };
/** A task that could run but for what it waits for. `open` are keys of open dependencies, `children` of open children. */
export type Stuck = {
  readonly key: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly open: readonly string[];
  readonly children: readonly string[];
  readonly vanished: boolean;
};
/** What the knowledge manager knows about what may run next: the best candidate, or why there is none. */
export type NextFacts =
  | {
      readonly kind: 'candidate';
      readonly task: Task;
      readonly met: readonly Met[];
      /** Something of less urgency stands before it in the plan and is ready too. */
      readonly passes_earlier: boolean;
      /** Its project, where it was chosen out of several. */
      readonly project: string | null;
      /** It was in progress and its worker's claim ran out. */
      readonly lease: { readonly holder: string; readonly expired_at: string } | null;
    }
  | { readonly kind: 'none'; readonly running: readonly Task[]; readonly stuck: readonly Stuck[] };

/** Names shown of a longer list. */
const SHOWN = 5;

/** Says what runs next and why, or what everything waits for. */
export function explainNext(facts: NextFacts): NextTask {
  if (facts.kind === 'candidate') return { kind: 'ready', task: facts.task, because: becauseOf(facts, placeOf(facts)) };
  if (facts.running.length > 0) return { kind: 'waiting', running: facts.running };
  if (facts.stuck.length > 0) return { kind: 'blocked', waiting: facts.stuck.map(waiting) };
  return { kind: 'all-done' };
}

type Candidate = Extract<NextFacts, { kind: 'candidate' }>;

function placeOf({ passes_earlier, project }: Candidate): string {
  if (project !== null) return `nothing more urgent is ready in any project, and ${project} was served longest ago`;
  return passes_earlier ? 'nothing more urgent is ready' : 'nothing before it in the plan is ready';
}

/** Why a task may run: its priority, its place among the others, what it depended on. */
export function becauseOf({ task, met, lease }: Pick<Candidate, 'task' | 'met' | 'lease'>, place: string): string {
  const parts = [`priority ${task.priority}`, place, ...metDependencies(met)];
  if (lease !== null) parts.push(`its worker ${lease.holder} gave no sign of life since ${lease.expired_at}`);
  return parts.join(', ');
}

function metDependencies(met: readonly Met[]): readonly string[] {
  if (met.length === 0) return ['it depends on nothing'];
  const keys = (status: TaskStatus): readonly string[] =>
    met.filter(one => one.status === status).map(({ key }) => key);
  return [dependencies(keys('done'), 'done'), dependencies(keys('cancelled'), 'cancelled')].filter(text => text !== '');
}

const dependencies = (keys: readonly string[], state: string): string =>
  keys.length === 0
    ? ''
    : `its ${keys.length === 1 ? 'dependency' : 'dependencies'} ${inWords(keys)} ${keys.length === 1 ? 'is' : 'are'} ${state}`;

/** `S1.1, S1.2 and S1.3`; a long list ends in `and 7 more`. */
export function inWords(keys: readonly string[]): string {
  const shown = keys.length > SHOWN ? [...keys.slice(0, SHOWN - 1), `${keys.length - SHOWN + 1} more`] : keys;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

export function waiting({ key, title, status, reason, detail, open, children, vanished }: Stuck): Waiting {
  const own = status !== 'blocked' ? [] : [detail === null || detail === '' ? `${reason}` : `${reason}: ${detail}`];
  const gone = vanished ? ['its place in the plan: the file does not list it any more'] : [];
  return { key, title, on: [...own, ...open, ...children, ...gone] };
}
