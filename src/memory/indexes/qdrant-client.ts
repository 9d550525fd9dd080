import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { err, type Failure, fail, failure, ok, type Result } from '../../core/failure.ts';
import type { QdrantAddress } from './qdrant-address.ts';
import { troubleOf } from './qdrant-trouble.ts';

export type Api = ReturnType<QdrantClient['api']>;
/** One call of the server's API; every failure of it is a value. */
export type QdrantCall = <T>(
  work: (api: Api, init: { readonly signal: AbortSignal }) => Promise<T>,
  signal: AbortSignal,
  kind: keyof Patience,
) => Promise<Result<T>>;

/** Milliseconds that one call may take. */
export type Patience = { readonly read: number; readonly write: number };
const PATIENCE: Patience = { read: 2_000, write: 5_000 };
/** A connection that the server closed while nobody used it: nothing was done, and another one is opened. */
const STALE = /UND_ERR_SOCKET|ECONNRESET/;

const OLDEST = [1, 16] as const;
/** From here on a text's words are weighed within its project. */
const CORPUS_SINCE = [1, 19] as const;

export type QdrantServer = {
  readonly address: QdrantAddress;
  readonly call: QdrantCall;
  /** Asks for the version, once; fails where it is too old. */
  version(signal: AbortSignal): Promise<Result<ServerVersion>>;
};
export type ServerVersion = { readonly text: string; readonly weighsByProject: boolean };

/** A key must not travel where others can read it. */
export function mayCarryKey({ secure, local, shown }: QdrantAddress, key: string | null): Result<void> {
  if (key === null || secure || local) return ok(undefined);
  return fail(
    'settings.invalid',
    `The key of Qdrant would go over plain http to another machine (${shown}).`,
    'Use https:// there, or a tunnel to 127.0.0.1, or leave qdrant_api_key out.',
  );
}

/** A server by its official client, which is loaded with the first call. Nothing is asked before that. */
export function qdrantServer(address: QdrantAddress, key: string | null, patience = PATIENCE): QdrantServer {
  let opened: Promise<Api> | null = null;
  const api = (): Promise<Api> => {
    opened ??= openApi(address, key);
    return opened;
  };
  const call: QdrantCall = async (work, signal, kind) => {
    const allowed = mayCarryKey(address, key);
    if (!allowed.ok) return allowed;
    const first = await once(work, signal, patience[kind]);
    // Every call may be repeated.
    if (first.ok || !(first.error.code === 'provider.unreachable' && STALE.test(first.error.message))) return first;
    return once(work, signal, patience[kind]);
  };
  const once = async <T>(
    work: (api: Api, init: { readonly signal: AbortSignal }) => Promise<T>,
    signal: AbortSignal,
    milliseconds: number,
  ): Promise<Result<T>> => {
    const ready = await api();
    signal.throwIfAborted();
    const limit = AbortSignal.timeout(milliseconds);
    const headers = noteRetryAfter(address);
    try {
      const answer = await work(ready, { signal: AbortSignal.any([signal, limit]) });
      return isAnswer(answer) ? ok(answer) : err(oddAnswer(address));
    } catch (problem) {
      if (signal.aborted) throw signal.reason;
      const waited = limit.aborted ? milliseconds : null;
      const trouble = troubleOf(problem, { shown: address.shown, retryAfter: headers.seconds(), waited });
      // A server that repeats what it was sent must not put the key into a message.
      const message = key === null ? trouble.message : trouble.message.replaceAll(key, '[redacted]');
      return err({ ...trouble, message });
    } finally {
      headers.stop();
    }
  };
  let known: ServerVersion | null = null;
  return {
    address,
    call,
    async version(signal) {
      if (known !== null) return ok(known);
      const answer = await call((ready, init) => ready.root({}, init), signal, 'read');
      if (!answer.ok) return answer;
      const judged = judge(address, answer.value.data.version);
      if (judged.ok) known = judged.value;
      return judged;
    },
  };
}

/** Whatever stands at that address may answer 200 to anything: a page of a proxy is no object. */
const isAnswer = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'data' in answer &&
  typeof answer.data === 'object' &&
  answer.data !== null;

/** An answer that says nothing of what was asked for. */
export const oddAnswer = ({ shown }: QdrantAddress): Failure =>
  failure(
    'provider.bad_request',
    `What answers at ${shown} is no Qdrant server, or one that llmclis does not understand.`,
    'Look at qdrant_url and its port. Recall goes on with the vectors in the database.',
  );

async function openApi({ url, port, prefix }: QdrantAddress, key: string | null): Promise<Api> {
  const { QdrantClient } = await import('@qdrant/js-client-rest');
  const client = new QdrantClient({
    url,
    port,
    prefix,
    // Its own look at the version is not awaited and prints; its own time limit hides our signal.
    checkCompatibility: false,
    timeout: Number.POSITIVE_INFINITY,
    maxConnections: 4,
    headers: {
      // Compressed answers come in chunks that wait 40 ms for each other.
      'accept-encoding': 'identity',
      // As `apiKey` the client would print a warning.
      ...(key !== null && { 'api-key': key }),
    },
  });
  return client.api();
}

function judge({ shown }: QdrantAddress, text: unknown): Result<ServerVersion> {
  const numbers = /^v?(\d+)\.(\d+)/.exec(typeof text === 'string' ? text : '');
  const [major, minor] = [Number(numbers?.[1] ?? 0), Number(numbers?.[2] ?? 0)];
  const since = ([first, second]: readonly [number, number]): boolean =>
    major > first || (major === first && minor >= second);
  const version = typeof text === 'string' ? text.slice(0, 40) : 'of no version';
  if (major === OLDEST[0] && since(OLDEST)) return ok({ text: version, weighsByProject: since(CORPUS_SINCE) });
  const why = numbers === null ? 'is no Qdrant server' : `is version ${version}`;
  return fail(
    'provider.bad_request',
    `The server at ${shown} ${why}; llmclis needs Qdrant ${OLDEST.join('.')} or newer of version 1: marks on a collection, and fusion by rank with a constant.`,
    'Use the image that docker-compose.yml names. Recall goes on with the vectors in the database.',
  );
}

type Seen = {
  readonly request?: { readonly origin?: unknown };
  readonly response?: { readonly statusCode?: number; readonly headers?: readonly (Buffer | string)[] };
};

/** The client keeps only the first digit of `retry-after`, so the header is read where the answer comes in. */
function noteRetryAfter({ url, port }: QdrantAddress) {
  const channel = 'undici:request:headers';
  const origin = new URL(`${url}:${port}`).origin;
  let seconds: number | null = null;
  const look = (message: unknown): void => {
    const { request, response } = message as Seen;
    if (response?.statusCode !== 429 || String(request?.origin) !== origin) return;
    const words = (response.headers ?? []).map(String);
    const at = words.findIndex((word, place) => place % 2 === 0 && word.toLowerCase() === 'retry-after');
    const value = Number(words[at + 1]);
    if (at >= 0 && Number.isFinite(value) && value >= 0) seconds = value;
  };
  subscribe(channel, look);
  return { seconds: () => seconds, stop: () => void unsubscribe(channel, look) };
}
