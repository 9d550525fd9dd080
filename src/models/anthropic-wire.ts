import type { MessageCreateParamsStreaming, RawMessageStreamEvent, Tool } from '@anthropic-ai/sdk/resources/messages';
import { err, failure, ok, type Result } from '../core/failure.ts';
import type { ModelPart, ModelRequest, ToolCall, ToolSpec, Usage } from '../core/model.ts';
import { toHistory } from './anthropic-history.ts';
import { broken, type Collector, type Ended, interrupted } from './converse.ts';
import { usageDetails } from './estimate.ts';
import type { Where } from './failures.ts';
import { callIds } from './ids.ts';
import { at, isRecord, numberAt, parseLoosely, stringAt } from './json.ts';
import type { ModelConfig } from './types.ts';

/**
 * The body of `/v1/messages`. No temperature: current models refuse it. The top-level `cache_control` makes the longest
 * unchanged beginning (tools, system, messages) come from the cache.
 */
export function toAnthropic(request: ModelRequest, config: ModelConfig, think: boolean): MessageCreateParamsStreaming {
  const { system, messages } = toHistory(request.messages, config.id);
  return {
    model: config.id,
    max_tokens: Math.min(request.max_output_tokens, config.context.max_output),
    ...(system.length > 0 && { system: [...system] }),
    messages: [...messages],
    ...(request.tools.length > 0 && { tools: request.tools.map(toTool) }),
    cache_control: { type: 'ephemeral' },
    ...(think && thinking(config)),
    stream: true,
  };
}

const toTool = ({ name, description, input_schema }: ToolSpec): Tool => ({
  name,
  description,
  input_schema: { type: 'object', ...input_schema },
});

function thinking({ think }: ModelConfig): Partial<MessageCreateParamsStreaming> {
  if (think === undefined) return {};
  if (think === false) return { thinking: { type: 'disabled' } };
  return { thinking: { type: 'adaptive' }, ...(think !== true && { output_config: { effort: think } }) };
}

/** A content block while it arrives: as it will go back, and the pieces of a call's input. */
type Block = { readonly value: Record<string, unknown>; json: string };

export function anthropicCollector(
  request: ModelRequest,
  model: string,
  where: Where,
): Collector<RawMessageStreamEvent> {
  const newId = callIds(request);
  const blocks = new Map<number, Block>();
  let counts: Record<string, unknown> = {};
  let stop: { readonly reason: string; readonly category: string; readonly explanation: string } | null = null;
  let complete = false;

  const usage = (): Usage => {
    const count = (name: string): number => numberAt(counts, name) ?? 0;
    const cached = count('cache_read_input_tokens');
    return {
      in: count('input_tokens') + count('cache_creation_input_tokens') + cached,
      out: count('output_tokens'),
      cached,
    };
  };
  return {
    take(event): readonly ModelPart[] {
      // What the types promise, a server need not send.
      if (!isRecord(event)) return [];
      if (event.type === 'message_start') counts = { ...Object(at(event, 'message', 'usage')) };
      else if (event.type === 'content_block_start') {
        blocks.set(event.index, { value: { ...Object(at(event, 'content_block')) }, json: '' });
      } else if (event.type === 'content_block_delta') {
        const block = blocks.get(event.index);
        return block === undefined || !isRecord(event.delta) ? [] : append(block, event.delta);
      } else if (event.type === 'message_delta') {
        // Its counts are cumulative; those it leaves out (null) keep what the start said.
        for (const [name, value] of Object.entries(Object(event.usage))) if (value !== null) counts[name] = value;
        const detail = (name: string): string | null => stringAt(event, 'delta', 'stop_details', name);
        const reason = stringAt(event, 'delta', 'stop_reason') ?? '';
        stop = { reason, category: detail('category') ?? 'unknown', explanation: detail('explanation') ?? '' };
      } else if (event.type === 'message_stop') complete = true;
      return [];
    },
    end() {
      if (!complete || stop === null) return err(interrupted(where, 'the stream ended without message_stop.'));
      if (stop.reason === 'refusal') return err(refusal(where, stop.category, stop.explanation, usage()));
      if (stop.reason === 'model_context_window_exceeded') return err(overflow(where, usage()));
      const whole = { parts: [...blocks.values()], cut: stop.reason === 'max_tokens', usage: usage() };
      return gather(whole, model, newId, where);
    },
  };
}

type Whole = { readonly parts: readonly Block[]; readonly cut: boolean; readonly usage: Usage };

function gather(
  { parts, cut, usage }: Whole,
  model: string,
  newId: ReturnType<typeof callIds>,
  where: Where,
): Result<Ended> {
  const text = parts
    .flatMap(({ value }) => (value.type === 'text' ? [String(value.text)] : []))
    .join('')
    .trim();
  const begun = parts.some(({ value }) => value.type === 'tool_use');
  if (cut) return ok({ text, calls: [], usage, cut, begun });
  const calls: ToolCall[] = [];
  for (const { value, json } of parts) {
    if (value.type !== 'tool_use') continue;
    const name = String(value.name);
    const input = json.trim() === '' ? value.input : parseLoosely(json);
    if (!isRecord(input)) return err(broken(where, `the input of ${name} is no JSON object.`, usage));
    const id = newId(stringAt(value, 'id'));
    Object.assign(value, { input, id });
    calls.push({ id, name, input });
  }
  const signed = parts.some(({ value }) => value.type === 'thinking' || value.type === 'redacted_thinking');
  const blocks = parts.map(({ value }) => value).filter(value => value.type !== 'text' || value.text !== '');
  const opaque = { provider: 'anthropic', model, blocks };
  return ok({ text, calls, usage, cut, begun, ...(signed && { opaque }) });
}

type Delta = Extract<RawMessageStreamEvent, { type: 'content_block_delta' }>['delta'];

function append(block: Block, delta: Delta): readonly ModelPart[] {
  const { value } = block;
  if (delta.type === 'text_delta') {
    value.text = `${value.text ?? ''}${delta.text}`;
    return [{ type: 'text', text: delta.text }];
  }
  if (delta.type === 'thinking_delta') {
    value.thinking = `${value.thinking ?? ''}${delta.thinking}`;
    return [{ type: 'thinking', text: delta.thinking }];
  }
  if (delta.type === 'signature_delta') value.signature = `${value.signature ?? ''}${delta.signature}`;
  if (delta.type === 'input_json_delta') block.json += delta.partial_json;
  return [];
}

const refusal = ({ model }: Where, category: string, explanation: string, usage: Usage) =>
  failure(
    'model.refusal',
    `${model} refused the request (${category})${explanation === '' ? '.' : `: ${explanation}`}`,
    'Do not send the same prompt again: ask another model, or reword the task.',
    { category, ...usageDetails(usage) },
  );

const overflow = ({ model, window }: Where, usage: Usage) =>
  failure(
    'model.context_exceeded',
    `The conversation filled the context window of ${model} while it was answering.`,
    'Send less (older results can go), or use a model with a larger window.',
    { window_tokens: window, ...usageDetails(usage) },
  );
