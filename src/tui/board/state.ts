import type { RunEvent } from '../../core/event.ts';
import type { Failure, Result } from '../../core/failure.ts';
import { emptyRun, type RunView } from '../../core/run-view.ts';
import type { NextTask, Task } from '../../core/task.ts';
import type { OutlineRow } from '../../km/km.ts';
import type { BoardAction, LastChange, TaskFacts, TuiRun } from '../ports.ts';
import { wrap } from '../text.ts';
import type { Tone } from '../theme.tsx';
import { type BoardLayout, type BoardSize, boardLayout } from './layout.ts';
import type { LineEdit, TypedLine } from './line-editor.ts';
import type { Tree, TreeRow } from './tree.ts';

export type BoardFilter = TypedLine & {
  readonly editing: boolean;
  /** Its last word may be the beginning of one: it was typed here, not given. */
  readonly typed: boolean;
  /** Tasks that the last good filter let through; null while none is in force. */
  readonly matches: ReadonlySet<number> | null;
  /** The text they belong to. */
  readonly matched: string;
  /** Why the text is no filter; the matches are those of the text before. */
  readonly problem: Failure | null;
  /** What was folded since this filter is in force. */
  readonly folded: ReadonlySet<number>;
};
/** Something the board asks before it acts. */
export type Question = {
  /** `leave`: may commands cross a border; `text`: an answer that is typed. */
  readonly kind: 'yes-no' | 'priority' | 'leave' | 'text';
  readonly text: string;
  /** What is said when the answer is no. */
  readonly kept: string;
  /** What `y` does; where a priority is asked, the number decides. */
  readonly action: BoardAction;
  /** What was typed so far, where a text is asked for. */
  readonly line?: TypedLine;
};

export type BoardState = {
  readonly project: string;
  readonly size: BoardSize;
  /** Null until it was read for the first time. */
  readonly tree: Tree | null;
  readonly folded: ReadonlySet<number>;
  readonly filter: BoardFilter;
  /** Places in the tree of the rows that are neither folded away nor filtered out. */
  readonly shown: readonly number[];
  /** The tasks in and around the window; null for one that is gone. */
  readonly tasks: ReadonlyMap<number, Task | null>;
  /** What has to be read again, as it is not what the database says now. */
  readonly stale: { readonly tree: boolean; readonly tasks: boolean; readonly facts: boolean };
  readonly next: NextTask | null;
  /** Index in `shown` of the selected row, and of the first one drawn. */
  readonly cursor: number;
  readonly top: number;
  readonly detail: boolean;
  /** Lines of the details that were scrolled away. */
  readonly detail_top: number;
  /** First line of the help that is shown; null while it is closed. */
  readonly help_top: number | null;
  readonly question: Question | null;
  /** About the selected task; null while they are being read. */
  readonly facts: { readonly task_id: number; readonly facts: TaskFacts | null } | null;
  readonly run: TuiRun | null;
  readonly view: RunView;
  readonly version: number | null;
  /** Plan files are being read. */
  readonly refreshing: boolean;
  /** Why they cannot be read; it is said once. */
  readonly plan_problem: string | null;
  readonly message: { readonly text: string; readonly tone: Tone } | null;
};

/** What a key asks for. */
export type BoardCommand =
  | { readonly type: 'moved'; readonly by: number }
  | { readonly type: 'paged'; readonly by: 1 | -1 }
  | { readonly type: 'scrolled'; readonly by: 1 | -1 }
  | { readonly type: 'action-pressed'; readonly action: 'finish' | 'cancel' | 'reopen' | 'prioritise' | 'answer' }
  | { readonly type: 'filter-edited'; readonly edit: LineEdit }
  | { readonly type: 'answer-edited'; readonly edit: LineEdit }
  | { readonly type: 'answered'; readonly answer: 'yes' | 'no' | number }
  | { readonly type: PlainCommand };
type PlainCommand =
  | 'went-to-top'
  | 'went-to-bottom'
  | 'fold-toggled'
  | 'fold-pressed'
  | 'unfold-pressed'
  | 'all-folded'
  | 'undo-pressed'
  | 'filter-opened'
  | 'filter-kept'
  | 'answer-given'
  | 'detail-toggled'
  | 'help-toggled'
  | 'run-pressed'
  | 'stop-pressed'
  | 'refresh-pressed'
  | 'leave-pressed'
  | 'closed';
