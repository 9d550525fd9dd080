import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { parseScript } from '../../src/models/replay-script.ts';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { fromReplayScript } from '../servers/replay.ts';
import { demoFile, layOut, outcomeOf, runDemo } from '../support/demo.ts';
import { temporaryFolder } from '../support/repository.ts';

const script = parseScript(demoFile('replay.yaml'), 'replay.yaml');
if (!script.ok) throw new Error(script.error.message);
const aliases = { 'qwen3-coder:30b': 'qwen-coder-local', 'claude-opus-5-5': 'opus-cloud' };
const reply = fromReplayScript(script.value, { aliases });
const ollama = await scriptedOllama({
  models: ['qwen3-coder:30b'],
  reply,
});
const anthropic = await scriptedAnthropic({
  key: 'test-key-of-the-demo',
  reply,
});
afterAll(async () => {
  await ollama.close();
  await anthropic.close();
});

const REGISTRY = demoFile('model_registry.yaml')
  .replace(/scripted-local: \{.*\}/, `scripted-local: {kind: ollama, base_url: ${ollama.url}, location: local}`)
  .replace(
    /scripted-cloud: \{.*\}/,
    `scripted-cloud: {kind: anthropic, base_url: ${anthropic.url}, api_key_env: DEMO_ANTHROPIC_API_KEY, location: cloud}`,
  );

const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('the five stories over real HTTP', () => {
  it('end as they do on scripted models, with Ollama below and Anthropic above', async () => {
    const folder = join(temporaryFolder(), 'demo');
    const place = layOut(folder);
    writeFileSync(place.registry, REGISTRY);
    const events = await runDemo(folder, { DEMO_ANTHROPIC_API_KEY: 'test-key-of-the-demo' });
    const [finished] = of(events, 'run.finished');
    expect(finished).toMatchObject({
      tasks: { done: 4, blocked: 1 },
      refused_by: { empty_diff: 1, protected_changed: 1 },
      escalations: 3,
    });
    expect(finished?.refused_by.checks_failed).toBeGreaterThanOrEqual(3);
    expect(finished?.usd_all_cloud).toBeGreaterThan(finished?.usd ?? 0);
    expect(of(events, 'task.done').map(({ proof }) => proof)).toEqual([
      'red-green',
      'red-green',
      'red-green',
      'red-green',
    ]);
    expect(outcomeOf(folder).tasks.find(({ key }) => key === 'D2.2')).toMatchObject({
      status: 'blocked',
      reason: 'needs_input',
    });
    expect(ollama.requests.length).toBeGreaterThan(20);
    expect(anthropic.requests.length).toBeGreaterThan(5);
    expect(JSON.stringify(events)).not.toContain('test-key-of-the-demo');
  });
});
