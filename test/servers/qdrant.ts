import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type OpenApi, openApi } from './openapi.ts';
import { type Answer, type Engine, qdrantEngine } from './qdrant-engine.ts';

const OPENAPI = join(process.env.LLMCLIS_SHARED ?? '../shared', 'data', 'memory', 'qdrant-openapi.json');

/** The official description of the interface; null where the shared data is not there. */
export const officialApi = (): OpenApi | null =>
  existsSync(OPENAPI) ? openApi(JSON.parse(readFileSync(OPENAPI, 'utf8'))) : null;

export type QdrantRequest = { readonly method: string; readonly path: string; readonly body: unknown };
/** What goes wrong with one call. `after`: it is done all the same, only the answer is lost or another. */
export type QdrantFault = { readonly after?: boolean } & (
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  | { readonly kind: 'wait_timeout' }
);

export const qdrantFaults = {
  badRequest: {
    kind: 'status',
    status: 400,
    body: { status: { error: 'Wrong input: it is not what was expected' }, time: 0 },
  },
  keyMissing: { kind: 'status', status: 401, body: 'Must provide an API key or an Authorization bearer token' },
  readOnly: {
    kind: 'status',
    status: 403,
    body: { status: { error: 'Forbidden: Global manage access is required' }, time: 0 },
  },
  notFound: {
    kind: 'status',
    status: 404,
    body: { status: { error: "Not found: Collection `x` doesn't exist!" }, time: 0 },
  },
  conflict: {
    kind: 'status',
    status: 409,
    body: { status: { error: 'Wrong input: Collection `x` already exists!' }, time: 0 },
  },
  tooLarge: {
    kind: 'status',
    status: 413,
    body: { status: { error: 'Payload error: JSON payload is larger than allowed (limit: 33554432 bytes).' }, time: 0 },
  },
  invalid: {
    kind: 'status',
    status: 422,
    body: { status: { error: 'Validation error in JSON body: [limit: value 0 invalid]' }, time: 0 },
  },
  tooMany: {
    kind: 'status',
    status: 429,
    body: { status: { error: 'Rate limiting exceeded: Write rate limit exceeded, retry later' }, time: 0 },
    headers: { 'retry-after': '37' },
  },
  broken: {
    kind: 'status',
    status: 500,
    body: { status: { error: 'Service internal error: out of memory' }, time: 0 },
  },
  starting: { kind: 'status', status: 503, body: 'Service Unavailable' },
  full: { kind: 'status', status: 507, body: { status: { error: 'Quota exceeded: points' }, time: 0 } },
} as const satisfies Readonly<Record<string, QdrantFault>>;

export type QdrantServer = {
  readonly url: string;
  readonly engine: () => Engine;
  readonly requests: readonly QdrantRequest[];
  /** Requests and answers that the official description does not allow. */
  readonly violations: readonly string[];
  /** Asked before each call; null lets it through. */
  trouble(fault: (request: QdrantRequest) => QdrantFault | null): void;
  /** Ends connections and refuses new ones, as a killed server does. */
  kill(): Promise<void>;
  /** Comes back at the same address, with what it had, or empty. */
  start(how: 'whole' | 'empty'): Promise<void>;
  close(): Promise<void>;
};

/** A server that speaks Qdrant's HTTP for the calls that are used, and holds every request and answer to the official description. */
export async function startQdrant(
  api: OpenApi | null,
  { version = '1.19.0', key = null, gzip = false }: { version?: string; key?: string | null; gzip?: boolean } = {},
): Promise<QdrantServer> {
  const requests: QdrantRequest[] = [];
  const violations: string[] = [];
  let engine = qdrantEngine(version);
  let fault: (request: QdrantRequest) => QdrantFault | null = () => null;

  const send = (
    response: ServerResponse,
    { status, body }: Answer,
    headers: Readonly<Record<string, string>> = {},
  ): void => {
    const plain = typeof body === 'string';
    const bytes = Buffer.from(plain ? body : JSON.stringify(body));
    const type = { 'content-type': plain ? 'text/plain; charset=utf-8' : 'application/json' };
    if (!gzip) return void response.writeHead(status, { ...type, ...headers }).end(bytes);
    response.writeHead(status, { ...type, ...headers, 'content-encoding': 'gzip' }).end(gzipSync(bytes));
  };
  const carryOut = (method: string, url: URL, body: unknown): Answer => {
    const place = `${method} ${url.pathname}`;
    const found = api?.find(method, url.pathname) ?? null;
    if (api !== null && found === null) {
      violations.push(`${place}: no such call`);
      return { status: 404, body: '' };
    }
    const template = found?.operation.template ?? templateOf(url.pathname);
    const parameters =
      found?.parameters ?? [...url.pathname.matchAll(/^\/collections\/([^/]+)/g)].map(([, name = '']) => name);
    if (found !== null)
      violations.push(
        ...(api?.request(found.operation, url.searchParams, body) ?? []).map(problem => `${place}: ${problem}`),
      );
    const answer = engine.answer(
      method,
      template,
      parameters,
      url.searchParams,
      (body ?? {}) as Record<string, unknown>,
    );
    if (found !== null)
      violations.push(
        ...(api?.response(found.operation, answer.status, answer.body) ?? []).map(problem => `${place}: ${problem}`),
      );
    return answer;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    const asked = { method, path: url.pathname, body };
    requests.push(asked);
    if (key !== null && url.pathname !== '/' && request.headers['api-key'] !== key)
      return send(response, qdrantFaults.keyMissing);
    const wrong = fault(asked);
    if (wrong === null) return send(response, carryOut(method, url, body));
    if (wrong.kind === 'slow') await new Promise(resolve => setTimeout(resolve, wrong.milliseconds));
    const answer =
      wrong.after === true || wrong.kind === 'slow' || wrong.kind === 'wait_timeout'
        ? carryOut(method, url, body)
        : null;
    if (wrong.kind === 'hang') return;
    if (wrong.kind === 'cut') return void response.destroy();
    if (wrong.kind === 'status') return send(response, wrong, 'headers' in wrong ? wrong.headers : {});
    if (wrong.kind === 'wait_timeout')
      return send(response, {
        status: 200,
        body: { result: { operation_id: 1, status: 'wait_timeout' }, status: 'ok', time: 5 },
      });
    if (answer !== null) send(response, answer);
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer((request, response) => {
      handle(request, response).catch((error: unknown) => {
        violations.push(String(error));
        send(response, { status: 500, body: String(error) });
      });
    });
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
    return server;
  };
  let server: Server | null = await listen(0);
  const { port } = server.address() as AddressInfo;
  const kill = async (): Promise<void> => {
    const dying = server;
    server = null;
    if (dying === null) return;
    await new Promise<void>(resolve => {
      dying.close(() => resolve());
      dying.closeAllConnections();
    });
  };
  return {
    url: `http://127.0.0.1:${port}`,
    engine: () => engine,
    requests,
    violations,
    trouble(asked) {
      fault = asked;
    },
    kill,
    async start(how) {
      await kill();
      if (how === 'empty') engine = qdrantEngine(version);
      server = await listen(port);
    },
    close: kill,
  };
}

const templateOf = (path: string): string =>
  path.replace(/^\/collections\/(?!aliases$)[^/]+/, '/collections/{collection_name}');
