import { describe, expect, it } from 'vitest';
import { isWritable, isWritableStage } from '../../src/km/plan/add.ts';
import { must } from '../km/fixtures.ts';
import { importWorld, item } from './fixtures.ts';

describe('the first import', () => {
  it('adds stages and tasks with all that the source says', () => {
    const world = importWorld();
    const notes = [
      { at: '2020-01-01T00:00:00Z', agent: 'ada', text: 'Old words.' },
      { at: null, agent: null, text: 'No date.' },
    ];
    const taken = world.take([
      item('empty', { kind: 'stage' }),
      item('stage', { kind: 'stage', status: 'done' }),
      item('a', {
        parent: 'stage',
        status: 'done',
        finished_at: '2026-01-02',
        created_at: '2026-01-01',
        description: 'What',
        acceptance: 'When',
        checklist: [{ text: 'One', done: true }],
        links: ['https://x.y'],
        tags: ['t', 't'],
        priority: 0,
        role: 'coder',
        assignee: 'max',
        due: '2027-01-01',
        complexity: 3,
        checks: ['npm test'],
        notes,
      }),
      item('b', { parent: 'a', status: 'blocked', depends_on: ['c'], related: ['a'], discovered_from: ['c'] }),
      item('c', { parent: 'stage', status: 'in-progress', priority: 9, due: 'soon', complexity: 99 }),
    ]);
    expect(taken).toMatchObject({
      imported: { stages: 1, tasks: 3, done: 1, blocked: 1, in_progress: 1, open: 0, cancelled: 0 },
      updated: 0,
      unchanged: 0,
      unrecognised: [],
      gone: [],
      conflicts: [],
    });
    expect(world.titled('Title stage')).toMatchObject({ key: 'S1', kind: 'stage', status: 'pending' });
    const a = world.titled('Title a');
    expect(a).toMatchObject({
      parent: 'S1',
      status: 'done',
      proof: 'accepted-by-person',
      finished_at: '2026-01-02T00:00:00Z',
      created_at: '2026-01-01T00:00:00Z',
      description: 'What',
      acceptance: 'When',
      checklist: [{ text: 'One', done: true }],
      links: ['https://x.y'],
      tags: ['t'],
      priority: 0,
      role: 'coder',
      assignee: 'max',
      due: '2027-01-01',
      complexity: 3,
      checks: ['npm test'],
    });
    expect(world.km.notes(a.id)).toEqual([
      { at: '2020-01-01T00:00:00Z', agent: 'ada', text: 'Old words.' },
      { at: '2026-11-21T09:00:00Z', agent: 'test', text: 'No date.' },
    ]);
    const c = world.titled('Title c');
    expect(c).toMatchObject({ status: 'in-progress', claim: null, priority: 2, due: null, complexity: null });
    expect(world.titled('Title b')).toMatchObject({
      parent: a.key,
      status: 'blocked',
      reason: 'needs_input',
      depends_on: [c.key],
      related: [a.key],
      discovered_from: [c.key],
    });
  });

  it('gives the keys of the source where a plan can say them, else one made of the id, the same everywhere', () => {
    const [one, other] = [importWorld(), importWorld()];
    const keys = ['T001', '3', '3.1', '#004', '2a', 'BACK-7', 'bd-abc', 'has space 1', null, '1.', '2026-01-01'];
    const items = keys.map((key, index) => item(`i${index}`, { key }));
    one.take(items);
    other.take(items);
    const made = keys.map((_, index) => one.titled(`Title i${index}`).key);
    expect(made.slice(0, 6)).toEqual(['T001', 'T3', 'T3.1', 'T004', 'T2a', 'BACK-7']);
    expect(made[6]).toMatch(/^T-\d[0-9a-z]{5}$/);
    expect(made[7]).toBe('has-space-1');
    expect(made[8]).toMatch(/^T-\d[0-9a-z]{5}$/);
    expect(made[9]).toBe('T1');
    expect(made[10]).toMatch(/^T-/);
    expect(keys.map((_, index) => other.titled(`Title i${index}`).key)).toEqual(made);
    expect(made.every(key => isWritable(key, 'x'))).toBe(true);
  });

  it('never gives two tasks one key, nor a stage one that is there', () => {
    const world = importWorld();
    must(world.km.addTask({ project_id: world.project, key: 'S1', title: 'Here', kind: 'stage' }, 'max'));
    must(world.km.addTask({ project_id: world.project, key: 'T001', title: 'Another task' }, 'max'));
    world.take([
      item('s', { kind: 'stage' }),
      item('a', { key: 'T001', parent: 's' }),
      item('b', { key: 'T002' }),
      item('c', { key: 'T002' }),
    ]);
    expect(world.titled('Title s').key).toBe('S2');
    expect(isWritableStage('S2')).toBe(true);
    expect(world.titled('Another task').key).toBe('T001');
    expect(world.titled('Title a').key).toMatch(/^T-/);
    expect([world.titled('Title b').key, world.titled('Title c').key]).toEqual(['T002', expect.stringMatching(/^T-/)]);
  });

  it('keeps a ticked parent with open children as it is, and an open one with ticked children', () => {
    const world = importWorld();
    const items = [
      item('a', { status: 'done' }),
      item('a1', { parent: 'a' }),
      item('b'),
      item('b1', { parent: 'b', status: 'done' }),
    ];
    world.take(items);
    expect(world.take(items)).toMatchObject({ updated: 0, unchanged: 4 });
    expect(['Title a', 'Title a1', 'Title b', 'Title b1'].map(title => world.titled(title).status)).toEqual([
      'done',
      'pending',
      'pending',
      'done',
    ]);
  });

  it('names what closes a circle and takes the rest', () => {
    const world = importWorld();
    const taken = world.take([
      item('p', { depends_on: ['c'] }),
      item('c', { parent: 'p', depends_on: ['p', 'd'] }),
      item('d', { depends_on: ['c'] }),
    ]);
    expect(taken.conflicts.map(({ field, file }) => [field, file])).toEqual([
      ['depends_on', world.titled('Title p').key],
      ['depends_on', world.titled('Title c').key],
    ]);
    expect(world.titled('Title p').depends_on).toEqual([world.titled('Title c').key]);
    expect(world.titled('Title c').depends_on).toEqual([world.titled('Title d').key]);
  });

  it('names references to nothing, second ids and items inside themselves, each with its line', () => {
    const world = importWorld();
    const taken = world.take([
      item('a', { parent: 'nowhere', depends_on: ['gone', 'a'], line: 4 }),
      item('b', { parent: 'c', line: 5 }),
      item('c', { parent: 'b', line: 6, file: 'x.md' }),
      item('a', { title: 'Again', line: 7 }),
    ]);
    expect(taken.unrecognised).toEqual([
      { line: 7, text: 'a second item with the id a: Again' },
      { line: 4, text: 'Title a stands in nowhere, which is not there' },
      { line: 5, text: 'Title b stands in itself' },
      { line: 4, text: 'Title a depends on gone, which is not there' },
      { line: 4, text: 'Title a depends on itself' },
    ]);
    expect(taken.imported.tasks).toBe(3);
    expect(world.km.notes(world.titled('Title a').id)).toMatchObject([
      { text: 'Its source says that it depends on gone, which was not in it.' },
    ]);
  });

  it('only says what would happen when it is a rehearsal', () => {
    const world = importWorld();
    expect(world.take([item('a')], { dry_run: true }).imported.tasks).toBe(1);
    expect(world.tasks()).toEqual([]);
    world.take([item('a')]);
    expect(world.take([item('a', { status: 'done' })], { dry_run: true })).toMatchObject({ updated: 1 });
    expect(world.titled('Title a').status).toBe('pending');
  });
});

