import { describe, expect, it } from 'vitest';
import { MARKDOWN_DIALECTS } from '../../src/km/dialects/markdown/index.ts';
import { fileOf, outlineOf, readBest, tasksOf } from './markdown-fixtures.ts';

const read = (text: string) => {
  const { dialect, plan } = readBest(text);
  return [dialect, ...outlineOf(plan)];
};
const edges = (text: string) =>
  tasksOf(readBest(text).plan).map(task => `${task.key ?? task.title} ← ${task.depends_on.join(' ')}`);

describe('dependencies in the line of a task', () => {
  it('are read from every form, and leave the title', () => {
    const text = `## 1. Build
- [ ] 1.1 A
- [ ] 1.2 B (depends on 1.1)
- [ ] 1.3 C (blocked by 1.1, 1.2)
- [ ] 1.4 D — requires 1.3
- [ ] 1.5 E, after 1.4
## 2. Test
- [ ] 2.1 F (prerequisite: 1.5)
- [ ] 2.2 G [blocked by: 2.1]
`;
    expect(read(text)).toEqual([
      'openspec',
      '# 1. Build',
      '  1.1 open A',
      '  1.2 open B ← 1.1',
      '  1.3 open C ← 1.1 1.2',
      '  1.4 open D ← 1.3',
      '  1.5 open E ← 1.4',
      '# 2. Test',
      '  2.1 open F ← 1.5',
      '  2.2 open G ← 2.1',
    ]);
  });

  it('are read in numbered and in plain lists', () => {
    expect(read('- [ ] 1. A\n- [ ] 2. B (depends on 1)\n')).toEqual(['kiro', '1 open A', '2 open B ← 1']);
    expect(read('- [ ] T1: A\n- [ ] Other\n- [ ] More\n- [ ] T2: B [blocked by: T1]\n').at(-1)).toBe('T2 open B ← T1');
    expect(read('- [ ] Set up\n- [ ] Build (depends on Set up)\n').at(-1)).toBe('- open Build ← set up');
  });

  it('leave words that name no task where they are', () => {
    expect(
      read('- [ ] 1. A\n- [ ] 2. B (requires Node 1)\n- [ ] 3. C, after all\n- [ ] 4. D (requires ES2020)\n'),
    ).toEqual(['kiro', '1 open A', '2 open B (requires Node 1)', '3 open C, after all', '4 open D (requires ES2020)']);
  });

  it('are read from the sentences below', () => {
    const text =
      '## Task 1: One\nText.\n## Task 2: Two\nDepends on Task 1.\n## Task 3: Three\nBlocked by Task 1 and Task 2.\n';
    expect(edges(text)).toEqual(['T1 ← ', 'T2 ← T1', 'T3 ← T1 T2']);
    expect(edges('- [ ] 1. A\n- [ ] 2. B\n  - Depends on 3 services of others\n  - Depends on 1.\n')).toEqual([
      '1 ← ',
      '2 ← 1',
    ]);
  });

  it('are not made of what is denied', () => {
    const text =
      '## Task 1: A\n## Task 2: B\n## Task 3: C\nDependencies: Task 1 (soft), not Task 2\n## Task 4: D\nDependencies: All previous except Task 2\n';
    expect(edges(text)).toEqual(['T1 ← ', 'T2 ← ', 'T3 ← T1', 'T4 ← T1 T3']);
  });
});

describe('the order below the Dependencies of a spec-kit plan', () => {
  it('is taken from sentences and arrows that name tasks', () => {
    const boxes = [1, 2, 3, 4, 5, 6, 7].map(n => `- [ ] T00${n} task ${n}`).join('\n');
    const text = `## Phase 1: All\n${boxes}\n\n## Dependencies\n- Tests (T002) before implementation (T003-T004)\n- T003 blocks T005\n- T004 depends on T001\n- T005 → T006\n- T007 is independent of T006, T001 blocks nothing\n- Setup before everything\n`;
    expect(edges(text)).toEqual([
      'T001 ← ',
      'T002 ← ',
      'T003 ← T002',
      'T004 ← T002 T001',
      'T005 ← T003',
      'T006 ← T005',
      'T007 ← ',
    ]);
  });
});

