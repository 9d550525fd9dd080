import type { EventOf, RunEvent, RunSummary } from './event.ts';
import { checkedRow, claimedRow, newRow, type RunRow, repliedRow, turnRow } from './run-row.ts';
import { type StoryLine, storyLine } from './run-story.ts';
import { checkSentence, sentence, toolAction } from './sentence.ts';
import type { RoleName } from './task.ts';

export type LiveTurn = {
  readonly task: string;
  readonly title: string;
  readonly role: RoleName;
  readonly model: string;
  readonly location: 'local' | 'cloud';
  readonly try: number;
};
export type RunView = {
  readonly run_id: string | null;
  readonly last_seq: number;
  readonly status: 'idle' | 'running' | 'paused' | 'finished';
  readonly project: string;
  readonly scripted: boolean;
  readonly tasks_total: number;
  /** In the order the run first took them. */
  readonly rows: readonly RunRow[];
  readonly turn: LiveTurn | null;
  /** What happens right now: `D2 writes src/slug.js`. */
  readonly doing: string;
  readonly last: {
    readonly command: string | null;
    readonly check: string | null;
    readonly escalation: string | null;
    readonly refused: string | null;
  };
  /** The last sentences, oldest first, at most STORY_LINES. */
  readonly story: readonly StoryLine[];
  readonly totals: {
    readonly calls: { readonly local: number; readonly cloud: number };
    readonly tokens: { readonly in: number; readonly out: number };
    readonly usd: number;
    /** Estimate for the tasks done so far; null while none is. */
    readonly usd_all_cloud: number | null;
    readonly escalations: number;
    readonly refused: number;
  };
  readonly summary: RunSummary | null;
};

/** How many sentences a view keeps. */
export const STORY_LINES = 200;

export const emptyRun: RunView = {
  run_id: null,
  last_seq: 0,
  status: 'idle',
  project: '',
  scripted: false,
  tasks_total: 0,
  rows: [],
  turn: null,
  doing: '',
  last: { command: null, check: null, escalation: null, refused: null },
  story: [],
  totals: {
    calls: { local: 0, cloud: 0 },
    tokens: { in: 0, out: 0 },
    usd: 0,
    usd_all_cloud: null,
    escalations: 0,
    refused: 0,
  },
  summary: null,
};

/** A changed row, and the row is made when the run names its task for the first time. */
function onRow(view: RunView, key: string, change: (row: RunRow) => RunRow): RunView {
  const found = view.rows.some(row => row.key === key);
  const rows = found
    ? view.rows.map(row => (row.key === key ? change(row) : row))
    : [...view.rows, change(newRow(key))];
  return { ...view, rows };
}

function claimed(view: RunView, event: EventOf<'task.claimed'>): RunView {
  return { ...onRow(view, event.task, row => claimedRow(row, event)), doing: `${event.task} is taken` };
}

function turnStarted(view: RunView, event: EventOf<'turn.started'>): RunView {
  const next = onRow(view, event.task, row => turnRow(row, event));
  const title = next.rows.find(row => row.key === event.task)?.title ?? '';
  const { task, role, model, location } = event;
  return { ...next, turn: { task, title, role, model, location, try: event.try }, doing: `${task} ${role} begins` };
}

/** A reply, or a call that failed and may have cost something all the same. */
function replied(view: RunView, event: EventOf<'model.replied' | 'model.failed'>): RunView {
  const { totals } = view;
  const next = onRow(view, event.task, row => repliedRow(row, event));
  const calls = event.type === 'model.replied' ? 1 : 0;
  return {
    ...next,
    doing: `${event.task} the model ${calls === 1 ? 'replied' : 'gave no usable reply'}`,
    totals: {
      ...totals,
      calls: { ...totals.calls, [event.location]: totals.calls[event.location] + calls },
      tokens: { in: totals.tokens.in + event.tokens.in, out: totals.tokens.out + event.tokens.out },
      usd: totals.usd + event.usd,
    },
  };
}

function checkEnded(view: RunView, event: EventOf<'check.ended'>): RunView {
  const text = checkSentence(event);
  const shown = {
    ...view,
    doing: `${event.task} checks`,
    last: { ...view.last, check: `${event.task} ${event.on === 'base' ? 'before the work, ' : ''}${text}` },
  };
  if (event.on === 'base') return shown;
  return onRow(shown, event.task, row => checkedRow(row, event));
}

