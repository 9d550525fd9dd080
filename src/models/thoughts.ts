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
  let held = '';
  let inThought = false;
  let sealed = false;
  let text = '';
  let thinking = '';
  const say = (type: 'text' | 'thinking', piece: string): readonly ModelPart[] => {
    if (piece === '') return [];
    if (type === 'text') text += piece;
    else thinking += piece;
    return [{ type, text: piece }];
  };
  const atLineStart = (): boolean => text.slice(text.lastIndexOf('\n') + 1).trim() === '';

  const takeThought = (end: boolean): readonly ModelPart[] => {
    const close = held.indexOf(CLOSE);
    const length = close >= 0 ? close : held.length - (end ? 0 : partial(held, [CLOSE]));
    const parts = say('thinking', held.slice(0, length));
    held = held.slice(close >= 0 ? close + CLOSE.length : length);
    inThought = close < 0;
    return parts;
  };
  const takeText = (end: boolean): readonly ModelPart[] => {
    const mark = sealed ? null : firstMark(held);
    if (mark === null) {
      const length = held.length - (end || sealed ? 0 : partial(held, MARKS));
      const parts = say('text', held.slice(0, length));
      held = held.slice(length);
      return parts;
    }
    const before = say('text', held.slice(0, mark.place));
    held = held.slice(mark.place);
    if (mark.text === OPEN && atLineStart()) {
      held = held.slice(OPEN.length);
      inThought = true;
      return before;
    }
    sealed = mark.text !== OPEN;
    const parts = [...before, ...say('text', mark.text)];
    held = held.slice(mark.text.length);
    return parts;
  };
  const drain = (end: boolean): readonly ModelPart[] => {
    const parts: ModelPart[] = [];
    for (let length = -1; held.length !== length; ) {
      length = held.length;
      parts.push(...(inThought ? takeThought(end) : takeText(end)));
    }
    return parts;
  };
  return {
    push(piece) {
      held += piece;
      return drain(false);
    },
    flush: () => drain(true),
    text: () => afterLoneClose(text).trim(),
    thinking: () => thinking.trim(),
  };
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
