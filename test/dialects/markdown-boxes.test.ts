import { describe, expect, it } from 'vitest';
import { countsOf, editions, outlineOf, readBest, tasksOf } from './markdown-fixtures.ts';

const read = (text: string) => {
  const { dialect, plan } = readBest(text);
  return [dialect, ...outlineOf(plan)];
};
const itemOf = (text: string, title: string) => readBest(text).plan.items.find(item => item.title === title);
const idsOf = (text: string) => new Map(readBest(text).plan.items.map(item => [item.title, item.external_id]));

describe('check lists', () => {
  const LIST = `---
tags:
  - [ ] no task
---

Things
------

* [ ] one
\t* [x] two
\t\t+ [X] three
1. [ ] four
   - [/] five
2) [-] six
[ ] seven
- [] eight
- [x]nine
- [ ] ~~ten~~
- [!] eleven
- [>] twelve
- [a] strange
- [1] a note, no task
- [x](http://a.b) a link
- \\[ \\] thirteen
- [ ]
- ☐ fourteen
- ☑ fifteen
- [ ] a long
  title
  - with a note
- [ ] **Task 7**: keyed
- [ ] T8: waits
  - **Depends on**: Task 7
- [ ] see [doc](https://x.y/z) and \`code **x**\` **bold**
<!-- - [ ] hidden -->

\`\`\`
- [ ] fenced
\`\`\`
`;

  it('are read whatever the marks, the bullets and the depth', () => {
    expect(read(LIST)).toEqual([
      'checklist',
      '# Things',
      '  - open one',
      '    - done two',
      '      - done three',
      '  - open four',
      '    - in-progress five',
      '  - cancelled six',
      '  - open seven',
      '  - open eight',
      '  - done nine',
      '  - cancelled ten',
      '  - blocked eleven',
      '  - cancelled twelve',
      '  - open thirteen',
      '  - open fourteen',
      '  - done fifteen',
      '  - open a long title',
      '  T7 open keyed',
      '  T8 open waits ← T7',
      '  - open see [doc](https://x.y/z) and `code **x**` bold',
    ]);
    expect(readBest(LIST).plan.unrecognised).toEqual([{ line: 21, text: '- [a] strange' }]);
    expect(itemOf(LIST, 'a long title')).toMatchObject({ line: 28, description: '- with a note' });
  });

  it('are the same in every edition', () => {
    for (const [, text] of editions(LIST)) expect(countsOf(readBest(text).plan)).toEqual(countsOf(readBest(LIST).plan));
  });

  it('have headings of any form as stages, but not those that only say that tasks follow', () => {
    const text =
      '# Plan\n**Phase 1: Setup**\n- [x] a\n\n## Phase 2 (Weeks 2-3) ✅\n### Technical Tasks\n#### Week 2\n- [x] b\n- ✅ a feature\n### Notes\nWords.';
    expect(read(text)).toEqual([
      'checklist',
      '# Phase 1: Setup',
      '  - done a',
      '# Phase 2 (Weeks 2-3)',
      '  # Week 2',
      '    - done b',
    ]);
  });

  it('may have signs for boxes, where they say more than that all is well', () => {
    expect(read('## Road\n- ✅ one\n- 🚧 two\n- ⬜ three')).toEqual([
      'checklist',
      '# Road',
      '  - done one',
      '  - in-progress two',
      '  - open three',
    ]);
    expect(read('## Features\n- ✅ one\n- ✅ two')).toEqual(['none']);
  });

  it('keep the ids of what stays', () => {
    const before = idsOf('## Phase 1\n- [ ] one\n- [ ] two\n  - [ ] part\n- [ ] two');
    const after = idsOf('## Phase 1 ✅ DONE\n- [ ] new\n- [x] **Two**\n  - [x] part (done in #12)\n- [ ] three');
    expect(after.get('Two')).toBe(before.get('one')?.replace('one', 'two'));
    expect(after.get('part (done in #12)')).toBe(before.get('part'));
  });
});