function refused(view: RunView, event: EventOf<'claim.refused'>): RunView {
  const next = onRow(view, event.task, row => ({ ...row, refused: row.refused + 1 }));
  return {
    ...next,
    last: { ...view.last, refused: sentence(event) },
    totals: { ...view.totals, refused: view.totals.refused + 1 },
  };
}

function done(view: RunView, event: EventOf<'task.done'>): RunView {
  const { totals } = view;
  const { title, proof, tries } = event;
  return {
    ...onRow(view, event.task, row => ({ ...row, title, status: 'done', reason: null, proof, tries, failing: null })),
    turn: null,
    doing: `${event.task} is done`,
    totals: { ...totals, usd_all_cloud: (totals.usd_all_cloud ?? 0) + event.usd_all_cloud },
  };
}

function finished(view: RunView, event: EventOf<'run.finished'>): RunView {
  const { usd, usd_all_cloud, calls, tokens, escalations, refused: refusals } = event;
  return {
    ...view,
    status: 'finished',
    turn: null,
    doing: '',
    summary: event,
    totals: { usd, usd_all_cloud, calls, tokens, escalations, refused: refusals },
  };
}

/** What a run's own events change; the task's events are in `applyTask`. */
function applyRun(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case 'run.started':
      return {
        ...view,
        status: 'running',
        project: event.project,
        scripted: event.scripted,
        tasks_total: event.tasks_total,
      };
    case 'run.paused':
      return { ...view, status: 'paused', turn: null, doing: '' };
    case 'run.resumed':
      return { ...view, status: 'running' };
    case 'run.finished':
      return finished(view, event);
    default:
      return applyTask(view, event);
  }
}

function applyTask(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case 'task.claimed':
      return claimed(view, event);
    case 'turn.started':
      return turnStarted(view, event);
    case 'model.called':
      return { ...view, doing: `${event.task} waits for the model` };
    case 'model.replied':
    case 'model.failed':
      return replied(view, event);
    case 'tool.started': {
      const action = `${event.task} ${toolAction(event.name, event.input)}`;
      return {
        ...view,
        doing: action,
        last: event.name === 'run_command' ? { ...view.last, command: action } : view.last,
      };
    }
    case 'turn.ended':
      return { ...view, doing: `${event.task} ${event.role} ended its turn` };
    case 'work.snapshot':
      return onRow(view, event.task, row => ({ ...row, results: [], checks: null }));
    case 'check.ended':
      return checkEnded(view, event);
    case 'claim.refused':
      return refused(view, event);
    case 'escalated':
      return {
        ...view,
        last: { ...view.last, escalation: sentence(event) },
        totals: { ...view.totals, escalations: view.totals.escalations + 1 },
      };
    case 'task.done':
      return done(view, event);
    case 'task.blocked':
      return {
        ...onRow(view, event.task, row => ({ ...row, title: event.title, status: 'blocked', reason: event.reason })),
        turn: null,
        doing: `${event.task} is blocked`,
      };
    case 'task.released':
      return { ...onRow(view, event.task, row => ({ ...row, status: 'pending' })), turn: null, doing: '' };
    default:
      return view;
  }
}

/**
 * Folds one event into what a viewer shows. An event that is in already changes nothing, so that a journal may be read
 * again from any place; an event of another run starts a new view.
 */
export function updateRun(view: RunView, event: RunEvent): RunView {
  const before = view.run_id === null || view.run_id === event.run_id ? view : emptyRun;
  if (event.seq <= before.last_seq) return before;
  const next = applyRun(before, event);
  const line = storyLine(event);
  const story = line === null ? next.story : [...next.story.slice(1 - STORY_LINES), line];
  return { ...next, run_id: event.run_id, last_seq: event.seq, story };
}

/** Folds an event of any worker of one `orchestrate` into one view; `lead` is the run whose end and totals are those of all. */
export function updateTeam(view: RunView, event: RunEvent, lead: string): RunView {
  const isEndOfOne = event.type === 'run.finished' && event.run_id !== lead;
  const next = isEndOfOne ? view : applyRun(view, event);
  return { ...next, run_id: lead, last_seq: 0 };
}
