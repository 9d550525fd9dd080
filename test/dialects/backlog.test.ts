import { describe, expect, it } from 'vitest';
import { backlog } from '../../src/km/dialects/data/backlog.ts';
import { statusReader } from '../../src/km/dialects/data/backlog-status.ts';
import { fileOf, folderOf, itemOf, readAs } from './fixtures.ts';

const card = (head: string, body = '') => `---\n${head}\n---\n${body}`;
const basic = (id: string, status: string, more = '') =>
  card(
    `id: ${id}\ntitle: Card ${id}\nstatus: ${status}\nlabels: []\ndependencies: []\ncreated_date: '2026-01-01 23:37'${more}`,
  );

describe('backlog', () => {
  it('reads a folder from above, from inside, and one file alone', () => {
    const [one, two] = [basic('task-1', 'To Do'), basic('task-2', '"Done"')];
    const shapes = [
      folderOf({ 'backlog/tasks/task-1 - One.md': one, 'backlog/tasks/task-2 - Two.md': two, 'README.md': '# Hi' }),
      folderOf({ 'tasks/task-1 - One.md': one, 'tasks/task-2 - Two.md': two, 'config.yml': 'statuses: []' }),
      folderOf({ 'task-1 - One.md': one, 'task-2 - Two.md': two }),
    ];
    for (const shape of shapes)
      expect(readAs(backlog, shape).items.map(({ external_id, key, status }) => [external_id, key, status])).toEqual([
        ['TASK-1', 'task-1', 'open'],
        ['TASK-2', 'task-2', 'done'],
      ]);
    expect(readAs(backlog, fileOf(one)).items).toMatchObject([
      { title: 'Card task-1', created_at: '2026-01-01T23:37:00Z' },
    ]);
  });

  it('takes fields and sections to their places; ticks of criteria are steps', () => {
    const head = [
      'id: BACK-2.1',
      'title: >-',
      '  A title that is',
      '  folded: twice',
      'status: In Progress',
      "assignee:\n  - '@max'\n  - '@ada'",
      'labels: [cli, core]',
      'dependencies:\n  - task-7\n  - back-3',
      'parent_task_id: back-2',
      'priority: high',
      'type: bug',
      "updated_date: '2026-03-01 10:00'",
      'references:\n  - https://example.com/1',
    ].join('\n');
    const body = [
      '## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\nDo it.\n<!-- SECTION:DESCRIPTION:END -->',
      '## Acceptance Criteria\n<!-- AC:BEGIN -->\n- [x] #1 It runs\n- [ ] #2 It stops\n<!-- AC:END -->',
      '## Definition of Done\n<!-- DOD:BEGIN -->\n- [ ] #1 Tests pass\n<!-- DOD:END -->',
      '## Implementation Plan\n\n1. Think\n\n```md\n## not a heading\n```',
      '## Implementation Notes\n\nFound a snag.',
      '## Comments\n\n<!-- COMMENTS:BEGIN -->\nauthor: @max\ncreated: 2026-02-02 08:00\n---\nLooks good.\n---\n<!-- COMMENTS:END -->',
    ].join('\n\n');
    const plan = readAs(
      backlog,
      folderOf({
        'tasks/back-2.1 - x.md': card(head, body),
        'tasks/back-2 - y.md': basic('BACK-2', 'To Do'),
        'tasks/back-3 - z.md': basic('BACK-3', 'To Do'),
        'tasks/back-7 - w.md': basic('BACK-7', 'To Do'),
      }),
    );
    expect(itemOf(plan, 'BACK-2.1')).toMatchObject({
      title: 'A title that is folded: twice',
      status: 'in-progress',
      parent: 'BACK-2',
      depends_on: ['BACK-7', 'BACK-3'],
      assignee: '@max, @ada',
      tags: ['cli', 'core', 'bug'],
      priority: 1,
      links: ['https://example.com/1'],
      description: 'Do it.\n\n**Implementation Plan:** 1. Think\n\n```md\n## not a heading\n```',
      checklist: [
        { text: 'It runs', done: true },
        { text: 'It stops', done: false },
        { text: 'Tests pass', done: false },
      ],
      notes: [
        { at: '2026-03-01T10:00:00Z', agent: null, text: 'Found a snag.' },
        { at: '2026-02-02T08:00:00Z', agent: '@max', text: 'Looks good.' },
      ],
    });
  });

  it('reads heads that are no YAML line by line', () => {
    const head =
      'id: task-1\ntitle: Fix: the "thing": now\nstatus: To Do\nlabels:\n  - a\n  - b\ndependencies: [task-2]';
    expect(readAs(backlog, folderOf({ 'tasks/task-1 - x.md': card(head) })).items).toMatchObject([
      { title: 'Fix: the "thing": now', tags: ['a', 'b'], depends_on: ['task-2'] },
    ]);
  });

  it('knows the completed, the archived and the drafts, and takes no id twice', () => {
    const plan = readAs(
      backlog,
      folderOf({
        'backlog/archive/tasks/task-9 - x.md': basic('task-9', 'To Do'),
        'backlog/archive/tasks/task-8 - x.md': basic('task-8', 'Done'),
        'backlog/archive/task-7 - x.md': basic('task-7', 'In Progress'),
        'backlog/tasks/task-2 - y.md': basic('task-2', 'Done').replace('Card task-2', 'Another'),
        'backlog/completed/task-2 - x.md': basic('task-2', 'Done'),
        'backlog/drafts/draft-1 - x.md': card('id: draft-1\ntitle: Maybe'),
        'backlog/tasks/task-10 - x.md': basic('task-10', 'To Do', '\nmilestone: m-1'),
        'backlog/tasks/task-2 - x.md': basic('task-2', 'To Do'),
        'backlog/tasks/broken.md': card('title: No id'),
        'backlog/milestones/m-1 - beta.md': card('id: m-1\ntitle: Beta'),
        'backlog/docs/doc-1 - x.md': card('id: doc-1\ntitle: Doc'),
      }),
    );
    expect(plan.items.map(({ external_id, status }) => [external_id, status])).toEqual([
      ['milestone:m-1', 'open'],
      ['TASK-2', 'open'],
      ['TASK-2 (task-2 - y.md)', 'done'],
      ['TASK-10', 'open'],
      ['DRAFT-1', 'open'],
      ['TASK-7', 'cancelled'],
      ['TASK-8', 'done'],
      ['TASK-9', 'cancelled'],
    ]);
    expect(itemOf(plan, 'milestone:m-1')).toMatchObject({ kind: 'stage', title: 'Beta' });
    expect(itemOf(plan, 'TASK-10').parent).toBe('milestone:m-1');
    expect(itemOf(plan, 'DRAFT-1').tags).toEqual(['draft']);
    expect(plan.unrecognised.map(({ file, text }) => `${file}: ${text}`)).toEqual([
      'backlog/completed/task-2 - x.md: a second task task-2',
      'backlog/tasks/broken.md: no id or no status between the lines of dashes',
    ]);
  });

  it('reads statuses by their words, else by the place of their column', () => {
    const read = statusReader(['Wishes', 'Someone has it', 'Hooray']);
    const words = [
      'To Do',
      '○ To Do',
      '◒ In Progress',
      'Ready for Review',
      'Not started',
      "Won't do",
      'On Hold',
      '✔ Done',
      'Wishes',
      'Someone has it',
      'Hooray',
      'Xyz',
    ];
    expect(words.map(read)).toEqual([
      'open',
      'open',
      'in-progress',
      'in-progress',
      'open',
      'cancelled',
      'blocked',
      'done',
      'open',
      'in-progress',
      'done',
      null,
    ]);
  });
});