describe('spec-kit', () => {
  const TASKS = `# Tasks: Feature

## Format: \`[ID] [P?] [Story] Description\`
- **[P]**: can run in parallel

## Phase 1: Setup
* [ ] **T001** Create the structure
* [x] T002: [P] Configure lint
* [-] T003 [P] [US1] Skip this (depends on T001, T002)

## Phase 2: User Story 1 (Priority: P1) 🎯 MVP
### Tests
- [~] T010a [US1] Contract test in tests/a.ts
  - [x] one check
1. [ ] T011 Do it, depends on T010a

  **Done when**: it works.

- [ ] T012 All (depends on T001-T003)

## Checks
- [ ] all links work
`;

  it('has phases, marks and dependencies', () => {
    expect(read(TASKS)).toEqual([
      'spec-kit',
      '# Phase 1: Setup',
      '  T001 open Create the structure',
      '  T002 done Configure lint',
      '  T003 cancelled Skip this ← T001 T002',
      '# Phase 2: User Story 1 (Priority: P1) 🎯 MVP',
      '  # Tests',
      '    T010a in-progress Contract test in tests/a.ts',
      '    T011 open Do it ← T010a',
      '    T012 open All ← T001 T002 T003',
    ]);
    expect(itemOf(TASKS, 'Skip this')?.tags).toEqual(['parallel', 'US1']);
    expect(itemOf(TASKS, 'Contract test in tests/a.ts')?.checklist).toEqual([{ text: 'one check', done: true }]);
    expect(itemOf(TASKS, 'Tests')?.checklist).toEqual([{ text: 'all links work', done: false }]);
    expect(readBest(TASKS).plan.unrecognised).toEqual([]);
  });
});

describe('OpenSpec', () => {
  it('has numbered headings and numbered boxes', () => {
    const text =
      '## 1. Implementation\n- [ ] 1.1 Create `a` _kept note_\n- [x] **1.2 Add** b\n  - [ ] 1.2.1 nested\n* [ ] 1.3. More\n### 2) Validation\n- [X] unnumbered\n- [ ] 2.1) Last';
    expect(read(text)).toEqual([
      'openspec',
      '# 1. Implementation',
      '  1.1 open Create `a` _kept note_',
      '  1.2 done Add b',
      '    1.2.1 open nested',
      '  1.3 open More',
      '  # 2) Validation',
      '    - done unnumbered',
      '    2.1 open Last',
    ]);
  });
});

describe('Kiro', () => {
  const TASKS = `# Implementation Plan
- [x] 1. Set up
  - Make folders
  - _Requirements: 1.1, 2.3_
- [ ] 4. Create the module


- [ ] 4.1 Write content
  - _Requirements: 1.1_
- [-] 4.2 Develop
- [ ]* 5 Optional
- [ ]\\* 6 Escaped
`;

  it('has numbers that say what is part of what, work in progress and optional tasks', () => {
    expect(read(TASKS)).toEqual([
      'kiro',
      '1 done Set up',
      '4 open Create the module',
      '  4.1 open Write content',
      '  4.2 in-progress Develop',
      '5 open Optional',
      '6 open Escaped',
    ]);
    expect(itemOf(TASKS, 'Set up')).toMatchObject({
      tags: ['req-1.1', 'req-2.3'],
      description: '- Make folders\n- _Requirements: 1.1, 2.3_',
    });
    expect(itemOf(TASKS, 'Optional')?.tags).toEqual(['optional']);
  });

  it('may number a task that has parts 1.0', () => {
    expect(read('## Tasks\n- [ ] 1.0 Parent\n- [x] 1.1 Part\n- [ ] 2.0 Other\n  - [ ] 2.1 Part')).toEqual([
      'kiro',
      '1.0 open Parent',
      '  1.1 done Part',
      '2.0 open Other',
      '  2.1 open Part',
    ]);
  });
});

