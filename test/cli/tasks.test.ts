import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { next } from '../../src/cli/commands/next.ts';
import { taskAdd } from '../../src/cli/commands/task-add.ts';
import { taskHeartbeat, taskRelease } from '../../src/cli/commands/task-claim.ts';
import { taskDep, taskEdit, taskNote } from '../../src/cli/commands/task-edit.ts';
import { taskList, taskLog, taskShow } from '../../src/cli/commands/task-read.ts';
import { taskBlock, taskCancel, taskDone, taskReopen } from '../../src/cli/commands/task-status.ts';
import { fail } from '../../src/core/failure.ts';
import { must, testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());
const add = (...words: string[]) => typeJson(taskAdd, world.app, words);
const task = (key: string) => must(world.km.task(world.project.id, key));

describe('task add', () => {
  it('adds a task with all that its flags say, and writes the plan last', async () => {
    await add('First');
    world.asked.length = 0;
    const added = await add(
      ...[
        'Second',
        'task',
        '--description',
        'What is wanted.',
        '--verify',
        'npm test',
        '--verify',
        'npm run lint',
        '--protect',
        'a/**',
      ],
      ...[
        '--allow',
        'test/b.js',
        '--priority',
        '0',
        '--role',
        'tester',
        '--tag',
        'x',
        '--tag',
        'y',
        '--depends-on',
        'T1',
        '--key',
        'B',
        '--private',
      ],
    );
    expect(added).toMatchObject({
      exit: 0,
      json: {
        key: 'B',
        title: 'Second task',
        description: 'What is wanted.',
        checks: ['npm test', 'npm run lint'],
        protect: ['a/**'],
        allow: ['test/b.js'],
        priority: 0,
        role: 'tester',
        tags: ['x', 'y'],
        depends_on: ['T1'],
        private: true,
        status: 'pending',
        last_agent: 'person',
      },
    });
    expect(added.json).toEqual(task('B'));
    expect(world.asked).toEqual(['pull', 'sync by person']);
  });

  it('shows the task in one line for people', async () => {
    expect(await type(taskAdd, world.app, ['Slugs keep digits'])).toEqual({
      exit: 0,
      out: 'T1  Slugs keep digits — pending\n',
      err: '',
    });
  });

  it('reads the description from a file beside the person, or from stdin', async () => {
    writeFileSync(join(world.folder, 'wish.md'), 'Line one\n\n- two\n');
    await add('From a file', '--description-file', 'wish.md');
    await type(taskAdd, world.app, ['From stdin', '--description-file', '-'], { stdin: 'typed\n' });
    expect([task('T1').description, task('T2').description]).toEqual(['Line one\n\n- two', 'typed']);
  });

  it.each([
    [['X', '--description-file', 'no.md'], 'input.not_found'],
    [['X', '--description-file', 'no.md', '--description', 'too'], 'input.invalid'],
    [['X', '--depends-on', 'NOPE'], 'input.not_found'],
    [['X', '--priority', '5'], 'input.invalid'],
    [['X', '--role', 'boss'], 'input.invalid'],
    [['X', '--project_id', '99'], 'project.not_found'],
  ])('refuses %j as %s with exit 2, and leaves the plan alone', async (words, code) => {
    expect(await add(...words)).toMatchObject({ exit: 2, json: { error: { code } } });
    expect(world.asked).not.toContain('sync by person');
    expect(world.km.listTasks({ project_id: world.project.id }).total).toBe(0);
  });

  it('tells when the plan could not be written', async () => {
    const app = { ...world.app, syncPlans: async () => fail('file.changed', 'plans.md changed.', 'Try again.') };
    expect(await typeJson(taskAdd, app, ['X'])).toEqual({
      exit: 6,
      json: { error: { code: 'file.changed', message: 'plans.md changed.', hint: 'Try again.' } },
    });
  });
});

