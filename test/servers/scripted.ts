import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type ParsedMessage = {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly calls?: readonly ScriptedCall[];
  /** Name of the tool that a result belongs to, where the wire format says it. */
  readonly tool?: string;
};
/** A chat request of any of the formats, as a script sees it. */
export type ParsedChat = {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ParsedMessage[];
  readonly tools: readonly string[];
  /** The JSON body as it came. */
  readonly raw: Record<string, unknown>;
};
export type ScriptedCall = { readonly name: string; readonly input: Readonly<Record<string, unknown>> };

/** What goes wrong. Parts are the pieces of the reply's text and calls; a stream's opening and closing lines are none. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'cut'; readonly after_parts: number }
  | { readonly kind: 'error_line'; readonly body: unknown; readonly after_parts: number }
  | { readonly kind: 'no_done' }
  | { readonly kind: 'stall'; readonly after_parts: number };

export type ScriptedReply = {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly ScriptedCall[];
  readonly tokens?: { readonly in: number; readonly out: number; readonly cached?: number };
  /** The format's own word for why it stopped, such as `length`, `max_tokens`, `refusal`. */
  readonly stop?: string;
  readonly fault?: Fault;
};

export type Reply = (request: ParsedChat) => ScriptedReply;

export type ScriptedServer = {
  /** Without a slash at the end. */
  readonly url: string;
  /** Every chat request so far, also refused ones. */
  readonly requests: readonly ParsedChat[];
  /** Resolves when a client has gone away from a reply that was not finished. */
  readonly aborted: Promise<void>;
  close(): Promise<void>;
};

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};
export type Protocol = {
  readonly contentType: string;
  /** The chat request, or an answer for anything else (other routes, missing headers, a body the real server refuses). */
  receive(
    method: string,
    path: string,
    headers: IncomingMessage['headers'],
    body: unknown,
  ): { readonly chat: ParsedChat } | Answer;
  /** The bytes of a reply, piece by piece: what opens the stream, the parts, what closes it. */
  pieces(
    reply: ScriptedReply,
    chat: ParsedChat,
  ): { readonly opening: readonly string[]; readonly parts: readonly string[]; readonly closing: readonly string[] };
  errorPiece(body: unknown): string;
  /** Judges the conversation as the real server would, once it is recorded. */
  refuse?(chat: ParsedChat): Answer | null;
};

/** Splits a text into pieces of about 8 characters, as tokens arrive. */
export const split = (value: string, size = 8): readonly string[] =>
  Array.from({ length: Math.ceil(value.length / size) }, (_, place) => value.slice(place * size, (place + 1) * size));

/** What a model server would have counted: four characters a token. */
export const counted = (
  reply: ScriptedReply,
  chat: ParsedChat,
): { readonly in: number; readonly out: number; readonly cached: number } => ({
  in: reply.tokens?.in ?? Math.ceil(JSON.stringify(chat.raw.messages ?? '').length / 4),
  out: reply.tokens?.out ?? Math.ceil(((reply.text ?? '').length + JSON.stringify(reply.calls ?? []).length) / 4),
  cached: reply.tokens?.cached ?? 0,
});

export async function startScripted(protocol: Protocol, reply: Reply): Promise<ScriptedServer> {
  const requests: ParsedChat[] = [];
  let leave: () => void = () => undefined;
  const aborted = new Promise<void>(resolve => {
    leave = resolve;
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('close', () => {
      if (!response.writableFinished) leave();
    });
    const body = await text(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const received = protocol.receive(
      request.method ?? 'GET',
      path,
      request.headers,
      body === '' ? {} : JSON.parse(body),
    );
    if (!('chat' in received)) return answer(response, received);
    requests.push(received.chat);
    const refused = protocol.refuse?.(received.chat) ?? null;
    if (refused !== null) return answer(response, refused);
    await play(protocol, reply(received.chat), received.chat, response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      answer(response, { status: 500, body: { error: String(error) } }),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    aborted,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  const plain = typeof body === 'string';
  response.writeHead(status, { 'content-type': plain ? 'text/plain' : 'application/json', ...headers });
  response.end(plain ? body : JSON.stringify(body));
}

async function play(
  protocol: Protocol,
  reply: ScriptedReply,
  chat: ParsedChat,
  response: ServerResponse,
): Promise<void> {
  const { fault } = reply;
  if (fault?.kind === 'status') return answer(response, fault);
  const { opening, parts, closing } = protocol.pieces(reply, chat);
  const limit = fault !== undefined && 'after_parts' in fault ? fault.after_parts : parts.length;
  // Ollama sends its headers with the first token: nothing at all may have come before a cut or a stall at 0.
  if (limit === 0 && fault?.kind === 'cut') return void response.destroy();
  if (limit === 0 && fault?.kind === 'stall') return;
  response.writeHead(200, { 'content-type': protocol.contentType });
  for (const piece of [...opening, ...parts.slice(0, limit)]) await write(response, piece);
  if (fault?.kind === 'cut') return void response.destroy();
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'error_line') await write(response, protocol.errorPiece(fault.body));
  else if (fault?.kind !== 'no_done') for (const piece of closing) await write(response, piece);
  response.end();
}

const write = (response: ServerResponse, piece: string): Promise<void> =>
  new Promise(resolve => response.write(piece, () => resolve()));
