import type { Message } from '../core/model.ts';

type ToolMessage = Extract<Message, { role: 'tool' }>;

/** Calls of one kind, with one result, after which a model is told so; and after which its turn ends. */
export const NUDGE_AT = 3;
export const END_AT = 5;
/** A cycle of two or three calls ends the turn when it has come round this often (two calls: six in all). */
const ROUNDS = 3;
const LONGEST_CYCLE = 3;

export type Stuck = { readonly kind: 'nudge' | 'end'; readonly says: string };

/**
 * Is the conversation going in circles? Judged by what each call asked and what it gave (name, input, result), from the messages alone, so
 * that a turn taken up again judges alike. The same outcome counts since the last file was changed: polling something that
 * changes is no loop, and neither is running the tests after each edit.
 */
export function circling(messages: readonly Message[]): Stuck | null {
  const outcomes = outcomesOf(messages);
  const last = outcomes.at(-1);
  if (last === undefined) return null;
  const cycle = cycleAtEnd(outcomes.map(({ digest }) => digest));
  if (cycle !== null) {
    const says = `The same ${cycle} calls gave the same results ${ROUNDS} times over.`;
    return { kind: 'end', says };
  }
  const since = outcomes.slice(outcomes.findLastIndex(({ changed }) => changed) + 1);
  const same = since.filter(({ digest }) => digest === last.digest).length;
  if (same >= END_AT)
    return {
      kind: 'end',
      says: `The same call gave the same result ${same} times, and no file was changed meanwhile.`,
    };
  return same >= NUDGE_AT
    ? { kind: 'nudge', says: `The same ${last.name} has given the same result three times. Do something else.` }
    : null;
}

type Outcome = { readonly name: string; readonly digest: string; readonly changed: boolean };

function outcomesOf(messages: readonly Message[]): readonly Outcome[] {
  const inputs = new Map(
    messages.flatMap(message =>
      message.role === 'assistant' ? message.calls.map(({ id, input }) => [id, JSON.stringify(input)] as const) : [],
    ),
  );
  return messages.flatMap(message =>
    message.role === 'tool'
      ? [
          {
            name: message.name,
            digest: digestOf(message, inputs.get(message.call_id) ?? ''),
            changed: changedFile(message),
          },
        ]
      : [],
  );
}

/** Two runs of one command differ in their times: those say nothing. */
const digestOf = ({ name, text }: ToolMessage, input: string): string =>
  `${name} ${input} ${text.replace(/\d+(?:\.\d+)? ?(?:ms|s|seconds?|minutes?)\b|(?<=duration_ms )[\d.]+/g, '#')}`;

/** Did this call change a file? An edit that was refused, or wrote what was there, did not. */
export const changedFile = ({ name, text, is_error }: ToolMessage): boolean =>
  (name === 'write_file' || name === 'edit_file') && !is_error && !text.includes('nothing was changed');

/** The length of the cycle of two or three outcomes that the list ends in, or null. */
function cycleAtEnd(digests: readonly string[]): number | null {
  for (let length = 2; length <= LONGEST_CYCLE; length++) {
    const end = digests.slice(-length * ROUNDS);
    if (end.length === length * ROUNDS && end.every((digest, place) => digest === end[place % length])) {
      if (new Set(end).size > 1) return length;
    }
  }
  return null;
}

/** Replies at the end of a conversation, in a row, that called no tool. */
export function idleReplies(messages: readonly Message[]): number {
  let count = 0;
  for (const message of messages.toReversed()) {
    if (message.role === 'user') continue;
    if (message.role !== 'assistant' || message.calls.length > 0) break;
    count++;
  }
  return count;
}
