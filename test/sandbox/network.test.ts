import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import { duplexPair } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  parseDestination,
  parseHostRule,
  privateAddressTest,
  ruleFor,
} from '../../src/workspace/sandbox/network/hosts.ts';
import { networkNotes } from '../../src/workspace/sandbox/network/notes.ts';
import { networkProxy } from '../../src/workspace/sandbox/network/proxy.ts';

describe('the rules of hosts', () => {
  it.each([
    ['registry.npmjs.org', 'registry.npmjs.org:443', true],
    ['registry.npmjs.org', 'REGISTRY.npmjs.org.:80', true],
    ['registry.npmjs.org', 'registry.npmjs.org:22', false],
    ['registry.npmjs.org', 'registry.npmjs.org.evil.example:443', false],
    ['npmjs.org', 'registry.npmjs.org:443', false],
    ['*.example.com', 'a.b.example.com:443', true],
    ['*.example.com', 'example.com:443', false],
    ['*.example.com', 'badexample.com:443', false],
    ['*.169.254', '169.254.169.254:80', false],
    ['db.local:5432', 'db.local:5432', true],
    ['db.local:5432', 'db.local:443', false],
    ['127.0.0.1:8080', '127.0.0.1:8080', true],
    ['[::1]:8080', '[::1]:8080', true],
  ])('%s and %s: %s', (rule, wanted, passes) => {
    const rules = [parseHostRule(rule)].filter(one => one !== null);
    const destination = parseDestination(wanted, 443);
    expect(rules).toHaveLength(1);
    expect(destination !== null && ruleFor(rules, destination) !== null).toBe(passes);
  });

  it.each([
    '',
    '*',
    '*.',
    'a b',
    'http://a',
    'a/b',
    '*.1.2.3.4',
    '2130706433',
    '1.2.3',
    'a:0',
    'a:99999',
    'a@b',
    '[a]',
  ])('take %j for none', text => expect(parseHostRule(text)).toBeNull());

  it('know which addresses are no place in the internet', () => {
    const isPrivate = privateAddressTest();
    const inside = ['127.0.0.1', '127.9.9.9', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'];
    for (const address of [
      ...inside,
      '0.0.0.0',
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
    ])
      expect(isPrivate(address), address).toBe(true);
    for (const address of ['1.1.1.1', '104.16.0.1', '2606:4700::1111', '172.32.0.1'])
      expect(isPrivate(address), address).toBe(false);
  });
});

/** A connection through the proxy as a program inside makes it; answers with all that came back. */
async function say(proxy: ReturnType<typeof networkProxy>, text: string, until: RegExp): Promise<string> {
  const [near, far] = duplexPair();
  proxy.accept(far);
  const session = connectHttp2('http://sandbox', { createConnection: () => near });
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
  let heard = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  stream.write(text);
  while (!until.test(heard) && !stream.closed) await Promise.race([once(stream, 'data'), once(stream, 'close')]);
  return heard;
}

async function httpServer(): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers['proxy-authorization']}`);
    response.end(`hello ${request.headers.host}`);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, asked };
}

const get = (host: string): string =>
  `GET http://${host}/x?y=1 HTTP/1.1\r\nHost: other.example\r\nProxy-Authorization: secret\r\nConnection: close\r\n\r\n`;