describe('names of stories, steps and stages', () => {
  it('are those of headings that are called so', () => {
    const stories =
      '# Sprint\n### Story 1.1: A\nStatus: Done\n### Story 1.2: B\nStatus: To Do\nDepends on: Story 1.1\n### Story 1.3: C\nStatus: To Do\nDepends on: Stories 1.1, 1.2\n';
    expect(edges(stories)).toEqual(['1.1 ← ', '1.2 ← 1.1', '1.3 ← 1.1 1.2']);
    const steps = '# Plan\n## Step 1: A\nStatus: done\n## Step 2: B\nStatus: open\nDepends on: Step 1\n';
    expect(edges(steps)).toEqual(['1 ← ', '2 ← 1']);
    expect(edges('## Task 1: A\n## Task 2: B\nDepends on: Step 1\n')).toEqual(['T1 ← ', 'T2 ← ']);
  });

  it('are the tasks of the stages that a text names', () => {
    const text = `# P
## Phase 1: Setup
### Task 1.1: a
### Task 1.2: b
Dependencies: All Phase 1 tasks
## Phase 2: Core
### Task 2.1: c
Dependencies: Phase 1
### Task 2.2: d
Dependencies: All setup tasks
## Phase 3: Ship
### Task 3.1: e
Dependencies: All Phase 1-2 tasks
### Task 3.2: f
Dependencies: Phase 7
`;
    expect(edges(text)).toEqual([
      'T1.1 ← ',
      'T1.2 ← T1.1',
      'T2.1 ← T1.1 T1.2',
      'T2.2 ← T1.1 T1.2',
      'T3.1 ← T1.1 T1.2 T2.1 T2.2',
      'T3.2 ← ',
    ]);
    expect(readBest(text).plan.unrecognised).toEqual([{ line: 15, text: 'Phase 7 is not in this file' }]);
  });

  it('are few where all of a thousand tasks above are meant', () => {
    const text = Array.from(
      { length: 1000 },
      (_, n) => `## Task ${n + 1}: T\nDepends on: ${n % 2 === 0 ? 'All previous tasks' : 'none'}\n`,
    ).join('\n');
    const tasks = tasksOf(readBest(text).plan);
    expect(tasks[200]?.depends_on).toHaveLength(200);
    expect(tasks[998]?.depends_on.length).toBeLessThanOrEqual(2);
    const byId = new Map(tasks.map(task => [task.external_id, task.depends_on]));
    const reached = new Set<string>();
    const next = [...(tasks[998]?.depends_on ?? [])];
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      next.push(...(byId.get(id) ?? []));
    }
    expect(reached.size).toBe(998);
  });
});

describe('a dependency that cannot be taken', () => {
  it('is named with its line and kept as a note', () => {
    const text =
      '# Plan\n## Task 1: A\nStatus: done\nDepends on: Task 9\n## Task 2: B\nStatus: open\nDepends on: Task 1, Task 7\n';
    const { plan } = readBest(text);
    expect(plan.unrecognised).toEqual([
      { line: 4, text: 'Task 9 is not in this file' },
      { line: 7, text: 'Task 7 is not in this file' },
    ]);
    expect(tasksOf(plan).map(task => task.depends_on)).toEqual([[], ['T1']]);
    expect(tasksOf(plan)[0]?.notes?.map(note => note.text)).toEqual(['Waits for Task 9, which is not in this file.']);
    expect(readBest('- [ ] T1: a\n- [ ] x (blocked by #12)\n').plan.unrecognised).toEqual([
      { line: 2, text: '#12 is not in this file' },
    ]);
  });

  it('is no number that names something else', () => {
    const text =
      '## Task 1: A\nDepends on: Node 20, 3 approvals, v2.1, 2026-01-02, https://x.dev/task-9\n## Task 2: B\n';
    const { plan } = readBest(text);
    expect(plan.unrecognised).toEqual([]);
    expect(tasksOf(plan)[0]?.description).toContain('Node 20, 3 approvals');
  });
});

describe('a file that is one task', () => {
  const one = (number: number, more: string) =>
    `# TASK-0${number}: Title ${number}\n\n**Phase:** 3\n**Status:** Todo\n${more}\n\n## Goal\n\nx\n\n## Acceptance Criteria\n- [ ] a\n- [x] b\n`;

  it('is read with its check list', () => {
    const { dialect, plan } = readBest(one(18, 'Blocked by: TASK-017'));
    expect([dialect, ...outlineOf(plan)]).toEqual(['headed', 'TASK-018 open Title 18']);
    expect(plan.items[0]?.checklist).toEqual([
      { text: 'a', done: false },
      { text: 'b', done: true },
    ]);
    expect(plan.unrecognised).toEqual([{ line: 5, text: 'TASK-017 is not in this file' }]);
  });

  it('names the tasks of the other files of its folder', () => {
    const headed = MARKDOWN_DIALECTS.find(({ name }) => name === 'headed');
    const files = [17, 18, 19].map(number => ({
      path: `tasks/TASK-0${number}.md`,
      text: one(number, number === 18 ? '**Blocked by:** TASK-017 (grouping)' : '**Depends on:** TASK-099'),
    }));
    const plan = headed?.read({ name: 'tasks', kind: 'folder', files });
    expect(outlineOf(plan ?? { items: [], unrecognised: [] })).toEqual([
      'TASK-017 open Title 17',
      'TASK-018 open Title 18 ← TASK-017',
      'TASK-019 open Title 19',
    ]);
    expect(plan?.unrecognised).toEqual(
      [17, 19].map(number => ({ line: 5, text: 'TASK-099 is not in these files', file: `tasks/TASK-0${number}.md` })),
    );
  });

  it('is no title of a list, and may be the first of two', () => {
    expect(read('# Task 5: Payments\n\n## Task 1: A\n## Task 2: B\n')).toEqual(['headed', 'T1 open A', 'T2 open B']);
    expect(read('Task 1: One\n===========\nStatus: Done\n\nTask 2: Two\n-----------\nDepends on: Task 1\n')).toEqual([
      'headed',
      'T1 done One',
      'T2 open Two ← T1',
    ]);
    expect(readBest('Task 1: One\n===\n\nTask 2: Two\n---\n').plan.items[0]?.description).toBeUndefined();
  });
});

it('reads nothing of this quickly written kind twice', () => {
  const text = '**Task 1: Setup**\n- Status: done\n**Task 2: Build**\n- Status: pending\n- Depends on: Task 1\n';
  expect(read(text)).toEqual(['headed', 'T1 done Setup', 'T2 open Build ← T1']);
  expect(MARKDOWN_DIALECTS.every(dialect => dialect.read(fileOf(text)).items.length <= 2)).toBe(true);
});
