import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProvider, type ProviderConfig } from '../../src/models/provider.ts';
import { printScript } from '../../src/models/record.ts';
import { anthropicFaults, scriptedAnthropic } from '../servers/anthropic.ts';
import { ollamaFaults, scriptedOllama } from '../servers/ollama.ts';
import { openaiFaults, scriptedOpenai } from '../servers/openai.ts';
import type { Fault, Reply, ScriptedReply, ScriptedServer } from '../servers/scripted.ts';
import { type Backend, conformance, type Opened, type Trouble } from './conformance.ts';
import { modelConfig, providerConfig, realClock } from './helpers.ts';

const inTurn = (replies: readonly ScriptedReply[]): Reply => {
  let place = 0;
  return () => replies[Math.min(place++, replies.length - 1)] ?? {};
};
const failing = (fault: Fault): ScriptedReply => ({ text: 'a few words that come first', fault });

const TRANSPORT: Readonly<Record<string, Trouble>> = {
  'a socket cut before the first part': {
    reply: failing({ kind: 'cut', after_parts: 0 }),
    code: 'provider.interrupted',
  },
  'a socket cut in the middle': { reply: failing({ kind: 'cut', after_parts: 2 }), code: 'provider.interrupted' },
  'a stream that ends without its last line': { reply: failing({ kind: 'no_done' }), code: 'provider.interrupted' },
  'an empty reply': { reply: { tokens: { in: 9, out: 12 } }, code: 'model.empty', details: { tokens_out: 12 } },
  'a text without end': { reply: { text: 'and again '.repeat(400) }, code: 'model.repetition' },
};

function overHttp(
  config: Omit<Partial<ProviderConfig>, 'kind'> & Pick<ProviderConfig, 'kind'>,
  start: (reply: Reply) => Promise<ScriptedServer>,
  rest: Pick<Backend, 'name' | 'length' | 'troubles'>,
): Backend {
  const connect = async (base_url: string) =>
    (await openProvider(providerConfig({ ...config, base_url }), realClock)).model(modelConfig());
  return {
    ...rest,
    troubles: { ...TRANSPORT, ...rest.troubles },
    async open(replies): Promise<Opened> {
      const server = await start(inTurn(replies));
      return { ...server, model: await connect(server.url) };
    },
    async unreachable() {
      const server = await start(() => ({}));
      await server.close();
      return connect(server.url);
    },
  };
}

conformance(
  overHttp({ kind: 'ollama' }, reply => scriptedOllama({ reply }), {
    name: 'ollama',
    length: 'length',
    troubles: {
      overflow: {
        reply: failing(ollamaFaults.overflow),
        code: 'model.context_exceeded',
        details: { needed_tokens: 1009, window_tokens: 512 },
      },
      'overflow of 0.24': {
        reply: failing(ollamaFaults.overflow024),
        code: 'model.context_exceeded',
        details: { window_tokens: 8192 },
      },
      'overflow without shift': { reply: failing(ollamaFaults.overflowNoShift), code: 'model.context_exceeded' },
      'a history that lost its user': { reply: failing(ollamaFaults.noUserQuery), code: 'model.context_exceeded' },
      'a cloud model without sign-in': { reply: failing(ollamaFaults.unauthorized), code: 'provider.auth' },
      'a full queue': { reply: failing(ollamaFaults.busy), code: 'provider.overloaded' },
      'a runner that died': { reply: failing(ollamaFaults.crashed), code: 'provider.interrupted' },
      'a runner that died in the middle': { reply: failing(ollamaFaults.crashLine), code: 'provider.interrupted' },
      'a call the server cannot parse': { reply: failing(ollamaFaults.badCall('{"path": ')), code: 'model.malformed' },
      'a printed call that is broken': {
        reply: { text: '<tool_call>\n{"name": "finish", "arguments": {"summary": "x"]\n</tool_call>' },
        code: 'model.malformed',
      },
    },
  }),
);