describe('next', () => {
  it('says which task and why, what waits, and when all is done', async () => {
    expect(await typeJson(next, world.app, [])).toEqual({ exit: 0, json: { kind: 'all-done' } });
    await add('First');
    await add('Second', '--depends-on', 'T1');
    expect(await typeJson(next, world.app, [])).toMatchObject({
      exit: 0,
      json: { kind: 'ready', task: { key: 'T1' }, because: expect.any(String) },
    });
    await type(taskBlock, world.app, ['T1', '--reason', 'needs_input', '--detail', 'Which zone?']);
    expect(await typeJson(next, world.app, [])).toMatchObject({
      json: { kind: 'blocked', waiting: expect.arrayContaining([{ key: 'T2', title: 'Second', on: ['T1'] }]) },
    });
    const { out } = await type(next, world.app, []);
    expect(out).toContain('T2  Second — waits for T1');
  });

  it('takes the task for a worker, whose claim can be kept alive and given back', async () => {
    await add('First');
    const taken = await typeJson(next, world.app, ['--claim', '--worker', 'laptop', '--ttl_s', '60']);
    expect(taken).toMatchObject({
      json: {
        kind: 'ready',
        task: { key: 'T1', status: 'in-progress' },
        claim: { expires_at: '2026-11-21T09:01:00Z' },
      },
    });
    expect(world.asked.at(-1)).toBe('sync by laptop');
    expect(await typeJson(next, world.app, [])).toMatchObject({ json: { kind: 'waiting', running: [{ key: 'T1' }] } });
    const { claim } = taken.json as { claim: { token: string } };
    world.pass(30);
    const kept = await typeJson(taskHeartbeat, world.app, ['T1', '--claim', claim.token, '--ttl_s', '60']);
    expect(kept).toEqual({ exit: 0, json: { token: claim.token, expires_at: '2026-11-21T09:01:30Z' } });
    expect(await typeJson(taskRelease, world.app, ['T1', '--claim', claim.token])).toMatchObject({
      exit: 0,
      json: { status: 'pending' },
    });
  });

  it('writes nothing for a worker whose claim is lost, and says exit 6', async () => {
    await add('First');
    const taken = await typeJson(next, world.app, ['--claim', '--worker', 'laptop', '--ttl_s', '60']);
    const { claim } = taken.json as { claim: { token: string } };
    world.pass(120);
    const lost = { exit: 6, json: { error: { code: 'claim.lost' } } };
    expect(await typeJson(taskHeartbeat, world.app, ['T1', '--claim', claim.token])).toMatchObject(lost);
    expect(await typeJson(taskRelease, world.app, ['T1', '--claim', claim.token])).toMatchObject(lost);
    expect(await typeJson(taskDone, world.app, ['T1', '--claim', claim.token])).toMatchObject(lost);
    expect(await typeJson(taskBlock, world.app, ['T1', '--reason', 'loop', '--claim', claim.token])).toMatchObject(
      lost,
    );
    expect(task('T1').status).not.toBe('done');
  });

  it('takes no claim of one task for another', async () => {
    await add('First');
    await add('Second');
    const taken = await typeJson(next, world.app, ['--claim', '--worker', 'w']);
    const { claim } = taken.json as { claim: { token: string } };
    expect(await typeJson(taskRelease, world.app, ['T2', '--claim', claim.token])).toMatchObject({ exit: 6 });
    expect(task('T1').status).toBe('in-progress');
  });

  it('asks who claims', async () => {
    expect(await type(next, world.app, ['--claim'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('next --claim --worker NAME'),
    });
  });
});

describe('the life of a task', () => {
  it('is done on a person’s word, open again, blocked with a reason, given up', async () => {
    await add('First');
    expect(await typeJson(taskDone, world.app, ['T1'])).toMatchObject({
      json: { status: 'done', proof: 'accepted-by-person', last_agent: 'person' },
    });
    expect(await typeJson(taskReopen, world.app, ['T1', '--agent', 'ann'])).toMatchObject({
      json: { status: 'pending', proof: null, last_agent: 'ann' },
    });
    expect(
      await typeJson(taskBlock, world.app, ['T1', '--reason', 'too_large', '--detail', 'Split it.']),
    ).toMatchObject({ json: { status: 'blocked', reason: 'too_large', reason_detail: 'Split it.' } });
    expect(await typeJson(taskCancel, world.app, ['T1', '--detail', 'Not needed.'])).toMatchObject({
      json: { status: 'cancelled' },
    });
    expect(await typeJson(taskDone, world.app, ['T1'])).toMatchObject({
      exit: 2,
      json: { error: { code: 'task.illegal_transition' } },
    });
  });

  it('is blocked for one of the known reasons only', async () => {
    await add('First');
    expect(await type(taskBlock, world.app, ['T1'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('needs --reason R'),
    });
    expect(await type(taskBlock, world.app, ['T1', '--reason', 'bored'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('needs_input'),
    });
  });

  it('changes what is given, empties what is given as "", and keeps the rest', async () => {
    await add('First', '--tag', 'x', '--verify', 'npm test', '--role', 'coder', '--private');
    const edited = await typeJson(taskEdit, world.app, [
      'T1',
      '--title',
      'Better',
      '--tag',
      '',
      '--priority',
      '1',
      '--role',
      'none',
      '--no-private',
    ]);
    expect(edited).toMatchObject({
      exit: 0,
      json: { title: 'Better', tags: [], priority: 1, role: null, private: false, checks: ['npm test'] },
    });
    expect(await type(taskEdit, world.app, ['T1'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('Nothing was given to change'),
    });
    expect(await type(taskEdit, world.app, ['T9', '--priority', '1'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('T9'),
    });
  });

  it('waits for another task, and not any more, and never for itself in a circle', async () => {
    await add('First');
    await add('Second');
    expect(await typeJson(taskDep, world.app, ['T2', '--on', 'T1'])).toMatchObject({ json: { depends_on: ['T1'] } });
    expect(await typeJson(taskDep, world.app, ['T1', '--on', 'T2'])).toMatchObject({
      exit: 2,
      json: { error: { code: 'task.cycle' } },
    });
    expect(await typeJson(taskDep, world.app, ['T2', '--on', 'T1', '--remove'])).toMatchObject({
      json: { depends_on: [] },
    });
  });

  it('keeps notes and a history', async () => {
    await add('First');
    expect(await typeJson(taskNote, world.app, ['T1', 'The', 'API', 'wants', 'UTC', '--agent', 'ann'])).toMatchObject({
      json: { key: 'T1', note: { agent: 'ann', text: 'The API wants UTC', at: '2026-11-21T09:00:00Z' } },
    });
    expect(await typeJson(taskShow, world.app, ['T1'])).toMatchObject({
      json: { key: 'T1', notes: [{ text: 'The API wants UTC' }] },
    });
    const log = (await typeJson(taskLog, world.app, ['T1'])).json as { history: { agent: string }[] };
    expect(log.history.map(entry => entry.agent)).toEqual(['person', 'ann']);
  });
});

describe('reading tasks', () => {
  it('lists with filters, in pages', async () => {
    for (const title of ['One', 'Two', 'Three']) await add(title, '--tag', title === 'Two' ? 'even' : 'odd');
    await type(taskDone, world.app, ['T1']);
    const keys = async (...words: string[]) =>
      ((await typeJson(taskList, world.app, words)).json as { tasks: { key: string }[] }).tasks.map(one => one.key);
    expect(await keys()).toEqual(['T1', 'T2', 'T3']);
    expect(await keys('--status', 'pending', '--status', 'blocked')).toEqual(['T2', 'T3']);
    expect(await keys('--tag', 'even')).toEqual(['T2']);
    const first = (await typeJson(taskList, world.app, ['--limit', '2'])).json as {
      total: number;
      next_cursor: string;
    };
    expect(first.total).toBe(3);
    expect(await keys('--limit', '2', '--cursor', first.next_cursor)).toEqual(['T3']);
  });

  it('takes in what changed in the plan before it answers', async () => {
    await type(taskList, world.app, []);
    await type(next, world.app, []);
    expect(world.asked).toEqual(['pull', 'pull']);
    const app = {
      ...world.app,
      pullPlans: async () => fail('plan.invalid', 'plans.md:3: conflict markers.', 'Resolve them.'),
    };
    expect(await type(next, app, [])).toEqual({
      exit: 2,
      out: '',
      err: 'error: plans.md:3: conflict markers.\nnext: Resolve them.\n',
    });
  });

  it('shows a task to people without letting its text steer their terminal', async () => {
    await add('Evil \u001b[2Jtitle', '--description', 'Line\u001b]0;x\u0007 one\n  two');
    const { out } = await type(taskShow, world.app, ['T1']);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('T1  Evil title');
    expect(out).toContain('\n  Line one\n    two\n');
  });
});
