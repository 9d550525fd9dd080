import { at, isRecord, parseJson, stringAt } from '../../src/models/json.ts';
import {
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

export type ScriptedOpenai = {
  readonly reply: Reply;
  /** The key that is accepted. Default: any, or none. */
  readonly key?: string;
  readonly models?: readonly string[];
  /** Name of the field that carries thinking: vLLM's new one, or llama.cpp's. Default `reasoning_content`. */
  readonly reasoning?: 'reasoning' | 'reasoning_content';
};

const status = (code: number, error: object, headers?: Record<string, string>): Fault => ({
  kind: 'status',
  status: code,
  body: { error },
  ...(headers !== undefined && { headers }),
});
/** Failures word for word. */
export const openaiFaults = {
  auth: status(401, {
    message: 'Incorrect API key provided: sk-****.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  }),
  rateLimit: (seconds: number): Fault =>
    status(
      429,
      { message: 'Rate limit reached for requests.', type: 'requests', param: null, code: 'rate_limit_exceeded' },
      { 'retry-after': String(seconds) },
    ),
  noQuota: status(429, {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    param: null,
    code: 'insufficient_quota',
  }),
  overflowVllm: status(400, {
    message:
      "This model's maximum context length is 4096 tokens. However, you requested 1024 output tokens and your prompt contains at least 5000 input tokens, for a total of at least 6024 tokens. Please reduce the length of the input prompt or the number of requested output tokens.",
    type: 'BadRequestError',
    param: null,
    code: 400,
  }),
  overflowLlamaCpp: status(400, {
    code: 400,
    message: 'request (131168 tokens) exceeds the available context size (131072 tokens), try increasing it',
    type: 'exceed_context_size_error',
    n_prompt_tokens: 131_168,
    n_ctx: 131_072,
  }),
  overflowLine: {
    kind: 'error_line',
    after_parts: 0,
    body: {
      error: {
        code: 400,
        message: 'request (600 tokens) exceeds the available context size (512 tokens), try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 600,
        n_ctx: 512,
      },
    },
  },
  noToolParser: status(400, {
    message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    type: 'BadRequestError',
    param: null,
    code: 400,
  }),
  badCall: status(500, {
    code: 500,
    message: 'Failed to parse tool call arguments as JSON: [json.exception.parse_error.101] parse error',
    type: 'server_error',
  }),
  loading: status(503, { code: 503, message: 'Loading model', type: 'unavailable_error' }),
  maxTokens: status(400, {
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    type: 'invalid_request_error',
    param: 'max_tokens',
    code: 'unsupported_parameter',
  }),
  modelMissing: status(404, {
    message: 'The model `none` does not exist.',
    type: 'NotFoundError',
    param: null,
    code: 404,
  }),
} satisfies Record<string, Fault | ((seconds: number) => Fault)>;

/** A server that speaks OpenAI's chat completions, streaming, as vLLM and llama.cpp do. */
export const scriptedOpenai = (options: ScriptedOpenai): Promise<ScriptedServer> =>
  startScripted(protocol(options), options.reply);

function protocol({ key, models = ['test-model'], reasoning = 'reasoning_content' }: ScriptedOpenai): Protocol {
  return {
    contentType: 'text/event-stream',
    receive(method, path, headers, body) {
      if (key !== undefined && headers.authorization !== `Bearer ${key}`) {
        return {
          status: 401,
          body: {
            error: {
              message: 'Incorrect API key provided.',
              type: 'invalid_request_error',
              param: null,
              code: 'invalid_api_key',
            },
          },
        };
      }
      if (path === '/v1/models') {
        return {
          status: 200,
          body: {
            object: 'list',
            data: models.map(id => ({ id, object: 'model', owned_by: 'vllm', max_model_len: 32_768 })),
          },
        };
      }
      if (path === '/v1/chat/completions' && method === 'POST' && isRecord(body)) return { chat: parse(body) };
      return { status: 404, body: { detail: 'Not Found' } };
    },
    pieces: (reply, chat) => pieces(reply, chat, reasoning),
    errorPiece: body => event(body),
  };
}

function parse(raw: Record<string, unknown>): ParsedChat {
  const listed = Array.isArray(raw.messages) ? raw.messages : [];
  const text = (message: unknown): string => stringAt(message, 'content') ?? '';
  const names = new Map<string, string>();
  const messages = listed.flatMap((message: unknown): readonly ParsedMessage[] => {
    const role = stringAt(message, 'role');
    if (role === 'user') return [{ role, text: text(message) }];
    if (role === 'tool')
      return [{ role, text: text(message), tool: names.get(stringAt(message, 'tool_call_id') ?? '') ?? '' }];
    if (role !== 'assistant') return [];
    const given = at(message, 'tool_calls');
    const calls = (Array.isArray(given) ? given : []).map((call: unknown) => {
      const input = parseJson(stringAt(call, 'function', 'arguments') ?? '');
      const name = stringAt(call, 'function', 'name') ?? '';
      names.set(stringAt(call, 'id') ?? '', name);
      return { name, input: isRecord(input) ? input : {} };
    });
    return [{ role, text: text(message), calls }];
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

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

function pieces(reply: ScriptedReply, chat: ParsedChat, reasoning: string) {
  const chunk = (choices: readonly object[], rest: object = {}): string =>
    event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: chat.model, choices, ...rest });
  const said = (delta: object): string => chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
  const calls = (reply.calls ?? []).map(({ name, input }, index) => [
    said({
      tool_calls: [
        {
          index,
          id: `chatcmpl-tool-${chat.messages.length}${index}`,
          type: 'function',
          function: { name, arguments: '' },
        },
      ],
    }),
    ...split(JSON.stringify(input), 6).map(fragment =>
      said({ tool_calls: [{ index, function: { arguments: fragment } }] }),
    ),
  ]);
  // Fragments of several calls may come in turn: only the index says whose they are.
  const woven = Array.from({ length: Math.max(0, ...calls.map(({ length }) => length)) }, (_, place) =>
    calls.flatMap(call => call[place] ?? []),
  ).flat();
  const parts = [
    ...split(reply.thinking ?? '').map(thinking => said({ [reasoning]: thinking })),
    ...split(reply.text ?? '').map(content => said({ content })),
    ...woven,
  ];
  const finish = reply.stop ?? (calls.length > 0 ? 'tool_calls' : 'stop');
  const tokens = counted(reply, chat);
  const usage = {
    prompt_tokens: tokens.in,
    completion_tokens: tokens.out,
    total_tokens: tokens.in + tokens.out,
    prompt_tokens_details: { cached_tokens: tokens.cached },
  };
  const asked = at(chat.raw, 'stream_options', 'include_usage') === true;
  return {
    opening: [said({ role: 'assistant', content: '' })],
    parts,
    closing: [
      chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: finish }]),
      ...(asked ? [chunk([], { usage })] : []),
      'data: [DONE]\n\n',
    ],
  };
}
