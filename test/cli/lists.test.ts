import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graph } from '../../src/cli/commands/graph.ts';
import { blocked, ready, stale } from '../../src/cli/commands/lists.ts';
import { next } from '../../src/cli/commands/next.ts';
import { taskList } from '../../src/cli/commands/task-read.ts';
import type { NewTask } from '../../src/km/km.ts';
import { must, testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());
const add = (key: string, more: Partial<NewTask> = {}) =>
  must(world.km.addTask({ project_id: world.project.id, key, title: `Task ${key}`, ...more }, 'person')).id;
const keysOf = (json: unknown): readonly string[] => (json as { tasks: { key: string }[] }).tasks.map(({ key }) => key);

describe('task list FILTER', () => {
  const list = async (...words: string[]) => keysOf((await typeJson(taskList, world.app, words)).json);

  it('takes the words as one filter beside its flags', async () => {
    add('A', { tags: ['api'], title: 'Retry the upload' });
    add('B', { tags: ['api'], checks: ['npm test'] });
    add('C', { title: 'The upload: retry policy', priority: 0 });
    expect(await list('tag:api', 'retry')).toEqual(['A']);
    expect(await list('-tag:api')).toEqual(['C']);
    expect(await list('tag:api', '-has:checks')).toEqual(['A']);
    expect(await list('"retry policy"')).toEqual(['C']);
    expect(await list('retry', '--tag', 'api')).toEqual(['A']);
    expect(await list('priority:<2')).toEqual(['C']);
    expect(await list('upload', '--order', 'plan')).toEqual(['A', 'C']);
    expect(await list('--order', 'next')).toEqual(['C', 'A', 'B']);
    expect((await type(taskList, world.app, ['nothing like it'])).out).toBe('No task matches.\n');
  });

  it('pages through what it finds', async () => {
    for (const key of ['A', 'B', 'C']) add(key);
    const first = (await typeJson(taskList, world.app, ['is:open', '--limit', '2'])).json as { next_cursor: string };
    expect(first).toMatchObject({ total: 3, tasks: [{ key: 'A' }, { key: 'B' }] });
    expect(await list('is:open', '--limit', '2', '--cursor', first.next_cursor)).toEqual(['C']);
  });

  it('refuses what it does not know, with the nearest that it does', async () => {
    expect(await type(taskList, world.app, ['statu:done'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('Did you mean status?'),
    });
    expect(await type(taskList, world.app, ['--statu', 'done'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--status'),
    });
  });
});

describe('ready, blocked and stale', () => {
  it('answer with tasks and the reason of each', async () => {
    const first = add('A');
    add('B', { depends_on: ['A'] });
    add('C', { tags: ['x'], priority: 1 });
    expect((await typeJson(ready, world.app, [])).json).toMatchObject({
      tasks: [{ key: 'C', because: expect.any(String) }, { key: 'A' }],
      total: 2,
      next_cursor: null,
    });
    expect(keysOf((await typeJson(ready, world.app, ['-tag:x'])).json)).toEqual(['A']);
    expect((await type(ready, world.app, [])).out).toMatch(
      /^key +status +prio +title +why\nC .*priority 1, it may be taken now/,
    );
    must(world.km.markTaskStatus(first, 'blocked', { agent: 'me', reason: 'needs_input', detail: 'Which?' }));
    expect((await typeJson(blocked, world.app, [])).json).toMatchObject({
      tasks: [
        { key: 'A', on: ['needs_input: Which?'] },
        { key: 'B', on: ['A'] },
      ],
      total: 2,
    });
    world.pass(2 * 86_400);
    expect((await typeJson(stale, world.app, [])).json).toMatchObject({ tasks: [], total: 0 });
    expect((await typeJson(stale, world.app, ['--days', '2'])).json).toMatchObject({
      tasks: [{ key: 'B', because: 'no change for 2 days' }, { key: 'C' }],
    });
    expect((await type(stale, world.app, [])).out).toBe('Nothing is stale.\n');
  });

  it('take in the plan first and go on where a page ended', async () => {
    for (const key of ['A', 'B', 'C']) add(key);
    const { out } = await type(ready, world.app, ['--limit', '2']);
    expect(world.asked).toEqual(['pull']);
    const cursor = /--cursor (\S+)/.exec(out)?.[1] ?? '';
    expect(keysOf((await typeJson(ready, world.app, ['--limit', '2', '--cursor', cursor])).json)).toEqual(['C']);
  });
});

describe('next', () => {
  it('shows several in a row, one by its key, one of a queue', async () => {
    add('A');
    add('B', { queue: 'heavy', depends_on: ['A'] });
    add('C', { queue: 'heavy', priority: 3 });
    const five = (await typeJson(next, world.app, ['--n', '5'])).json;
    expect(five).toMatchObject({
      kind: 'ready',
      task: { key: 'A' },
      tasks: [{ task: { key: 'A' } }, { task: { key: 'C' } }],
    });
    expect((await type(next, world.app, ['--n', '5'])).out).toMatch(
      /^A {2}Task A\n {2}because priority 2.*\nC {2}Task C\n {2}because priority 3, next after A/,
    );
    expect((await typeJson(next, world.app, ['--queue', 'heavy'])).json).toMatchObject({ task: { key: 'C' } });
    expect((await type(next, world.app, ['--queue', 'critic'])).out).toContain('No open task is in the queue critic');
    expect((await typeJson(next, world.app, ['--why', 'B'])).json).toEqual({
      kind: 'why',
      key: 'B',
      ready: false,
      place: null,
      because: 'it waits, in the end, for A (ready, and nobody has taken it)',
      waiting_on: [{ key: 'A', status: 'pending', why: 'ready, and nobody has taken it', root: true }],
      ahead: [],
    });
    const { out } = await type(next, world.app, ['--why', 'C']);
    expect(out).toContain('C  is number 2 of what is ready');
    expect(out).toContain('before it: A');
  });

  it('chooses out of all projects, and claims there', async () => {
    const other = must(world.km.addProject({ name: 'other', root: `${world.folder}/other` }));
    add('A');
    must(world.km.addTask({ project_id: other.id, key: 'Z', title: 'Urgent', priority: 0 }, 'person'));
    expect((await typeJson(next, world.app, [])).json).toMatchObject({ task: { key: 'A' } });
    expect((await typeJson(next, world.app, ['--all_projects'])).json).toMatchObject({ task: { key: 'Z' } });
    expect((await type(next, world.app, ['--all-projects'])).out).toContain(`project other, ${other.root}`);
    const taken = await typeJson(next, world.app, ['--claim', '--worker', 'w', '--all_projects']);
    expect(taken.json).toMatchObject({
      task: { key: 'Z', status: 'in-progress' },
      claim: { token: expect.any(String) },
    });
    expect(world.asked.at(-1)).toBe('sync by w');
    expect((await typeJson(next, world.app, ['--all_projects', '--n', '3'])).json).toMatchObject({
      tasks: [{ task: { key: 'A' } }],
    });
  });

  it.each([
    [['--n', '2', '--claim', '--worker', 'w'], 'A claim takes one task'],
    [['--why', 'A', '--n', '2'], '--why is about one task'],
    [['--all_projects', '--project_id', '1'], 'exclude each other'],
    [['--why', 'NO'], 'There is no task NO'],
    [['--queue', 'fast'], 'standard'],
  ])('refuses %j', async (words, message) => {
    expect(await type(next, world.app, words)).toMatchObject({ exit: 2, err: expect.stringContaining(message) });
  });
});

describe('graph', () => {
  function garden(): void {
    const evil = 'Say "hi" [now] <b>\\\n\u001b[31m`x`; {y} | #1';
    must(world.km.addTask({ project_id: 1, key: 'S1', title: 'First stage', kind: 'stage' }, 'me'));
    must(world.km.markTaskStatus(add('A', { parent: 'S1' }), 'in-progress', { agent: 'me' }));
    add('B', { parent: 'S1', depends_on: ['A'] });
    add('C', { parent: 'S1', depends_on: ['A', 'B'], title: evil });
    must(world.km.addTask({ project_id: 1, key: 'S2', title: 'Second stage', kind: 'stage' }, 'me'));
    add('D', { parent: 'S2', depends_on: ['C'], related: ['A'] });
    add('E', { parent: 'D', discovered_from: ['B'] });
    add('x"y', { depends_on: ['E'] });
  }

  it.each([['text'], ['dot'], ['mermaid']])('draws as %s what waits for what', async format => {
    garden();
    const { out } = await type(graph, world.app, ['--format', format]);
    await expect(out).toMatchFileSnapshot(`golden/graph.${format}`);
  });

  it('is nodes and edges as JSON', async () => {
    garden();
    expect((await typeJson(graph, world.app, ['B', '--depth', '1'])).json).toMatchObject({
      nodes: [
        { key: 'S1' },
        { key: 'A', status: 'in-progress' },
        { key: 'B', parent: 'S1' },
        { key: 'C' },
        { key: 'S2' },
        { key: 'D' },
        { key: 'E' },
      ],
      edges: expect.arrayContaining([
        { from: 'A', to: 'B', kind: 'blocks' },
        { from: 'E', to: 'B', kind: 'discovered-from' },
      ]),
    });
  });

  it('says what to do with nothing to draw, and what it does not take', async () => {
    expect((await type(graph, world.app, [])).out).toBe('No open task. With everything: llmclis graph --all\n');
    expect(await type(graph, world.app, ['--depth', '2'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('graph KEY'),
    });
    expect(await type(graph, world.app, ['NO'])).toMatchObject({ exit: 2 });
  });

  it('prints a long chain without falling over', async () => {
    add('K0');
    for (let index = 1; index < 300; index += 1) add(`K${index}`, { depends_on: [`K${index - 1}`] });
    const { out } = await type(graph, world.app, []);
    for (const index of [0, 24, 25, 150, 299]) expect(out).toMatch(new RegExp(`\\[ \\] K${index} `));
    expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThan(200);
  });
});
