export type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` with its own connections. Only the connection has a time limit here: Node's fetch gives up after 300 seconds
 * without headers, and a model that is being loaded, or reads a long prompt, sends none for longer than that. `proxy` is an address, with its
 * password where it needs one.
 */
export async function openTransport(connectSeconds: number, proxy?: string): Promise<Fetch> {
  // Its default export is whole in the sources and in the bundle alike; names of a CommonJS package are lost in a lazy chunk.
  const { Agent, ProxyAgent, fetch } = (await import('undici')).default;
  const limits = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: connectSeconds * 1000 } };
  const dispatcher = proxy === undefined ? new Agent(limits) : new ProxyAgent({ ...limits, uri: proxy });
  const send = (input: string | URL, init: Parameters<typeof fetch>[1]) => fetch(input, { ...init, dispatcher });
  // The package's Request and Response are the platform's by shape, but declared apart from them.
  return send as unknown as Fetch;
}
