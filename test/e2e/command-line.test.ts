import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCli } from '../support/cli.ts';
import { git, makeRepository, read, temporaryFolder, writeFiles } from '../support/repository.ts';
import { dump } from '../support/state.ts';
import { typist } from '../support/typed.ts';

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
    const added = await type(
      'task',
      'add',
      'Slugs keep digits',
      '--key',
      'T1',
      ...words,
      '--role',
      'coder',
      '--tag',
      'text',
    );
    expect(added.exit).toBe(0);
    expect(Object.keys(added.json)).toEqual(expect.arrayContaining(TASK_KEYS));
    expect(added.json).toMatchObject({
      ...{ key: 'T1', status: 'pending', reason: null, priority: 0, role: 'coder', tags: ['text'], proof: null },
      ...{ checks: ['npm test'], description: 'Exactly this.', depends_on: [], tries: 0, usd: 0 },
    });
    expect(read(root, 'plans.md')).toContain('**T1 – Slugs keep digits**');
    expect((await type('task', 'add', 'The guide', '--key', 'T2', '--depends-on', 'T1')).json).toMatchObject({
      depends_on: ['T1'],
    });
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
    await type('task', 'add', 'First', '--key', 'T1');
    await type('task', 'add', 'Second', '--key', 'T2', '--depends-on', 'T1');
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

  it('a filter finds tasks, the lists say why, several are changed at once, and the plan says the same', async () => {
    const { root, type } = world();
    await type('init');
    await type(
      'task',
      'add',
      'Retry failed uploads',
      '--key',
      'U1',
      '--tag',
      'api',
      '--checklist',
      'Ask the operators',
    );
    await type('task', 'add', 'Write the guide', '--key', 'U2', '--depends-on', 'U1', '--queue', 'heavy');
    await type('task', 'add', 'Old thing', '--key', 'U3', '--priority', '4');
    const keys = async (...words: string[]) =>
      ((await type(...words)).json.tasks as { key: string }[]).map(one => one.key);
    expect(await keys('task', 'list', 'retrying', '-queue:heavy')).toEqual(['U1']);
    expect(await keys('task', 'list', '-tag:api')).toEqual(['U2', 'U3']);
    expect(await keys('ready')).toEqual(['U1', 'U3']);
    expect((await type('blocked')).json).toMatchObject({
      tasks: [{ key: 'U2', on: ['U1'] }],
      total: 1,
      next_cursor: null,
    });
    expect((await type('stale')).json).toEqual({ tasks: [], total: 0, next_cursor: null });
    expect((await type('next', '--n', '5')).json).toMatchObject({
      kind: 'ready',
      tasks: [{ task: { key: 'U1' } }, { task: { key: 'U3' } }],
    });
    expect((await type('next', '--why', 'U2')).json).toMatchObject({
      kind: 'why',
      ready: false,
      waiting_on: [{ key: 'U1', root: true }],
    });
    expect((await type('graph')).json).toMatchObject({ edges: [{ from: 'U1', to: 'U2', kind: 'blocks' }] });
    expect((await type('task', 'check', 'U1', '1')).json).toMatchObject({ checklist: [{ done: true }] });
    expect((await type('task', 'done', 'U1', 'U3')).json).toMatchObject({ total: 2 });
    expect(read(root, 'plans.md')).toContain('- [x] **U1');
    expect(read(root, 'plans.md')).toContain('- [x] **U3');
    expect((await type('task', 'edit', '--where', 'is:open', '--add-tag', 'later')).json).toMatchObject({
      tasks: [{ key: 'U2', tags: ['later'] }],
      total: 1,
    });
    expect(await type('task', 'list', 'statu:done')).toMatchObject({ exit: 2, json: failure('input.invalid') });
  });

  it('a worker’s claim is kept alive, given back, ends in done; a lost one ends with 6 and writes nothing', async () => {
    const { root, home, type } = world();
    await type('init');
    await type('task', 'add', 'First', '--key', 'T1');
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

  it('many processes at once add and claim, and nothing is lost or given twice', async () => {
    const { root, type, place } = world();
    await type('init');
    const all = [1, 2, 3, 4, 5, 6];
    const added = await Promise.all(all.map(n => startCli(['task', 'add', `Number ${n}`, '--json'], place).ended));
    expect(added.map(({ exit }) => exit)).toEqual(all.map(() => 0));
    const plan = read(root, 'plans.md');
    for (const n of all) expect(plan).toContain(`Number ${n}**`);
    expect((await type('plan', 'sync')).json).toMatchObject({ to_database: 0, to_file: 0 });
    const words = (n: number) => ['next', '--claim', '--worker', `w${n}`, '--json'];
    const claims = await Promise.all([...all, 7].map(n => startCli(words(n), place).ended));
    const keys = claims.flatMap(({ events }) => (events[0]?.task as { key: string } | undefined)?.key ?? []);
    expect(new Set(keys).size).toBe(all.length);
    expect(keys.toSorted()).toEqual(added.map(({ events }) => events[0]?.key).toSorted());
  });

  it('memory is added to and searched, runs are listed, the router explains', async () => {
    const { type } = world();
    await type('init');
    const add = (text: string) => type('memory', 'add', text, '--type', 'fact');
    expect((await add('db.port = 5432')).json).toMatchObject({ id: 1, stored: true, status: 'live' });
    expect((await add('db.port = 5432')).json).toMatchObject({ id: 1, stored: false });
    expect((await add('db.port = 5433')).json).toMatchObject({ id: 2, stored: true, superseded: [1] });
    const { hits } = (await type('memory', 'search', 'port')).json as { hits: Record<string, unknown>[] };
    expect(hits.map(hit => hit.text)).toEqual(['db.port = 5433']);
    expect(Object.keys(hits[0] ?? {})).toEqual(
      expect.arrayContaining(['created_at', 'id', 'parts', 'scope', 'score', 'source', 'task_key', 'text', 'type']),
    );
    expect((await type('memory', 'wrong', '2', '--because', 'never moved')).json).toMatchObject({
      entries: [{ id: 2, status: 'wrong', changed: true }],
    });
    expect((await type('memory', 'restore', '1')).json).toMatchObject({ entries: [{ id: 1, status: 'live' }] });
    expect((await type('memory', 'pin', '1', '7')).json).toMatchObject(failure('input.not_found'));
    expect((await type('memory', 'edit', '1', 'db.port = 6000')).json).toMatchObject({ id: 1, changed: true });
    expect((await type('memory', 'show', '1')).json).toMatchObject({
      ...{ text: 'db.port = 6000', slot: 'db.port', versions: [{ text: 'db.port = 5432' }] },
      history: ['stored', 'merged', 'superseded', 'restored', 'edited'].map(action => ({ action })),
    });
    expect((await type('memory', 'export', 'memory/')).json).toMatchObject({
      entries: 2,
      files: [expect.stringMatching(/memory.fact\.md$/)],
    });
    expect((await type('memory', 'import', 'memory', '--dry_run')).json).toMatchObject({ added: 0, unchanged: 2 });
    expect((await type('memory', 'import', 'nowhere')).json).toMatchObject(failure('input.not_found'));
    expect((await type('memory', 'forget', '1')).json).toEqual({ forgotten: [1], erased: true, echoes: [] });
    expect((await type('memory', 'list')).json).toEqual({ entries: [], total: 0, next_cursor: null });
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
