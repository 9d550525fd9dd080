import { at, isRecord, stringAt } from '../../src/models/json.ts';
import {
  type Answer,
  counted,
  type Fault,
  type ParsedChat,
  type ParsedMessage,
  type Protocol,
  type Reply,
  type ScriptedReply,
  type ScriptedServer,
  split,
  startScripted,
} from './scripted.ts';

export type ScriptedOllama = {
  readonly reply: Reply;
  /** Names that are there; default: every name. */
  readonly models?: readonly string[];
  /** Abilities that `/api/show` tells, and that a request is held to. Default: completion and tools. */
  readonly capabilities?: readonly string[];
};

const status = (code: number, error: string): Fault => ({ kind: 'status', status: code, body: { error } });
/** Failures word for word. */
export const ollamaFaults = {
  overflow: status(
    400,
    '{"error":{"code":400,"message":"request (1009 tokens) exceeds the available context size (512 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":1009,"n_ctx":512}}',
  ),
  overflow024: status(400, 'the input length exceeds the context length'),
  overflowNoShift: status(
    400,
    'the prompt is longer than the context length currently available to the model; reduce the prompt',
  ),
  busy: status(503, 'server busy, please try again.  maximum pending requests exceeded'),
  noUserQuery: status(500, 'no user query found in messages'),
  crashed: status(500, 'an error was encountered while running the model: unexpected EOF'),
  unauthorized: {
    kind: 'status',
    status: 401,
    body: { error: 'unauthorized', signin_url: 'https://ollama.com/connect' },
  },
  badCall: (raw: string): Fault =>
    status(500, `error parsing tool call: raw='${raw}', err=invalid character ']' after top-level value`),
  crashLine: {
    kind: 'error_line',
    after_parts: 1,
    body: { error: 'an error was encountered while running the model: unexpected EOF' },
  },
} satisfies Record<string, Fault | ((raw: string) => Fault)>;

/** A server that speaks Ollama's native API. */
export const scriptedOllama = (options: ScriptedOllama): Promise<ScriptedServer> =>
  startScripted(protocol(options), options.reply);

function protocol(options: ScriptedOllama): Protocol {
  const { capabilities = ['completion', 'tools'] } = options;
  return {
    contentType: 'application/x-ndjson',
    receive(method, path, _headers, body) {
      if (path === '/api/chat' && method === 'POST' && isRecord(body)) return { chat: parse(body) };
      return route(path, body, options, capabilities);
    },
    refuse(chat) {
      if (options.models !== undefined && !options.models.includes(chat.model)) return missing(chat.model);
      if (chat.tools.length > 0 && !capabilities.includes('tools')) {
        return refusal(400, `registry.ollama.ai/library/${chat.model}:latest does not support tools`);
      }
      const { think } = chat.raw;
      if (think !== undefined && think !== false && !capabilities.includes('thinking')) {
        return refusal(400, `"${chat.model}" does not support thinking`);
      }
      const wrong = chat.raw.messages;
      const calls = (Array.isArray(wrong) ? wrong : []).flatMap(message => at(message, 'tool_calls') ?? []);
      const text = calls.some(call => typeof at(call, 'function', 'arguments') === 'string');
      return text ? refusal(400, "Value looks like object, but can't find closing '}' symbol") : null;
    },
    pieces: (reply, chat) => pieces(reply, chat),
    errorPiece: body => `${JSON.stringify(body)}\n`,
  };
}

const refusal = (code: number, error: string): Answer => ({ status: code, body: { error } });
const missing = (model: string): Answer => refusal(404, `model '${model}' not found`);

function route(
  path: string,
  body: unknown,
  { models = ['tiny'] }: ScriptedOllama,
  capabilities: readonly string[],
): Answer {
  if (path === '/api/version') return { status: 200, body: { version: '0.32.15' } };
  if (path === '/api/ps') return { status: 200, body: { models: [] } };
  if (path === '/api/tags') {
    const details = {
      format: 'gguf',
      family: 'llama',
      families: ['llama'],
      parameter_size: '30B',
      quantization_level: 'Q4_K_M',
    };
    return {
      status: 200,
      body: {
        models: models.map(name => ({
          name,
          model: name,
          size: 18_556_701_140,
          digest: 'd1',
          modified_at: '2026-11-01T00:00:00Z',
          details,
        })),
      },
    };
  }
  if (path !== '/api/show') return { status: 404, body: '404 page not found' };
  const name = stringAt(body, 'model') ?? '';
  if (!models.includes(name)) return missing(name);
  const modelInfo = { 'general.architecture': 'llama', 'llama.context_length': 262_144 };
  return {
    status: 200,
    body: { details: {}, model_info: modelInfo, capabilities, modified_at: '2026-11-01T00:00:00Z' },
  };
}

function parse(raw: Record<string, unknown>): ParsedChat {
  const listed = Array.isArray(raw.messages) ? raw.messages : [];
  const text = (message: unknown): string => stringAt(message, 'content') ?? '';
  const messages = listed.flatMap((message: unknown): readonly ParsedMessage[] => {
    const role = stringAt(message, 'role');
    if (role === 'tool') return [{ role, text: text(message), tool: stringAt(message, 'tool_name') ?? '' }];
    if (role === 'user') return [{ role, text: text(message) }];
    if (role !== 'assistant') return [];
    const calls = at(message, 'tool_calls');
    return [{ role, text: text(message), calls: (Array.isArray(calls) ? calls : []).map(callOf) }];
  });
  const tools = Array.isArray(raw.tools) ? raw.tools : [];
  return {
    model: stringAt(raw, 'model') ?? '',
    system: listed
      .filter(message => stringAt(message, 'role') === 'system')
      .map(text)
      .join('\n'),
    messages,
    tools: tools.map(tool => stringAt(tool, 'function', 'name') ?? ''),
    raw,
  };
}

function callOf(call: unknown) {
  const input = at(call, 'function', 'arguments');
  return { name: stringAt(call, 'function', 'name') ?? '', input: isRecord(input) ? input : {} };
}

function pieces(reply: ScriptedReply, chat: ParsedChat) {
  const line = (rest: object): string =>
    `${JSON.stringify({ model: chat.model, created_at: '2026-11-21T09:00:00.000000001Z', ...rest })}\n`;
  const said = (message: object): string =>
    line({ message: { role: 'assistant', content: '', ...message }, done: false });
  const parts = [
    ...split(reply.thinking ?? '').map(thinking => said({ thinking })),
    ...split(reply.text ?? '').map(content => said({ content })),
    ...(reply.calls ?? []).map(({ name, input }, index) =>
      said({ tool_calls: [{ id: `call_${index}abcdefg`, function: { index, name, arguments: input } }] }),
    ),
  ];
  const tokens = counted(reply, chat);
  const last = {
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: reply.stop ?? 'stop',
    total_duration: 4_000_000,
    load_duration: 1_000_000,
    prompt_eval_count: tokens.in,
    prompt_eval_duration: 1_000_000,
    eval_count: tokens.out,
    eval_duration: 2_000_000,
  };
  return { opening: [], parts, closing: [line(last)] };
}
