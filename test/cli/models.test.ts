import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RouteQuery } from '../../src/app.ts';
import { configExplain } from '../../src/cli/commands/config.ts';
import { modelsList, modelsSmoke } from '../../src/cli/commands/models.ts';
import { routerExplain } from '../../src/cli/commands/router.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { fail, ok } from '../../src/core/failure.ts';
import { testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());

describe('models and routing', () => {
  it('list says of each provider whether it answers, and what to do when it does not', async () => {
    const providers = [
      {
        provider: 'ollama',
        base_url: 'http://127.0.0.1:11434',
        reachable: true,
        models: [{ name: 'qwen', size_bytes: 18e9, context_tokens: 262144 }],
      },
      {
        provider: 'anthropic',
        base_url: 'https://x',
        reachable: false,
        problem: { message: 'No key.', hint: 'Set ANTHROPIC_API_KEY.' },
        models: [],
      },
    ];
    const app = { providerStatus: async () => ok(providers) };
    const { out } = await type(modelsList, app, []);
    for (const part of ['18.0 GB', '262,144 tokens', 'No key.', 'next: Set ANTHROPIC_API_KEY.'])
      expect(out).toContain(part);
    expect(await typeJson(modelsList, app, [])).toEqual({ exit: 0, json: { providers } });
  });

  it('smoke ends with 4 when one does not answer', async () => {
    const result = (success: boolean) => ({
      model: 'm',
      ok: success,
      text: 'ok',
      ms: 12,
      tokens: { in: 9, out: 2, cached: 0 },
      size: 2,
    });
    expect((await type(modelsSmoke, { smoke: async () => ok([result(true)]) }, [])).exit).toBe(0);
    expect((await type(modelsSmoke, { smoke: async () => ok([result(true), result(false)]) }, [])).exit).toBe(4);
  });

  it('router explain asks what the flags say', async () => {
    const asked: RouteQuery[] = [];
    const route = {
      role: 'coder',
      model: 'opus',
      location: 'cloud',
      rule: null,
      because: 'its checks failed twice',
      ladder: ['qwen', 'opus'],
      passed_over: [{ model: 'qwen', because: 'had its tries' }],
    } as const;
    const app = {
      explainRoute: async (query: RouteQuery) => {
        asked.push(query);
        return ok(route);
      },
    };
    expect(await typeJson(routerExplain, app, [])).toEqual({ exit: 0, json: route });
    const { out } = await type(routerExplain, app, [
      '--role',
      'tester',
      '--attempts',
      '2',
      '--failure',
      'checks_failed',
      '--tag',
      'x',
      '--est_tokens',
      '900',
    ]);
    expect(out).toContain('opus (cloud) for the coder');
    expect(out).toContain('ladder   qwen → opus');
    expect(asked).toEqual([
      { role: 'coder' },
      { role: 'tester', attempts: 2, failure: 'checks_failed', tags: ['x'], est_tokens: 900 },
    ]);
  });
});

describe('config explain', () => {
  it('shows each value with its origin, with a project and without', async () => {
    const settings = async () =>
      loadSettings({
        flags: {},
        env: { LLMCLIS_MODE: 'offline' },
        projectFile: { path: 'llmclis.yaml', text: 'verify: npm test' },
        userFile: null,
      });
    const app = { ...world.app, settings };
    const { out } = await type(configExplain, app, []);
    expect(out).toMatch(/^verify +npm test +project +llmclis\.yaml:1$/m);
    expect(out).toMatch(/^mode +offline +environment +LLMCLIS_MODE$/m);
    expect(out).toMatch(/^budget_usd +no limit +default$/m);
    const homeless = { ...app, project: () => fail('project.not_found', 'None.', 'llmclis init') };
    expect(await typeJson(configExplain, homeless, [])).toMatchObject({
      exit: 0,
      json: { mode: { value: 'offline', from: 'environment', where: 'LLMCLIS_MODE' } },
    });
    expect((await type(configExplain, homeless, ['--project_id', '7'])).exit).toBe(2);
  });
});
