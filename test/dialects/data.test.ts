import { describe, expect, it } from 'vitest';
import { beads } from '../../src/km/dialects/data/beads.ts';
import { readJson } from '../../src/km/dialects/data/json.ts';
import { taskmaster } from '../../src/km/dialects/data/taskmaster.ts';
import { taskwarrior } from '../../src/km/dialects/data/taskwarrior.ts';
import { detectDialect } from '../../src/km/dialects/table.ts';
import { fileOf, folderOf, itemOf, readAs } from './fixtures.ts';

const lines = (...objects: readonly object[]): string => objects.map(object => JSON.stringify(object)).join('\n');
const statuses = (plan: ReturnType<typeof readAs>) =>
  Object.fromEntries(plan.items.filter(({ kind }) => kind === 'task').map(one => [one.external_id, one.status]));

describe('the JSON reader', () => {
  it('knows the line of each value and names that of a mistake', () => {
    const read = readJson('\uFEFF{"a": [\n  1,\n  {"b": "c"},\n]}');
    if (!read.ok || !(read.json.value instanceof Map)) throw new Error('not read');
    const list = read.json.value.get('a')?.value;
    expect(Array.isArray(list) && list.map(({ line }: { line: number }) => line)).toEqual([2, 3]);
    expect(readJson('{\n"a": 1,\n"b" 2}')).toEqual({ ok: false, line: 3, problem: 'a colon is expected here' });
    expect(readJson('[1, 2')).toEqual({ ok: false, line: 1, problem: 'the text ends where a comma or ] is expected' });
    expect(readJson('["a\nb"]')).toMatchObject({ ok: false, problem: 'a text is not closed on its line' });
    expect(readJson('["\\q"]')).toMatchObject({ ok: false });
    expect(readJson('[]x')).toMatchObject({ ok: false, problem: 'there is more text after its end' });
  });

  it('refuses what is nested too deep, and takes every key as a plain one', () => {
    expect(readJson('['.repeat(100_000))).toMatchObject({ ok: false, problem: 'it is nested more than 500 deep' });
    const read = readJson('{"__proto__": {"polluted": true}, "constructor": 1}');
    expect(read.ok && read.json.value instanceof Map && [...read.json.value.keys()]).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('taskmaster', () => {
  const task = (id: number | string, more: object = {}) => ({
    id,
    title: `Task ${id}`,
    status: 'pending',
    dependencies: [],
    ...more,
  });

  it('reads files with one tag, without tags, and bare lists alike', () => {
    const tasks = [task(1), task(2, { dependencies: [1], status: 'done' })];
    for (const shape of [{ master: { tasks, metadata: {} } }, { tasks, meta: {} }, tasks, { master: tasks }]) {
      const plan = readAs(taskmaster, fileOf(JSON.stringify(shape)));
      expect(plan.items.map(one => [one.external_id, one.key, one.status, one.depends_on])).toEqual([
        ['1', '1', 'open', []],
        ['2', '2', 'done', ['1']],
      ]);
    }
  });

  it('refuses lists of things that are no tasks', () => {
    for (const other of [
      [{ id: 1, title: 'Post' }],
      [{ id: 1, title: 'Buy a house', price: 3, status: 'sold' }],
      [task(1), { id: 2, title: 'Post' }, { id: 3, title: 'Post' }].map(({ id, title }) => ({ id, title })),
      { posts: [{ id: 1, title: 'Post', status: 'published', body: '' }] },
    ])
      expect(taskmaster.detect(fileOf(JSON.stringify(other))).score).toBe(0);
    expect(taskmaster.detect(fileOf('[{"id": 1, "title": "Write", "status": "In Progress"}]')).score).toBeGreaterThan(
      0.3,
    );
  });

  it('makes a stage of each of several tags, and keeps their numbers apart', () => {
    const plan = readAs(
      taskmaster,
      fileOf(
        JSON.stringify({
          master: { tasks: [task(1)] },
          'feature x': { tasks: [task(1), task(2, { dependencies: [1] })] },
          empty: { tasks: [] },
        }),
      ),
    );
    expect(plan.items.map(one => [one.kind, one.external_id, one.key, one.parent])).toEqual([
      ['stage', 'tag:master', null, null],
      ['task', '1', '1', 'tag:master'],
      ['stage', 'tag:feature x', null, null],
      ['task', 'feature x/1', 'feature-x-1', 'tag:feature x'],
      ['task', 'feature x/2', 'feature-x-2', 'tag:feature x'],
    ]);
    expect(itemOf(plan, 'feature x/2').depends_on).toEqual(['feature x/1']);
  });

  it('knows a sibling by its number, any other by its whole number, at every depth', () => {
    const deep = task(2, { dependencies: [1], subtasks: [task(1), task(2, { dependencies: [1, '3.1', 2] })] });
    const plan = readAs(
      taskmaster,
      fileOf(
        JSON.stringify([
          task(1),
          task(2),
          task(3, { dependencies: ['2', 1], subtasks: [task(1), deep, task('3.3', { dependencies: ['3.2.1'] })] }),
        ]),
      ),
    );
    expect(itemOf(plan, '3').depends_on).toEqual(['2', '1']);
    expect(itemOf(plan, '3.2')).toMatchObject({ parent: '3', depends_on: ['3.1'], key: '3.2' });
    expect(itemOf(plan, '3.2.2')).toMatchObject({ parent: '3.2', depends_on: ['3.2.1', '3.1', '2'] });
    expect(itemOf(plan, '3.3').depends_on).toEqual(['3.2.1']);
  });

  it('reads every status, and names those it does not know with their line', () => {
    const words = [
      'pending',
      'in-progress',
      'review',
      'done',
      'completed',
      'blocked',
      'deferred',
      'cancelled',
      'in_progress',
      'weird',
    ];
    const plan = readAs(
      taskmaster,
      fileOf(JSON.stringify({ tasks: words.map((status, id) => task(id + 1, { status })) }, null, 1)),
    );
    expect(Object.values(statuses(plan))).toEqual([
      'open',
      'in-progress',
      'in-progress',
      'done',
      'done',
      'blocked',
      'cancelled',
      'cancelled',
      'in-progress',
      'open',
    ]);
    expect(plan.unrecognised).toEqual([{ line: 60, text: 'the status "weird" of 10; taken as open' }]);
  });

  it('keeps details, test strategy, priority and complexity', () => {
    const plan = readAs(
      taskmaster,
      fileOf(
        JSON.stringify([
          task(1, {
            description: 'What.',
            details: 'How.\n<info added on 2025-01-01>\nMore.',
            testStrategy: 'Run it.',
            priority: 'high',
            complexity: 7,
          }),
        ]),
      ),
    );
    expect(itemOf(plan, '1')).toMatchObject({
      description: 'What.\n\nHow.\n<info added on 2025-01-01>\nMore.',
      acceptance: 'Run it.',
      priority: 1,
      complexity: 7,
    });
  });

  it('names what is no task, and is not misled by other JSON', () => {
    const plan = readAs(
      taskmaster,
      fileOf('{"tasks": [{"id": 1, "title": "A"},\n{"id": 1, "title": "B"},\n{"id": 2, "title": "C"},\n"what"]}'),
    );
    expect(plan.items.map(one => one.title)).toEqual(['A', 'C']);
    expect(plan.unrecognised).toEqual([
      { line: 2, text: 'a second task 1: B' },
      { line: 4, text: '"what"' },
    ]);
    for (const other of [
      '{"name": "x", "scripts": {}}',
      '[]',
      '[1]',
      'x',
      '{"tasks": "none"}',
      '{"a": {"tasks": [{}]}}',
    ])
      expect(taskmaster.detect(fileOf(other)).score).toBeLessThan(0.3);
  });
});

describe('beads', () => {
  it('reads issues of a few words, one on each line', () => {
    const short = lines(
      { id: 'epic-1', title: 'Epic', status: 'open' },
      { id: 'bd-2', title: 'Two', status: 'closed', parent: 'epic-1' },
      {
        id: 'bd-3',
        title: 'Three',
        status: 'in_progress',
        parent: 'epic-1',
        dependencies: ['bd-2'],
        related: ['bd-2'],
      },
    );
    const plan = readAs(beads, fileOf(short, 'x.jsonl'));
    expect(plan.items.map(one => [one.external_id, one.status, one.parent, one.depends_on, one.related ?? []])).toEqual(
      [
        ['epic-1', 'open', null, [], []],
        ['bd-2', 'done', 'epic-1', [], []],
        ['bd-3', 'in-progress', 'epic-1', ['bd-2'], ['bd-2']],
      ],
    );
    const typed = lines({ _type: 'issue', id: 'a', title: 'A', status: 'odd' }, { _type: 'memory', key: 'x' });
    expect(readAs(beads, fileOf(typed, 'x.jsonl')).items).toHaveLength(1);
  });

  it('is told from other lines of JSON, of which the keys are named', () => {
    const other = lines({ id: 1, title: 'Post', status: 'published' }, { id: 2, body: 'x' });
    const detected = detectDialect(fileOf(other, 'x.jsonl'));
    expect(!detected.ok && detected.error.message).toContain(
      'It has JSONL: 2 lines with one JSON object each, with the keys id, title, status, body.',
    );
    expect(beads.detect(fileOf('[{"id": "a", "title": "A", "status": "open"}]')).score).toBe(0);
  });

  const issue = (id: string, more: object = {}) => ({
    id,
    title: `Issue ${id}`,
    status: 'open',
    priority: 2,
    issue_type: 'task',
    created_at: '2026-01-01T10:00:00+02:00',
    ...more,
  });
  const tie = (depends_on_id: string, type: string) => ({ issue_id: 'x', depends_on_id, type });

  it('reads statuses, relations of every kind, and the parent from them or from a dotted id', () => {
    const plan = readAs(
      beads,
      fileOf(
        lines(
          issue('a.1', { dependencies: [tie('b-9', 'blocks'), tie('c', 'related'), tie('c', 'discovered-from')] }),
          issue('b-9', { status: 'in_progress', dependencies: [tie('a', 'parent-child'), tie('a', 'blocks')] }),
          issue('a', {
            status: 'closed',
            issue_type: 'epic',
            close_reason: 'Shipped',
            closed_at: '2026-02-01T00:00:00Z',
          }),
          issue('c', {
            status: 'deferred',
            labels: ['x', 'y'],
            assignee: 'max',
            acceptance_criteria: 'It works.',
            design: 'So.',
          }),
          issue('d', { status: 'tombstone' }),
          issue('e', { status: 'blocked', priority: 0 }),
          issue('f', { status: 'closed', close_reason: 'Cancelled' }),
        ),
      ),
    );
    expect(statuses(plan)).toEqual({
      a: 'done',
      'a.1': 'open',
      'b-9': 'in-progress',
      c: 'cancelled',
      d: 'cancelled',
      e: 'blocked',
      f: 'cancelled',
    });
    expect(plan.items[0]?.external_id).toBe('a');
    expect(itemOf(plan, 'a.1')).toMatchObject({
      parent: 'a',
      depends_on: ['b-9'],
      related: ['c'],
      discovered_from: ['c'],
      created_at: '2026-01-01T08:00:00Z',
    });
    expect(itemOf(plan, 'b-9')).toMatchObject({ parent: 'a', depends_on: [] });
    expect(itemOf(plan, 'a')).toMatchObject({
      tags: ['epic'],
      finished_at: '2026-02-01T00:00:00Z',
      notes: [{ text: 'Closed: Shipped' }],
    });
    expect(itemOf(plan, 'c')).toMatchObject({
      tags: ['x', 'y'],
      assignee: 'max',
      acceptance: 'It works.',
      description: '**Design:** So.',
    });
  });

  it('finds the issues of a folder, and the list that bd prints', () => {
    const text = lines(issue('a-1'), issue('a-2', { dependencies: [{ id: 'a-1', dependency_type: 'blocks' }] }));
    expect(
      readAs(beads, folderOf({ '.beads/issues.jsonl': text, '.beads/config.yaml': 'x: 1', 'README.md': '# Hi' })).items,
    ).toHaveLength(2);
    const list = JSON.stringify([
      issue('a-1'),
      issue('a-2', { dependencies: [{ id: 'a-1', dependency_type: 'blocks' }] }),
    ]);
    expect(itemOf(readAs(beads, fileOf(list)), 'a-2').depends_on).toEqual(['a-1']);
  });

  it('goes on after a line that is cut off, and names it', () => {
    const plan = readAs(
      beads,
      fileOf(
        `${lines(issue('a-1'))}\n{"id": "a-2", "ti\n${lines(issue('a-3'), { _type: 'memory', id: 'm', title: 'x' })}\n`,
      ),
    );
    expect(plan.items.map(one => one.external_id)).toEqual(['a-1', 'a-3']);
    expect(plan.unrecognised.map(({ line }) => line)).toEqual([2, 4]);
  });
});

describe('taskwarrior', () => {
  const uuid = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;
  const task = (digit: number, more: object = {}) => ({
    id: digit,
    uuid: uuid(digit),
    description: `Task ${digit}`,
    status: 'pending',
    entry: '20260101T080000Z',
    ...more,
  });
  const all = [
    task(1, { status: 'completed', end: '20260102T080000Z', project: 'Home.Kitchen', tags: ['a'], priority: 'H' }),
    task(2, { status: 'waiting', wait: '20300101T000000Z', depends: `${uuid(1)},${uuid(3)}` }),
    task(3, { start: '20260103T080000Z', depends: [uuid(1).toUpperCase()], due: '1893456000' }),
    task(4, { status: 'deleted', project: 'Home.Kitchen' }),
    task(5, {
      status: 'recurring',
      recur: 'weekly',
      annotations: [{ entry: '20260104T080000Z', description: 'Think\nof it.' }],
    }),
  ];

  it.each([
    ['a list', JSON.stringify(all)],
    ['a list with one object on each line', `[\n${all.map(one => JSON.stringify(one)).join(',\n')}\n]\n`],
    ['one object on each line', lines(...all)],
    ['one object and a comma on each line', all.map(one => `${JSON.stringify(one)},\n`).join('')],
  ])('reads %s', (_, text) => {
    const plan = readAs(taskwarrior, fileOf(text));
    expect(Object.values(statuses(plan))).toEqual(['done', 'open', 'in-progress', 'cancelled', 'open']);
    expect(plan.unrecognised).toEqual([]);
    expect(plan.items[0]).toMatchObject({ kind: 'stage', title: 'Home.Kitchen' });
    expect(itemOf(plan, uuid(1))).toMatchObject({
      parent: 'project:Home.Kitchen',
      finished_at: '2026-01-02T08:00:00Z',
      priority: 1,
      tags: ['a'],
      key: null,
    });
    expect(itemOf(plan, uuid(2))).toMatchObject({
      depends_on: [uuid(1), uuid(3)],
      description: '**wait:** 2030-01-01T00:00:00Z',
    });
    expect(itemOf(plan, uuid(3))).toMatchObject({ depends_on: [uuid(1)], due: '2030-01-01T00:00:00Z' });
    expect(itemOf(plan, uuid(5))).toMatchObject({
      notes: [{ at: '2026-01-04T08:00:00Z', agent: null, text: 'Think\nof it.' }],
      description: '**recur:** weekly',
    });
  });
});