describe('Conductor', () => {
  const PLAN = `# Plan
## Phase 1: Ledger [checkpoint: cfe08e0]
- [x] Task: Build \`abaa869\`
    - [x] List
    - [ ] Sort
- [~] Task: Add tests (bf8acbc)
- [x] **Task 3: Fix it** fb7e817
- [x] **Task: Verify 'x' (Protocol in workflow.md)** [checkpoint: e97fb60]
- [x] Task: Give up (DEFERRED: no time)
## Phase 2: Next [checkpoint: ]
- [ ] Task: A word such as defaced
`;

  it('has phases with checkpoints, and commits behind its tasks', () => {
    expect(read(PLAN)).toEqual([
      'conductor',
      '# Phase 1: Ledger',
      '  - done Build',
      '    - done List',
      '    - open Sort',
      '  - in-progress Add tests',
      '  T3 done Fix it',
      "  - done Verify 'x' (Protocol in workflow.md)",
      '  - done Give up (DEFERRED: no time)',
      '# Phase 2: Next',
      '  - open A word such as defaced',
    ]);
    expect(itemOf(PLAN, 'Build')?.notes).toEqual([{ at: null, agent: null, text: 'Commit abaa869.' }]);
  });

  it('keeps the ids when commits are added', () => {
    const before = idsOf(PLAN);
    const after = idsOf(
      PLAN.replace('Task: A word such as defaced', 'Task: A word such as defaced `1234abc`').replace(
        'checkpoint: ]',
        'checkpoint: 1234abc]',
      ),
    );
    expect(after).toEqual(before);
  });
});

describe('ExecPlans', () => {
  const PLAN = `# ExecPlan: Refactor

This ExecPlan is a living document.

## Purpose / Big Picture
It is quicker.

## Progress

Update this.

- [x] (2025-10-01 13:00Z) Did A.
- [x] (2025-12-28 17:45 JST) Did B
- [ ] (pending) Do C (completed: X; remaining: Y).
- [~] 2025-12-02: Half D
  - [x] part of D
- [ ] **2025-12-03** Do E

## Decision Log
- Decision: d
  Rationale: r

## Milestones
### Milestone 1: First

## Validation and Acceptance
- [ ] run the tests
`;

  it('have only the steps of Progress as tasks, and their journal as notes', () => {
    expect(read(PLAN)).toEqual([
      'execplan',
      '# Refactor',
      '  - done Did A.',
      '  - done Did B',
      '  - open Do C (completed: X; remaining: Y).',
      '  - in-progress Half D',
      '    - done part of D',
      '  - open Do E',
    ]);
    expect(itemOf(PLAN, 'Refactor')).toMatchObject({
      description: 'It is quicker.',
      notes: [{ text: 'Decision Log: Decision: d\n  Rationale: r' }],
      checklist: [{ text: 'run the tests', done: false }],
    });
    expect(itemOf(PLAN, 'Did A.')?.finished_at).toBe('2025-10-01T13:00:00.000Z');
    expect(itemOf(PLAN, 'Did B')?.finished_at).toBe('2025-12-28');
    expect(itemOf(PLAN, 'Do E')?.created_at).toBe('2025-12-03');
  });

  it('may stand in one file, each below its heading', () => {
    const plan = (name: string) =>
      `### [2025-01-01] ${name}\n#### Progress\n- [ ] (2025-01-01 10:00Z) First\n#### Decision Log\n- d\n`;
    expect(read(`# Plans\n## Active\n${plan('Alpha')}${plan('Beta')}`)).toEqual([
      'execplan',
      '# [2025-01-01] Alpha',
      '  - open First',
      '# [2025-01-01] Beta',
      '  - open First',
    ]);
  });
});

