import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { connect, isIP } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import {
  type Destination,
  type HostRule,
  parseDestination,
  parseHostRule,
  privateAddressTest,
  ruleFor,
} from './hosts.ts';

export type ProxyOptions = {
  /** Host patterns, one that begins with `!` takes its hosts out again; text that is none lets nothing pass. */
  readonly allowed: readonly string[];
  /** The addresses of a name; by default what this machine's resolver says. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
};

/** What was asked for and not given. */
export type Refusal = { readonly host: string; readonly port: number; readonly because: string };

export type NetworkProxy = {
  /** Takes the end of a pipe whose other end is the forwarder of a sandbox. */
  accept(pipe: Duplex): void;
  refusals(): readonly Refusal[];
  close(): void;
};

/** More at once is no build. */
const MOST_STREAMS = 200;
/** Milliseconds for a server to take the connection. */
const CONNECT_MS = 20_000;
const MOST_REFUSALS = 50;
/** Headers that belong to one hop. */
const HOP_HEADERS = /^(?:proxy-.*|connection|keep-alive|te|trailer|upgrade)$/i;

const systemResolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * An HTTP proxy that lets only allowed hosts pass. A name is resolved once and that address is taken; a name that leads to this machine
 * or its networks is refused, unless a rule has the address itself. It never rejects: what fails is an answer to the command.
 */
export function networkProxy(options: ProxyOptions): NetworkProxy {
  const rulesOf = (texts: readonly string[]) => texts.map(parseHostRule).filter(rule => rule !== null);
  const rules = rulesOf(options.allowed);
  const except = rulesOf(options.allowed.flatMap(text => (text.startsWith('!') ? [text.slice(1)] : [])));
  const refused: Refusal[] = [];
  const isPrivate = privateAddressTest();
  const find = async (wanted: Destination): Promise<Found> =>
    ruleFor(except, wanted) === null
      ? addressOf(wanted, rules, options.resolve ?? systemResolve, isPrivate)
      : { because: 'was denied by a person' };
  const refuse = (wanted: Destination, because: string): string => {
    const known = refused.some(({ host, port }) => host === wanted.host && port === wanted.port);
    if (!known && refused.length < MOST_REFUSALS) refused.push({ ...wanted, because });
    return `llmclis: ${wanted.host}:${wanted.port} ${because}.\n`;
  };
  const http = createServer((asked, answer) => void pass(asked, answer, find, refuse));
  http.on('connect', (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    void tunnel(asked, socket, head, find, refuse);
  });
  http.on('clientError', (_, socket) => socket.destroy());
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: MOST_STREAMS } });
  const pipes = new Set<Duplex>();
  http2.on('session', session => void session.on('error', () => undefined));
  http2.on('stream', stream => {
    stream.respond({ ':status': 200 });
    // A pair between them: the HTTP/1 server writes strings in encodings that an HTTP/2 stream garbles.
    const [near, far] = duplexPair();
    join(stream, near);
    // A pair does not tell its other side that one was torn off.
    far.once('close', () => far.writableFinished || near.destroy());
    http.emit('connection', far);
  });
  return {
    accept(pipe) {
      pipes.add(pipe);
      pipe.on('error', () => undefined).once('close', () => pipes.delete(pipe));
      http2.emit('connection', pipe);
    },
    refusals: () => [...refused],
    close() {
      for (const pipe of pipes) pipe.destroy();
    },
  };
}

/** Two streams as one wire: what ends or breaks on one side does so on the other. */
function join(one: Duplex, other: Duplex): void {
  const end = (): void => {
    one.destroy();
    other.destroy();
  };
  one.on('error', end).once('close', () => other.destroy());
  other.on('error', end).once('close', () => (other.writableFinished ? one.end() : one.destroy()));
  one.pipe(other).pipe(one);
}

type Found = { readonly address: string } | { readonly because: string };
type Find = (wanted: Destination) => Promise<Found>;
type Refuse = (wanted: Destination, because: string) => string;

async function addressOf(
  wanted: Destination,
  rules: readonly HostRule[],
  resolve: (host: string) => Promise<readonly string[]>,
  isPrivate: (address: string) => boolean,
): Promise<Found> {
  if (ruleFor(rules, wanted) === null) return { because: 'is not on the list of hosts that commands may reach' };
  if (isIP(wanted.host) !== 0) return { address: wanted.host };
  const addresses = await resolve(wanted.host).catch(() => []);
  const open = addresses.find(address => !isPrivate(address) || ruleFor(rules, { ...wanted, host: address }) !== null);
  if (open !== undefined) return { address: open };
  const [first] = addresses;
  if (first === undefined) return { because: 'was not found by this machine’s name service' };
  return { because: `leads to the private address ${first}, which only a rule with that address itself opens` };
}

async function tunnel(asked: IncomingMessage, socket: Duplex, head: Buffer, find: Find, refuse: Refuse): Promise<void> {
  socket.on('error', () => undefined);
  const wanted = parseDestination(asked.url ?? '', 443);
  const found = wanted === null ? null : await find(wanted);
  if (wanted === null || found === null) return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  if ('because' in found) {
    const text = refuse(wanted, found.because);
    const length = Buffer.byteLength(text);
    socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`);
    return;
  }
  const out = connect({ host: found.address, port: wanted.port, timeout: CONNECT_MS, allowHalfOpen: true });
  const end = (): void => {
    out.destroy();
    socket.destroy();
  };
  out.once('timeout', end).once('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  socket.once('close', end);
  out.once('connect', () => {
    out.setTimeout(0);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) out.write(head);
    out.pipe(socket).pipe(out);
  });
}

async function pass(asked: IncomingMessage, answer: ServerResponse, find: Find, refuse: Refuse): Promise<void> {
  const url = URL.parse(asked.url ?? '');
  if (url === null || url.protocol !== 'http:') return void answer.writeHead(400).end();
  const wanted = parseDestination(url.host, 80);
  const found = wanted === null ? null : await find(wanted);
  if (wanted === null || found === null) return void answer.writeHead(400).end();
  if ('because' in found) {
    answer.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    answer.end(refuse(wanted, found.because));
    return;
  }
  const kept = Object.entries(asked.headers).filter(([name]) => !HOP_HEADERS.test(name));
  const headers = { ...Object.fromEntries(kept), host: url.host };
  const path = `${url.pathname}${url.search}`;
  const out = request({ host: found.address, port: wanted.port, method: asked.method ?? 'GET', path, headers });
  out.setTimeout(CONNECT_MS * 15, () => out.destroy());
  out.once('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  out.once('response', reply => {
    const shown = Object.entries(reply.headers).filter(([name]) => !HOP_HEADERS.test(name));
    answer.writeHead(reply.statusCode ?? 502, Object.fromEntries(shown));
    reply.on('error', () => answer.destroy()).pipe(answer);
  });
  answer.once('close', () => out.destroy());
  asked.on('error', () => out.destroy()).pipe(out);
}
