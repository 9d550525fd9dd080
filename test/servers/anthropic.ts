import { at, isRecord, numberAt, stringAt } from '../../src/models/json.ts';
import { anthropicError } from './anthropic-faults.ts';
import {
  type Answer,
  counted,
  type ParsedChat,
  type ParsedMessage,
  type Protocol,
  type Reply,
  type ScriptedReply,
  type ScriptedServer,
  split,
  startScripted,
} from './scripted.ts';

export { anthropicFaults } from './anthropic-faults.ts';

export type ScriptedAnthropic = {
  readonly reply: Reply;
  /** The key that is accepted. Default: any. */
  readonly key?: string;
  readonly models?: readonly string[];
};

/** A server that speaks Anthropic's Messages API, streaming, and refuses what the real one refuses. */
export const scriptedAnthropic = (options: ScriptedAnthropic): Promise<ScriptedServer> =>
  startScripted(protocol(options), options.reply);

function protocol({ key, models = ['claude-test-1'] }: ScriptedAnthropic): Protocol {
  return {
    contentType: 'text/event-stream; charset=utf-8',
    receive(method, path, headers, body) {
      // The library of version 1 sends the key as a bearer token and the new API version; both ways are accepted.
      const given = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
      if (given === undefined || (key !== undefined && given !== key)) {
        return { status: 401, body: anthropicError('authentication_error', 'invalid x-api-key') };
      }
      if (!API_VERSIONS.includes(String(headers['anthropic-version'])))
        return refusal('anthropic-version: header is required');
      if (path === '/v1/models') {
        const data = models.map(id => ({
          type: 'model',
          id,
          display_name: id,
          created_at: '2026-01-01T00:00:00Z',
          max_input_tokens: 200_000,
        }));
        return { status: 200, body: { data, has_more: false, first_id: models[0], last_id: models.at(-1) } };
      }
      if (path === '/v1/messages' && method === 'POST' && isRecord(body)) return { chat: parse(body) };
      return { status: 404, body: anthropicError('not_found_error', 'Not found') };
    },
    refuse: ({ raw }) => refuse(raw),
    pieces,
    errorPiece: body => event('error', body),
  };
}

const API_VERSIONS = ['2023-06-01', '2026-10-21'];

