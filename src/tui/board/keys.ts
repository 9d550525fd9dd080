import type { Key } from 'ink';
import type { LineEdit } from './line-editor.ts';
import type { BoardCommand, BoardMode } from './state.ts';

export type BoardKey = {
  readonly keys: readonly string[];
  /** How the keys are shown. */
  readonly shown: string;
  /** A word for the key line; keys without one are in the help only. */
  readonly word: string | null;
  readonly help: string;
  readonly command: BoardCommand;
};

const key = (keys: string, shown: string, word: string | null, help: string, command: BoardCommand): BoardKey => ({
  keys: keys.split(' ').map(name => (name === 'space' ? ' ' : name)),
  shown,
  word,
  help,
  command,
});

/** Input, key line and help are made from this; the most wanted first. */
export const boardKeys: readonly BoardKey[] = [
  key('r', 'r', 'run', 'start a run as a process of its own', { type: 'run-pressed' }),
  key('s', 's', 'stop', 'ask the run to stop after the work in hand', { type: 'stop-pressed' }),
  key('/', '/', 'filter', 'filter the tasks while you type; enter keeps the filter', { type: 'filter-opened' }),
  key('?', '?', 'help', 'show or hide this help; j and k scroll it', { type: 'help-toggled' }),
  key('q ctrl+c', 'q', 'leave', 'leave; a run goes on', { type: 'leave-pressed' }),
  key('d', 'd', 'done', 'set the task to done on your word; asks first', {
    type: 'action-pressed',
    action: 'finish',
  }),
  key('a', 'a', null, 'answer the question that the task is blocked by', { type: 'action-pressed', action: 'answer' }),
  key('space', 'space', 'fold', 'fold or unfold what stands under the row', { type: 'fold-toggled' }),
  key('return', 'enter', 'detail', 'show or hide the details', { type: 'detail-toggled' }),
  key('o', 'o', 'reopen', 'make the task pending again, its tries counted afresh', {
    type: 'action-pressed',
    action: 'reopen',
  }),
  key('p', 'p', 'priority', 'set the priority: then 0 (most urgent) to 4', {
    type: 'action-pressed',
    action: 'prioritise',
  }),
  key('c', 'c', 'cancel', 'give the task up; asks first', { type: 'action-pressed', action: 'cancel' }),
  key('u', 'u', 'undo', 'take the last change of the project back; says which and asks', { type: 'undo-pressed' }),
  key('R', 'R', 'refresh', 'read the plan files and the tasks again', { type: 'refresh-pressed' }),
  key('j down', 'j ↓', null, 'next row', { type: 'moved', by: 1 }),
  key('k up', 'k ↑', null, 'row before', { type: 'moved', by: -1 }),
  key('left h', '← h', null, 'fold the row, or go up to what it stands under', { type: 'fold-pressed' }),
  key('right l', '→ l', null, 'unfold the row, or go into it', { type: 'unfold-pressed' }),
  key('z', 'z', null, 'fold everything, or unfold it', { type: 'all-folded' }),
  key('J', 'J', null, 'scroll the details down', { type: 'scrolled', by: 1 }),
  key('K', 'K', null, 'scroll the details up', { type: 'scrolled', by: -1 }),
  key('pagedown ctrl+f', 'PgDn', null, 'one page down', { type: 'paged', by: 1 }),
  key('pageup ctrl+b', 'PgUp', null, 'one page up', { type: 'paged', by: -1 }),
  key('g home', 'g', null, 'first row', { type: 'went-to-top' }),
  key('G end', 'G', null, 'last row', { type: 'went-to-bottom' }),
  key('escape', 'esc', null, 'close the help, or take the filter away', { type: 'closed' }),
];

/** Keys while the filter is typed; any other character is text. */
const FILTER_KEYS: ReadonlyMap<string, BoardCommand> = new Map<string, BoardCommand>([
  ['return', { type: 'filter-kept' }],
  ['up', { type: 'moved', by: -1 }],
  ['down', { type: 'moved', by: 1 }],
  ['pageup', { type: 'paged', by: -1 }],
  ['pagedown', { type: 'paged', by: 1 }],
]);
const ANSWER_KEYS: ReadonlyMap<string, BoardCommand> = new Map<string, BoardCommand>([
  ['return', { type: 'answer-given' }],
]);
/** Keys while anything is typed. */
const TYPING_KEYS: ReadonlyMap<string, BoardCommand> = new Map<string, BoardCommand>([
  ['escape', { type: 'closed' }],
  ['ctrl+c', { type: 'leave-pressed' }],
]);
const EDIT_KEYS: ReadonlyMap<string, LineEdit> = new Map<string, LineEdit>([
  ['left', { type: 'left' }],
  ['right', { type: 'right' }],
  ['home', { type: 'start' }],
  ['ctrl+a', { type: 'start' }],
  ['end', { type: 'end' }],
  ['ctrl+e', { type: 'end' }],
  ['backspace', { type: 'erase-before' }],
  ['ctrl+h', { type: 'erase-before' }],
  ['delete', { type: 'erase-after' }],
  ['ctrl+w', { type: 'erase-word' }],
  ['ctrl+u', { type: 'erase-all' }],
]);

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'return'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];
const CONTROL: ReadonlyMap<string, string> = new Map([
  ['\r', 'return'],
  ['\n', 'return'],
  ['\b', 'backspace'],
  ['\u007f', 'backspace'],
]);

/** The keys in what Ink hands over; keys that were pressed quickly may come as one text. */
export function keyNames(input: string, key: Key): readonly string[] {
  const named = NAMED.find(([field]) => key[field] === true);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return [`ctrl+${input}`];
  return key.meta ? [] : Array.from(input, character => CONTROL.get(character) ?? character);
}

const inQuestion = (name: string): BoardCommand => {
  if (name === 'ctrl+c') return { type: 'leave-pressed' };
  if (name === 'y' || name === 'Y') return { type: 'answered', answer: 'yes' };
  return { type: 'answered', answer: /^[0-4]$/.test(name) ? Number(name) : 'no' };
};

const onLeave = (name: string): BoardCommand | null => {
  if (name === 'ctrl+c') return { type: 'leave-pressed' };
  if (name === 'y' || name === 'Y') return { type: 'answered', answer: 'yes' };
  if (name === 'n' || name === 'N') return { type: 'answered', answer: 'no' };
  return name === 'escape' ? { type: 'closed' } : null;
};

/** What a key does to a line that is typed; null when it does nothing to it. */
const editOf = (name: string): LineEdit | null =>
  EDIT_KEYS.get(name) ?? (isText(name) ? { type: 'insert', text: name } : null);

function typing(
  name: string,
  own: ReadonlyMap<string, BoardCommand>,
  type: 'filter-edited' | 'answer-edited',
): BoardCommand | null {
  const known = own.get(name) ?? TYPING_KEYS.get(name);
  if (known !== undefined) return known;
  const edit = editOf(name);
  return edit === null ? null : { type, edit };
}

const isText = (name: string): boolean => Array.from(name).length === 1;

/** What a key means now; null when it means nothing. */
export function commandFor(name: string, mode: BoardMode): BoardCommand | null {
  switch (mode) {
    case 'board':
      return boardKeys.find(one => one.keys.includes(name))?.command ?? null;
    case 'question':
      return inQuestion(name);
    case 'leave':
      return onLeave(name);
    case 'filter':
      return typing(name, FILTER_KEYS, 'filter-edited');
    case 'text':
      return typing(name, ANSWER_KEYS, 'answer-edited');
  }
}
