import type { ContentBlockParam, MessageParam, TextBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { Message, ToolCall } from '../core/model.ts';
import { at, isRecord, stringAt } from './json.ts';

type ToolMessage = Extract<Message, { role: 'tool' }>;
type AssistantMessage = Extract<Message, { role: 'assistant' }>;

export type History = { readonly system: readonly TextBlockParam[]; readonly messages: readonly MessageParam[] };

/**
 * A conversation as the Messages API takes it, repaired where it would refuse it: each call has exactly one result (an error
 * that says so, when a crash took it), all results of a reply stand in one user message before any text, roles alternate, the
 * first and the last message are the user's, and no text is empty.
 */
export function toHistory(messages: readonly Message[], model: string): History {
  const system: TextBlockParam[] = [];
  const turns: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  const add = (role: 'user' | 'assistant', blocks: readonly ContentBlockParam[]): void => {
    if (blocks.length === 0) return;
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks] });
  };
  for (const [place, message] of messages.entries()) {
    if (message.role === 'system') system.push(...textBlocks(message.text));
    else if (message.role === 'user') add('user', textBlocks(message.text));
    else if (message.role === 'assistant') {
      if (turns.at(-1)?.role !== 'user')
        add('user', textBlocks(turns.length === 0 ? '(The beginning is left out.)' : 'Go on.'));
      add('assistant', assistantBlocks(message, model));
      add('user', results(message.calls, followingResults(messages, place)));
    } else if (!answersEarlierCall(messages, place)) {
      add('user', textBlocks(`A result of ${message.name}:\n${message.text}`));
    }
  }
  if (turns.at(-1)?.role !== 'user') add('user', textBlocks('Go on.'));
  return { system, messages: turns };
}

const textBlocks = (text: string): readonly TextBlockParam[] => (text.trim() === '' ? [] : [{ type: 'text', text }]);

/** Signed thinking goes back unchanged, in its place between text and calls, but only to the model that wrote it. */
function assistantBlocks(message: AssistantMessage, model: string): readonly ContentBlockParam[] {
  const kept = keptBlocks(message, model);
  if (kept !== null) return kept;
  const calls = message.calls.map(
    ({ id, name, input }): ContentBlockParam => ({ type: 'tool_use', id, name, input: isRecord(input) ? input : {} }),
  );
  const blocks = [...textBlocks(message.text), ...calls];
  return blocks.length > 0 ? blocks : [{ type: 'text', text: '(nothing)' }];
}

function keptBlocks({ opaque, calls }: AssistantMessage, model: string): readonly ContentBlockParam[] | null {
  const blocks = at(opaque, 'blocks');
  if (stringAt(opaque, 'provider') !== 'anthropic' || stringAt(opaque, 'model') !== model || !Array.isArray(blocks)) {
    return null;
  }
  const ids = blocks.flatMap(block => (stringAt(block, 'type') === 'tool_use' ? [stringAt(block, 'id')] : []));
  const same = ids.length === calls.length && calls.every(({ id }) => ids.includes(id));
  return same ? (blocks satisfies readonly ContentBlockParam[]) : null;
}

/** The tool messages after an assistant message, up to the next one. */
function followingResults(messages: readonly Message[], place: number): readonly ToolMessage[] {
  const found: ToolMessage[] = [];
  for (const message of messages.slice(place + 1)) {
    if (message.role === 'assistant') break;
    if (message.role === 'tool') found.push(message);
  }
  return found;
}

function answersEarlierCall(messages: readonly Message[], place: number): boolean {
  const message = messages[place];
  const caller = messages.slice(0, place).findLast(({ role }) => role === 'assistant');
  if (message?.role !== 'tool' || caller?.role !== 'assistant') return false;
  return caller.calls.some(({ id }) => id === message.call_id);
}

function results(calls: readonly ToolCall[], found: readonly ToolMessage[]): readonly ContentBlockParam[] {
  return calls.map(({ id }): ContentBlockParam => {
    const result = found.find(({ call_id }) => call_id === id);
    if (result === undefined) {
      const content = 'This call was interrupted: it is not known whether it was done.';
      return { type: 'tool_result', tool_use_id: id, content, is_error: true };
    }
    const content = result.text.trim() === '' ? '(no output)' : result.text;
    return { type: 'tool_result', tool_use_id: id, content, ...(result.is_error && { is_error: true }) };
  });
}