const refusal = (message: string): Answer => ({ status: 400, body: anthropicError('invalid_request_error', message) });
const blocksOf = (content: unknown): readonly unknown[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : Array.isArray(content) ? content : [];
const ofType = (blocks: readonly unknown[], type: string): readonly unknown[] =>
  blocks.filter(block => stringAt(block, 'type') === type);

function refuse(raw: Record<string, unknown>): Answer | null {
  if (numberAt(raw, 'max_tokens') === null) return refusal('max_tokens: Field required');
  for (const name of ['temperature', 'top_p', 'top_k'])
    if (name in raw) return refusal(`\`${name}\` is not supported on this model`);
  const messages = Array.isArray(raw.messages) ? raw.messages : [];
  if (stringAt(messages[0], 'role') !== 'user') return refusal('messages: first message must use the "user" role');
  if (stringAt(messages.at(-1), 'role') !== 'user')
    return refusal('This model does not support assistant message prefill.');
  for (const [place, message] of messages.entries()) {
    const blocks = blocksOf(at(message, 'content'));
    if (ofType(blocks, 'text').some(block => (stringAt(block, 'text') ?? '').trim() === ''))
      return refusal('messages: text content blocks must be non-empty');
    const problem = pairing(
      place,
      blocks,
      blocksOf(at(messages[place + 1], 'content')),
      blocksOf(at(messages[place - 1], 'content')),
    );
    if (problem !== null) return refusal(problem);
  }
  return null;
}

/** Each call must have exactly one result at the beginning of the next message, each result its call in the one before. */
function pairing(
  place: number,
  blocks: readonly unknown[],
  next: readonly unknown[],
  before: readonly unknown[],
): string | null {
  const resultIds = next
    .slice(0, ofType(next, 'tool_result').length)
    .flatMap(block => stringAt(block, 'tool_use_id') ?? []);
  const lone = ofType(blocks, 'tool_use')
    .map(block => stringAt(block, 'id') ?? '')
    .filter(id => resultIds.filter(found => found === id).length !== 1);
  if (lone.length > 0) {
    return `messages.${place}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${lone.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
  }
  const known = ofType(before, 'tool_use').map(block => stringAt(block, 'id'));
  const stray = ofType(blocks, 'tool_result').some(block => !known.includes(stringAt(block, 'tool_use_id')));
  return stray ? `messages.${place}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks` : null;
}

function parse(raw: Record<string, unknown>): ParsedChat {
  const text = (blocks: readonly unknown[]): string =>
    ofType(blocks, 'text')
      .map(block => stringAt(block, 'text') ?? '')
      .join('\n');
  const names = new Map<string, string>();
  const messages = (Array.isArray(raw.messages) ? raw.messages : []).flatMap(
    (message: unknown): readonly ParsedMessage[] => {
      const blocks = blocksOf(at(message, 'content'));
      if (stringAt(message, 'role') === 'assistant') {
        const calls = ofType(blocks, 'tool_use').map(block => {
          const input = at(block, 'input');
          names.set(stringAt(block, 'id') ?? '', stringAt(block, 'name') ?? '');
          return { name: stringAt(block, 'name') ?? '', input: isRecord(input) ? input : {} };
        });
        return [{ role: 'assistant', text: text(blocks), calls }];
      }
      const results = ofType(blocks, 'tool_result').map((block): ParsedMessage => {
        const content = at(block, 'content');
        const tool = names.get(stringAt(block, 'tool_use_id') ?? '') ?? '';
        return { role: 'tool', text: typeof content === 'string' ? content : text(blocksOf(content)), tool };
      });
      const said = text(blocks);
      return said === '' ? results : [...results, { role: 'user', text: said }];
    },
  );
  const tools = Array.isArray(raw.tools) ? raw.tools : [];
  const system = text(blocksOf(raw.system));
  return {
    model: stringAt(raw, 'model') ?? '',
    system,
    messages,
    tools: tools.map(tool => stringAt(tool, 'name') ?? ''),
    raw,
  };
}

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

function block(index: number, start: object, deltas: readonly object[]): readonly string[] {
  const change = (delta: object): string => event('content_block_delta', { type: 'content_block_delta', index, delta });
  const begin = event('content_block_start', { type: 'content_block_start', index, content_block: start });
  // A piece a part: what opens a block comes with its first delta, what closes it with its last.
  const changes = deltas.map(change);
  const first = `${begin}${changes[0] ?? ''}`;
  const end = event('content_block_stop', { type: 'content_block_stop', index });
  return changes.length < 2 ? [first + end] : [first, ...changes.slice(1, -1), `${changes.at(-1)}${end}`];
}

function blocksOfReply(reply: ScriptedReply, chat: ParsedChat): readonly string[] {
  const blocks: (readonly string[])[] = [];
  if (reply.thinking !== undefined) {
    const deltas = [
      ...split(reply.thinking).map(thinking => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: 'c2lnbmVk' },
    ];
    blocks.push(block(blocks.length, { type: 'thinking', thinking: '', signature: '' }, deltas));
  }
  if (reply.text)
    blocks.push(
      block(
        blocks.length,
        { type: 'text', text: '' },
        split(reply.text).map(text => ({ type: 'text_delta', text })),
      ),
    );
  for (const { name, input } of reply.calls ?? []) {
    const id = `toolu_${chat.messages.length}_${blocks.length}`;
    const json = ['', ...split(JSON.stringify(input), 6)].map(partial_json => ({
      type: 'input_json_delta',
      partial_json,
    }));
    blocks.push(block(blocks.length, { type: 'tool_use', id, name, input: {} }, json));
  }
  return blocks.flat();
}

function pieces(reply: ScriptedReply, chat: ParsedChat) {
  const tokens = counted(reply, chat);
  const usage = {
    input_tokens: tokens.in - tokens.cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: tokens.cached,
    output_tokens: 1,
  };
  const message = {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: chat.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const stop = reply.stop ?? ((reply.calls ?? []).length > 0 ? 'tool_use' : 'end_turn');
  const details =
    stop === 'refusal' ? { type: 'refusal', category: 'cyber', explanation: 'It could enable cyber harm.' } : null;
  const closing = [
    event('message_delta', {
      type: 'message_delta',
      delta: { stop_reason: stop, stop_sequence: null, stop_details: details },
      usage: { output_tokens: tokens.out },
    }),
    event('message_stop', { type: 'message_stop' }),
  ];
  return {
    opening: [event('message_start', { type: 'message_start', message }) + event('ping', { type: 'ping' })],
    parts: blocksOfReply(reply, chat),
    closing,
  };
}
