import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openOllamaEmbedder } from '../../../src/memory/embedding/ollama.ts';
import { codeOf, messageOf, must } from '../../km/fixtures.ts';
import { never } from '../../support/embedders.ts';

type Answer = { readonly status: number; readonly body: unknown };
type Asked = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
};
type Server = { readonly url: string; readonly asked: readonly Asked[] };

/** A server that speaks the part of Ollama's API that embeds. `change` answers something else. */
async function ollama(
  change: (path: string, body: Record<string, unknown>) => Answer | 'hang' | null = () => null,
): Promise<Server> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const body = request.method === 'POST' ? ((await json(request)) as Record<string, unknown>) : {};
    asked.push({ path, headers: request.headers, body });
    const answer = change(path, body) ?? usual(path, body);
    if (answer === 'hang') return;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function usual(path: string, body: Record<string, unknown>): Answer {
  if (path === '/api/tags') {
    const models = [
      { name: 'nomic-embed-text:latest', digest: '0a109f422b47e3a30ba2b10eca18548e944e8a23073ee3f3e947efcf3c45e59f' },
      { name: 'qwen:latest', digest: 'ffff0a109f422b47' },
      { name: 'far:latest', digest: 'eeee0a109f422b47', remote_host: 'https://ollama.com' },
    ];
    return { status: 200, body: { models } };
  }
  if (path === '/api/show') {
    const capabilities = body.model === 'qwen' ? ['completion'] : ['embedding'];
    return { status: 200, body: { capabilities, model_info: { 'nomic-bert.context_length': 512 } } };
  }
  const texts = body.input as string[];
  if (texts.some(text => text.length > 512))
    return { status: 400, body: { error: 'the input length exceeds the context length' } };
  return { status: 200, body: { model: body.model, embeddings: texts.map(text => [text.length, 3, 4]) } };
}

const open = (url: string, model = 'nomic-embed-text', patience = 5_000) =>
  openOllamaEmbedder({ url, model, fetch, patience }, never);

