import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { runCli } from '../support/cli.ts';
import { git, makeRepository, read, temporaryFolder, writeFiles } from '../support/repository.ts';
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
/** The keys of a task that scripts rely on. */
const TASK_KEYS = [
  ...['id', 'project_id', 'key', 'title', 'status', 'reason', 'priority', 'role', 'tags', 'parent', 'depends_on'],
  ...['checks', 'description', 'proof', 'tries', 'usd', 'created_at', 'updated_at', 'last_agent'],
];

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

describe('the first commands of a new user', () => {
  it('init registers the repository, finds its test command, writes what is missing and overwrites nothing', async () => {
    const { root, type } = world();
    const first = await type('init', '--name', 'kit');
    expect(first).toMatchObject({ exit: 0, json: { project: { id: 1, name: 'kit', root }, verify: ['npm test'] } });
    for (const file of ['plans.md', 'model_registry.yaml', 'llmclis.yaml'])
      expect(existsSync(join(root, file))).toBe(true);
    writeFiles(root, { 'plans.md': '# Mine\n\n- [ ] **M1 – Mine**\n', 'llmclis.yaml': 'verify: npm run mine\n' });
    const second = await type('init', '--verify', 'make test');
    expect(second).toMatchObject({ exit: 0, json: { project: { id: 1 }, written: [] } });
    expect(read(root, 'llmclis.yaml')).toBe('verify: npm run mine\n');
    expect(read(root, 'plans.md')).toContain('**M1 – Mine**');
    expect((await type('next')).json).toMatchObject({ kind: 'ready', task: { key: 'M1' } });
    expect((await type('project', 'list')).json).toMatchObject({ projects: [{ id: 1 }] });
  });

  it('init takes a repository without commits and tests, and refuses a folder that is none with the command that makes it one', async () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    const refused = await typist({ cwd: bare, home })('init');
    expect(refused).toMatchObject({ exit: 2, json: failure('project.no_git') });
    expect(JSON.stringify(refused.json)).toContain('git init');
    git(bare, 'init', '--quiet');
    expect(await typist({ cwd: bare, home })('init')).toMatchObject({ exit: 0, json: { verify: [] } });
  });

  it('project add, list, show and archive answer with their exact keys', async () => {
    const { root, type } = world();
    const project = { id: 1, name: 'kit', root, archived: false, counts: expect.any(Object) };
    expect(await type('project', 'add', root, '--name', 'kit')).toMatchObject({ exit: 0, json: project });
    const listed = await type('project', 'list');
    expect(listed.json).toEqual({ projects: [project] });
    expect((await type('project', 'show')).json).toEqual(project);
    expect((await type('project', 'archive')).json).toMatchObject({ archived: true });
    expect(await type('project', 'list')).toMatchObject({ exit: 0, json: { projects: [] } });
    expect(await type('next')).toMatchObject({ exit: 2, json: failure('project.not_found') });
    expect((await type('project', 'archive', '--project-id', '1', '--restore')).json).toMatchObject({
      archived: false,
    });
    expect(await type('project', 'show', '--project_id', '7')).toMatchObject({
      exit: 2,
      json: failure('project.not_found'),
    });
  });
});

