import type { BoardAction } from '../ports.ts';
import { filterCleared, filterEdited, filterKept, filterOpened } from './filtering.ts';
import { allFolded, foldPressed, foldToggled, unfoldPressed } from './folding.ts';
import { editLine, type LineEdit } from './line-editor.ts';
import {
  actionFor,
  cancelQuestion,
  doingText,
  finishQuestion,
  priorityQuestion,
  questionOf,
  typedAnswer,
} from './questions.ts';
import { type BoardCommand, type BoardState, hasFilter, layoutOf, type Step, saying, selectedTask } from './state.ts';

/** Moves the selection, or the help where that is open. */
function moved(state: BoardState, by: number): BoardState {
  if (state.help_top !== null) return { ...state, help_top: state.help_top + by };
  return { ...state, cursor: state.cursor + by };
}

function actionPressed(state: BoardState, action: Extract<BoardCommand, { type: 'action-pressed' }>['action']): Step {
  const task = selectedTask(state);
  if (task === null) return [saying(state, 'No task is selected.')];
  switch (action) {
    case 'finish':
      return [{ ...state, question: finishQuestion(task) }];
    case 'cancel':
      return [{ ...state, question: cancelQuestion(task) }];
    case 'prioritise':
      return [{ ...state, question: priorityQuestion(task) }];
    case 'answer': {
      const facts = state.facts?.task_id === task.id ? state.facts.facts : null;
      const question = questionOf(task, facts);
      return [question === null ? saying(state, 'The task asks nothing.') : { ...state, question }];
    }
    case 'reopen':
      return acting(state, { type: 'reopen', key: task.key });
  }
}

const acting = (state: BoardState, action: BoardAction): Step => [
  saying(state, doingText(action)),
  { type: 'act', action },
];

function answered(state: BoardState, answer: 'yes' | 'no' | number): Step {
  const { question } = state;
  if (question === null) return [state];
  const action = actionFor(question, answer);
  const closed = { ...state, question: null };
  return action === null ? [saying(closed, question.kept)] : acting(closed, action);
}

function answerEdited(state: BoardState, edit: LineEdit): BoardState {
  const { question } = state;
  if (question?.line === undefined) return state;
  return { ...state, question: { ...question, line: editLine(question.line, edit) } };
}

/** An empty line is no answer. */
function answerGiven(state: BoardState): Step {
  const action = state.question === null ? null : typedAnswer(state.question);
  return action === null ? [state] : acting({ ...state, question: null }, action);
}

/** Esc closes what is open, one thing at a time: the question, the help, the filter. */
function closed(state: BoardState): Step {
  const { question } = state;
  if (question !== null) return [saying({ ...state, question: null }, question.kept)];
  if (state.help_top !== null) return [{ ...state, help_top: null }];
  return [state.filter.editing || hasFilter(state) ? filterCleared(state) : state];
}

function runPressed(state: BoardState): Step {
  if (state.run?.status === 'running') return [saying(state, `Run ${state.run.id} is going already; s stops it.`)];
  return [saying(state, 'Starting a run as a process of its own …'), { type: 'start-run' }];
}

function stopPressed(state: BoardState): Step {
  if (state.run?.status !== 'running') return [saying(state, 'No run is going; r starts one.')];
  return [saying(state, `Asking run ${state.run.id} to stop …`), { type: 'stop-run', run_id: state.run.id }];
}

/** What a key does to the board. */
export function pressed(state: BoardState, command: BoardCommand): Step {
  switch (command.type) {
    case 'moved':
      return [moved(state, command.by)];
    case 'paged':
      return [moved(state, command.by * layoutOf(state).table.rows)];
    case 'went-to-top':
      return [moved(state, -Number.MAX_SAFE_INTEGER)];
    case 'went-to-bottom':
      return [moved(state, Number.MAX_SAFE_INTEGER)];
    case 'scrolled':
      return [{ ...state, detail_top: state.detail_top + command.by }];
    case 'fold-toggled':
      return [foldToggled(state)];
    case 'fold-pressed':
      return [foldPressed(state)];
    case 'unfold-pressed':
      return [unfoldPressed(state)];
    case 'all-folded':
      return [allFolded(state)];
    case 'filter-opened':
      return [filterOpened(state)];
    case 'filter-edited':
      return filterEdited(state, command.edit);
    case 'filter-kept':
      return [filterKept(state)];
    case 'action-pressed':
      return actionPressed(state, command.action);
    case 'undo-pressed':
      return [saying(state, 'Looking for the last change …'), { type: 'look-back' }];
    case 'answered':
      return answered(state, command.answer);
    case 'answer-edited':
      return [answerEdited(state, command.edit)];
    case 'answer-given':
      return answerGiven(state);
    case 'detail-toggled':
      return [{ ...state, detail: !state.detail }];
    case 'help-toggled':
      return [{ ...state, help_top: state.help_top === null ? 0 : null }];
    case 'closed':
      return closed(state);
    case 'refresh-pressed':
      return [saying(state, 'Reading the plan files …'), { type: 'refresh', quiet: false }];
    case 'leave-pressed':
      return [state, { type: 'leave' }];
    case 'run-pressed':
      return runPressed(state);
    case 'stop-pressed':
      return stopPressed(state);
  }
}
