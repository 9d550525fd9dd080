import { copyFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { runCli } from '../support/cli.ts';
import { makeRepository, read, temporaryFolder, writeFiles } from '../support/repository.ts';
import { SHIPPED } from '../support/run.ts';
import { dump } from '../support/state.ts';
import { typist } from '../support/typed.ts';

const sharedPlan = join(resolve(SHIPPED, process.env.LLMCLIS_SHARED ?? '../shared'), 'data/plans/llmclis-plans.md');
const FILES = {
  'package.json': JSON.stringify({ name: 'textkit', type: 'module', scripts: { test: 'node --test' } }),
  'src/index.js': 'export const one = 1;\n',
  'test/one.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { one } from '../src/index.js';\ntest('one', () => assert.equal(one, 1));\n",
};

function world(env: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = FILES) {
  const folder = temporaryFolder();
  const root = makeRepository(files, join(folder, 'textkit'));
  const home = join(folder, 'home');
  return { folder, root, home, type: typist({ cwd: root, home, env }), place: { cwd: root, home, env } };
}
/** A port of this machine at which nobody answers. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return `http://127.0.0.1:${port}`;
}
const failure = (code: string) => ({ error: { code, message: expect.any(String), hint: expect.any(String) } });

describe.skipIf(!existsSync(sharedPlan))('a plan of 25 tasks (shared data)', () => {
  it('is imported with exact counts, and a second sync changes no byte of file or database', async () => {
    const { root, home, type } = world();
    copyFileSync(sharedPlan, join(root, 'plans.md'));
    await type('project', 'add', '--name', 'llmclis');
    const counts = { stages: 8, tasks: 25, done: 0, open: 25, in_progress: 0, blocked: 0, cancelled: 0 };
    const first = await type('plan', 'import', 'plans.md');
    expect(first).toMatchObject({ exit: 0, json: { imported: counts, unrecognised: [] } });
    expect((await type('plan', 'import', 'plans.md')).json).toMatchObject({
      imported: counts,
      updated: 0,
      unchanged: 25,
      unrecognised: [],
    });
    await type('plan', 'sync');
    const state = () => {
      const { plan_files, ...rest } = dump({ home, root }).tables;
      return { ...rest, plan: read(root, 'plans.md') };
    };
    const before = state();
    const nothing = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };
    expect((await type('plan', 'sync')).json).toEqual(nothing);
    expect((await type('plan', 'sync')).json).toEqual(nothing);
    expect(state()).toEqual(before);
    expect((await type('next')).json).toMatchObject({ kind: 'ready', task: { key: 'S1.1' } });
    expect((await type('task', 'list', '--limit', '100')).json).toMatchObject({ total: 25 });
  });

  it('is written only where it must be: a task that is done and one that is added', async () => {
    const { root, type } = world();
    copyFileSync(sharedPlan, join(root, 'plans.md'));
    await type('project', 'add');
    await type('plan', 'sync');
    const before = read(root, 'plans.md').split('\n');
    await type('task', 'done', 'S1.1');
    const after = read(root, 'plans.md').split('\n');
    const gone = before.filter(line => !after.includes(line));
    expect(
      gone.every(line => /S1\.1|Last Updated|Last Editor|Empty/.test(line)),
      gone.join('\n'),
    ).toBe(true);
    expect(gone.length).toBeLessThanOrEqual(5);
  });
});

describe('models', () => {
  const registry = (ollama: string, anthropic: string) => `version: 1
providers:
  here: {kind: ollama, base_url: "${ollama}", location: local}
  there: {kind: anthropic, base_url: "${anthropic}", api_key_env: TEST_CLOUD_KEY, location: cloud}
models:
  small: {provider: here, id: "tiny:1b", context: {window: 32768, max_output: 1024}, capabilities: {tools: true, json: true}}
  big: {provider: there, id: claude-test-1, context: {window: 200000, max_output: 1024}, capabilities: {tools: true, json: true}, price_per_mtok: {input: 4, output: 20}}
roles:
  coder: {ladder: [small, big], needs: [tools]}
`;

  it('list says who answers and what they serve; smoke what a trivial prompt gives', async () => {
    const reply = () => ({ text: 'ready', tokens: { in: 12, out: 1 } });
    const ollama = await scriptedOllama({ models: ['tiny:1b'], reply });
    const anthropic = await scriptedAnthropic({ key: 'key-of-the-test', reply });
    const { root, type } = world({ TEST_CLOUD_KEY: 'key-of-the-test' });
    writeFiles(root, { 'model_registry.yaml': registry(ollama.url, anthropic.url) });
    await type('project', 'add');
    const listed = await type('models', 'list');
    expect(listed).toMatchObject({
      exit: 0,
      json: {
        providers: [
          { provider: 'here', reachable: true, models: [{ name: 'tiny:1b' }] },
          { provider: 'there', reachable: true },
        ],
      },
    });
    const smoked = await type('models', 'smoke');
    expect(smoked).toMatchObject({
      exit: 0,
      json: {
        results: [
          { model: 'small', ok: true, text: 'ready', size: 5 },
          { model: 'big', ok: true, tokens: { in: 12, out: 1 } },
        ],
      },
    });
    expect(await type('models', 'smoke', '--model', 'nope')).toMatchObject({
      exit: 2,
      json: failure('input.not_found'),
    });
    await ollama.close();
    expect(await type('models', 'smoke', '--model', 'small')).toMatchObject({
      exit: 4,
      json: { results: [{ ok: false }] },
    });
    expect((await type('models', 'list')).json).toMatchObject({
      providers: [{ reachable: false, problem: { hint: expect.any(String) } }, {}],
    });
    await anthropic.close();
  });

  it('orchestrate without any reachable model ends with 4, says what it looked for, where, and the command that helps; nothing changed', async () => {
    const url = await deadUrl();
    const { root, home, type, place } = world();
    writeFiles(root, { 'model_registry.yaml': registry(url, 'http://127.0.0.1:1') });
    await type('init');
    await type('task', 'add', 'First', '--key', 'T1', '--description', 'Do it.', '--verify', 'npm test');
    const before = dump({ home, root });
    const words = ['orchestrate', '--project_id', '1', '--no-sandbox', '--json'];
    const ended = runCli(words, place);
    expect(ended).toMatchObject({ exit: 4, json: [failure('model.none_available')] });
    for (const text of ['tiny:1b', 'small', url, 'ollama serve']) expect(ended.out).toContain(text);
    expect(dump({ home, root })).toEqual(before);
    expect(await type('orchestrate', '--dry_run')).toMatchObject({
      exit: 0,
      json: { next: { kind: 'ready', task: { key: 'T1' } } },
    });
    expect(dump({ home, root })).toEqual(before);
  });

  it('orchestrate with a server that lacks the model names the command that fetches it, without spending in the cloud', async () => {
    const ollama = await scriptedOllama({ models: ['other:7b'], reply: () => ({ text: 'no' }) });
    const anthropic = await scriptedAnthropic({ reply: () => ({ text: 'no' }) });
    const { root, type } = world({ TEST_CLOUD_KEY: 'key-of-the-test' });
    writeFiles(root, { 'model_registry.yaml': registry(ollama.url, anthropic.url) });
    await type('init');
    await type('task', 'add', 'First', '--key', 'T1', '--verify', 'npm test');
    const ended = await type('orchestrate', '--no-sandbox');
    expect(ended.exit).toBe(4);
    expect(JSON.stringify(ended.json)).toContain('ollama pull tiny:1b');
    expect(ollama.requests.length + anthropic.requests.length).toBe(0);
    await ollama.close();
    await anthropic.close();
  });

  it('a wrong key in the registry is named with its line and the nearest right one', async () => {
    const { root, type } = world();
    writeFiles(root, {
      'model_registry.yaml': registry('http://127.0.0.1:1', 'http://127.0.0.1:1').replace('ladder:', 'laddr:'),
    });
    await type('init');
    const ended = await type('orchestrate', '--no-sandbox');
    expect(ended).toMatchObject({ exit: 2, json: failure('registry.invalid') });
    expect(JSON.stringify(ended.json)).toMatch(/laddr.*ladder/);
    expect(JSON.stringify(ended.json)).toMatch(/:9|line 9/);
  });
});