describe('the proxy', () => {
  it('passes HTTP to an allowed host, without the headers meant for a proxy', async () => {
    const { port, asked } = await httpServer();
    const proxy = networkProxy({ allowed: [`127.0.0.1:${port}`] });
    expect(await say(proxy, get(`127.0.0.1:${port}`), /hello/)).toMatch(/^HTTP\/1.1 200[\s\S]*hello 127.0.0.1/);
    expect(asked).toEqual([`GET /x?y=1 127.0.0.1:${port} undefined`]);
    expect(proxy.refusals()).toEqual([]);
  });

  it('opens a tunnel to an allowed host, and carries both ways', async () => {
    const echo = createServer(socket => socket.pipe(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => void echo.close());
    await once(echo, 'listening');
    const address = echo.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const proxy = networkProxy({
      allowed: [`localhost:${port}`, `127.0.0.1:${port}`],
      resolve: async () => ['127.0.0.1'],
    });
    const heard = await say(proxy, `CONNECT localhost:${port} HTTP/1.1\r\n\r\nabc`, /abc/);
    expect(heard).toBe('HTTP/1.1 200 Connection established\r\n\r\nabc');
  });

  it('refuses every other host, says so, and remembers it once', async () => {
    const { port, asked } = await httpServer();
    const proxy = networkProxy({ allowed: ['registry.npmjs.org'] });
    expect(await say(proxy, get(`127.0.0.1:${port}`), /list of hosts/)).toMatch(/^HTTP\/1.1 403/);
    expect(await say(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`, /list of hosts/)).toMatch(/^HTTP\/1.1 403/);
    expect(asked).toEqual([]);
    expect(proxy.refusals()).toMatchObject([{ host: '127.0.0.1', port }]);
  });

  it('refuses a host that was taken out of a pattern', async () => {
    const proxy = networkProxy({ allowed: ['*.example', '!bad.example'], resolve: async () => ['127.0.0.1'] });
    expect(await say(proxy, 'CONNECT bad.example:443 HTTP/1.1\r\n\r\n', /denied/)).toMatch(/^HTTP\/1.1 403/);
    expect(await say(proxy, 'CONNECT good.example:443 HTTP/1.1\r\n\r\n', /private/)).toContain('private address');
  });

  it('refuses an allowed name that leads to a private address', async () => {
    const { port, asked } = await httpServer();
    const names: Record<string, string[]> = { 'inside.example': ['169.254.169.254', '127.0.0.1'], 'none.example': [] };
    const proxy = networkProxy({
      allowed: [`inside.example:${port}`, `none.example:${port}`],
      resolve: async host => names[host] ?? [],
    });
    expect(await say(proxy, get(`inside.example:${port}`), /private address/)).toContain('403');
    expect(await say(proxy, get(`none.example:${port}`), /not found/)).toContain('403');
    expect(asked).toEqual([]);
  });

  it('takes the one address it looked at: a name is asked for once', async () => {
    const { port } = await httpServer();
    let times = 0;
    const proxy = networkProxy({
      allowed: [`a.example:${port}`, `127.0.0.1:${port}`],
      resolve: async () => [times++ === 0 ? '127.0.0.1' : '203.0.113.1'],
    });
    expect(await say(proxy, get(`a.example:${port}`), /hello/)).toContain(`hello a.example:${port}`);
    expect(times).toBe(1);
  });

  it('answers nonsense without falling over', async () => {
    const proxy = networkProxy({ allowed: ['a.example'] });
    for (const text of ['CONNECT :0 HTTP/1.1\r\n\r\n', 'GET ftp://a.example/ HTTP/1.1\r\nHost: a\r\n\r\n'])
      expect(await say(proxy, text, /400/)).toMatch(/^HTTP\/1.1 400/);
    expect(await say(proxy, '\0\0\0 no http\r\n\r\n', /never/)).toBe('');
    const [near, far] = duplexPair();
    proxy.accept(far);
    near.resume().end('no http2 either');
    await once(far, 'close');
  });
});

describe('what a command is told about the network', () => {
  it('names the host, the rule and the way out, and nothing when there was no trouble', () => {
    const refusals = [
      { host: 'evil.example', port: 443, because: 'is not on the list of hosts that commands may reach' },
    ];
    const [note] = networkNotes({ exit: 0, output: '' }, ['a.example'], refusals);
    expect(note).toMatch(/evil\.example:443 was refused.*Allowed: a\.example.*request_permission/);
    const offline = { exit: 1, output: 'npm error getaddrinfo EAI_AGAIN registry.npmjs.org' };
    expect(networkNotes(offline, [], [])[0]).toMatch(/no network here.*request_permission/);
    expect(networkNotes({ ...offline, exit: 0 }, [], [])).toEqual([]);
    expect(networkNotes({ exit: 1, output: 'expected 1 to be 2' }, [], [])).toEqual([]);
  });
});
