import { count, oneLine, plural } from '../../core/line.ts';
import type { Task } from '../../core/task.ts';
import type { BoardAction, LastChange, TaskFacts } from '../ports.ts';
import type { Question } from './state.ts';

const named = (task: Task): string => `${oneLine(task.key, 40)} “${oneLine(task.title, 60)}”`;

const kept = (task: Task): string => `${oneLine(task.key, 40)} stays as it is.`;

/** What a person should know before a task is closed by hand. */
function warnings({ claim, children, kind }: Task): string {
  const open = kind === 'task' ? children.open : 0;
  return [
    ...(claim === null ? [] : [` ${oneLine(claim.holder, 40)} works on it.`]),
    ...(open === 0 ? [] : [` ${plural(open, 'subtask is', 'subtasks are')} open.`]),
  ].join('');
}

export const finishQuestion = (task: Task): Question => ({
  kind: 'yes-no',
  text: `Set ${named(task)} to done on your word?${warnings(task)} y/n`,
  kept: kept(task),
  action: { type: 'finish', key: task.key },
});

export const cancelQuestion = (task: Task): Question => ({
  kind: 'yes-no',
  text: `Give ${named(task)} up? It is kept, and nothing waits for it any more.${warnings(task)} y/n`,
  kept: kept(task),
  action: { type: 'cancel', key: task.key },
});

export const priorityQuestion = (task: Task): Question => ({
  kind: 'priority',
  text: `Priority of ${named(task)} is ${count(task.priority)}. Press 0 (most urgent) to 4; esc keeps it.`,
  kept: kept(task),
  action: { type: 'prioritise', key: task.key, priority: task.priority },
});

export const undoQuestion = ({ change, text }: LastChange): Question => ({
  kind: 'yes-no',
  text: `${text} y/n`,
  kept: 'Nothing was taken back.',
  action: { type: 'undo', change },
});

/** May commands cross the border that the task asks about? */
export const leaveQuestion = (task: Task): Question => ({
  kind: 'leave',
  text: `${named(task)}: ${oneLine(task.reason_detail ?? '', 500)} y allow, n deny, esc later`,
  kept: kept(task),
  action: { type: 'answer', key: task.key, text: '' },
});

export const textQuestion = (task: Task): Question => ({
  kind: 'text',
  text: `${named(task)} asks: ${oneLine(task.reason_detail ?? '', 500)}`,
  kept: kept(task),
  action: { type: 'answer', key: task.key, text: '' },
  line: { text: '', caret: 0 },
});

/** What a blocked task asks, by what is known about it; null when it asks nothing. */
export function questionOf(task: Task, facts: TaskFacts | null): Question | null {
  if (task.status !== 'blocked') return null;
  if (task.reason === 'needs_input') return textQuestion(task);
  return task.reason === 'permission' && facts?.asks === true ? leaveQuestion(task) : null;
}

/** The typed text as the answer; null while there is none. */
export function typedAnswer({ action, line }: Question): BoardAction | null {
  const text = line?.text.trim() ?? '';
  return action.type === 'answer' && text !== '' ? { ...action, text } : null;
}

/** What the answer asks for; null leaves all as it is. */
export function actionFor({ kind, action }: Question, answer: 'yes' | 'no' | number): BoardAction | null {
  if (kind === 'yes-no') return answer === 'yes' ? action : null;
  if (kind === 'leave')
    return action.type === 'answer' ? { ...action, text: answer === 'yes' ? 'allow' : 'deny' } : null;
  return typeof answer === 'number' && action.type === 'prioritise' ? { ...action, priority: answer } : null;
}

const DOING: Readonly<Record<BoardAction['type'], string>> = {
  finish: 'Setting it to done',
  cancel: 'Giving it up',
  reopen: 'Opening it again',
  prioritise: 'Setting its priority',
  undo: 'Taking it back',
  answer: 'Answering',
};
/** Shown until the change is made. */
export const doingText = (action: BoardAction): string => `${DOING[action.type]} …`;
