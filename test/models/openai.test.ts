import { afterEach, describe, expect, it } from 'vitest';
import { type ModelConfig, openProvider, type ProviderConfig } from '../../src/models/provider.ts';
import { openaiFaults, type ScriptedOpenai, scriptedOpenai } from '../servers/openai.ts';
import type { ScriptedServer } from '../servers/scripted.ts';
import { ask, modelConfig, providerConfig, realClock, replied, request } from './helpers.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(options: ScriptedOpenai, change: Partial<ModelConfig> = {}, config: Partial<ProviderConfig> = {}) {
  const server = await scriptedOpenai(options);
  servers.push(server);
  const provider = await openProvider(providerConfig({ kind: 'openai', base_url: server.url, ...config }), realClock);
  return { model: provider.model(modelConfig(change)), provider, server };
}

describe('an OpenAI-compatible server', () => {
  it('is asked to count, and its cached tokens are read', async () => {
    const { model, server } = await open({ reply: () => ({ text: 'Hi.', tokens: { in: 90, out: 3, cached: 64 } }) });
    expect((await replied(model)).usage).toEqual({ in: 90, out: 3, cached: 64 });
    expect(server.requests[0]?.raw).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 1_000,
    });
  });

  it.each(['reasoning', 'reasoning_content'] as const)('may call its thoughts %s', async reasoning => {
    const { model } = await open({ reply: () => ({ thinking: 'Let me think.', text: 'Done.' }), reasoning });
    const { parts, result } = await ask(model);
    expect(parts.map(part => (part.type === 'thinking' ? part.text : '')).join('')).toBe('Let me think.');
    expect(result).toMatchObject({ value: { message: { text: 'Done.' } } });
  });

  it('gets the tools as text when vLLM was started without a tool parser', async () => {
    const reply: ScriptedOpenai['reply'] = ({ tools }) =>
      tools.length > 0
        ? { fault: openaiFaults.noToolParser }
        : { text: '<function=finish>\n<parameter=summary>\nok\n</parameter>\n</function>' };
    const { model } = await open({ reply });
    const { parts, result } = await ask(model);
    expect(parts[0]).toMatchObject({ type: 'retry' });
    expect(result).toMatchObject({
      value: { message: { text: '', calls: [{ name: 'finish', input: { summary: 'ok' } }] } },
    });
  });

  it('gets max_completion_tokens when it refuses max_tokens', async () => {
    const reply: ScriptedOpenai['reply'] = ({ raw }) =>
      'max_tokens' in raw ? { fault: openaiFaults.maxTokens } : { text: 'Hi.' };
    const { model, server } = await open({ reply });
    await replied(model);
    expect(server.requests[1]?.raw).toMatchObject({ max_completion_tokens: 1_000 });
  });

  it('gets no key when there is none, and needs one when it is in the cloud', async () => {
    const { model } = await open({ reply: () => ({ text: 'Hi.' }), key: 'secret' });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'provider.auth' } });
    const cloud = await open({ reply: () => ({ text: 'Hi.' }) }, {}, { location: 'cloud' });
    expect((await ask(cloud.model)).result).toMatchObject({ error: { code: 'provider.auth' } });
    expect(cloud.server.requests).toEqual([]);
    const keyed = await open(
      { reply: () => ({ text: 'Hi.' }), key: 'secret' },
      {},
      { location: 'cloud', api_key: 'secret' },
    );
    expect((await replied(keyed.model)).message.text).toBe('Hi.');
  });

  it('keeps the order of the conversation and the ids of its calls', async () => {
    const calls = [{ name: 'read_file', input: { path: 'a' } }];
    const { model, server } = await open({ reply: () => ({ calls }) });
    const { message } = await replied(model);
    const id = message.calls[0]?.id ?? '';
    const answer = { role: 'tool' as const, call_id: id, name: 'read_file', text: 'content', is_error: false };
    await replied(model, request({ messages: [...request().messages, message, answer] }));
    expect(server.requests[1]?.raw.messages).toMatchObject([
      { role: 'system' },
      { role: 'user' },
      {
        role: 'assistant',
        tool_calls: [{ id, type: 'function', function: { name: 'read_file', arguments: '{"path":"a"}' } }],
      },
      { role: 'tool', tool_call_id: id, content: 'content' },
    ]);
  });

  it('says that a call is broken when its arguments are no JSON', async () => {
    const { model } = await open({
      reply: () => ({ text: '<tool_call>\n{"name": "finish", "arguments": "no object"}\n</tool_call>' }),
    });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'model.malformed' } });
  });

  it('lists its models with their window', async () => {
    const { provider, server } = await open({ reply: () => ({}), models: ['m'] });
    expect(await provider.status()).toEqual({
      ...{ provider: 'the-openai', base_url: `${server.url}/v1`, reachable: true },
      models: [{ name: 'm', context_tokens: 32_768 }],
    });
  });
});
