import { describe, expect, it } from 'vitest';
import { hear, listen } from '../../src/models/listen.ts';
import { type ModelConfig, openProvider } from '../../src/models/provider.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { ask, manualClock, modelConfig, providerConfig, TIMEOUTS } from './helpers.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

describe('the timers of a call', () => {
  it.each([
    ['a server that sends nothing', 0, 'first_token', 60],
    ['a server that stops in the middle', 1, 'idle', 30],
  ] as const)('%s is a time-out, and is let go', async (_, after_parts, phase, seconds) => {
    const server = await scriptedOllama({
      reply: () => ({ text: 'Some words.', fault: { kind: 'stall', after_parts } }),
    });
    const clock = manualClock();
    const provider = await openProvider(providerConfig({ kind: 'ollama', base_url: server.url }), clock);
    const config: ModelConfig = modelConfig();
    const asked = ask(provider.model(config));
    while (server.requests.length === 0) await new Promise(resolve => setImmediate(resolve));
    await clock.expire(seconds);
    expect((await asked).result).toMatchObject({
      ok: false,
      error: { code: 'provider.timeout', details: { phase, seconds } },
    });
    await server.aborted;
    await server.close();
  });

  it('ends a stream that goes on for longer than a call may take', async () => {
    let seconds = 0;
    const clock = { ...manualClock(), now: () => new Date(seconds * 1000) };
    async function* endless() {
      for (;;) yield ++seconds;
    }
    const heard: string[] = [];
    for await (const one of listen(async () => endless(), TIMEOUTS, clock)) heard.push(one.kind);
    expect([heard.length, heard.at(-1)]).toEqual([TIMEOUTS.total_s, 'late']);
  });

  it('passes an error of the library on as data', async () => {
    const error = new Error('odd');
    const heard = await hear(() => Promise.reject(error), TIMEOUTS, manualClock());
    expect(heard).toEqual({ kind: 'failed', error });
  });

  it('rejects with the reason although the library does not react', async () => {
    const stop = new AbortController();
    const heard = hear(never, TIMEOUTS, manualClock(), stop.signal);
    stop.abort('enough');
    await expect(heard).rejects.toBe('enough');
  });
});
