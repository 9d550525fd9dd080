import { describe, expect, it } from 'vitest';
import { countsOf, outlineOf, readBest, tasksOf } from './markdown-fixtures.ts';

const read = (text: string) => {
  const { dialect, plan } = readBest(text);
  return [dialect, ...outlineOf(plan)];
};

describe('tables of tasks', () => {
  it('have their columns in any order, and headings as stages', () => {
    const text = `# Tracker

## Phase 1: Core

| Owner | Status | # | Task | Depends On | Priority | Due | Notes |
|-------|:------:|---|------|------------|----------|-----|-------|
| @ann | ✅ Done | 1.1 | Parse \`a|b\` | — | High | 2026-03-01 | quick |
| - | IN PROGRESS | 1.2 | [Print](docs/print.md) | 1.1 | P3 | | |
| | | 1.3 | **Ship** \\| it | 1.1, 1.2 | | | |

## Phase 2

| Done | Task |
|---|---|
| [x] | Task 7: Talk |
| ⏳ | Walk |
| | ~~Run~~ |
`;
    expect(read(text)).toEqual([
      'table',
      '# Phase 1: Core',
      '  1.1 done Parse `a|b`',
      '  1.2 in-progress Print ← 1.1',
      '  1.3 open Ship | it ← 1.1 1.2',
      '# Phase 2',
      '  T7 done Talk',
      '  - in-progress Walk',
      '  - cancelled Run',
    ]);
    const [first, second] = tasksOf(readBest(text).plan);
    expect(first).toMatchObject({ assignee: 'ann', priority: 1, due: '2026-03-01', line: 7 });
    expect(first?.notes?.map(note => note.text)).toEqual(['quick']);
    expect(second?.links).toEqual(['docs/print.md']);
  });

  it('need no status where the column says that it lists tasks', () => {
    expect(read('| ID | Task |\n|---|---|\n| A-1 | One |\n| A-1.1 | Part |\n')).toEqual([
      'table',
      'A-1 open One',
      '  A-1.1 open Part',
    ]);
  });

  it('say which status they do not know', () => {
    const { plan } = readBest('| Task | Status |\n|---|---|\n| a | Done |\n| b | purple |\n');
    expect(plan.unrecognised).toEqual([{ line: 4, text: 'the status "purple"; taken as open' }]);
  });

  it.each([
    '| ID | Name |\n|---|---|\n| 1 | Ann |\n',
    '| Component | Status |\n|---|---|\n| api | up |\n',
    '| Feature | Status |\n|---|---|\n| a | purple |\n| b | green |\n',
    '```\n| Task | Status |\n|---|---|\n| a | Done |\n```\n',
  ])('are none where they list no work: %j', text => {
    expect(readBest(text).dialect).toBe('none');
  });

  it('are named in a file of another dialect, but for rows that say again what it has', () => {
    const table = '\n| Task | Status |\n|---|---|\n| box one | Done |\n| row two | Todo |\n';
    const { dialect, plan } = readBest(`- [ ] box one\n- [x] box two\n${table}`);
    expect(dialect).toBe('checklist');
    expect(countsOf(plan).tasks).toBe(2);
    expect(plan.unrecognised).toEqual([{ line: 7, text: '| row two | Todo |' }]);
    const headed = readBest(
      '## Task 1: A\nStatus: done\n## Task 2: B\n\n# Overview\n\n| ID | Task | Status |\n|---|---|---|\n| 1 | Aa | done |\n| T2 | B | open |\n',
    );
    expect([headed.dialect, headed.plan.unrecognised]).toEqual(['headed', []]);
  });
});

describe('words of a status', () => {
  it.each([
    ['Closed as duplicate', 'cancelled'],
    ["Closed (won't fix)", 'cancelled'],
    ['Closed', 'done'],
    ['Closed, nothing else to do', 'done'],
    ['0%', 'open'],
    ['10%', 'in-progress'],
    ['100%', 'done'],
    ['~~Pending~~ Done', 'done'],
    ['Not blocked, in progress', 'in-progress'],
    ['Waiting for review', 'in-progress'],
    ['Waiting for the vendor', 'blocked'],
    ['Reviewed and approved', 'done'],
  ])('%s is %s', (words, status) => {
    const { plan } = readBest(`## Task 1: A\n**Status:** ${words}\n## Task 2: B\n`);
    expect(plan.items[0]?.status).toBe(status);
  });

  it.each([
    ['**Progress**: 100%', 'done'],
    ['**Progress**: 0%', 'open'],
    ['Progress: 2/5', 'in-progress'],
    ['**Done:** Yes', 'done'],
    ['**Done:** No', 'open'],
    ['Progress: 100%\nStatus: Blocked', 'blocked'],
  ])('%s is %s', (line, status) => {
    expect(readBest(`## Task 1: A\n${line}\n## Task 2: B\n`).plan.items[0]?.status).toBe(status);
  });
});

describe('an ExecPlan', () => {
  it('has milestones below its progress, and stamps at either end', () => {
    const text = `# Cache

This ExecPlan is a living document.

## Progress

### Milestone 1
- [x] (2025-10-01 13:00Z) Measure
- [x] Choose (2025-10-02 09:30Z)
### Milestone 2
- [ ] [2025-10-03] Build

## Plan of Work

- [ ] Read first
`;
    const { dialect, plan } = readBest(text);
    expect([dialect, ...outlineOf(plan)]).toEqual([
      'execplan',
      '# Cache',
      '  - done Measure',
      '  - done Choose',
      '  - open Build',
    ]);
    expect(tasksOf(plan).map(task => task.finished_at)).toEqual([
      '2025-10-01T13:00:00.000Z',
      '2025-10-02T09:30:00.000Z',
      undefined,
    ]);
  });
});

describe('boxes as people type them', () => {
  it('may stand right behind the bullet', () => {
    expect(read('-[ ] a\n-[x] b\n')).toEqual(['checklist', '- open a', '- done b']);
    expect(read('- \\[ ] a\n- \\[x\\] b\n')).toEqual(['checklist', '- open a', '- done b']);
  });

  it('may be left out below a heading that says what the list is', () => {
    expect(read('# TODO\n- fix bug\n- write docs\n  - api\n- ~~old thing~~\n')).toEqual([
      'todo-md',
      '- open fix bug',
      '- open write docs',
      '- cancelled old thing',
    ]);
    expect(readBest('# TODO\n\nNotes on what is left.\n\n- fix bug\n- write docs\n').dialect).toBe('none');
    expect(readBest('# Upcoming\n- one\n- two\n').dialect).toBe('none');
  });

  it('are not what a legend explains', () => {
    const { plan } = readBest('- [ ] T001 a\n- [ ] T002 b\n\n## Notes\n- [P] tasks = different files\n- [Q] odd\n');
    expect(plan.unrecognised).toEqual([{ line: 6, text: '- [Q] odd' }]);
  });
});