describe('tasks from the command line', () => {
  it('live through every command, with all their keys, and the plan says the same at once', async () => {
    const { root, type } = world();
    await type('init', '--name', 'kit');
    writeFiles(root, { 'what.txt': 'Exactly this.\n' });
    const words = ['--description-file', 'what.txt', '--verify', 'npm test', '--protect', 'lib/**', '--priority', '0'];
    const added = await type('task', 'add', 'Slugs keep digits', ...words, '--role', 'coder', '--tag', 'text');
    expect(added.exit).toBe(0);
    expect(Object.keys(added.json)).toEqual(expect.arrayContaining(TASK_KEYS));
    expect(added.json).toMatchObject({
      ...{ key: 'T1', status: 'pending', reason: null, priority: 0, role: 'coder', tags: ['text'], proof: null },
      ...{ checks: ['npm test'], description: 'Exactly this.', depends_on: [], tries: 0, usd: 0 },
    });
    expect(read(root, 'plans.md')).toContain('**T1 – Slugs keep digits**');
    expect((await type('task', 'add', 'The guide', '--depends-on', 'T1')).json).toMatchObject({ depends_on: ['T1'] });
    expect((await type('task', 'edit', 'T2', '--priority', '3', '--title', 'Guide')).json).toMatchObject({
      priority: 3,
    });
    expect(read(root, 'plans.md')).toContain('**T2 – Guide**');
    expect((await type('task', 'note', 'T2', 'Keep it short')).json).toMatchObject({
      key: 'T2',
      note: { agent: 'person' },
    });
    expect(await type('task', 'dep', 'T1', '--on', 'T2')).toMatchObject({ exit: 2, json: failure('task.cycle') });
    expect((await type('task', 'show', 'T2')).json).toMatchObject({ key: 'T2', notes: [{ text: 'Keep it short' }] });
    const list = await type('task', 'list', '--limit', '1');
    expect(Object.keys(list.json)).toEqual(['tasks', 'total', 'next_cursor']);
    expect(list.json).toMatchObject({ tasks: [{ key: 'T1' }], total: 2 });
    const rest = await type('task', 'list', '--cursor', String(list.json.next_cursor));
    expect(rest.json).toMatchObject({ tasks: [{ key: 'T2' }], next_cursor: null });
    const blocked = await type('task', 'block', 'T1', '--reason', 'needs_input', '--detail', 'Which digits?');
    expect(blocked.json).toMatchObject({ status: 'blocked', reason: 'needs_input' });
    expect((await type('task', 'answer', 'T1', 'All of them')).json).toMatchObject({ status: 'pending', reason: null });
    expect((await type('task', 'done', 'T1')).json).toMatchObject({ status: 'done', proof: 'accepted-by-person' });
    expect(read(root, 'plans.md')).toContain('- [x] **T1');
    expect(await type('task', 'done', 'T1')).toMatchObject({ exit: 2, json: failure('task.illegal_transition') });
    expect((await type('task', 'reopen', 'T1')).json).toMatchObject({ status: 'pending', proof: null });
    expect(read(root, 'plans.md')).toContain('- [ ] **T1');
    expect(await type('task', 'show', 'T9')).toMatchObject({ exit: 2, json: failure('input.not_found') });
    const problems = await type('plan', 'check');
    expect(problems).toMatchObject({ exit: 0, json: { errors: 0 } });
  });

  it('next answers in its four kinds', async () => {
    const { type } = world();
    await type('project', 'add');
    expect((await type('next')).json).toEqual({ kind: 'all-done' });
    await type('task', 'add', 'First');
    await type('task', 'add', 'Second', '--depends-on', 'T1');
    const ready = (await type('next')).json;
    expect(Object.keys(ready)).toEqual(['kind', 'task', 'because']);
    expect(ready).toMatchObject({ kind: 'ready', task: { key: 'T1' }, because: expect.any(String) });
    await type('task', 'block', 'T1', '--reason', 'conflict');
    expect((await type('next')).json).toEqual({
      kind: 'blocked',
      waiting: expect.arrayContaining([{ key: 'T2', title: 'Second', on: ['T1'] }]),
    });
    await type('task', 'reopen', 'T1');
    await type('next', '--claim', '--worker', 'laptop');
    expect((await type('next')).json).toMatchObject({
      kind: 'waiting',
      running: [{ key: 'T1', status: 'in-progress' }],
    });
  });

  it('a worker’s claim is kept alive, given back, ends in done; a lost one ends with 6 and writes nothing', async () => {
    const { root, home, type } = world();
    await type('init');
    await type('task', 'add', 'First');
    const taken = (await type('next', '--claim', '--worker', 'laptop')).json;
    expect(taken).toMatchObject({
      kind: 'ready',
      task: { key: 'T1', status: 'in-progress' },
      claim: { token: expect.any(String), expires_at: expect.any(String) },
    });
    const token = String((taken.claim as { token: string }).token);
    expect((await type('task', 'heartbeat', 'T1', '--claim', token)).json).toMatchObject({ token });
    expect((await type('task', 'release', 'T1', '--claim', token)).json).toMatchObject({ status: 'pending' });
    const again = (await type('next', '--claim', '--worker', 'desk')).json.claim as { token: string };
    const before = dump({ home, root });
    for (const words of [
      ['task', 'done', 'T1', '--claim', token],
      ['task', 'heartbeat', 'T1', '--claim', token],
      ['task', 'release', 'T1', '--claim', token],
      ['task', 'block', 'T1', '--reason', 'conflict', '--claim', token],
    ])
      expect(await type(...words), words.join(' ')).toMatchObject({ exit: 6, json: failure('claim.lost') });
    expect(dump({ home, root })).toEqual(before);
    expect((await type('task', 'done', 'T1', '--claim', again.token)).json).toMatchObject({ status: 'done' });
    expect(await type('next', '--claim')).toMatchObject({ exit: 2, json: failure('input.invalid') });
  });

  it('memory is added to and searched, runs are listed, the router explains', async () => {
    const { type } = world();
    await type('init');
    expect((await type('memory', 'add', 'Dates are kept in UTC', '--type', 'decision')).json).toEqual({
      id: 1,
      stored: true,
    });
    expect((await type('memory', 'add', 'Dates are kept in UTC', '--type', 'decision')).json).toEqual({
      id: 1,
      stored: false,
    });
    const { hits } = (await type('memory', 'search', 'dates')).json as { hits: Record<string, unknown>[] };
    expect(Object.keys(hits[0] ?? {}).sort()).toEqual(
      ['created_at', 'id', 'parts', 'scope', 'score', 'source', 'task_key', 'text', 'type'].sort(),
    );
    expect((await type('runs', 'list')).json).toEqual({ runs: [] });
    expect(await type('runs', 'stop')).toMatchObject({ exit: 2, json: failure('input.not_found') });
    const explained = await type(
      'router',
      'explain',
      '--role',
      'coder',
      '--attempts',
      '2',
      '--failure',
      'checks_failed',
    );
    expect(explained).toMatchObject({
      exit: 0,
      json: { role: 'coder', ladder: expect.any(Array), because: expect.any(String) },
    });
    expect((await type('config', 'explain')).exit).toBe(0);
  });

  it('what is not known is refused with exit 2, the nearest right word, and nothing is done', async () => {
    const { root, home, type } = world();
    await type('init');
    const before = dump({ home, root });
    for (const words of [
      ['task', 'add', 'X', '--verfy', 'true'],
      ['orchestrat'],
      ['task', 'ad', 'X'],
      ['next', '--project_id', 'one'],
      ['task', 'add', 'X', '--priority', '9'],
      ['task', 'add', 'X', '--role', 'chef'],
      ['task', 'add', ''],
      ['task', 'add', 'X', '--depends-on', 'T404'],
      ['orchestrate', '--max_steps', '0'],
      ['orchestrate', '--registry', 'nowhere.yaml'],
      ['plan', 'import', 'nowhere.md'],
    ])
      expect(await type(...words), words.join(' ')).toMatchObject({
        exit: 2,
        json: { error: { hint: expect.stringMatching(/\w/) } },
      });
    expect(dump({ home, root })).toEqual(before);
    expect((await type('task', 'add', 'X', '--verfy', 'true')).json).toMatchObject({
      error: { hint: expect.stringContaining('--verify') },
    });
  });
});

describe.skipIf(!existsSync(sharedPlan))('a plan of 25 tasks (shared data)', () => {
  it('is imported with exact counts, and a second sync changes no byte of file or database', async () => {
    const { root, home, type } = world();
    copyFileSync(sharedPlan, join(root, 'plans.md'));
    await type('project', 'add', '--name', 'llmclis');
    const counts = { stages: 8, tasks: 25, done: 0, open: 25, in_progress: 0, blocked: 0, cancelled: 0 };
    const first = await type('plan', 'import', 'plans.md');
    expect(first).toMatchObject({ exit: 0, json: { imported: counts, unrecognised: [] } });
    expect((await type('plan', 'import', 'plans.md')).json).toEqual({
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
    await type('task', 'add', 'First', '--description', 'Do it.', '--verify', 'npm test');
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
    await type('task', 'add', 'First', '--verify', 'npm test');
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
