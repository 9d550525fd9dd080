import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/model.ts';
import { type ModelConfig, openProvider } from '../../src/models/provider.ts';
import { ask, modelConfig, providerConfig, realClock, replied, request } from './helpers.ts';

const base_url = process.env.LLMCLIS_LIVE_OLLAMA;

const connect = async (change: Partial<ModelConfig> = {}) => {
  const config = providerConfig({ kind: 'ollama', ...(base_url !== undefined && { base_url }) });
  return (await openProvider(config, realClock)).model(modelConfig({ id: 'tiny-script', ...change }));
};
const saying = (text: string) => request({ messages: [{ role: 'user', text }] });
const THINKS = { capabilities: { tools: true, json: true, vision: false, thinking: true } };

/** The model answers by the last marker of its prompt, so each reply is known. */
describe.skipIf(base_url === undefined)('a live Ollama (LLMCLIS_LIVE_OLLAMA)', () => {
  it('streams a text and counts its tokens', async () => {
    const { parts, result } = await ask(await connect(), saying('Say hello.'));
    expect(parts.length).toBeGreaterThan(1);
    expect(result).toMatchObject({
      ok: true,
      value: { stop: 'end', message: { text: 'Hello from the tiny scripted model.' } },
    });
    expect(result.ok && result.value.usage.in > 20 && result.value.usage.out > 3).toBe(true);
  });

  it.each([
    ['[[tool]]', '', [{ name: 'finish', input: { summary: 'x' } }]],
    ['[[read]]', '', [{ name: 'read_file', input: { path: 'README.md' } }]],
    ['[[two]]', '', ['a.txt', 'b.txt'].map(path => ({ name: 'read_file', input: { path } }))],
    ['[[talk]]', 'I will call it.', [{ name: 'finish', input: { summary: 'said' } }]],
    ['[[bare]]', '', [{ name: 'finish', input: { summary: 'bare' } }]],
    ['[[think]]', 'Thought done.', []],
    ['[[thinktool]]', '', [{ name: 'finish', input: { summary: 'thought' } }]],
  ])('%s is read as meant', async (marker, text, calls) => {
    const { message } = await replied(await connect(), saying(`Do it. ${marker}`));
    expect({ text: message.text, calls: message.calls.map(({ name, input }) => ({ name, input })) }).toEqual({
      text,
      calls,
    });
  });

  it('has its calls read from the text when its template prints them there', async () => {
    const { message } = await replied(await connect({ id: 'tiny-rawtool' }), saying('Do it. [[two]]'));
    expect(message.calls.map(({ input }) => input)).toEqual([{ path: 'a.txt' }, { path: 'b.txt' }]);
  });

  it('goes on after a tool result', async () => {
    const model = await connect();
    const first = await replied(model, saying('[[read]]'));
    const [call] = first.message.calls;
    const messages: Message[] = [
      { role: 'user', text: '[[read]]' },
      first.message,
      { role: 'tool', call_id: call?.id ?? '', name: 'read_file', text: '# Title', is_error: false },
    ];
    const { message } = await replied(model, request({ messages }));
    expect(message.calls).toEqual([{ id: 'call_2', name: 'finish', input: { summary: 'after the tool' } }]);
  });

  it.each([
    ['[[badjson]]', ['model.empty', 'model.malformed']],
    ['[[unknown]]', ['model.empty', 'model.malformed']],
    ['[[opencall]]', ['model.empty', 'model.malformed']],
    ['[[empty]]', ['model.empty']],
    ['[[openthink]]', ['model.empty']],
    ['[[loop]]', ['model.repetition']],
    ['[[same]]', ['model.repetition']],
  ])('%s is a failure of the model, not of the server', async (marker, codes) => {
    const { result } = await ask(await connect(), saying(`Do it. ${marker}`));
    expect(codes).toContain(result.ok ? 'ok' : result.error.code);
  });

  it('keeps thoughts apart on a model that can think', async () => {
    const { parts, result } = await ask(
      await connect({ id: 'tiny-think', ...THINKS, think: true }),
      saying('[[think]]'),
    );
    expect(parts.some(({ type }) => type === 'thinking')).toBe(true);
    expect(result).toMatchObject({ value: { message: { text: 'Thought done.', opaque: { provider: 'ollama' } } } });
  });

  it('is asked again without `think` when the model cannot', async () => {
    const { parts, result } = await ask(await connect({ ...THINKS, think: true }), saying('Say hello.'));
    expect(parts[0]?.type).toBe('retry');
    expect(result.ok).toBe(true);
  });

  it('is asked again without tools when the model has none', async () => {
    const { parts, result } = await ask(await connect({ id: 'tiny-plain' }), saying('Say hello.'));
    expect(parts[0]?.type).toBe('retry');
    expect(result.ok).toBe(true);
  });

  it('says that a prompt does not fit instead of cutting it', async () => {
    const model = await connect({ context: { window: 512, num_ctx: 512, max_output: 64 } });
    expect((await ask(model, saying('many words '.repeat(300)))).result).toMatchObject({
      error: { code: 'model.context_exceeded', details: { window_tokens: 512 } },
    });
  });

  it('stops at the limit of output tokens', async () => {
    const { result } = await ask(await connect(), { ...saying('Say hello.'), max_output_tokens: 3 });
    expect(result).toMatchObject({ value: { stop: 'length', message: { calls: [] } } });
  });

  it('stops when it is aborted, and serves the next call', async () => {
    const model = await connect();
    const stop = new AbortController();
    const reply = model.reply(saying('[[loop]]'), stop.signal);
    await reply.next();
    stop.abort('enough');
    await expect(reply.next()).rejects.toBe('enough');
    expect((await replied(model, saying('Say hello.'))).stop).toBe('end');
  });

  it('names the pull of a model that is missing', async () => {
    const { result } = await ask(await connect({ id: 'no-such-model' }), saying('Say hello.'));
    expect(result).toMatchObject({
      error: { code: 'provider.model_missing', hint: 'Get it with: ollama pull no-such-model' },
    });
  });

  it('lists its models with window and abilities', async () => {
    const provider = await openProvider(
      providerConfig({ kind: 'ollama', ...(base_url !== undefined && { base_url }) }),
      realClock,
    );
    const { reachable, models } = await provider.status();
    expect(reachable).toBe(true);
    expect(models.find(({ name }) => name === 'tiny-script:latest')).toMatchObject({
      context_tokens: 49_152,
      capabilities: ['completion', 'tools'],
    });
  });
});
