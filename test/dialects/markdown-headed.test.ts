import { describe, expect, it } from 'vitest';
import { countsOf, outlineOf, readBest, tasksOf } from './markdown-fixtures.ts';

const read = (text: string) => {
  const { dialect, plan } = readBest(text);
  return [dialect, ...outlineOf(plan)];
};

describe('headed task lists', () => {
  it('read status, dependencies and the rest from lines, bullets and tables', () => {
    const text = `# Work

## ✅ Task 1: Set up the repository
**Priority:** High | **Owner:** @ann | **Effort:** S
Dependencies: none
Due: 2026-03-01

### Acceptance Criteria
- [x] it builds
- it lints

## 🚧 Task 2: Write the parser (WIP)
* **Status:** WIP
* **Depends on:** Task 1
* **Tags:** core, #text

It reads any text.

## Task 3 — Write the printer
| Field | Value |
|---|---|
| Status | ⬜ Not started |
| Dependencies | Task 1 and Task 2 |
| Priority | P1 |

## Task 4: Later (DEFERRED)
Depends on: All previous tasks

## Task 5: Waits
Status: 🔒 Blocked by the vendor
Blocked by: Task 3

### Task 5.1: A part
Status: done
`;
    expect(read(text)).toEqual([
      'headed',
      'T1 done Set up the repository',
      'T2 in-progress Write the parser ← T1',
      'T3 open Write the printer ← T1 T2',
      'T4 cancelled Later ← T1 T2 T3',
      'T5 blocked Waits ← T3',
      '  T5.1 done A part',
    ]);
    const [first, second, third] = tasksOf(readBest(text).plan);
    expect(first).toMatchObject({
      priority: 1,
      assignee: 'ann',
      complexity: 3,
      due: '2026-03-01',
      acceptance: '- it builds\n- it lints',
      checklist: [{ text: 'it builds', done: true }],
      line: 3,
    });
    expect(first?.description).toBeUndefined();
    expect(second).toMatchObject({ tags: ['core', 'text'], description: 'It reads any text.' });
    expect(third?.priority).toBe(1);
  });

  const STATUS_WORDS = {
    open: [
      'Not Started',
      '🔄 Not Started',
      'TODO',
      'Pending',
      '⬜',
      '📋 Planned',
      '[ ]',
      'not done',
      'Backlog',
      '未开始',
    ],
    'in-progress': [
      'WIP',
      'in progress',
      'In-Progress',
      '🔄 In Progress',
      '🚧',
      '80% complete',
      'Partially complete',
      'In Review',
    ],
    done: [
      'Done',
      '✅',
      'COMPLETE — 2026-06-25',
      'Implemented',
      '[x]',
      '✅ _Completed_',
      'Closed',
      '100%',
      '已完成',
      '`completed`',
    ],
    blocked: ['Blocked', '⏸️', '🔒', 'On hold', 'waiting for Bob', 'PENDING-BLOCKED'],
    cancelled: ['Cancelled', 'Canceled', 'Deferred', "Won't do", '❌', 'Skipped', 'Superseded by Task 9'],
  } as const;
  for (const [status, words] of Object.entries(STATUS_WORDS)) {
    it.each(words)(`take %s for ${status}`, word => {
      const text = `## Task 1: One\n**Status**: ${word}\n\n## Task 2: Two\n**Status:** ${word}  \n\n## Task 3: Three\n**Status: ${word}**\n`;
      expect(tasksOf(readBest(text).plan).map(task => task.status)).toEqual([status, status, status]);
    });
  }

  it.each([
    ['#001, #003', ['#001', '#003']],
    ['#001-#003', ['#001', '#002', '#003']],
    ['Tasks 1–3', ['#001', '#002', '#003']],
    ['Task 1 through Task 3', ['#001', '#002', '#003']],
    ['Task 2 and Task 3', ['#002', '#003']],
    ['[#002](#task-002)', ['#002']],
    ['Task #1; `#3`', ['#001', '#003']],
    ['First', ['#001']],
    ['All previous', ['#001', '#002', '#003']],
    ['None', []],
    ['Phase 1, Docker 3', ['#003']],
    ['#004', []],
  ])('understand that a task waits for %s', (words, keys) => {
    const heads = ['First', 'Second', 'Third'].map((title, at) => `## TASK #00${at + 1}: ${title}\n`);
    const text = `${heads.join('\n')}\n## TASK #004: Fourth\n**Dependencies**: ${words}\n`;
    expect(tasksOf(readBest(text).plan).at(-1)?.depends_on).toEqual(keys);
  });

  it.each([
    ['## Task 3: Title', 'T3'],
    ['### T3: Title', 'T3'],
    ['### T-3 — Title', 'T-3'],
    ['## 🎯 TASK #003: Title', '#003'],
    ['## Task 3 - Title', 'T3'],
    ['#### TASK-003. Title', 'TASK-003'],
    ['## **Task 3:** Title', 'T3'],
    ['## [x] Task 3: Title', 'T3'],
    ['## ~~Task 3: Title~~', 'T3'],
    ['## Task 3: Title ✅', 'T3'],
    ['## ✅ Task 3: Title [DONE] ##', 'T3'],
    ['## Task 1.2: Title', 'T1.2'],
    ['## Ticket 3) Title', 'T3'],
    ['## T003 Title', 'T003'],
    ['**Task 3: Title**', 'T3'],
    ['Task 3: Title\n----', 'T3'],
  ])('find the key and the title of %s', (head, key) => {
    const other = head.startsWith('**') ? '**Task 9: Other**' : '## Task 9: Other';
    const [task] = tasksOf(readBest(`${head}\n\nText.\n\n${other}\n\nText.\n`).plan);
    expect(task).toMatchObject({ key, title: 'Title' });
  });

  it('take numbered headings below Tasks, and keyed ones with fields', () => {
    expect(
      read(
        '# Plan\n## Overview\nText\n## Tasks\n### 1. One\n**Depends on**: none\n### 2. ✅ Two\n**Depends on**: Task 1\n### 3. Three\n**Depends on**: 1, 2',
      ),
    ).toEqual(['headed', '1 open One', '2 done Two ← 1', '3 open Three ← 1 2']);
    expect(read('## FEAT-001: Log in\nStatus: Done\n## FEAT-002: Log out\nStatus: Todo\nDepends on: FEAT-001')).toEqual(
      ['headed', 'FEAT-001 done Log in', 'FEAT-002 open Log out ← FEAT-001'],
    );
    expect(read('# Road\n## Login\nStatus: ✅\n## Search\nStatus: 🚧\n## Why\nStatus: ⬜')).toEqual([
      'headed',
      '- done Login',
      '- in-progress Search',
      '- open Why',
    ]);
  });

  it('take the status of the steps where nothing else says one', () => {
    const task = (number: number, ...boxes: string[]) =>
      `### Task ${number}: T${number}\n\n**Files:**\n- Create: \`a.ts\`\n\n${boxes.map((box, at) => `- [${box}] **Step ${at + 1}: Do**\n\n\`\`\`sh\n- [ ] run\n\`\`\`\n`).join('\n')}`;
    const { plan } = readBest([task(1, 'x', 'x'), task(2, 'x', ' '), task(3, ' ')].join('\n---\n'));
    expect(tasksOf(plan).map(({ status }) => status)).toEqual(['done', 'in-progress', 'open']);
    expect(tasksOf(plan)[0]?.checklist).toHaveLength(2);
    expect(tasksOf(plan)[0]?.description).toContain('- [ ] run');
  });

  it('sort by headings that name a status, and start their numbers again in each phase', () => {
    expect(
      read('## Completed\n### Task 1: A\n### Task 2: B\n## In Progress\n### Task 3: C\n## Todo\n### Task 4: D'),
    ).toEqual(['headed', 'T1 done A', 'T2 done B', 'T3 in-progress C', 'T4 open D']);
    const phases =
      '## Phase 1\n### Task 1: A\n### Task 2: B\nDepends on: Task 1\n## Phase 2\n### Task 1: C\n### Task 2: D\nDepends on: Task 1';
    expect(read(phases)).toEqual([
      'headed',
      '# Phase 1',
      '  T1 open A',
      '  T2 open B ← T1',
      '# Phase 2',
      '  - open C',
      '  - open D ← # phase 2 / T1',
    ]);
  });

  it('report what looks like a task outside of them, with its line', () => {
    const { dialect, plan } = readBest(
      '## Task 1: A\n- [ ] step\n## Task 2: B\n## More\n- [ ] stray\n## Task 1: Summary\n',
    );
    expect(dialect).toBe('headed');
    expect(countsOf(plan).tasks).toBe(2);
    expect(plan.unrecognised).toEqual([
      { line: 5, text: '- [ ] stray' },
      { line: 6, text: '## Task 1: Summary' },
    ]);
  });

  it('drop a dependency that would wait for itself, and say so', () => {
    const { plan } = readBest(
      '## Task 1: A\nDepends on: Task 2\n## Task 2: B\nDepends on: Task 1\n## Task 3: C\nDepends on: Task 3',
    );
    expect(outlineOf(plan)).toEqual(['T1 open A', 'T2 open B ← T1', 'T3 open C']);
    expect(plan.unrecognised).toEqual([{ line: 2, text: 'Task 1 cannot wait for Task 2, which waits for it' }]);
  });

  it('undo a wrong code page', () => {
    const wrong =
      '## \uF8FFüéØ TASK #001: A ‚Üí B\n**Status**: ‚úÖ\n## ðŸš§ TASK #002: FoÃ³\n**Status**: ðŸš§\n## üéØ Task #003: lost\n';
    expect(read(wrong)).toEqual(['headed', '#001 done A → B', '#002 in-progress Foó', '#003 open lost']);
  });

  it('keep their ids when other tasks come and go', () => {
    const ids = (text: string) => new Map(readBest(text).plan.items.map(item => [item.title, item.external_id]));
    const before = ids('## Set up\nStatus: done\n## Write\nStatus: todo\n## Ship\nStatus: todo');
    const after = ids('## New\nStatus: todo\n## Set up ✅\nStatus: done\n## Ship\nStatus: wip');
    expect([after.get('Set up'), after.get('Ship')]).toEqual([before.get('Set up'), before.get('Ship')]);
  });
});
