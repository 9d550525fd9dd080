import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/model.ts';
import { at } from '../../src/models/json.ts';
import { type ModelConfig, openProvider, type ProviderConfig } from '../../src/models/provider.ts';
import { anthropicFaults, type ScriptedAnthropic, scriptedAnthropic } from '../servers/anthropic.ts';
import type { ScriptedServer } from '../servers/scripted.ts';
import { ask, modelConfig, providerConfig, realClock, replied, request } from './helpers.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(
  options: ScriptedAnthropic,
  change: Partial<ModelConfig> = {},
  config: Partial<ProviderConfig> = {},
) {
  const server = await scriptedAnthropic(options);
  servers.push(server);
  const provider = await openProvider(
    providerConfig({
      kind: 'anthropic',
      base_url: server.url,
      api_key: 'sk-ant-secret-1',
      location: 'cloud',
      ...config,
    }),
    realClock,
  );
  return { model: provider.model(modelConfig({ id: 'claude-test-1', ...change })), provider, server };
}
const THINKS = { capabilities: { tools: true, json: true, vision: false, thinking: true } };

describe('an Anthropic request', () => {
  it('marks the prefix for the cache and sends no temperature', async () => {
    const { model, server } = await open({ reply: () => ({ text: 'Hi.' }) });
    await replied(model, request({ temperature: 0.7 }));
    expect(server.requests[0]?.raw).toMatchObject({
      stream: true,
      max_tokens: 1_000,
      system: [{ type: 'text', text: 'You are a coder.' }],
      cache_control: { type: 'ephemeral' },
    });
    expect(server.requests[0]?.raw).not.toHaveProperty('temperature');
  });

  it('counts everything that was read, and what of it came from the cache', async () => {
    const { model } = await open({ reply: () => ({ text: 'Hi.', tokens: { in: 1_000, out: 5, cached: 800 } }) });
    expect((await replied(model)).usage).toEqual({ in: 1_000, out: 5, cached: 800 });
  });

  it('sends signed thinking back unchanged, and only to the model that signed it', async () => {
    const reply = () => ({
      thinking: 'I need the file.',
      text: 'I look.',
      calls: [{ name: 'read_file', input: { path: 'a' } }],
    });
    const { model, server, provider } = await open({ reply }, { ...THINKS, think: 'high' });
    const { message } = await replied(model);
    expect(server.requests[0]?.raw).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    });
    const stored: Message = JSON.parse(JSON.stringify(message));
    const messages: Message[] = [...request().messages, stored, result(message.calls[0]?.id ?? '')];
    await replied(model, request({ messages }));
    await replied(provider.model(modelConfig({ id: 'claude-other-1' })), request({ messages }));
    const types = server.requests.slice(1).map(({ raw }) => {
      const blocks = at(raw, 'messages', 1, 'content');
      return Array.isArray(blocks) ? blocks.map(block => [at(block, 'type'), at(block, 'signature')]) : [];
    });
    expect(types).toEqual([
      [
        ['thinking', 'c2lnbmVk'],
        ['text', undefined],
        ['tool_use', undefined],
      ],
      [
        ['text', undefined],
        ['tool_use', undefined],
      ],
    ]);
  });

  it('leaves thinking out after the model refused it', async () => {
    const reply: ScriptedAnthropic['reply'] = ({ raw }) =>
      'thinking' in raw ? { fault: anthropicFaults.noThinking } : { text: 'Hi.' };
    const { model, server } = await open({ reply }, { ...THINKS, think: true });
    const { parts, result: answer } = await ask(model);
    expect(parts[0]?.type).toBe('retry');
    expect(answer.ok).toBe(true);
    await replied(model);
    expect(server.requests.map(({ raw }) => 'thinking' in raw)).toEqual([true, false, false]);
  });

  it('gives a call that a crash left without a result one that says so', async () => {
    const { model, server } = await open({ reply: () => ({ text: 'Hi.' }) });
    const calls = ['call_1', 'call_2'].map(id => ({ id, name: 'read_file', input: { path: id } }));
    const messages: Message[] = [
      ...request().messages,
      { role: 'assistant', text: '', calls },
      { role: 'user', text: 'Go on.' },
      result('call_2'),
    ];
    await replied(model, request({ messages }));
    expect(server.requests[0]?.raw.messages).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_1' },
          { type: 'tool_use', id: 'call_2' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', is_error: true },
          { type: 'tool_result', tool_use_id: 'call_2', content: 'content' },
          { type: 'text', text: 'Go on.' },
        ],
      },
    ]);
  });

  it('is accepted whatever order and gaps the conversation has', async () => {
    const { model } = await open({ reply: () => ({ text: 'Hi.' }) });
    const id = fc.constantFrom('call_1', 'call_2', 'call_3');
    const text = fc.constantFrom('', ' ', 'words');
    const message = fc.oneof(
      fc.record({ role: fc.constant('user' as const), text }),
      fc.record({ role: fc.constant('system' as const), text }),
      fc.record({
        role: fc.constant('assistant' as const),
        text,
        calls: fc.uniqueArray(
          id.map(one => ({ id: one, name: 'read_file', input: {} })),
          { selector: call => call.id },
        ),
      }),
      fc.tuple(id, text).map(([call_id, said]) => ({ ...result(call_id), text: said })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 8 }), async messages => {
        const { result: answer } = await ask(model, request({ messages }));
        expect(answer.ok ? '' : answer.error.message).toBe('');
      }),
      { numRuns: 150 },
    );
  });
});

const result = (call_id: string) => ({
  role: 'tool' as const,
  call_id,
  name: 'read_file',
  text: 'content',
  is_error: false,
});

describe('an Anthropic failure', () => {
  it('is told without a request when there is no key', async () => {
    const { model, provider, server } = await open({ reply: () => ({ text: 'Hi.' }) }, {}, { api_key: () => null });
    expect((await ask(model)).result).toMatchObject({
      error: { code: 'provider.auth', hint: expect.stringContaining('Check the key') },
    });
    expect(await provider.status()).toMatchObject({
      reachable: false,
      problem: { message: 'There is no API key for the-anthropic.' },
    });
    expect(server.requests).toEqual([]);
  });

  it('never repeats the key', async () => {
    const fault = {
      kind: 'status',
      status: 401,
      body: { type: 'error', error: { type: 'authentication_error', message: 'invalid key sk-ant-secret-1' } },
    } as const;
    const { model } = await open({ reply: () => ({ fault }) });
    expect(JSON.stringify((await ask(model)).result)).not.toContain('sk-ant-secret-1');
  });

  it('tells a spending limit from a rate limit by the wait', async () => {
    const { model } = await open({ reply: () => ({ fault: anthropicFaults.rateLimit(40) }) });
    expect((await ask(model)).result).toMatchObject({
      error: { code: 'provider.rate_limit', hint: 'Wait 40 seconds and try again.', details: { retry_after_s: 40 } },
    });
  });
});

describe('the status of Anthropic', () => {
  it('lists the models that the key may use', async () => {
    const { provider, server } = await open({ reply: () => ({}), models: ['claude-test-1'], key: 'sk-ant-secret-1' });
    expect(await provider.status()).toEqual({
      ...{ provider: 'the-anthropic', base_url: server.url, reachable: true },
      models: [{ name: 'claude-test-1', context_tokens: 200_000 }],
    });
  });

  it('says that the key is wrong', async () => {
    const { provider } = await open({ reply: () => ({}), key: 'another' });
    expect(await provider.status()).toMatchObject({
      reachable: false,
      problem: { hint: expect.stringContaining('Check the key') },
    });
  });
});
