import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/clock.ts';
import type { Result } from '../../src/core/failure.ts';
import type { LanguageModel, ModelPart, ModelReply, ModelRequest, ToolSpec } from '../../src/core/model.ts';
import type { ModelConfig, ProviderConfig } from '../../src/models/provider.ts';

export const realClock: Clock = {
  now: () => new Date(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};

/** Time stands still until the test lets a sleeper of this many seconds run out. */
export function manualClock(): Clock & { expire(seconds: number): Promise<void> } {
  let now = Date.parse('2026-11-21T09:00:00Z');
  const sleepers = new Set<{ readonly ms: number; readonly wake: () => void }>();
  const expire = async (seconds: number): Promise<void> => {
    for (;;) {
      const sleeper = [...sleepers].find(({ ms }) => ms === seconds * 1000);
      if (sleeper !== undefined) {
        now += sleeper.ms;
        sleeper.wake();
        return;
      }
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      const sleeper = { ms, wake: () => resolve() };
      sleepers.add(sleeper);
      const leave = (): void => {
        sleepers.delete(sleeper);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      if (signal?.aborted === true) leave();
    });
  return { now: () => new Date(now), random: () => 0.5, sleep, expire };
}

export const TIMEOUTS = { connect_s: 5, first_token_s: 60, idle_s: 30, total_s: 300 };

export const modelConfig = (change: Partial<ModelConfig> = {}): ModelConfig => ({
  alias: 'the-model',
  id: 'tiny',
  context: { window: 32_768, num_ctx: 8_192, max_output: 4_096 },
  capabilities: { tools: true, json: true, vision: false, thinking: false },
  ...change,
});

export const providerConfig = (change: Partial<ProviderConfig> & Pick<ProviderConfig, 'kind'>): ProviderConfig => ({
  name: `the-${change.kind}`,
  location: 'local',
  timeouts: TIMEOUTS,
  ...change,
});

export const TOOLS: readonly ToolSpec[] = [
  {
    name: 'read_file',
    description: 'Reads a file.',
    input_schema: {
      type: 'object',
      properties: { path: { type: 'string' }, offset: { type: 'integer' } },
      required: ['path'],
      additionalProperties: false,
    },
  },
  {
    name: 'write_file',
    description: 'Writes a file.',
    input_schema: {
      type: 'object',
      properties: { path: { type: 'string' }, content: { type: 'string' } },
      required: ['path', 'content'],
      additionalProperties: false,
    },
  },
  {
    name: 'finish',
    description: 'Ends the turn.',
    input_schema: { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] },
  },
];

export const request = (change: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [
    { role: 'system', text: 'You are a coder.' },
    { role: 'user', text: 'Task T1 – Say hello.\n\nTry 1.' },
  ],
  tools: TOOLS,
  max_output_tokens: 1_000,
  about: { task: 'T1', role: 'coder', try: 1, call: 1 },
  ...change,
});

export type Heard = { readonly parts: readonly ModelPart[]; readonly result: Result<ModelReply> };

/** Reads a reply to its end. */
export async function ask(model: LanguageModel, about: ModelRequest = request(), signal?: AbortSignal): Promise<Heard> {
  const reply = model.reply(about, signal);
  const parts: ModelPart[] = [];
  for (;;) {
    const step = await reply.next();
    if (step.done) return { parts, result: step.value };
    parts.push(step.value);
  }
}

/** The reply of a call that must succeed. */
export async function replied(model: LanguageModel, about?: ModelRequest): Promise<ModelReply> {
  const { result } = await ask(model, about);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
