import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { next } from '../../src/cli/commands/next.ts';
import { taskAdd } from '../../src/cli/commands/task-add.ts';
import { taskEdit } from '../../src/cli/commands/task-edit.ts';
import { taskDep, taskNote } from '../../src/cli/commands/task-more.ts';
import { taskList, taskLog, taskShow } from '../../src/cli/commands/task-read.ts';
import { taskBlock, taskCancel, taskDone, taskReopen } from '../../src/cli/commands/task-status.ts';
import { fail } from '../../src/core/failure.ts';
import { testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());
const add = (...words: string[]) => typeJson(taskAdd, world.app, words);

describe('the life of a task', () => {
  it('is done on a person’s word, open again, blocked with a reason, given up', async () => {
    await add('First', '--key', 'T1');
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
    await add('First', '--key', 'T1');
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
    await add('First', '--key', 'T1', '--tag', 'x', '--verify', 'npm test', '--role', 'coder', '--private');
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
    expect((await type(taskEdit, world.app, ['T1', '--verify', '@file pth=a'])).err).toContain('Did you mean path=…?');
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
    await add('First', '--key', 'T1');
    await add('Second', '--key', 'T2');
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
    await add('First', '--key', 'T1');
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
    for (const [index, title] of ['One', 'Two', 'Three'].entries())
      await add(title, '--key', `T${index + 1}`, '--tag', title === 'Two' ? 'even' : 'odd');
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
    await add('Evil \u001b[2Jtitle', '--key', 'T1', '--description', 'Line\u001b]0;x\u0007 one\n  two');
    const { out } = await type(taskShow, world.app, ['T1']);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('T1  Evil title');
    expect(out).toContain('\n  Line one\n    two\n');
  });
});
