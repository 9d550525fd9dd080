import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveWindow, findModel, findProvider, parseRegistry, roleConfig } from '../../src/router/registry.ts';
import { registryOf, shippedText, THREE_RUNGS } from './fixtures.ts';

const sharedReference = `${process.env.LLMCLIS_SHARED ?? '../shared'}/reference/router.md`;

function messageOf(text: string, file = 'model_registry.yaml'): string {
  const parsed = parseRegistry(text, file);
  if (parsed.ok) throw new Error('This registry should have been refused.');
  expect(parsed.error.code).toBe('registry.invalid');
  return parsed.error.message;
}
/** The number of the first line that has `part`. */
const lineOf = (text: string, part: string): number => text.split('\n').findIndex(line => line.includes(part)) + 1;

describe('what a registry is', () => {
  it('the shipped one parses, has a local rung in every role, and prices for every cloud model', () => {
    const registry = registryOf(shippedText);
    for (const role of ['manager', 'coder', 'tester', 'researcher', 'writer']) {
      const [first, ...rest] = roleConfig(registry, role).ladder.map(alias => findModel(registry, alias));
      expect(first?.location).toBe('local');
      expect(rest.every(model => model?.location === 'cloud' && model.price.input > 0 && model.price.output > 0)).toBe(
        true,
      );
    }
    expect(findProvider(registry, 'ollama')).toMatchObject({ kind: 'ollama', base_url: 'http://127.0.0.1:11434' });
    expect(findProvider(registry, 'anthropic')).toMatchObject({ api_key_env: 'ANTHROPIC_API_KEY', location: 'cloud' });
    expect(registry.budgets.task.usd).toBe(1.5);
  });

  it('the documented example is one that parses', () => {
    const doc = readFileSync(new URL('../../docs/registry.md', import.meta.url), 'utf8');
    const example = /```yaml\n(version: 1[\s\S]*?)```/.exec(doc)?.[1];
    expect(Object.keys(registryOf(example ?? '').models)).toContain('opus');
  });

  it.skipIf(!existsSync(sharedReference))('every key of the reference example is accepted', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync(sharedReference, 'utf8'))?.[1];
    const registry = registryOf(example ?? '');
    expect(registry.rules.map(rule => rule.name)).toContain('provider-trouble');
    expect(registry.experiments).toEqual([{ name: 'semantic', mode: 'shadow', sample: 0.1 }]);
  });

  it('fills in what is left out', () => {
    const registry = registryOf(THREE_RUNGS);
    expect(registry.policy).toBe('local-first');
    expect(registry.defaults.on_local_down).toBe('stop');
    expect(registry.guard).toMatchObject({ enabled: true, margin: 0.8, prior: { p: 0.6, weight: 4 }, min_probes: 3 });
    expect(registry.budgets.task.usd).toBeNull();
    expect(findProvider(registry, 'ollama')?.base_url).toBe('http://127.0.0.1:11434');
    expect(findProvider(registry, 'anthropic')).toMatchObject({ base_url: null, api_key_env: 'ANTHROPIC_API_KEY' });
    expect(findModel(registry, 'local')).toMatchObject({
      tier: 1,
      price: { input: 0, output: 0, cache_read: 0, cache_write: 0 },
      capabilities: { tools: true, vision: false, verified: false },
    });
    expect(findModel(registry, 'middle')?.price).toEqual({
      input: 0.55,
      output: 2.19,
      cache_read: 0.14,
      cache_write: 0.55,
    });
    expect(roleConfig(registry, 'coder')).toMatchObject({ attempts_per_rung: 1, retry_with_evidence: 1 });
  });

  it('waits longer for a local server, unless the file says how long', () => {
    const registry = registryOf(`${THREE_RUNGS}defaults: {timeout: {idle_s: 33}}\n`);
    const timeoutOf = (name: string) => findProvider(registry, name)?.timeout;
    expect(timeoutOf('ollama')).toEqual({ connect_s: 5, first_token_s: 600, idle_s: 33, total_s: 1800 });
    expect(timeoutOf('anthropic')).toEqual({ connect_s: 5, first_token_s: 60, idle_s: 33, total_s: 900 });
    const own = registryOf(THREE_RUNGS.replace('location: local}', 'location: local, timeout: {first_token_s: 7}}'));
    expect(findProvider(own, 'ollama')?.timeout.first_token_s).toBe(7);
  });

  it('counts what is really loaded as the window', () => {
    const model = findModel(registryOf(THREE_RUNGS), 'local');
    expect(model === null ? 0 : effectiveWindow(model)).toBe(32768);
  });

  it('gives a role without a ladder coder’s', () => {
    const registry = registryOf(`${THREE_RUNGS}  tester: {attempts_per_rung: 3}\n`);
    expect(roleConfig(registry, 'tester')).toMatchObject({
      ladder: ['local', 'middle', 'strong'],
      attempts_per_rung: 3,
    });
    expect(roleConfig(registry, 'writer').ladder).toEqual(['local', 'middle', 'strong']);
    expect(roleConfig(registry, 'constructor').ladder).toEqual(['local', 'middle', 'strong']);
  });

  it('keeps base_url and script as written, and accepts a replay provider', () => {
    const registry = registryOf(
      THREE_RUNGS.replace('{kind: ollama, location: local}', '{kind: replay, script: ./demo/replay.yaml, pace_ms: 20}'),
    );
    expect(findProvider(registry, 'ollama')).toMatchObject({
      script: './demo/replay.yaml',
      pace_ms: 20,
      location: 'local',
    });
  });

  it('takes an address outside this machine’s own network for cloud when nobody says where it is', () => {
    const at = (url: string) =>
      findProvider(
        registryOf(
          THREE_RUNGS.replace('{kind: ollama, location: local}', `{kind: openai, base_url: "${url}"}`).replace(
            'context: {window: 262144, num_ctx: 32768, max_output: 8192}',
            'context: {window: 262144, num_ctx: 32768, max_output: 8192}\n    price_per_mtok: {input: 0, output: 0}',
          ),
        ),
        'ollama',
      )?.location;
    expect(
      [
        'http://127.0.0.1:8000/v1',
        'http://localhost:1',
        'http://192.168.1.9:8000',
        'http://[::1]:1',
        'http://gpu.local:8000',
      ].map(at),
    ).toEqual(Array(5).fill('local'));
    expect(
      ['https://api.openai.com/v1', 'http://8.8.8.8:1', 'http://127.0.0.1.evil.com', 'http://10.example.com'].map(at),
    ).toEqual(Array(4).fill('cloud'));
  });

  it('a section whose lines are all commented out is a section left out', () => {
    expect(registryOf(`${THREE_RUNGS}rules:\n  # - {name: x}\nbudgets:\n`).rules).toEqual([]);
  });
});