describe('the same source again', () => {
  it('takes only what the source changed, field by field', () => {
    const world = importWorld();
    world.take([
      item('a', { description: 'Old', tags: ['x', 'y'], notes: [{ at: null, agent: 'ada', text: 'One.' }] }),
      item('b'),
      item('c'),
    ]);
    const before = world.titled('Title a');
    must(
      world.km.editTask(
        before.id,
        { priority: 0, tags: ['x', 'y', 'mine'], depends_on: [world.titled('Title c').key] },
        'max',
      ),
    );
    const notes = [
      { at: null, agent: 'ada', text: 'One.' },
      { at: null, agent: 'ada', text: 'Two.' },
    ];
    const taken = world.take([
      item('a', {
        title: 'New title',
        description: 'New',
        tags: ['x', 'z'],
        depends_on: ['b'],
        status: 'in-progress',
        notes,
      }),
      item('b'),
      item('c'),
    ]);
    expect(taken).toMatchObject({ updated: 1, unchanged: 2, conflicts: [] });
    expect(must(world.km.taskById(before.id))).toMatchObject({
      key: before.key,
      title: 'New title',
      description: 'New',
      priority: 0,
      tags: ['x', 'mine', 'z'],
      status: 'in-progress',
    });
    expect(must(world.km.taskById(before.id)).depends_on.toSorted()).toEqual(
      [world.titled('Title b').key, world.titled('Title c').key].toSorted(),
    );
    expect(world.km.notes(before.id).map(note => note.text)).toEqual(['One.', 'Two.']);
  });

  it('leaves alone what was changed here only', () => {
    const world = importWorld();
    const items = [item('a', { description: 'Theirs' })];
    world.take(items);
    const { id } = world.titled('Title a');
    must(world.km.markTaskStatus(id, 'done', { agent: 'max', proof: 'red-green' }));
    must(world.km.editTask(id, { description: 'Ours', title: 'Ours too' }, 'max'));
    expect(world.take(items)).toMatchObject({ updated: 0, unchanged: 1, conflicts: [] });
    expect(must(world.km.taskById(id))).toMatchObject({
      status: 'done',
      proof: 'red-green',
      description: 'Ours',
      title: 'Ours too',
    });
  });

  it('keeps both values where both sides changed a field, and the source’s is the field', () => {
    const world = importWorld();
    world.take([item('a', { description: 'Old' })]);
    const { id, key } = world.titled('Title a');
    must(world.km.editTask(id, { description: 'Ours' }, 'max'));
    must(world.km.markTaskStatus(id, 'cancelled', { agent: 'max' }));
    const taken = world.take([item('a', { description: 'Theirs', status: 'done' })]);
    expect(taken.conflicts).toEqual([
      { key, field: 'description', file: 'Theirs', database: 'Ours' },
      { key, field: 'status', file: 'done', database: 'cancelled' },
    ]);
    expect(must(world.km.taskById(id))).toMatchObject({ description: 'Theirs', status: 'done' });
    expect(world.km.notes(id).map(note => note.text)).toEqual([
      expect.stringContaining('here it was: Ours'),
      expect.stringContaining('here it was: cancelled'),
    ]);
    expect(world.take([item('a', { description: 'Theirs', status: 'done' })])).toMatchObject({
      updated: 0,
      conflicts: [],
    });
  });

  it('adds what is new, moves what moved, and leaves alone and names what is gone', () => {
    const world = importWorld();
    world.take([
      item('s', { kind: 'stage' }),
      item('a', { key: 'A1', parent: 's' }),
      item('b', { key: 'A2', parent: 's' }),
    ]);
    const taken = world.take([
      item('s', { kind: 'stage' }),
      item('t', { kind: 'stage' }),
      item('a', { key: 'A1', parent: 't' }),
      item('c', { key: 'A3', parent: 's' }),
    ]);
    expect(taken).toMatchObject({
      imported: { stages: 2, tasks: 2 },
      updated: 1,
      unchanged: 0,
      gone: [{ key: 'A2', title: 'Title b' }],
    });
    expect(world.titled('Title a').parent).toBe('S2');
    expect(world.titled('Title b')).toMatchObject({ parent: 'S1', status: 'pending', vanished: false });
    expect(world.tasks()).toHaveLength(5);
  });

  it('puts what is new in its place among what is here', () => {
    const world = importWorld();
    world.take([item('s', { kind: 'stage' }), item('a', { parent: 's' }), item('c', { parent: 's' }), item('z')]);
    const names = ['first', 'a', 'b1', 'b2', 'c', 'last'];
    world.take([item('s', { kind: 'stage' }), ...names.map(name => item(name, { parent: 's' })), item('y'), item('z')]);
    const inStage = world.tasks().filter(task => task.parent === 'S1');
    expect(inStage.map(({ title }) => title)).toEqual(names.map(name => `Title ${name}`));
    expect(
      world.tasks().flatMap(({ title, kind, parent }) => (parent === null && kind === 'task' ? title : [])),
    ).toEqual(['Title y', 'Title z']);
  });

  it('knows items without ids that were reworded, put elsewhere or stand under something renamed', () => {
    const world = importWorld();
    const list = (titles: readonly (readonly [string, string | null])[]) =>
      titles.map(([title, parent]) => item(parent === null ? title : `${parent}/${title}`, { title, parent }));
    world.take(
      list([
        ['Write the parser', null],
        ['Tests', 'Write the parser'],
        ['Docs', 'Write the parser'],
        ['Ship', null],
        ['Party', null],
      ]),
    );
    const ids = new Map(world.tasks().map(task => [task.title, task.id]));
    const again = world.take(
      list([
        ['Write the new parser', null],
        ['Tests', 'Write the new parser'],
        ['Documents', 'Write the new parser'],
        ['Party', null],
        ['Deploy', null],
        ['Ship', 'Party'],
      ]),
    );
    expect(again).toMatchObject({ updated: 3, gone: [] });
    expect(world.titled('Write the new parser').id).toBe(ids.get('Write the parser'));
    expect(world.titled('Documents').id).toBe(ids.get('Docs'));
    expect(world.titled('Ship')).toMatchObject({ id: ids.get('Ship'), parent: world.titled('Party').key });
    expect(world.tasks()).toHaveLength(6);
    const last = world.take(
      list([
        ['Write the new parser', null],
        ['Tests', 'Write the new parser'],
        ['Documents', 'Write the new parser'],
        ['Party', null],
        ['Deploy', null],
        ['Ship', 'Party'],
      ]),
    );
    expect(last).toMatchObject({ updated: 0, unchanged: 6, gone: [] });
  });

  it('knows the file under another path, and tasks that are here under the same keys and titles', () => {
    const world = importWorld();
    const items = [item('a', { key: 'A1' }), item('b', { key: 'A2' }), item('c')];
    world.take(items);
    const moved = { path: 'elsewhere/plan', isThere: () => false };
    expect(world.take([...items, item('d')], moved)).toMatchObject({ updated: 0, unchanged: 3, same_as: 'plan' });
    expect(world.tasks()).toHaveLength(4);
    expect(
      world.take([item('a', { key: 'A1', status: 'done' }), item('b', { key: 'A2' })], { dialect: 'other' }),
    ).toMatchObject({ updated: 1, unchanged: 1 });
    expect(world.tasks()).toHaveLength(4);
    expect(world.titled('Title a').status).toBe('done');
    expect(world.take([item('a', { key: 'A1' }), item('b', { key: 'A2' })], { dialect: 'third' })).toMatchObject({
      updated: 0,
    });
    expect(world.titled('Title a').status).toBe('done');
  });

  it('takes another plan with a few equal keys for another plan', () => {
    const world = importWorld();
    const plan = (name: string) =>
      Array.from({ length: 10 }, (_, index) =>
        item(`${index}`, { key: `T00${index}`, title: index === 0 ? 'Set up' : `${name} ${index}` }),
      );
    world.take(plan('First'), { path: 'one' });
    expect(world.take(plan('Second'), { path: 'two' })).toMatchObject({ updated: 0, unchanged: 0 });
    expect(world.tasks()).toHaveLength(20);
  });

  it('tells one text from stdin from another', () => {
    const world = importWorld();
    const first = [item('a'), item('b')];
    const second = [item('x'), item('y')];
    for (const items of [first, second, first, second]) world.take(items, { path: '-' });
    expect(world.tasks()).toHaveLength(4);
    expect(world.take([item('a'), item('b', { status: 'done' })], { path: '-' })).toMatchObject({
      updated: 1,
      unchanged: 1,
      gone: [],
    });
  });
});
