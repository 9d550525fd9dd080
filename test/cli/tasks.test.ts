import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { next } from '../../src/cli/commands/next.ts';
import { taskAdd } from '../../src/cli/commands/task-add.ts';
import { taskHeartbeat, taskRelease } from '../../src/cli/commands/task-claim.ts';
import { taskBlock, taskDone } from '../../src/cli/commands/task-status.ts';
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
    await add('First', '--key', 'T1');
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
    expect(await type(taskAdd, world.app, ['Slugs keep digits', '--key', 'T1'])).toEqual({
      exit: 0,
      out: 'T1  Slugs keep digits — pending\n',
      err: '',
    });
  });

  it('reads the description from a file beside the person, or from stdin', async () => {
    writeFileSync(join(world.folder, 'wish.md'), 'Line one\n\n- two\n');
    await add('From a file', '--key', 'T1', '--description-file', 'wish.md');
    await type(taskAdd, world.app, ['From stdin', '--key', 'T2', '--description-file', '-'], { stdin: 'typed\n' });
    expect([task('T1').description, task('T2').description]).toEqual(['Line one\n\n- two', 'typed']);
  });

  it.each([
    [['X', '--description-file', 'no.md'], 'input.not_found'],
    [['X', '--description-file', 'no.md', '--description', 'too'], 'input.invalid'],
    [['X', '--depends-on', 'NOPE'], 'input.not_found'],
    [['X', '--priority', '5'], 'input.invalid'],
    [['X', '--role', 'boss'], 'input.invalid'],
    [['X', '--verify', 'npm test', '--verify', '@fil a.js'], 'input.invalid'],
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
    await add('First', '--key', 'T1');
    await add('Second', '--key', 'T2', '--depends-on', 'T1');
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
    await add('First', '--key', 'T1');
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
    await add('First', '--key', 'T1');
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
    await add('First', '--key', 'T1');
    await add('Second', '--key', 'T2');
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
