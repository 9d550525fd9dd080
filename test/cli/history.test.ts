import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectAt } from '../../src/cli/commands/project-at.ts';
import { taskDiff, taskUndo } from '../../src/cli/commands/task-history.ts';
import { must, type, typeJson } from './app.ts';
import { realApp } from './real-app.ts';

function world() {
  const real = realApp();
  const project = real.addProject();
  const km = must(real.app.km());
  const add = (key: string, more: object = {}) =>
    must(km.addTask({ project_id: project.id, key, title: `Task ${key}`, ...more }, 'person'));
  return { ...real, km, project, add, task: (key: string) => must(km.task(project.id, key)) };
}

describe('task diff', () => {
  it('shows field by field what changed since the task was added, long texts line by line', async () => {
    const { app, km, add, pass } = world();
    const { id } = add('S1.1', { description: 'one\ntwo\nthree', tags: ['a'] });
    pass(60);
    must(km.editTask(id, { title: 'Better', tags: ['a', 'b'], description: 'one\nTWO\nthree', private: true }, 'ann'));
    must(km.editTask(id, { checklist: [{ text: 'Look', done: false }], due: '2026-12-24' }, 'ann'));
    const { out, exit } = await type(taskDiff, app, ['S1.1']);
    expect(exit).toBe(0);
    expect(out).toBe(
      [
        'S1.1  Better',
        'from 2026-11-21T09:00:00Z to 2026-11-21T09:01:00Z',
        '  title        Task S1.1 → Better',
        '  tags         a → a, b',
        '  due          none → 2026-12-24',
        '  private      no → yes',
        '  description',
        '    - two',
        '    + TWO',
        '  checklist    (empty) → [ ] Look',
        '',
      ].join('\n'),
    );
  });

  it('takes two points, each a time or an entry of the log', async () => {
    const { app, km, add, pass } = world();
    const { id } = add('S1.1');
    for (const title of ['two', 'three']) {
      pass(3600);
      must(km.editTask(id, { title }, 'ann'));
    }
    const json = async (...words: string[]) => (await typeJson(taskDiff, app, ['S1.1', ...words])).json;
    expect(await json('--from', '2', '--to', '3')).toEqual({
      key: 'S1.1',
      from: '2026-11-21T10:00:00Z',
      to: '2026-11-21T11:00:00Z',
      changes: [{ field: 'title', from: 'two', to: 'three' }],
    });
    expect(await json('--from', '1h')).toMatchObject({ changes: [{ from: 'two', to: 'three' }] });
    expect(await json('--from', '2026-11-21T09:30', '--to', '2026-11-21T10:30Z')).toMatchObject({
      changes: [{ from: 'Task S1.1', to: 'two' }],
    });
    expect(await json('--from', '3')).toMatchObject({ changes: [] });
  });

  it.each([
    [['--from', '9'], 'has no entry 9: it has 1'],
    [['--from', '0'], 'has no entry 0'],
    [['--from', '2w'], 'did not exist at 2w: it was added at 2026-11-21T09:00:00Z'],
    [['--to', '2027-01-01'], 'has not come yet'],
    [['--to', 'soon'], 'is no time'],
    [['--to', '2026-02-30'], 'is no time'],
  ])('says what is wrong with %j', async (words, message) => {
    const { app, add } = world();
    add('S1.1');
    const { exit, err } = await type(taskDiff, app, ['S1.1', ...words]);
    expect([exit, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).toContain('next:');
  });
});

describe('project at', () => {
  it('shows the tasks as they were, and what became of them', async () => {
    const { app, km, add, pass } = world();
    const { id } = add('S1.1');
    add('S1', { kind: 'stage' });
    pass(7200);
    must(km.markTaskStatus(id, 'done', { agent: 'ann', proof: 'red-green' }));
    add('S1.2');
    expect((await type(projectAt, app, ['1h'])).out).toBe(
      'At 2026-11-21T10:00:00Z: 1 pending\nkey   status   prio  role  title\nS1.1  pending     2        Task S1.1\n',
    );
    expect((await type(projectAt, app, ['1', 'h', 'ago', '--diff'])).out).toBe(
      [
        'From 2026-11-21T10:00:00Z to now:',
        'S1.1  Task S1.1',
        '  status  pending → done',
        '  proof   none → red-green',
        'S1.2  Task S1.2 (added)',
        '',
      ].join('\n'),
    );
    expect((await type(projectAt, app, ['3d'])).out).toBe('At 2026-11-18T11:00:00Z: no task yet\n');
  });

  it('answers as JSON with every field, stages when asked for', async () => {
    const { app, add, project, task } = world();
    add('S1', { kind: 'stage' });
    add('S1.1', { parent: 'S1', checklist: [{ text: 'a', done: true }] });
    const { json } = await typeJson(projectAt, app, ['now', '--stages']);
    const { claim: _c, ...now } = task('S1.1');
    const { id, name, root } = project;
    expect(json).toMatchObject({
      project: { id, name, root },
      at: '2026-11-21T09:00:00Z',
      tasks: [
        { key: 'S1', children: { open: 1, done: 0 } },
        { ...now, notes: 0 },
      ],
      counts: { pending: 1, 'in-progress': 0, done: 0, blocked: 0, cancelled: 0 },
    });
  });

  it('refuses what is no time', async () => {
    const { app } = world();
    for (const words of [['tomorrow'], ['2027-01-01'], ['12'], ['2026-11-21T25:00'], []])
      expect((await type(projectAt, app, words)).exit).toBe(2);
  });
});

describe('task undo', () => {
  it('takes the last change back, in the plan file too, and says what stays', async () => {
    const { app, cwd } = world();
    const plan = join(cwd, 'plans.md');
    writeFileSync(plan, '# x – Plans\n\n## Stage 1 – A\n\n- [ ] **S1.1 – One**\n  - **Description:** Do it.\n');
    const km = must(app.km());
    const project = must(app.project());
    must(await app.pullPlans(project));
    const task = () => must(km.task(project.id, 'S1.1'));
    km.transaction(() => {
      must(km.markTaskStatus(task().id, 'done', { agent: 'ann', proof: 'accepted-by-person' }));
      must(km.appendTaskNote(task().id, 'Done by hand.', 'ann'));
    });
    must(await app.syncPlans(project, 'ann'));
    expect(readFileSync(plan, 'utf8')).toContain('- [x] **S1.1 – One**');
    const dry = await type(taskUndo, app, ['S1.1', '--dry_run']);
    expect(dry.out).toContain('Would take back the change of 2026-11-21T09:00:00Z by ann:');
    expect(task().status).toBe('done');
    const { out, exit } = await type(taskUndo, app, ['S1.1']);
    expect(exit).toBe(0);
    expect(out).toContain('status  done → pending');
    expect(out).toContain('Kept 1 note of it: notes are never removed.');
    expect(readFileSync(plan, 'utf8')).toContain('- [ ] **S1.1 – One**');
    await type(taskUndo, app, ['--redo']);
    expect(task().status).toBe('done');
    expect(readFileSync(plan, 'utf8')).toContain('- [x] **S1.1 – One**');
  });

  it('answers as JSON, and with exit 6 where something was changed since', async () => {
    const { app, km, add } = world();
    const [one, two] = [add('S1.1'), add('S1.2')];
    km.transaction(() => {
      must(km.editTask(one.id, { title: 'a' }, 'ann'));
      must(km.editTask(two.id, { title: 'a' }, 'ann'));
    });
    must(km.editTask(one.id, { title: 'b' }, 'bob'));
    const refused = await typeJson(taskUndo, app, ['S1.2']);
    expect(refused).toMatchObject({ exit: 6, json: { error: { code: 'undo.conflict' } } });
    const undone = await typeJson(taskUndo, app, []);
    expect(undone).toEqual({
      exit: 0,
      json: {
        change: expect.any(Number),
        at: '2026-11-21T09:00:00Z',
        agent: 'bob',
        redo: false,
        dry_run: false,
        tasks: [{ key: 'S1.1', title: 'a', changes: [{ field: 'title', from: 'b', to: 'a' }] }],
        notes_kept: 0,
      },
    });
    expect((await typeJson(taskUndo, app, ['S9.9'])).exit).toBe(2);
    expect(existsSync(join(app.cwd, 'plans.md'))).toBe(false);
  });
});
