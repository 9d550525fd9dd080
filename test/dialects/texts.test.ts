import { describe, expect, it } from 'vitest';
import { org } from '../../src/km/dialects/data/org.ts';
import { todoTxt } from '../../src/km/dialects/data/todo-txt.ts';
import { fileOf, itemOf, readAs } from './fixtures.ts';

describe('todo.txt', () => {
  const text = [
    '(A) 2026-01-01 Call Mom about +wedding plans @phone due:2026-02-01',
    'x 2026-01-05 2026-01-02 Pay the rent +home @bank pri:B',
    '',
    'Read https://example.com/a:b at 10:30',
    'Read https://example.com/a:b at 10:30',
    'X marks the spot',
    '(z) no priority',
    'Step two id:2 p:1',
    'Step one id:1 dep:2 due:notaday',
  ].join('\r\n');

  it('reads dates, priority, projects, contexts and pairs', () => {
    const plan = readAs(todoTxt, fileOf(text, 'todo.txt'));
    const tasks = plan.items.filter(({ kind }) => kind === 'task');
    expect(tasks.map(({ title, status, line }) => [line, status, title])).toEqual([
      [1, 'open', 'Call Mom about +wedding plans'],
      [2, 'done', 'Pay the rent'],
      [4, 'open', 'Read https://example.com/a:b at 10:30'],
      [5, 'open', 'Read https://example.com/a:b at 10:30'],
      [6, 'open', 'X marks the spot'],
      [7, 'open', '(z) no priority'],
      [8, 'open', 'Step two'],
      [9, 'open', 'Step one'],
    ]);
    expect(tasks[0]).toMatchObject({
      priority: 0,
      due: '2026-02-01',
      created_at: '2026-01-01T00:00:00Z',
      tags: ['phone'],
      parent: '+wedding',
    });
    expect(tasks[1]).toMatchObject({
      priority: 1,
      finished_at: '2026-01-05T00:00:00Z',
      created_at: '2026-01-02T00:00:00Z',
      parent: '+home',
      tags: ['bank'],
    });
    expect(itemOf(plan, 'id:2').parent).toBe('id:1');
    expect(itemOf(plan, 'id:1').depends_on).toEqual(['id:2']);
    expect(new Set(plan.items.map(one => one.external_id)).size).toBe(plan.items.length);
    expect(plan.items.filter(({ kind }) => kind === 'stage').map(({ title }) => title)).toEqual(['wedding', 'home']);
  });

  it('is told from other texts', () => {
    const marked = '(A) Call Mom\nx 2026-01-02 Pay +home\nBuy milk @shop\nWrite due:2026-02-01\nRest\n';
    expect(todoTxt.detect(fileOf(marked, 'list')).score).toBeGreaterThan(0.3);
    expect(todoTxt.detect(fileOf('Buy milk\nCall Mom\n', 'todo.txt')).score).toBeGreaterThan(0.3);
    for (const other of [
      text,
      '2024-01-01 Bought milk today, and it was fine\n2024-01-02 Went for a run\n',
      '2024-01-01 12 3\n2024-01-02 13 4\n',
      '2024-01-01 12:00:01 user @ada due:2024-01-01 +x\n',
      '2024-01-01 12:00:01 INFO host:localhost level:info\n',
      'x = 3\ny = 4\n(A) is a list item, (B) too\n',
      'x marks the spot\nx ray\n',
      '# Title\n\n- [ ] Do it +x\n',
      'Dear all,\nthis is a letter.\nYours\n',
      '* TODO Org\n',
      '{"a": 1}',
      '',
      '- (A) List',
    ])
      expect(todoTxt.detect(fileOf(other)).score).toBeLessThan(0.3);
  });
});

