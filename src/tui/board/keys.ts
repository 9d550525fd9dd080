import type { Key } from 'ink';
import type { BoardCommand } from './state.ts';

export type BoardKey = {
  readonly keys: readonly string[];
  /** How the keys are shown. */
  readonly shown: string;
  /** A word for the key line; keys without one are in the help only. */
  readonly word: string | null;
  readonly help: string;
  readonly command: BoardCommand;
};

/** Input, key line and help are made from this. */
export const boardKeys: readonly BoardKey[] = [
  {
    keys: ['r'],
    shown: 'r',
    word: 'run',
    help: 'start a run as a process of its own',
    command: { type: 'run-pressed' },
  },
  {
    keys: ['s'],
    shown: 's',
    word: 'stop',
    help: 'ask the run to stop after the work in hand',
    command: { type: 'stop-pressed' },
  },
  { keys: ['?'], shown: '?', word: 'help', help: 'show or hide this help', command: { type: 'help-toggled' } },
  {
    keys: ['q', 'ctrl+c'],
    shown: 'q',
    word: 'leave',
    help: 'leave; a run goes on',
    command: { type: 'leave-pressed' },
  },
  {
    keys: ['return'],
    shown: 'enter',
    word: 'detail',
    help: 'show or hide the details',
    command: { type: 'detail-toggled' },
  },
  {
    keys: ['R'],
    shown: 'R',
    word: 'refresh',
    help: 'read the plan files and the tasks again',
    command: { type: 'refresh-pressed' },
  },
  { keys: ['j', 'down'], shown: 'j ↓', word: null, help: 'next task', command: { type: 'moved', by: 1 } },
  { keys: ['k', 'up'], shown: 'k ↑', word: null, help: 'task before', command: { type: 'moved', by: -1 } },
  { keys: ['pagedown', ' '], shown: 'PgDn', word: null, help: 'one page down', command: { type: 'paged', by: 1 } },
  { keys: ['pageup'], shown: 'PgUp', word: null, help: 'one page up', command: { type: 'paged', by: -1 } },
  { keys: ['g', 'home'], shown: 'g', word: null, help: 'first task', command: { type: 'went-to-top' } },
  { keys: ['G', 'end'], shown: 'G', word: null, help: 'last task', command: { type: 'went-to-bottom' } },
  { keys: ['escape'], shown: 'esc', word: null, help: 'close the help', command: { type: 'closed' } },
];

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'return'],
  ['escape', 'escape'],
];

/** The keys in what Ink hands over; keys that were pressed quickly may come as one text. */
export function keyNames(input: string, key: Key): readonly string[] {
  const named = NAMED.find(([field]) => key[field] === true);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return [`ctrl+${input}`];
  return key.meta ? [] : Array.from(input, character => (character === '\r' ? 'return' : character));
}

export const commandFor = (name: string): BoardCommand | null =>
  boardKeys.find(key => key.keys.includes(name))?.command ?? null;
