import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelConfig } from '../../src/models/provider.ts';
import { openProvider } from '../../src/models/provider.ts';
import { ollamaFaults, type ScriptedOllama, scriptedOllama } from '../servers/ollama.ts';
import type { Fault, ScriptedServer } from '../servers/scripted.ts';
import { ask, modelConfig, providerConfig, realClock, replied, request } from './helpers.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(options: ScriptedOllama, change: Partial<ModelConfig> = {}) {
  const server = await scriptedOllama(options);
  servers.push(server);
  const provider = await openProvider(providerConfig({ kind: 'ollama', base_url: server.url }), realClock);
  return { model: provider.model(modelConfig(change)), server };
}
const status = (code: number, body: unknown): Fault => ({ kind: 'status', status: code, body });
const THINKS = { capabilities: { tools: true, json: true, vision: false, thinking: true } };

describe('an Ollama request', () => {
  it('fixes the window, the output and the life of the model, and forbids silent cuts', async () => {
    const { model, server } = await open({ reply: () => ({ text: 'Hi.' }) });
    await replied(model, request({ max_output_tokens: 9_999, temperature: 0.3 }));
    expect(server.requests[0]?.raw).toMatchObject({
      stream: true,
      truncate: false,
      shift: false,
      keep_alive: '30m',
      options: { num_ctx: 8_192, num_predict: 4_096, temperature: 0.3 },
    });
    expect(server.requests[0]?.raw).not.toHaveProperty('think');
    expect(server.requests[0]?.raw).not.toHaveProperty('format');
  });

  it('chooses a window of 32,768 when the registry names none and the model could have more', async () => {
    const { model, server } = await open(
      { reply: () => ({ text: 'Hi.' }) },
      { context: { window: 262_144, max_output: 512 } },
    );
    await replied(model);
    expect(server.requests[0]?.raw).toMatchObject({ options: { num_ctx: 32_768, num_predict: 512 } });
  });

  it('says whether to think only to a model that can, and sends its thoughts back', async () => {
    const reply = () => ({ thinking: 'Let me see.', text: 'Done.' });
    const { model, server } = await open(
      { reply, capabilities: ['completion', 'tools', 'thinking'] },
      { ...THINKS, think: 'high' },
    );
    const { parts, result } = await ask(model);
    expect(server.requests[0]?.raw).toMatchObject({ think: 'high' });
    expect(parts.filter(({ type }) => type === 'thinking').length).toBeGreaterThan(0);
    if (!result.ok) throw new Error(result.error.message);
    await replied(
      model,
      request({ messages: [...request().messages, result.value.message, { role: 'user', text: 'Go on.' }] }),
    );
    expect(server.requests[1]?.raw).toHaveProperty('messages.2.thinking', 'Let me see.');
  });

  it('leaves `think` out after the server refused it, and remembers', async () => {
    const { model, server } = await open({ reply: () => ({ text: 'Done.' }) }, { ...THINKS, think: true });
    const first = await ask(model);
    expect(first.parts[0]).toEqual({
      type: 'retry',
      because: 'the-model does not take thinking: it is asked again without.',
    });
    expect(first.result.ok).toBe(true);
    await replied(model);
    expect(server.requests.map(({ raw }) => 'think' in raw)).toEqual([true, false, false]);
  });

  it('describes the tools as text to a model without calls of its own, and reads its calls from text', async () => {
    const text =
      'I write.\n<function=write_file>\n<parameter=path>\na.js\n</parameter>\n<parameter=content>\nlet a = "<b>";\n</parameter>\n</function>';
    const { model, server } = await open({ reply: () => ({ text }), capabilities: ['completion'] });
    const { parts, result } = await ask(model);
    expect(parts[0]?.type).toBe('retry');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value).toMatchObject({
      stop: 'tool_use',
      message: {
        text: 'I write.',
        calls: [{ name: 'write_file', input: { path: 'a.js', content: 'let a = "<b>";' } }],
      },
    });
    const { message } = result.value;
    const [call] = message.calls;
    const answer = {
      role: 'tool' as const,
      call_id: call?.id ?? '',
      name: 'write_file',
      text: 'Written.',
      is_error: false,
    };
    await replied(model, request({ messages: [...request().messages, message, answer] }));
    const last = server.requests.at(-1);
    expect(last?.tools).toEqual([]);
    expect(last?.system).toContain('- content (string)');
    expect(last?.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        text: expect.stringContaining('<parameter=content>\nlet a = "<b>";\n</parameter>'),
        calls: [],
      },
      { role: 'user', text: 'Result of write_file:\nWritten.' },
    ]);
  });

  it('goes over to text after two calls in a row that cannot be read', async () => {
    const fault = ollamaFaults.badCall('{"x": ');
    const { model, server } = await open({ reply: () => (server.requests.length < 3 ? { fault } : { text: 'Hm.' }) });
    for (const code of ['model.malformed', 'model.malformed']) {
      expect((await ask(model)).result).toMatchObject({ error: { code } });
    }
    await replied(model);
    expect(server.requests.map(({ tools }) => tools.length)).toEqual([3, 3, 0]);
  });
});