export type BoardEvent =
  | { readonly type: 'pressed'; readonly command: BoardCommand }
  | { readonly type: 'opened' }
  | { readonly type: 'resized'; readonly size: BoardSize }
  | { readonly type: 'tree-read'; readonly outline: readonly OutlineRow[] }
  | {
      readonly type: 'tasks-read';
      readonly ids: readonly number[];
      readonly tasks: readonly Task[];
      readonly next: NextTask;
    }
  | { readonly type: 'facts-read'; readonly task_id: number; readonly facts: TaskFacts }
  | { readonly type: 'searched'; readonly text: string; readonly found: Result<readonly number[]> }
  | { readonly type: 'acted'; readonly text: string }
  | { readonly type: 'undo-offered'; readonly last: LastChange }
  | { readonly type: 'run-found'; readonly run: TuiRun }
  | { readonly type: 'events-read'; readonly events: readonly RunEvent[] }
  | { readonly type: 'database-changed'; readonly version: number }
  | { readonly type: 'run-started'; readonly run_id: string }
  | { readonly type: 'stop-asked'; readonly run_id: string }
  | { readonly type: 'refresh-due' }
  | { readonly type: 'refreshed'; readonly quiet: boolean; readonly problem: string | null }
  | { readonly type: 'failed'; readonly text: string };

export type BoardEffect =
  | { readonly type: 'read-tree' }
  | { readonly type: 'read-tasks'; readonly ids: readonly number[] }
  | { readonly type: 'read-facts'; readonly task: Task }
  | { readonly type: 'search'; readonly text: string; readonly typing: boolean }
  | { readonly type: 'act'; readonly action: BoardAction }
  | { readonly type: 'look-back' }
  | { readonly type: 'start-run' }
  | { readonly type: 'stop-run'; readonly run_id: string }
  | { readonly type: 'refresh'; readonly quiet: boolean }
  | { readonly type: 'leave' };
export type Step = readonly [BoardState, ...BoardEffect[]];

export const noFilter: BoardFilter = {
  text: '',
  caret: 0,
  editing: false,
  typed: false,
  matches: null,
  matched: '',
  problem: null,
  folded: new Set(),
};

/** A board that has read nothing yet; `filter` is in force from the start. */
export const initialBoard = (project: string, size: BoardSize, filter = ''): BoardState => ({
  project,
  size,
  tree: null,
  folded: new Set(),
  filter: { ...noFilter, text: filter, caret: filter.length },
  shown: [],
  tasks: new Map(),
  stale: { tree: false, tasks: false, facts: false },
  next: null,
  cursor: 0,
  top: 0,
  detail: true,
  detail_top: 0,
  help_top: null,
  question: null,
  facts: null,
  run: null,
  view: emptyRun,
  version: null,
  refreshing: false,
  plan_problem: null,
  message: null,
});

/** Which keys mean what. */
export type BoardMode = 'board' | 'filter' | 'question' | 'leave' | 'text';
export const modeOf = ({ question, filter }: BoardState): BoardMode => {
  if (question === null) return filter.editing ? 'filter' : 'board';
  return question.kind === 'leave' || question.kind === 'text' ? question.kind : 'question';
};

export const hasFilter = ({ filter }: BoardState): boolean => filter.text.trim() !== '';
/** What is folded in the list that is shown: a filter begins with everything open. */
export const foldedOf = ({ filter, folded }: BoardState): ReadonlySet<number> =>
  filter.matches === null ? folded : filter.folded;

export const rowAt = ({ tree, shown }: BoardState, index: number): TreeRow | null =>
  tree?.rows[shown[index] ?? -1] ?? null;
export const selectedRow = (state: BoardState): TreeRow | null => rowAt(state, state.cursor);
export const selectedTask = (state: BoardState): Task | null => state.tasks.get(selectedRow(state)?.id ?? -1) ?? null;

/** The message, or the question that waits for an answer, in lines of the screen's width. */
export const messageLines = ({ message, question, size }: BoardState): readonly string[] => {
  const text = question?.text ?? message?.text;
  if (text === undefined) return [];
  const { line } = question ?? {};
  const typed =
    line === undefined ? [] : wrap(`> ${line.text.slice(0, line.caret)}▏${line.text.slice(line.caret)}`, size.columns);
  return [...wrap(text, size.columns), ...typed];
};
/** What is wrong with the filter, in lines of the screen's width. */
export const problemLines = ({ filter, size }: BoardState): readonly string[] =>
  filter.problem === null ? [] : wrap(`${filter.problem.message} ${filter.problem.hint}`, size.columns);

export const layoutOf = (state: BoardState): BoardLayout =>
  boardLayout(state.size, {
    detail: state.detail && (state.tree?.counts.tasks ?? 0) > 0,
    run: state.run !== null,
    message: messageLines(state).length,
    filter: state.filter.editing || hasFilter(state) ? 1 + problemLines(state).length : 0,
  });

export const saying = (state: BoardState, text: string, tone: Tone = 'plain'): BoardState => ({
  ...state,
  message: { text, tone },
});
