import { afterEach, describe, expect, it } from 'vitest';
import { openProvider } from '../../src/models/provider.ts';
import { type ScriptedOllama, scriptedOllama } from '../servers/ollama.ts';
import type { ScriptedServer } from '../servers/scripted.ts';
import { providerConfig, realClock } from './helpers.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(options: ScriptedOllama) {
  const server = await scriptedOllama(options);
  servers.push(server);
  return { provider: await openProvider(providerConfig({ kind: 'ollama', base_url: server.url }), realClock), server };
}

describe('the status of Ollama', () => {
  it('lists its models with size, window and abilities', async () => {
    const { provider, server } = await open({ reply: () => ({}), models: ['a:latest', 'b:30b'] });
    expect(await provider.status()).toEqual({
      provider: 'the-ollama',
      base_url: server.url,
      reachable: true,
      models: ['a:latest', 'b:30b'].map(name => ({
        ...{ name, size_bytes: 18_556_701_140, context_tokens: 262_144, capabilities: ['completion', 'tools'] },
      })),
    });
  });

  it('says what to do when it does not answer', async () => {
    const { provider, server } = await open({ reply: () => ({}) });
    await server.close();
    expect(await provider.status()).toMatchObject({
      reachable: false,
      models: [],
      problem: { hint: expect.stringContaining('ollama serve') },
    });
  });
});