describe('an Ollama reply', () => {
  it('takes a call that the server could not parse, when it can be mended', async () => {
    const { model } = await open({
      reply: () => ({ fault: ollamaFaults.badCall('{"path": "a.js", "content": "x"}]') }),
    });
    const { message, stop } = await replied(model);
    expect({ stop, calls: message.calls }).toEqual({
      stop: 'tool_use',
      calls: [{ id: 'call_1', name: 'write_file', input: { path: 'a.js', content: 'x' } }],
    });
  });

  it('knows the older key of that error', async () => {
    const body = { 'error parsing tool call': 'raw=\'{"a": \', err=unexpected end of JSON input' };
    const { model } = await open({ reply: () => ({ fault: status(500, body) }) });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'model.malformed' } });
  });

  it('strips thoughts out of the text, also one that is never closed', async () => {
    const { model } = await open({
      reply: () => ({ text: '<think>\nHm, <tool_call> maybe.\n</think>\n\nThe answer.\n<think>and then' }),
    });
    const { parts, result } = await ask(model);
    expect(result).toMatchObject({ value: { message: { text: 'The answer.' } } });
    const shown = parts.map(part => (part.type === 'text' ? part.text : '')).join('');
    expect(shown.trim()).toBe('The answer.');
  });

  it('calls an unclosed thought an empty answer', async () => {
    const { model } = await open({ reply: () => ({ text: '<think>\nNever closed.' }) });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'model.empty' } });
  });

  it('tells a model that repeats one piece from a cut stream, when the server ends it without a word', async () => {
    const stuck = await open({
      reply: () => ({ text: 'tick two '.slice(0, 8).repeat(31), fault: { kind: 'no_done' } }),
    });
    expect((await ask(stuck.model)).result).toMatchObject({ error: { code: 'model.repetition' } });
    const cut = await open({
      reply: () => ({ text: 'A text that says something else all the time.', fault: { kind: 'no_done' } }),
    });
    expect((await ask(cut.model)).result).toMatchObject({ error: { code: 'provider.interrupted' } });
  });

  it('does not run a printed call that was cut at the limit', async () => {
    const text = '<tool_call>\n{"name": "finish", "arguments": {"summary": "cut o';
    const { model } = await open({ reply: () => ({ text, stop: 'length' }) });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'model.truncated' } });
  });

  it('calls a limit reached without a word truncated', async () => {
    const { model } = await open({ reply: () => ({ text: '', stop: 'length' }) });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'model.truncated' } });
  });

  it('fails when far less was read than was sent', async () => {
    const { model } = await open({ reply: () => ({ text: 'Hi.', tokens: { in: 200, out: 2 } }) });
    const long = Array.from({ length: 1_500 }, (_, place) => `word${place * 7919}`).join(' ');
    const { result } = await ask(model, request({ messages: [{ role: 'user', text: long }] }));
    expect(result).toMatchObject({ error: { code: 'model.context_exceeded', details: { window_tokens: 8_192 } } });
  });

  it('takes a small count for blank and ruled text as it is', async () => {
    const { model } = await open({ reply: () => ({ text: 'Hi.', tokens: { in: 60, out: 2 } }) });
    const blank = `${' '.repeat(9_000)}x${'='.repeat(9_000)}`;
    expect((await ask(model, request({ messages: [{ role: 'user', text: blank }] }))).result.ok).toBe(true);
  });
});

describe('an Ollama failure', () => {
  it('names the command that gets a missing model', async () => {
    const { model } = await open({ reply: () => ({}), models: ['other'] }, { id: 'qwen3-coder:30b' });
    expect((await ask(model)).result).toMatchObject({
      error: { code: 'provider.model_missing', hint: 'Get it with: ollama pull qwen3-coder:30b' },
    });
  });

  it('names the command that starts a server that is not there', async () => {
    const { model, server } = await open({ reply: () => ({}) });
    await server.close();
    const { result } = await ask(model);
    expect(result).toMatchObject({
      error: { code: 'provider.unreachable', hint: expect.stringContaining('ollama serve') },
    });
    expect(result).toMatchObject({ error: { hint: expect.stringContaining(server.url) } });
  });

  it('refuses to send to a cloud model what is meant for this machine', async () => {
    const { model, server } = await open({ reply: () => ({ text: 'Hi.' }) }, { id: 'gpt-oss:120b-cloud' });
    expect((await ask(model)).result).toMatchObject({ error: { code: 'provider.bad_request' } });
    expect(server.requests).toEqual([]);
  });

  it('prints nothing to the terminal, whatever the server sends', async () => {
    const spies = (['log', 'warn', 'error'] as const).map(name => vi.spyOn(console, name));
    for (const fault of [
      status(500, 'plain text'),
      status(502, '<html>'),
      { kind: 'error_line', body: [1], after_parts: 1 } as const,
    ]) {
      const { model } = await open({ reply: () => ({ text: 'some words', fault }) });
      expect((await ask(model)).result.ok).toBe(false);
    }
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });
});
