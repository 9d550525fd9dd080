import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { err, failure } from '../core/failure.ts';
import type { Message, ModelPart, ModelRequest, Usage } from '../core/model.ts';
import { type Collector, interrupted } from './converse.ts';
import { estimateUsage } from './estimate.ts';
import type { Where } from './failures.ts';
import { gather } from './gather.ts';
import { callIds } from './ids.ts';
import { at, numberAt, stringAt } from './json.ts';
import { thoughtSplitter } from './thoughts.ts';
import type { ModelConfig } from './types.ts';

/** The body of `/chat/completions`. `refused` are fields the server does not take. */
export function toOpenai(
  request: ModelRequest,
  config: ModelConfig,
  refused: ReadonlySet<string>,
): ChatCompletionCreateParamsStreaming {
  const limit = Math.min(request.max_output_tokens, config.context.max_output);
  const think = config.capabilities.thinking && !refused.has('thinking') && typeof config.think === 'string';
  return {
    model: config.id,
    messages: request.messages.map(toMessage),
    stream: true,
    stream_options: { include_usage: true },
    ...(refused.has('max_tokens') ? { max_completion_tokens: limit } : { max_tokens: limit }),
    ...(request.temperature !== undefined && !refused.has('temperature') && { temperature: request.temperature }),
    ...(think && typeof config.think === 'string' && { reasoning_effort: config.think }),
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, input_schema }) => ({
        type: 'function' as const,
        function: { name, description, parameters: { ...input_schema } },
      })),
    }),
  };
}

function toMessage(message: Message): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.call_id, content: message.text };
  if (message.role !== 'assistant') return { role: message.role, content: message.text };
  return {
    role: 'assistant',
    content: message.text,
    ...(message.calls.length > 0 && {
      tool_calls: message.calls.map(({ id, name, input }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: JSON.stringify(input ?? {}) },
      })),
    }),
  };
}

type Fragment = { id: string | null; name: string; json: string };

/** `tools` are those the model may call, also when the request describes them as text. */
export function openaiCollector(
  request: ModelRequest,
  tools: ModelRequest['tools'],
  where: Where,
): Collector<ChatCompletionChunk> {
  const splitter = thoughtSplitter();
  const newId = callIds(request);
  const fragments = new Map<number, Fragment>();
  let finish: string | null = null;
  let counted: Usage | null = null;
  let refused = '';
  let characters = 0;
  const usage = (): Usage => counted ?? estimateUsage(request, characters);

  return {
    take(chunk): readonly ModelPart[] {
      counted = usageOf(chunk) ?? counted;
      finish = stringAt(chunk, 'choices', 0, 'finish_reason') ?? finish;
      // vLLM renamed `reasoning_content` to `reasoning`; llama.cpp kept the old name.
      const delta = at(chunk, 'choices', 0, 'delta');
      const thought = stringAt(delta, 'reasoning_content') ?? stringAt(delta, 'reasoning') ?? '';
      const content = stringAt(delta, 'content') ?? '';
      refused += stringAt(delta, 'refusal') ?? '';
      characters += thought.length + content.length;
      const calls = at(delta, 'tool_calls');
      for (const call of Array.isArray(calls) ? calls : []) addFragment(fragments, call);
      const parts: ModelPart[] = thought === '' ? [] : [{ type: 'thinking', text: thought }];
      return [...parts, ...splitter.push(content)];
    },
    end() {
      if (finish === null) return err(interrupted(where, 'the stream ended without a finish_reason.'));
      if (finish === 'content_filter' || refused !== '') return err(refusal(where, refused));
      splitter.flush();
      const native = [...fragments.values()].map(({ id, name, json }) => ({ id, name, input: json }));
      const cut = finish === 'length';
      return gather({ text: splitter.text(), native, tools, usage: usage(), cut, newId, where });
    },
  };
}

/** The first fragment of a call has its id and name, all have its index. */
function addFragment(fragments: Map<number, Fragment>, call: unknown): void {
  const index = numberAt(call, 'index') ?? fragments.size;
  const fragment = fragments.get(index) ?? { id: null, name: '', json: '' };
  fragments.set(index, fragment);
  fragment.id ??= stringAt(call, 'id');
  if (fragment.name === '') fragment.name = stringAt(call, 'function', 'name') ?? '';
  fragment.json += stringAt(call, 'function', 'arguments') ?? '';
}

function usageOf(chunk: unknown): Usage | null {
  const total = numberAt(chunk, 'usage', 'prompt_tokens');
  if (total === null) return null;
  const cached = numberAt(chunk, 'usage', 'prompt_tokens_details', 'cached_tokens') ?? 0;
  return { in: total, out: numberAt(chunk, 'usage', 'completion_tokens') ?? 0, cached };
}

const refusal = ({ model }: Where, words: string) =>
  failure(
    'model.refusal',
    `${model} refused the request${words === '' ? ' (content filter).' : `: ${words}`}`,
    'Do not send the same prompt again: ask another model, or reword the task.',
    { category: words === '' ? 'content_filter' : 'unknown' },
  );
