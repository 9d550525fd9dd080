import type { ChatResponse, Ollama } from 'ollama';
import type { Clock } from '../core/clock.ts';
import { err, type Failure, failure } from '../core/failure.ts';
import type { LanguageModel, ModelRequest } from '../core/model.ts';
import { converse } from './converse.ts';
import type { Where } from './failures.ts';
import { adapting, callsAsText, type Refused } from './fields.ts';
import { isRecord, parseJson } from './json.ts';
import { servedByOllama } from './ollama-status.ts';
import { ollamaCollector, toOllama, windowOf } from './ollama-wire.ts';
import { lookUp, whereOf } from './status.ts';
import { asText } from './text-protocol.ts';
import { type Fetch, openTransport } from './transport.ts';
import type { ModelConfig, Provider, ProviderConfig } from './types.ts';

const DEFAULT_URL = 'http://127.0.0.1:11434';

/** Ollama through its native API: its OpenAI-compatible one cannot set the window and cuts prompts silently. */
export async function openOllama(config: ProviderConfig, clock: Clock): Promise<Provider> {
  const { Ollama } = await import('ollama');
  const fetch = await openTransport(config.timeouts.connect_s, config.proxy);
  const host = config.base_url ?? DEFAULT_URL;
  const connect = (signal: AbortSignal): Ollama => new Ollama({ host, fetch: guarded(fetch, signal) });
  return {
    model: model => ollamaModel(model, config, host, clock, connect),
    status: signal =>
      lookUp(inner => servedByOllama(connect(inner)), config, whereOf(config, host, null, 'status', 0), clock, signal),
  };
}

function ollamaModel(
  model: ModelConfig,
  config: ProviderConfig,
  base_url: string,
  clock: Clock,
  connect: (signal: AbortSignal) => Ollama,
): LanguageModel {
  const { timeouts } = config;
  const where = whereOf(config, base_url, null, model.id, windowOf(model));
  const learned: { refused: Refused } = { refused: { fields: new Set(), malformed: 0 } };
  const ask = (request: ModelRequest, refused: Refused, signal?: AbortSignal) => {
    const sent = callsAsText(model.capabilities.tools, refused) ? asText(request) : request;
    const body = toOllama(sent, model, model.capabilities.thinking && !refused.fields.has('thinking'));
    const open = (inner: AbortSignal): Promise<AsyncIterable<ChatResponse>> => connect(inner).chat(body);
    const collector = ollamaCollector(sent, request.tools, where);
    return converse({ where, timeouts, clock, collector, open }, signal);
  };
  return {
    id: model.alias,
    async *reply(request, signal) {
      signal?.throwIfAborted();
      if (config.location === 'local' && /[:-]cloud$/.test(model.id)) return err(notLocal(where));
      return yield* adapting((refused, inner) => ask(request, refused, inner), model.alias, learned)(signal);
    },
  };
}

/** Ollama passes models of this name on to its cloud, so what is sent would leave the machine. */
const notLocal = ({ model, provider }: Where): Failure =>
  failure(
    'provider.bad_request',
    `${model} runs in Ollama's cloud, but ${provider} is declared as local.`,
    'Use a model that is on this machine, or declare a provider with location: cloud for it.',
  );

/**
 * The library's `fetch`, made to abort (the library cannot abort a request that has no headers yet) and to give it only what
 * it reads without printing warnings to the terminal: errors as `{"error": text}`, and lines that are JSON objects.
 */
export function guarded(fetch: Fetch, signal: AbortSignal): Fetch {
  return async (input, init) => {
    const signals = [signal, init?.signal].filter(one => one !== undefined && one !== null);
    const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    if (!response.ok) {
      const error = errorText(await response.text()) || `HTTP status ${response.status}`;
      return Response.json({ error }, { status: response.status });
    }
    const streamed = response.headers.get('content-type')?.includes('ndjson') === true;
    return streamed && response.body !== null ? new Response(ReadableStream.from(lines(response.body))) : response;
  };
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let held = '';
  for await (const chunk of body) {
    const pieces = (held + decoder.decode(chunk, { stream: true })).split('\n');
    held = pieces.pop() ?? '';
    for (const piece of pieces) if (piece.trim() !== '') yield encoder.encode(`${readable(piece)}\n`);
  }
  if (held.trim() !== '') yield encoder.encode(`${readable(held)}\n`);
}

function readable(line: string): string {
  const value = parseJson(line);
  if (isRecord(value) && isRecord(value.message)) return line;
  if (isRecord(value) && 'error' in value) return JSON.stringify({ error: errorText(line) });
  return JSON.stringify({ error: `the server sent a line that is no part of a reply: ${line.slice(0, 200)}` });
}

/** Older servers put the error's name where `error` should be. */
function errorText(body: string): string {
  const value = parseJson(body);
  if (!isRecord(value)) return body.trim();
  const [key, first] = Object.entries(value)[0] ?? ['', ''];
  const error = value.error ?? (typeof first === 'string' ? `${key}: ${first}` : first);
  return typeof error === 'string' ? error : JSON.stringify(error);
}
