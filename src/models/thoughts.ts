import type { ModelPart } from '../core/model.ts';

const OPEN = '<think>';
const CLOSE = '</think>';
/** After one of these the rest is a call, and a call may write a file that speaks of thoughts. */
const CALL_MARKS = ['<tool_call>', '<function='] as const;
const MARKS = [OPEN, ...CALL_MARKS];

export type ThoughtSplitter = {
  push(text: string): readonly ModelPart[];
  /** What was held back because it might have become a tag. */
  flush(): readonly ModelPart[];
  /** All text outside of thoughts, trimmed. */
  text(): string;
  thinking(): string;
};

/**
 * Takes `<think>…</think>` out of a stream, also when it is never closed, when a tag is cut between two pieces, and when
 * only the closing tag is there (the template wrote the opening one). A tag counts at the beginning of a line.
 */
export function thoughtSplitter(): ThoughtSplitter {
  const state: State = { held: '', inThought: false, sealed: false, text: '', thinking: '' };
  const drain = (end: boolean): readonly ModelPart[] => {
    const parts: ModelPart[] = [];
    for (let length = -1; state.held.length !== length; ) {
      length = state.held.length;
      parts.push(...(state.inThought ? takeThought(state, end) : takeText(state, end)));
    }
    return parts;
  };
  return {
    push(piece) {
      state.held += piece;
      return drain(false);
    },
    flush: () => drain(true),
    text: () => afterLoneClose(state.text).trim(),
    thinking: () => state.thinking.trim(),
  };
}

type State = {
  /** What has come and is not given out yet. */
  held: string;
  inThought: boolean;
  /** A call has begun: the rest is text. */
  sealed: boolean;
  text: string;
  thinking: string;
};

/** Gives out the first `length` characters that are held. */
function say(state: State, type: 'text' | 'thinking', length: number): readonly ModelPart[] {
  const text = state.held.slice(0, length);
  state.held = state.held.slice(length);
  state[type] += text;
  return text === '' ? [] : [{ type, text }];
}

function takeThought(state: State, end: boolean): readonly ModelPart[] {
  const close = state.held.indexOf(CLOSE);
  if (close < 0) return say(state, 'thinking', state.held.length - (end ? 0 : partial(state.held, [CLOSE])));
  const parts = say(state, 'thinking', close);
  state.held = state.held.slice(CLOSE.length);
  state.inThought = false;
  return parts;
}

function takeText(state: State, end: boolean): readonly ModelPart[] {
  const mark = state.sealed ? null : firstMark(state.held);
  if (mark === null) {
    const keep = end || state.sealed ? 0 : partial(state.held, MARKS);
    return say(state, 'text', state.held.length - keep);
  }
  const before = say(state, 'text', mark.place);
  const line = state.text.slice(state.text.lastIndexOf('\n') + 1);
  if (mark.text === OPEN && line.trim() === '') {
    state.held = state.held.slice(OPEN.length);
    state.inThought = true;
    return before;
  }
  state.sealed = mark.text !== OPEN;
  return [...before, ...say(state, 'text', mark.text.length)];
}

function firstMark(text: string): { readonly place: number; readonly text: string } | null {
  const found = MARKS.map(mark => ({ place: text.indexOf(mark), text: mark })).filter(({ place }) => place >= 0);
  return found.sort((left, right) => left.place - right.place)[0] ?? null;
}

/** Length of the longest end of `text` that is the beginning of a mark. */
function partial(text: string, marks: readonly string[]): number {
  for (let length = Math.min(text.length, 11); length > 0; length--) {
    if (marks.some(mark => mark.length > length && mark.startsWith(text.slice(-length)))) return length;
  }
  return 0;
}

function afterLoneClose(text: string): string {
  const close = text.search(/<\/think>[ \t]*(\r?\n|$)/);
  const call = firstMark(text);
  return close < 0 || (call !== null && call.place < close) ? text : text.slice(close + CLOSE.length);
}
