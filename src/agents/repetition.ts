import type { Message } from '../core/model.ts';

/**
 * How many times in a row, at the end of a conversation, the same call (name and input) gave the same result: 1 when the
 * last call is new, 0 when there was none. Results are compared too: polling something that changes is no loop.
 */
export function repeats(messages: readonly Message[]): number {
  const outcomes = messages.flatMap(message =>
    message.role === 'tool' ? [`${message.name} ${inputOf(messages, message.call_id)} ${message.text}`] : [],
  );
  const last = outcomes.at(-1);
  let count = 0;
  while (last !== undefined && outcomes[outcomes.length - 1 - count] === last) count++;
  return count;
}

function inputOf(messages: readonly Message[], callId: string): string {
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    const call = message.calls.find(({ id }) => id === callId);
    if (call !== undefined) return JSON.stringify(call.input);
  }
  return '';
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
