import type { Message, ModelRequest, ToolCall, ToolSpec } from '../core/model.ts';
import { at, isRecord } from './json.ts';

/**
 * The same request for a model without tool calls of its own: the tools are described in the system text, calls and results
 * of the conversation become text. Values stand between tags as they are, so that a file's body never travels inside JSON.
 */
export function asText(request: ModelRequest): ModelRequest {
  if (request.tools.length === 0) return request;
  const messages = request.messages.map(plainMessage);
  const first = messages.findIndex(({ role }) => role === 'system');
  const described = describeTools(request.tools);
  const system: Message = { role: 'system', text: [messages[first]?.text, described].filter(Boolean).join('\n\n') };
  const others = messages.filter((_, place) => place !== first);
  return { ...request, messages: [system, ...others], tools: [] };
}

function plainMessage(message: Message): Message {
  if (message.role === 'tool') {
    const heading = message.is_error ? `Error of ${message.name}:` : `Result of ${message.name}:`;
    return { role: 'user', text: `${heading}\n${message.text}` };
  }
  if (message.role !== 'assistant' || message.calls.length === 0) return message;
  return {
    role: 'assistant',
    text: [message.text, ...message.calls.map(printCall)].filter(Boolean).join('\n'),
    calls: [],
  };
}

/** A call in the shape that the model is asked for. */
export function printCall({ name, input }: Pick<ToolCall, 'name' | 'input'>): string {
  const parameters = Object.entries(isRecord(input) ? input : {}).map(
    ([key, value]) =>
      `<parameter=${key}>\n${typeof value === 'string' ? value : JSON.stringify(value)}\n</parameter>\n`,
  );
  return `<function=${name}>\n${parameters.join('')}</function>`;
}

function describeTools(tools: readonly ToolSpec[]): string {
  return [
    'You act by calling tools. Write a call exactly in this form, and nothing after it:',
    '<function=NAME>\n<parameter=KEY>\nVALUE\n</parameter>\n</function>',
    'A VALUE stands as it is, without quotes or escapes, also when it is a whole file. You are then told the result. The tools:',
    ...tools.map(describeTool),
  ].join('\n\n');
}

function describeTool({ name, description, input_schema }: ToolSpec): string {
  const properties = at(input_schema, 'properties');
  const required = at(input_schema, 'required');
  const lines = Object.entries(isRecord(properties) ? properties : {}).map(([key, schema]) => {
    const needed = Array.isArray(required) && required.includes(key) ? '' : ', optional';
    const meaning = at(schema, 'description');
    return `- ${key} (${String(at(schema, 'type') ?? 'any')}${needed})${typeof meaning === 'string' ? `: ${meaning}` : ''}`;
  });
  return [`${name}: ${description}`, ...lines].join('\n');
}
