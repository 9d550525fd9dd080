import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskAdd } from '../../src/cli/commands/task-add.ts';
import { taskEdit } from '../../src/cli/commands/task-edit.ts';
import { taskCheck, taskDep, taskNote } from '../../src/cli/commands/task-more.ts';
import { taskShow } from '../../src/cli/commands/task-read.ts';
import { taskBlock, taskCancel, taskDone, taskReopen } from '../../src/cli/commands/task-status.ts';
import { must, testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());
const task = (key: string) => must(world.km.task(world.project.id, key));
const add = (key: string, ...words: string[]) => typeJson(taskAdd, world.app, [`Task ${key}`, '--key', key, ...words]);
const statuses = (...keys: string[]): readonly string[] => keys.map(key => task(key).status);

describe('several tasks at once', () => {
  it('are changed together and answered as a list, one as itself', async () => {
    for (const key of ['A', 'B', 'C']) await add(key);
    world.asked.length = 0;
    const done = await typeJson(taskDone, world.app, ['A', 'B']);
    expect(done).toMatchObject({
      exit: 0,
      json: {
        tasks: [
          { key: 'A', status: 'done' },
          { key: 'B', status: 'done' },
        ],
        total: 2,
      },
    });
    expect(world.asked).toEqual(['pull', 'sync by person']);
    expect((await typeJson(taskReopen, world.app, ['A'])).json).toMatchObject({ key: 'A', status: 'pending' });
    expect((await type(taskBlock, world.app, ['A', 'C', '--reason', 'budget'])).out).toBe(
      'A  Task A — blocked (budget)\nC  Task C — blocked (budget)\n',
    );
    await type(taskCancel, world.app, ['A', 'C', 'C']);
    expect(statuses('A', 'B', 'C')).toEqual(['cancelled', 'done', 'cancelled']);
    const changes = [task('A'), task('C')].map(({ id }) => world.km.history(id).at(-1)?.change);
    expect(changes[0]).toBe(changes[1]);
  });

  it('are changed all or not at all', async () => {
    for (const key of ['A', 'B']) await add(key);
    await type(taskDone, world.app, ['B']);
    world.asked.length = 0;
    expect(await typeJson(taskDone, world.app, ['A', 'B'])).toMatchObject({
      exit: 2,
      json: { error: { code: 'task.illegal_transition' } },
    });
    expect(await typeJson(taskCancel, world.app, ['A', 'NO'])).toMatchObject({ exit: 2 });
    expect(statuses('A', 'B')).toEqual(['pending', 'done']);
    expect(world.asked).not.toContain('sync by person');
    expect(world.km.history(task('A').id)).toHaveLength(1);
  });

  it('may be found by a filter, and rehearsed first', async () => {
    await add('A', '--tag', 'old');
    await add('B', '--tag', 'old', '--tag', 'new');
    await add('C');
    const words = ['--where', 'tag:old', '--priority', '4', '--add-tag', 'later', '--remove-tag', 'new'];
    world.asked.length = 0;
    expect((await typeJson(taskEdit, world.app, [...words, '--dry_run'])).json).toMatchObject({
      dry_run: true,
      tasks: [
        { key: 'A', priority: 4, tags: ['old', 'later'] },
        { key: 'B', tags: ['old', 'later'] },
      ],
      total: 2,
    });
    expect((await type(taskEdit, world.app, [...words, '--dry_run'])).out).toContain(
      'Nothing was changed. This would be:\nA  Task A — pending · priority 2 → 4, tags old → old later\nB ',
    );
    expect(task('A')).toMatchObject({ priority: 2, tags: ['old'] });
    expect(world.asked).not.toContain('sync by person');
    expect((await typeJson(taskEdit, world.app, words)).json).toMatchObject({
      tasks: [{ priority: 4 }, { priority: 4 }],
      total: 2,
    });
    expect(task('B').tags).toEqual(['old', 'later']);
    expect((await typeJson(taskCancel, world.app, ['--where', 'tag:nothing'])).json).toEqual({ tasks: [], total: 0 });
    expect((await typeJson(taskCancel, world.app, ['--where', 'tag:later key:A'])).json).toMatchObject({
      tasks: [{ key: 'A' }],
      total: 1,
    });
  });

  it('need --yes where a filter finds more than twenty', async () => {
    for (let index = 0; index < 21; index += 1) await add(`K${index}`);
    expect(await type(taskDone, world.app, ['--where', 'is:open'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--yes'),
    });
    expect(statuses('K0', 'K20')).toEqual(['pending', 'pending']);
    expect((await typeJson(taskDone, world.app, ['--where', 'is:open', '--dry_run'])).json).toMatchObject({
      total: 21,
    });
    expect((await typeJson(taskDone, world.app, ['--where', 'is:open', '--yes'])).json).toMatchObject({ total: 21 });
    expect(statuses('K0', 'K20')).toEqual(['done', 'done']);
  });

  it.each([
    [[], 'needs KEY, or --where'],
    [['A', '--where', 'is:open'], 'two ways'],
    [['--where', 'statu:done'], 'Did you mean status?'],
  ])('refuse %j', async (words, message) => {
    expect(await type(taskDone, world.app, words)).toMatchObject({ exit: 2, err: expect.stringContaining(message) });
  });
});

describe('the fields of a task', () => {
  it('are given, shown, changed and taken away', async () => {
    await add('A');
    const words = [
      ...['--acceptance', 'It can be read aloud.', '--checklist', 'Read it', '--checklist', 'Send it'],
      ...['--link', 'research.md#rq-001', '--complexity', '7', '--queue', 'heavy', '--assignee', 'ann'],
      ...['--due', '2026-12-24', '--related', 'A', '--discovered-from', 'A'],
    ];
    expect((await add('B', ...words)).json).toMatchObject({
      acceptance: 'It can be read aloud.',
      checklist: [
        { text: 'Read it', done: false },
        { text: 'Send it', done: false },
      ],
      links: ['research.md#rq-001'],
      complexity: 7,
      queue: 'heavy',
      assignee: 'ann',
      due: '2026-12-24',
      related: ['A'],
      discovered_from: ['A'],
    });
    await type(taskCheck, world.app, ['B', '1']);
    const { out } = await type(taskShow, world.app, ['B']);
    await expect(out).toMatchFileSnapshot('golden/task-show.txt');
    const taken = [
      '--acceptance',
      '',
      '--checklist',
      'Send it',
      '--checklist',
      'Read it',
      '--link',
      '',
      '--complexity',
      '0',
    ];
    const edited = await typeJson(taskEdit, world.app, [
      'B',
      ...taken,
      '--assignee',
      '',
      '--due',
      '',
      '--related',
      '',
      '--queue',
      'standard',
    ]);
    expect(edited.json).toMatchObject({
      ...{ acceptance: '', links: [], complexity: null, assignee: null, due: null, related: [], queue: 'standard' },
      checklist: [
        { text: 'Send it', done: false },
        { text: 'Read it', done: true },
      ],
      discovered_from: ['A'],
    });
    expect(await type(taskEdit, world.app, ['B', '--tag', 'x', '--add-tag', 'y'])).toMatchObject({ exit: 2 });
    expect(await type(taskEdit, world.app, ['B', '--due', 'soon'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('2026-12-31'),
    });
  });

  it('name other tasks by the beginning of a made key', async () => {
    await add('T-7k2x9q');
    await add('B', '--depends-on', 'T-7k2x', '--related', 'T-7k2x9');
    await add('C', '--parent', 't-7K2');
    expect(task('B')).toMatchObject({ depends_on: ['T-7k2x9q'], related: ['T-7k2x9q'] });
    expect(task('C').parent).toBe('T-7k2x9q');
    expect((await typeJson(taskDone, world.app, ['t-7k', 'C'])).json).toMatchObject({
      tasks: [{ key: 'T-7k2x9q' }, { key: 'C' }],
    });
    await add('T-7k2zzz');
    expect(await type(taskEdit, world.app, ['T-7k2', '--priority', '1'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('T-7k2x9q, T-7k2zzz'),
    });
  });
});

describe('a checklist', () => {
  it('is ticked and unticked by the number of its step', async () => {
    await add('A', '--checklist', 'One', '--checklist', 'Two');
    expect((await typeJson(taskCheck, world.app, ['A', '2'])).json).toMatchObject({
      checklist: [
        { text: 'One', done: false },
        { text: 'Two', done: true },
      ],
      status: 'pending',
    });
    expect((await type(taskCheck, world.app, ['A', '1'])).out).toBe('A  [x] One — 2 of 2\n');
    expect((await typeJson(taskCheck, world.app, ['A', '2', '--undo'])).json).toMatchObject({
      checklist: [{ done: true }, { done: false }],
    });
    await add('B');
    for (const [words, message] of [
      [['A', '3'], 'its checklist has 2'],
      [['A', '0'], 'no step 0'],
      [['A', 'one'], 'no step one'],
      [['A'], 'needs N'],
      [['B', '1'], '--checklist'],
    ] as const)
      expect(await type(taskCheck, world.app, words)).toMatchObject({ exit: 2, err: expect.stringContaining(message) });
  });
});

describe('what ties tasks', () => {
  it('has a kind, and only blocks makes one wait', async () => {
    for (const key of ['A', 'B']) await add(key);
    const tie = (...words: string[]) => typeJson(taskDep, world.app, ['B', '--on', 'A', ...words]);
    expect((await tie('--kind', 'related')).json).toMatchObject({ related: ['A'], depends_on: [] });
    expect((await tie('--kind', 'discovered-from')).json).toMatchObject({ discovered_from: ['A'] });
    expect((await type(taskDep, world.app, ['B', '--on', 'A', '--kind', 'related'])).out).toBe('B  is related to A\n');
    expect((await tie('--kind', 'related', '--remove')).json).toMatchObject({ related: [], discovered_from: ['A'] });
    expect((await tie()).json).toMatchObject({ depends_on: ['A'] });
    expect(await tie('--kind', 'parent')).toMatchObject({ exit: 2 });
  });
});

describe('a worker that lost its claim', () => {
  it('writes no note, edit, tick or tie, and ends with 6', async () => {
    await add('A', '--checklist', 'One');
    await add('B');
    const claim = must(world.km.claimTask(task('A').id, { holder: 'w', ttl_s: 60 }));
    const token = ['--claim', claim.token];
    expect(await typeJson(taskNote, world.app, ['A', 'still here', ...token])).toMatchObject({ exit: 0 });
    expect(await typeJson(taskEdit, world.app, ['A', '--priority', '1', ...token])).toMatchObject({ exit: 0 });
    expect(await typeJson(taskCheck, world.app, ['A', '1', ...token])).toMatchObject({ exit: 0 });
    world.pass(60);
    const before = [task('A'), world.km.history(task('A').id).length];
    const lost = { exit: 6, json: { error: { code: 'claim.lost' } } };
    expect(await typeJson(taskNote, world.app, ['A', 'too late', ...token])).toMatchObject(lost);
    expect(await typeJson(taskEdit, world.app, ['A', '--priority', '0', ...token])).toMatchObject(lost);
    expect(await typeJson(taskCheck, world.app, ['A', '1', '--undo', ...token])).toMatchObject(lost);
    expect(await typeJson(taskDep, world.app, ['A', '--on', 'B', ...token])).toMatchObject(lost);
    expect(await typeJson(taskDone, world.app, ['A', 'B', ...token])).toMatchObject(lost);
    expect([task('A'), world.km.history(task('A').id).length]).toEqual(before);
    expect(world.km.notes(task('A').id).map(({ text }) => text)).toEqual(['still here']);
  });
});