conformance(
  overHttp({ kind: 'anthropic', api_key: 'sk-ant-test', location: 'cloud' }, reply => scriptedAnthropic({ reply }), {
    name: 'anthropic',
    length: 'max_tokens',
    troubles: {
      'a wrong key': { reply: failing(anthropicFaults.auth), code: 'provider.auth' },
      'a rate limit': {
        reply: failing(anthropicFaults.rateLimit(17)),
        code: 'provider.rate_limit',
        details: { retry_after_s: 17 },
      },
      'a spending limit': { reply: failing(anthropicFaults.spendLimit), code: 'provider.credit' },
      'no credit': { reply: failing(anthropicFaults.noCredit), code: 'provider.credit' },
      'a billing problem': { reply: failing(anthropicFaults.billing), code: 'provider.credit' },
      overload: { reply: failing(anthropicFaults.overloaded), code: 'provider.overloaded' },
      'overload in the middle': { reply: failing(anthropicFaults.overloadedLine), code: 'provider.overloaded' },
      overflow: {
        reply: failing(anthropicFaults.overflow),
        code: 'model.context_exceeded',
        details: { needed_tokens: 210_000, window_tokens: 200_000 },
      },
      'overflow with the output': {
        reply: failing(anthropicFaults.overflowWithOutput),
        code: 'model.context_exceeded',
        details: { needed_tokens: 210_000 },
      },
      'a window that filled up': {
        reply: { text: 'x', stop: 'model_context_window_exceeded' },
        code: 'model.context_exceeded',
      },
      'a missing model': { reply: failing(anthropicFaults.modelMissing), code: 'provider.model_missing' },
      'a refusal': { reply: { text: 'I', stop: 'refusal' }, code: 'model.refusal', details: { category: 'cyber' } },
    },
  }),
);

conformance(
  overHttp({ kind: 'openai' }, reply => scriptedOpenai({ reply }), {
    name: 'openai',
    length: 'length',
    troubles: {
      'a wrong key': { reply: failing(openaiFaults.auth), code: 'provider.auth' },
      'a rate limit': {
        reply: failing(openaiFaults.rateLimit(3)),
        code: 'provider.rate_limit',
        details: { retry_after_s: 3 },
      },
      'no quota': { reply: failing(openaiFaults.noQuota), code: 'provider.credit' },
      'overflow of vLLM': {
        reply: failing(openaiFaults.overflowVllm),
        code: 'model.context_exceeded',
        details: { needed_tokens: 6024, window_tokens: 4096 },
      },
      'overflow of llama.cpp': {
        reply: failing(openaiFaults.overflowLlamaCpp),
        code: 'model.context_exceeded',
        details: { needed_tokens: 131_168, window_tokens: 131_072 },
      },
      'overflow under status 200': {
        reply: failing(openaiFaults.overflowLine),
        code: 'model.context_exceeded',
        details: { needed_tokens: 600 },
      },
      'a call the server cannot parse': { reply: failing(openaiFaults.badCall), code: 'model.malformed' },
      'a server that is loading': { reply: failing(openaiFaults.loading), code: 'provider.overloaded' },
      'a missing model': { reply: failing(openaiFaults.modelMissing), code: 'provider.model_missing' },
      'a content filter': { reply: { text: 'I', stop: 'content_filter' }, code: 'model.refusal' },
    },
  }),
);

conformance({
  name: 'replay',
  length: 'cut',
  unreachable: null,
  troubles: {
    'a scripted failure': {
      reply: failing({ kind: 'status', status: 529, body: 'Overloaded' }),
      code: 'provider.overloaded',
    },
  },
  async open(replies) {
    const folder = await mkdtemp(join(tmpdir(), 'llmclis-replay-'));
    const script = join(folder, 'script.yaml');
    const entries = replies.map(({ text, calls, tokens, stop, fault }, place) => ({
      ...{ task: 'T1', try: 1, call: place + 1 },
      ...(text !== undefined && { text }),
      ...(calls !== undefined && { calls: calls.map(({ name, input }) => ({ name, input: { ...input } })) }),
      ...(tokens !== undefined && { tokens: { cached: 0, ...tokens } }),
      ...(stop === 'cut' && { cut: true }),
      ...(fault?.kind === 'status' && { fail: { code: 'provider.overloaded', message: String(fault.body) } }),
    }));
    await writeFile(script, printScript(entries));
    const provider = await openProvider(providerConfig({ kind: 'replay', script }), realClock);
    return { model: provider.model(modelConfig()), requests: null, close: () => rm(folder, { recursive: true }) };
  },
});