describe('org', () => {
  it('reads check boxes where no heading has a keyword; a dash is partly done, not given up', () => {
    const text =
      '* Shopping [1/3]\n- [ ] milk\n- [X] bread\n- [-] fruit [1/2]\n  - [X] apples\n  - [ ] pears\n* Words\n';
    const plan = readAs(org, fileOf(text, 'x.org'));
    expect(plan.items.map(({ kind, title, status, parent, line }) => [line, kind, title, status, parent])).toEqual([
      [1, 'stage', 'Shopping', 'open', null],
      [2, 'task', 'milk', 'open', 'Shopping'],
      [3, 'task', 'bread', 'done', 'Shopping'],
      [4, 'task', 'fruit', 'open', 'Shopping'],
      [5, 'task', 'apples', 'done', 'Shopping / fruit'],
      [6, 'task', 'pears', 'open', 'Shopping / fruit'],
    ]);
    expect(org.detect(fileOf('* Shopping\n- [ ] milk\n', 'x.md')).score).toBe(0);
  });

  it('reads keywords of the file, headings above, planning, properties and log', () => {
    const text = [
      '#+TITLE: Plan',
      '#+TODO: TODO(t) WAIT(w@/!) | DONE(d) CANCELED(c@)',
      '#+SEQ_TODO: REPORT BUG | FIXED',
      '* Inbox',
      '** TODO [#A] Write [[https://x.y][it]] [1/2] :work:@home:',
      '   DEADLINE: <2026-07-15 Wed 18:00 -1m> SCHEDULED: <2026-07-01 Wed>',
      '   :PROPERTIES:',
      '   :ID: abc-1',
      '   :Effort: 1:00',
      '   :END:',
      '   :LOGBOOK:',
      '   - State "WAIT" from "TODO" [2026-01-02 Fri 10:00] \\\\',
      '     because',
      '   CLOCK: [2026-01-03 Sat 09:00]--[2026-01-03 Sat 10:00] =>  1:00',
      '   :END:',
      '   Body text.',
      '   - [X] Step one',
      '   - [ ] Step two',
      '*** Notes',
      '**** FIXED Below a note',
      '*** CANCELED Not that',
      '* DONE Top',
      'CLOSED: [2026-01-05 Mon 03:02]',
      '* NEXT is no keyword here',
      '- [ ] a box',
      '* COMMENT hidden',
      '** TODO Not seen',
    ].join('\n');
    const plan = readAs(org, fileOf(text, 'plan.org'));
    expect(plan.items.map(({ kind, title, status, parent }) => [kind, title, status, parent])).toEqual([
      ['stage', 'Inbox', 'open', null],
      ['task', 'Write [[https://x.y][it]]', 'open', 'Inbox'],
      ['task', 'Below a note', 'done', 'id:abc-1'],
      ['task', 'Not that', 'cancelled', 'id:abc-1'],
      ['task', 'Top', 'done', null],
    ]);
    expect(itemOf(plan, 'id:abc-1')).toMatchObject({
      tags: ['work', '@home'],
      priority: 1,
      due: '2026-07-15T18:00:00Z',
      description: 'Body text.\n\n**Scheduled:** 2026-07-01 Wed\n\n**effort:** 1:00',
      checklist: [
        { text: 'Step one', done: true },
        { text: 'Step two', done: false },
      ],
      notes: [
        { at: '2026-01-02T10:00:00Z', text: 'State "WAIT" from "TODO" [2026-01-02 Fri 10:00]\nbecause' },
        { at: '2026-01-03T09:00:00Z' },
      ],
    });
    expect(itemOf(plan, 'Top').finished_at).toBe('2026-01-05T03:02:00Z');
    expect(plan.unrecognised).toEqual([{ line: 25, text: '- [ ] a box' }]);
  });

  it('knows the usual keywords where the file names none', () => {
    const plan = readAs(org, fileOf('* NEXT a\n* DOING b\n* WAITING c\n* KILL d\n* BLOCKED e\n* Todo list\n', 'x.org'));
    expect(plan.items.map(({ status }) => status)).toEqual(['open', 'in-progress', 'open', 'cancelled', 'blocked']);
    expect(org.detect(fileOf('* a list\n* of stars\n', 'x.md')).score).toBe(0);
  });
});