describe('an embedding model of Ollama', () => {
  it('is known by its digest, and says its dimension and what it wants in front', async () => {
    const { url } = await ollama();
    const embedder = must(await open(url));
    expect(embedder.model).toEqual({
      name: 'ollama:nomic-embed-text@0a109f422b47e3a3',
      dimension: 3,
      pooling: 'server',
      dtype: 'server',
      text_prefix: 'search_document: ',
      query_prefix: 'search_query: ',
      max_tokens: 512,
    });
    expect(embedder.location).toBe(`${url} nomic-embed-text`);
  });

  it('is opened without loading it, where the server says its dimension', async () => {
    const says = (length: number) => (path: string) =>
      path === '/api/show' ? { status: 200, body: { model_info: { 'nomic-bert.embedding_length': length } } } : null;
    const { url, asked } = await ollama(says(3));
    const embedder = must(await open(url));
    expect(embedder.model).toMatchObject({ dimension: 3, max_tokens: 512 });
    expect(asked.map(({ path }) => path)).toEqual(['/api/tags', '/api/show']);
    expect(must(await embedder.embed(['a'], 'text', never))).toHaveLength(1);
    const other = must(await open((await ollama(says(768))).url));
    expect(messageOf(await other.embed(['a'], 'text', never))).toContain('another dimension');
  });

  it('asks in small batches that are never cut silently, and gives unit vectors in order', async () => {
    const { url, asked } = await ollama();
    const embedder = must(await open(url));
    const texts = Array.from({ length: 20 }, (_, at) => 'x'.repeat(at + 1));
    const vectors = must(await embedder.embed(texts, 'text', never));
    expect(vectors).toHaveLength(20);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    const first = (at: number): number => (vectors[at]?.[0] ?? 0) / (vectors[at]?.[1] ?? 1);
    expect(first(0) * 3).toBeCloseTo('search_document: x'.length, 3);
    const requests = asked.filter(({ path }) => path === '/api/embed').slice(1);
    expect(requests.map(({ body }) => (body.input as string[]).length)).toEqual([16, 4]);
    for (const { headers, body } of requests) {
      expect(headers['accept-encoding']).toBe('identity');
      expect(body).toMatchObject({ model: 'nomic-embed-text', truncate: false, keep_alive: '5m' });
    }
    must(await embedder.embed(['where?'], 'query', never));
    expect(asked.at(-1)?.body.input).toEqual(['search_query: where?']);
  });

  it('counts no fewer tokens than there can be', async () => {
    const { url } = await ollama();
    const embedder = must(await open(url));
    expect(must(await embedder.tokens('日本'))).toBe(8);
  });

  it.each([
    ['missing', 'nothing-here', 'provider.model_missing', 'ollama pull nothing-here'],
    ['no embedding model', 'qwen', 'provider.bad_request', 'nomic-embed-text'],
    ['in the cloud', 'far', 'provider.bad_request', 'nomic-embed-text'],
  ])('is refused when it is %s, with the next step', async (_, model, code, hint) => {
    const { url } = await ollama();
    const refused = await open(url, model);
    expect(codeOf(refused)).toBe(code);
    expect(refused.ok || refused.error.hint).toContain(hint);
  });

  it.each([
    [500, { error: 'llama runner process has terminated' }, 'provider.overloaded'],
    [404, { error: 'model "x" not found, try pulling it first' }, 'provider.model_missing'],
    [400, { error: 'the input length exceeds the context length' }, 'model.context_exceeded'],
    [400, { error: 'something else' }, 'provider.bad_request'],
    [501, { error: 'this model does not support embeddings' }, 'provider.overloaded'],
    [200, { embeddings: [] }, 'embedder.unavailable'],
    [200, { embeddings: [[0, 0, 0]] }, 'embedder.unavailable'],
    [200, { embeddings: [[1, null, 1]] }, 'embedder.unavailable'],
    [200, { embeddings: [[1, 'NaN', 1]] }, 'embedder.unavailable'],
    [200, { embeddings: [[1], [1]] }, 'embedder.unavailable'],
    [200, 'no object', 'provider.bad_request'],
  ])('turns an answer %i %j into a failure', async (status, body, code) => {
    const { url } = await ollama(path => (path === '/api/embed' ? { status, body } : null));
    expect(codeOf(await open(url))).toBe(code);
  });

  it('says when nobody answers, or too late', async () => {
    expect(messageOf(await open('http://127.0.0.1:9'))).toContain('Ollama does not answer');
    const { url } = await ollama(path => (path === '/api/embed' ? 'hang' : null));
    expect(codeOf(await open(url, 'nomic-embed-text', 50))).toBe('provider.timeout');
  });

  it('stops when it is asked to', async () => {
    const { url } = await ollama((path, body) =>
      path === '/api/embed' && String(body.input) !== 'dimension' ? 'hang' : null,
    );
    const embedder = must(await open(url));
    const stop = new AbortController();
    const waiting = embedder.embed(['a'], 'text', stop.signal);
    stop.abort();
    expect(codeOf(await waiting)).toBe('interrupted');
  });
});

const live = process.env.LLMCLIS_LIVE_OLLAMA;
describe.skipIf(live === undefined)('a live Ollama (LLMCLIS_LIVE_OLLAMA)', () => {
  it('refuses a model that is not there, in its own words', async () => {
    expect(codeOf(await open(live ?? '', 'no-such-model'))).toBe('provider.model_missing');
  });

  it('embeds by the first embedding model that it has', async ({ skip }) => {
    const tags = (await (await fetch(`${live}/api/tags`)).json()) as { models: { name: string }[] };
    for (const { name } of tags.models) {
      const opened = await open(live ?? '', name, 60_000);
      if (!opened.ok) continue;
      const [vector] = must(await opened.value.embed(['The server listens on a port.'], 'text', never));
      expect(vector).toHaveLength(opened.value.model.dimension);
      expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 4);
      return;
    }
    skip('it has no embedding model');
  });
});