describe('what a registry must not be', () => {
  it('says the line of a wrong key and the nearest right one', () => {
    const text = shippedText.replace('\nproviders:', '\nprovders:');
    expect(messageOf(text)).toBe(
      `model_registry.yaml:${lineOf(text, 'provders:')}: unknown key "provders" — did you mean "providers"?`,
    );
  });

  it('lists the keys that exist when none is near', () => {
    const text = THREE_RUNGS.replace('coder: {', 'coder: {zzzzzz: 1, ');
    expect(messageOf(text)).toContain('unknown key "zzzzzz" in roles.coder (known here: ladder, needs, ');
  });

  it('says everything at once, sorted by line', () => {
    const text = THREE_RUNGS.replace('kind: ollama', 'kind: olama')
      .replace('provider: openrouter', 'provider: openruter')
      .replace('window: 1000000', 'windw: 1000000')
      .replace('[local, middle, strong]', '[local, midle, strong]')
      .concat('guard: {margin: lots}\nrules:\n  - {name: a, when: {role: codr}, then: {}}\n');
    expect(messageOf(text).split('\n')).toEqual([
      'model_registry.yaml:3: providers.ollama.kind must be ollama, anthropic, openai or replay, not "olama" — did you mean "ollama"?',
      'model_registry.yaml:12: models.middle: there is no provider "openruter" — did you mean "openrouter"?',
      `model_registry.yaml:${lineOf(text, 'windw')}: unknown key "windw" in models.strong.context — did you mean "window"?`,
      `model_registry.yaml:${lineOf(text, 'midle')}: roles.coder.ladder: there is no model "midle" — did you mean "middle"?`,
      `model_registry.yaml:${lineOf(text, 'lots')}: guard.margin must be a number, not "lots"`,
      `model_registry.yaml:${lineOf(text, 'codr')}: rule "a": there is no role "codr" — did you mean "coder"?`,
    ]);
  });

  it('looks on behind a key that means nothing, and behind a wrong word', () => {
    const text = THREE_RUNGS.replace('coder: {ladder: [local', 'coder: {zzzzzz: 1, ladder: [ghost');
    expect(messageOf(text)).toContain('there is no model "ghost"');
    expect(messageOf(text.replace('kind: ollama', 'kind: 7'))).toContain(
      'kind must be ollama, anthropic, openai or replay, not 7',
    );
  });

  it('refuses a key written into the file and never repeats it', () => {
    const secret = 'sk-ant-api03-secret';
    for (const wrong of [
      `{kind: anthropic, location: cloud, api_key: ${secret}}`,
      `{kind: anthropic, location: cloud, api_key_env: ${secret}}`,
      `{kind: anthropic, location: cloud, base_url: "https://me:${secret}@example.com"}`,
    ]) {
      const message = messageOf(THREE_RUNGS.replace('{kind: anthropic, location: cloud}', wrong));
      expect(message).toMatch(/api_key_env/);
      expect(message).not.toContain(secret);
      expect(message).toMatch(/^model_registry\.yaml:5: [^\n]*$/);
    }
  });

  it.each([
    ['a missing version', 'version: 1\n', '', 'the registry needs the key "version"'],
    ['another version', 'version: 1', 'version: 2', 'version must be 1, not 2'],
    ['a rung of no model', '[local,', '[ghost,', 'there is no model "ghost"'],
    ['a rung twice', '[local, middle', '[local, middle, local', 'roles.coder.ladder has "local" twice'],
    ['an empty ladder', '[local, middle, strong]', '[]', 'roles.coder.ladder must not be empty'],
    ['no ladder for coder', 'ladder: [local, middle, strong]', 'needs: [tools]', 'roles.coder needs a ladder'],
    ['a slip in a role’s name', '  coder: {', '  codre: {', 'unknown role "codre" — did you mean "coder"?'],
    [
      'a loaded context above the window',
      'num_ctx: 32768',
      'num_ctx: 300000',
      'num_ctx 300000 is more than its window 262144',
    ],
    [
      'replies that fill the window',
      'max_output: 8192',
      'max_output: 32768',
      'leaves no room for a prompt in 32768 tokens',
    ],
    ['a negative price', 'input: 0.55', 'input: -1', 'models.middle.price_per_mtok.input must be at least 0, not -1'],
    ['a window of no tokens', 'window: 262144', 'window: 0', 'models.local.context.window must be at least 1, not 0'],
    [
      'a cloud model without a price',
      '    price_per_mtok: {input: 0.55, output: 2.19, cache_read: 0.14}\n',
      '',
      'models.middle is in the cloud and needs "price_per_mtok"',
    ],
    ['a text for a number', 'tier: 4', 'tier: high', 'models.strong.tier must be a number, not "high"'],
    ['a replay without its script', 'kind: ollama', 'kind: replay', 'needs the key "script"'],
    [
      'an openai server without its address',
      'base_url: https://openrouter.ai/api/v1, ',
      '',
      'needs the key "base_url"',
    ],
    ['an address that is none', 'https://openrouter.ai/api/v1', 'openrouter', 'base_url is not an address'],
    ['Anthropic called local', 'anthropic, location: cloud', 'anthropic, location: local', 'its location is cloud'],
    ['a model of Ollama’s cloud called local', 'qwen3-coder:30b', 'gpt-oss:120b-cloud', 'runs in Ollama’s cloud'],
    ['the same key twice', 'version: 1', 'version: 1\nversion: 1', 'not valid YAML: Map keys must be unique'],
  ])('refuses %s', (_what, right, wrong, said) => {
    expect(THREE_RUNGS).toContain(right);
    expect(messageOf(THREE_RUNGS.replace(right, wrong))).toContain(said);
  });

  it.each([
    [
      'two rules of one name',
      '{name: a, when: {}, then: {}}\n  - {name: a, when: {}, then: {}}',
      'two rules named "a"',
    ],
    [
      'a failure that there is not',
      '{name: a, when: {failure: test_failed}, then: {}}',
      'did you mean "tests_failed"?',
    ],
    [
      'a rule that asks for a context in words',
      '{name: a, when: {}, then: {require: {context: big}}}',
      'must be a number of tokens, larger',
    ],
    [
      'next_with and nothing to look for',
      '{name: a, when: {}, then: {action: next_with}}',
      'next_with needs "require"',
    ],
  ])('refuses %s', (_what, rules, said) => {
    expect(messageOf(`${THREE_RUNGS}rules:\n  - ${rules}\n`)).toContain(said);
  });

  it('finds the line behind an alias, and survives aliases that lead nowhere', () => {
    const text = THREE_RUNGS.replace('coder: {ladder', 'coder: &one {ladr').concat('  tester: *one\n');
    expect(messageOf(text).split('\n')[0]).toBe(
      `model_registry.yaml:${lineOf(text, 'ladr')}: unknown key "ladr" in roles.coder — did you mean "ladder"?`,
    );
    expect(messageOf('version: *nowhere')).toContain('not valid YAML');
  });

  it('names the file as it was asked for, and the next step', () => {
    const parsed = parseRegistry('', 'project/model_registry.yaml');
    expect(parsed).toMatchObject({ ok: false, error: { hint: expect.stringContaining('docs/registry.md') } });
    expect(messageOf('', 'project/model_registry.yaml')).toContain('project/model_registry.yaml:1: the file is empty');
  });

  it('gives an answer for any text', () => {
    const lines = THREE_RUNGS.split('\n');
    const spoilt = fc
      .array(fc.tuple(fc.nat(lines.length - 1), fc.string({ maxLength: 12 })), { maxLength: 3 })
      .map(changes =>
        changes.reduce((text, [at, put]) => text.with(at, `${text[at]?.slice(0, 6) ?? ''}${put}`), lines).join('\n'),
      );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), spoilt), text => {
        const parsed = parseRegistry(text, 'r.yaml');
        if (!parsed.ok) expect(parsed.error.message).toMatch(/^r\.yaml:\d+: /);
      }),
      { numRuns: 300 },
    );
  });
});
