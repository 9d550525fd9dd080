import type { ChatRequest, ChatResponse, Message as OllamaMessage, Tool } from 'ollama';
import { err, ok, type Result } from '../core/failure.ts';
import type { Message, ModelPart, ModelRequest, Usage } from '../core/model.ts';
import { type Collector, type Ended, interrupted, repeating } from './converse.ts';
import { estimateUsage, leastTokens } from './estimate.ts';
import type { Where } from './failures.ts';
import { gather, type NativeCall } from './gather.ts';
import { callIds } from './ids.ts';
import { at, isRecord, numberAt, stringAt } from './json.ts';
import { salvage } from './text-calls.ts';
import { thoughtSplitter } from './thoughts.ts';
import type { ModelConfig } from './types.ts';

/** Context loaded when the registry does not say; a 32 GB card holds it beside a 30B model. */
const DEFAULT_NUM_CTX = 32_768;
/** Same pieces in a row after which Ollama ends the stream without a word. */
const SERVER_REPEAT_LIMIT = 30;
const NO_LAST_LINE = 'the stream ended without its last line.';

export const windowOf = ({ context }: ModelConfig): number =>
  context.num_ctx ?? Math.min(context.window, DEFAULT_NUM_CTX);

/**
 * The body of `/api/chat`. `truncate: false` and `shift: false` make an overflow an error instead of a forgotten system prompt;
 * `num_ctx` never changes, as that would load the model again.
 */
export function toOllama(request: ModelRequest, config: ModelConfig, think: boolean) {
  const options = {
    num_ctx: windowOf(config),
    num_predict: Math.min(request.max_output_tokens, config.context.max_output),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
  };
  const body = {
    model: config.id,
    messages: request.messages.map(toMessage),
    stream: true as const,
    truncate: false,
    shift: false,
    keep_alive: '30m',
    options,
    ...(request.tools.length > 0 && { tools: request.tools.map(toTool) }),
    ...(think && config.think !== undefined && { think: config.think }),
  };
  return body satisfies ChatRequest;
}

const toTool = ({ name, description, input_schema }: ModelRequest['tools'][number]): Tool => ({
  type: 'function',
  function: { name, description, parameters: input_schema },
});

function toMessage(message: Message): OllamaMessage {
  if (message.role === 'tool') return { role: 'tool', tool_name: message.name, content: message.text };
  if (message.role !== 'assistant') return { role: message.role, content: message.text };
  const thinking = stringAt(message.opaque, 'provider') === 'ollama' ? stringAt(message.opaque, 'thinking') : null;
  return {
    role: 'assistant',
    content: message.text,
    ...(thinking !== null && { thinking }),
    // Arguments as a string are a 400.
    ...(message.calls.length > 0 && {
      tool_calls: message.calls.map(({ name, input }) => ({
        function: { name, arguments: isRecord(input) ? input : {} },
      })),
    }),
  };
}

/** `tools` are those the model may call, also when the request describes them as text. */
export function ollamaCollector(
  request: ModelRequest,
  tools: ModelRequest['tools'],
  where: Where,
): Collector<ChatResponse> {
  const splitter = thoughtSplitter();
  const newId = callIds(request);
  const native: NativeCall[] = [];
  let thinking = '';
  let last: ChatResponse | null = null;
  let same = { piece: '', count: 0 };
  const usage = (): Usage => ({
    in: numberAt(last, 'prompt_eval_count') ?? 0,
    out: numberAt(last, 'eval_count') ?? 0,
    cached: 0,
  });

  const end = (): Result<Ended> => {
    if (last === null) return err(interrupted(where, NO_LAST_LINE));
    const cutPrompt = tooFewRead(request, usage().in, where);
    if (cutPrompt !== null) return cutPrompt;
    splitter.flush();
    const gathered = { text: splitter.text(), native, tools, usage: usage(), newId, where };
    const reply = gather({ ...gathered, cut: last.done_reason === 'length' });
    const thoughts = [thinking.trim(), splitter.thinking()].filter(Boolean).join('\n');
    if (!reply.ok || thoughts === '') return reply;
    return ok({ ...reply.value, opaque: { provider: 'ollama', thinking: thoughts } });
  };
  return {
    take(chunk) {
      // What the types promise, a server need not send.
      const content = stringAt(chunk, 'message', 'content') ?? '';
      const thought = stringAt(chunk, 'message', 'thinking') ?? '';
      const piece = content || thought;
      same = piece !== '' && piece === same.piece ? { piece, count: same.count + 1 } : { piece, count: 1 };
      if (chunk.done === true) last = chunk;
      native.push(...nativeCalls(at(chunk, 'message', 'tool_calls')));
      thinking += thought;
      const parts: ModelPart[] = thought === '' ? [] : [{ type: 'thinking', text: thought }];
      return [...parts, ...splitter.push(content)];
    },
    end,
    rescue(error) {
      const text = stringAt(error, 'message') ?? '';
      if (!text.startsWith('Did not receive done')) return rescueCall(text, request, tools, newId);
      return err(same.count >= SERVER_REPEAT_LIMIT ? repeating(where) : interrupted(where, NO_LAST_LINE));
    },
  };
}

/** Its ids, where it sends any, are not kept: they begin anew in each reply. */
const nativeCalls = (calls: unknown): readonly NativeCall[] =>
  (Array.isArray(calls) ? calls : []).map((call: unknown) => {
    const name = stringAt(call, 'function', 'name') ?? '';
    return { id: null, name, input: at(call, 'function', 'arguments') };
  });

/** A call that the server could not parse, but we can. */
function rescueCall(
  text: string,
  request: ModelRequest,
  tools: ModelRequest['tools'],
  newId: () => string,
): Result<Ended> | null {
  const raw = /error parsing tool call: raw='([\s\S]*?)', err=/.exec(text)?.[1];
  const call = raw === undefined ? null : salvage(raw, tools);
  if (raw === undefined || call === null) return null;
  const usage = estimateUsage(request, raw.length);
  return ok({ text: '', calls: [{ id: newId(), ...call }], usage, cut: false, begun: true });
}

/** A server that does not know `truncate: false` cuts the prompt and says nothing but a small count. */
function tooFewRead(request: ModelRequest, read: number, where: Where): Result<Ended> | null {
  const least = Math.floor(leastTokens(request));
  if (read === 0 || read >= least * 0.7) return null;
  return err({
    code: 'model.context_exceeded',
    message: `Ollama (${where.model}) read only ${read} tokens of a prompt of at least ${least}: it cut the prompt.`,
    hint: 'Send less, raise num_ctx in the registry, or update Ollama.',
    details: { needed_tokens: least, window_tokens: where.window },
  });
}