describe('Obsidian Tasks', () => {
  const NOTE = `- [ ] Pay rent 🔁 every month on the 1st ⏫ 🛫 2024-01-01 ⏳ 2024-01-03 📅 2024-01-05 ➕ 2023-12-01 #home #money/rent ^abc1
- [x] Buy milk ✅ 2024-02-01
- [-] Drop it ❌ 2024-02-02
- [/] Going [due:: 2026-01-01] [priority:: high] (start:: 2025-12-31)
- [ ] First 🆔 abcdef
- [ ] Second ⛔ abcdef, nothere
- [ ] Third [dependsOn:: abcdef] [id:: zz8]
> - [ ] quoted 📅 2024-01-05
- [ ] Call @bob about #1234 📅 2024-02-31

\`\`\`tasks
not done
- [ ] #task no
\`\`\`
`;

  it('have their dates, priorities and dependencies in signs or in fields', () => {
    expect(read(NOTE)).toEqual([
      'obsidian',
      '- open Pay rent',
      '- done Buy milk',
      '- cancelled Drop it',
      '- in-progress Going',
      'abcdef open First',
      '- open Second ← abcdef',
      'zz8 open Third ← abcdef',
      '- open quoted',
      '- open Call @bob about #1234',
    ]);
    expect(itemOf(NOTE, 'Pay rent')).toMatchObject({
      external_id: 'abc1',
      due: '2024-01-05',
      created_at: '2023-12-01',
      priority: 1,
      tags: ['home', 'money/rent'],
      description: 'Starts: 2024-01-01\nScheduled: 2024-01-03\nRepeats: every month on the 1st',
    });
    expect(itemOf(NOTE, 'Buy milk')?.finished_at).toBe('2024-02-01');
    expect(itemOf(NOTE, 'Going')).toMatchObject({ due: '2026-01-01', priority: 1 });
    expect(itemOf(NOTE, 'Call @bob about #1234')?.due).toBeUndefined();
  });

  it('may call only the boxes with #task tasks', () => {
    const { plan } = readBest('- [ ] #task A #task/sub\n  - [x] step\n- [ ] no task\n- [x] #task B\n');
    expect(tasksOf(plan).map(({ title, checklist }) => [title, checklist?.length ?? 0])).toEqual([
      ['A', 1],
      ['B', 0],
    ]);
    expect(plan.unrecognised).toEqual([{ line: 3, text: '- [ ] no task' }]);
  });
});

describe('boards', () => {
  it('have the status in the heading, with or without boxes and signs', () => {
    expect(
      read(
        '## 📋 Backlog\n- [ ] a ~2d #x @ann 2026-01-31\n## 🚧 In Progress (2)\n- [ ] b\n  - [ ] part\n## ✅ Completed\n- [x] c\n- [ ] d\n## On hold\n- [ ] e\n## Cancelled\n- [ ] f',
      ),
    ).toEqual([
      'todo-md',
      '- open a',
      '- in-progress b',
      '  - open part',
      '- done c',
      '- done d',
      '- blocked e',
      '- cancelled f',
    ]);
    expect(
      read('# TODO\n### To Do\n- Add tests\n### Doing\n- Refactor\n  - with care\n### Done ✓\n- Setup\n- None'),
    ).toEqual(['todo-md', '- open Add tests', '- in-progress Refactor', '- done Setup']);
  });

  it('keep the themes that their columns stand in', () => {
    expect(read('# Work\n## Back end\n### Todo\n- [ ] a\n### Done\n- [x] b\n## Front end\n### Todo\n- [ ] a')).toEqual([
      'todo-md',
      '# Back end',
      '  - open a',
      '  - done b',
      '# Front end',
      '  - open a',
    ]);
  });

  it('may come from the Kanban plugin', () => {
    const board = `---

kanban-plugin: board

---

## Bugs

- [ ] **Broken**
    
    It is black.
    
    @{2024-02-22}

## In Progress

- [ ] work [AB-12]

## Done

**Complete**
- [x] fin

***

## Archive

- [ ] old

%% kanban:settings
\`\`\`
{"kanban-plugin":"board"}
\`\`\`
%%
`;
    expect(read(board)).toEqual([
      'todo-md',
      '# Bugs',
      '  - open Broken',
      'AB-12 in-progress work',
      '- done fin',
      '- done old',
    ]);
    expect(itemOf(board, 'Broken')).toMatchObject({ due: '2024-02-22', description: 'It is black.' });
  });

  it('keep the ids of cards that move', () => {
    const before = idsOf('## Todo\n- [ ] one\n- [ ] two\n## Done\n- [x] three');
    const after = idsOf('## Todo\n- [ ] two\n## Done\n- [x] one\n- [x] three');
    expect([after.get('one'), after.get('two')]).toEqual([before.get('one'), before.get('two')]);
  });
});
