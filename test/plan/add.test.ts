import { describe, expect, it } from 'vitest';
import { addTasks } from '../../src/km/plan/add.ts';
import { printPlan } from '../../src/km/plan/document.ts';
import { editPlan } from '../../src/km/plan/edit.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { NO_VALUES, type PlanValues } from '../../src/km/plan/values.ts';
import { changedLines, PLAN, taskOf } from './fixtures.ts';

const ISO = '2026-11-21T09:00:00Z';

describe('new tasks', () => {
  const added = (key: string, parent: string | null, more: Partial<PlanValues> = {}) => ({
    key,
    parent,
    box: 'open' as const,
    values: { ...NO_VALUES, title: `Title ${key}`, ...more },
    created_at: ISO,
    created_by: 'max',
    notes: [],
  });
  const add = (text: string, ...rest: Parameters<typeof addTasks> extends [unknown, ...infer R] ? R : never) => {
    const document = parsePlan(text);
    return printPlan(editPlan(document, addTasks(document, ...rest)));
  };

  it('go to the end of their stage, apart from each other as the tasks there are', () => {
    const after = add(
      PLAN,
      [
        added('S1.3', 'S1', { description: 'What', checks: ['npm test'], depends_on: ['S1.2'], priority: 0 }),
        added('S2.3', 'S2'),
      ],
      [],
    );
    const { added: lines, removed } = changedLines(PLAN, after);
    expect(removed).toEqual([]);
    expect(lines.join('\n').trim()).toBe(`- [ ] **S1.3 – Title S1.3**
  - **Description:** What
  - **Created:** \`${ISO}\` by \`max\`
  - **Depends on:** S1.2
  - **Priority:** 0
  - **Verify:** \`npm test\`
- [ ] **S2.3 – Title S2.3**
  - **Created:** \`${ISO}\` by \`max\``);
    const document = parsePlan(after);
    expect(document.tasks.map(task => task.key)).toEqual(['S1.1', 'S1.2', 'S1.3', 'S2.1', 'S2.2', 'S2.3']);
    expect(taskOf(document, 'S1.3').parent).toBe('S1');
    expect(after).toContain('**Verify:** `npm test`\n\n- [ ] **S1.3 –');
    expect(after).toContain('- [ ] **S2.2 – Four**\n- [ ] **S2.3 –');
  });

  it('go between the tasks that they stand between, as loose as those are', () => {
    const loose =
      '## Stage 1 – One\n\n- [ ] **S1.1 – A**\n  - **Notes:** x\n\n- [ ] **S1.2 – B**\n  - [ ] **S1.2a1 – C**\n';
    const tasks = [
      { ...added('S1.9', 'S1'), between: { after: null, before: 'S1.1' } },
      { ...added('S1.8', 'S1'), between: { after: 'S1.1', before: 'S1.2' } },
      { ...added('S1.7', 'S1.2'), between: { after: null, before: 'S1.2a1' } },
      { ...added('S1.6', 'S1'), between: { after: 'S1.2', before: 'S1.1' } },
    ];
    const text = add(loose, tasks, []);
    const document = parsePlan(text);
    expect(document.tasks.map(({ key, parent }) => `${parent} ${key}`)).toEqual([
      'S1 S1.9',
      'S1 S1.1',
      'S1 S1.8',
      'S1 S1.2',
      'S1.2 S1.7',
      'S1.2 S1.2a1',
      'S1 S1.6',
    ]);
    expect(text).toContain('\n\n- [ ] **S1.1 – A**');
    expect(text).toContain('\n\n- [ ] **S1.8 –');
    expect(text).toContain('\n\n- [ ] **S1.2 – B**');
  });

  it('keep the stars of bold words in their titles', () => {
    const titles = ['Use **drizzle** here', '**All** of it', 'All of **it**', 'One *', 'A ** b'];
    const tasks = titles.map((title, at) => added(`S1.${at + 3}`, 'S1', { title }));
    const text = add(PLAN, tasks, []);
    expect(text).toContain('- [ ] **S1.3** – Use **drizzle** here\n');
    const document = parsePlan(text);
    expect(tasks.map(({ key }) => taskOf(document, key).title)).toEqual(titles);
  });

  it('go into their parent, with the tasks that are new below them', () => {
    const document = parsePlan(add(PLAN, [added('S1.1a1', 'S1.1'), added('S1.1a2', 'S1.1a1')], []));
    expect(document.tasks.slice(0, 4).map(({ key, parent }) => [key, parent])).toEqual([
      ['S1.1', 'S1'],
      ['S1.1a1', 'S1.1'],
      ['S1.1a2', 'S1.1a1'],
      ['S1.2', 'S1'],
    ]);
  });

  it('go into a Tasks section before the Done log, which is made once', () => {
    const once = add(PLAN, [added('T1', null), added('T2', 'S9')], []);
    expect(once).toContain('---\n\n## Tasks\n\n- [ ] **T1 – Title T1**');
    const twice = add(once, [added('T3', null)], []);
    expect(twice.match(/## Tasks/g)).toHaveLength(1);
    expect(
      parsePlan(twice)
        .tasks.map(task => task.key)
        .slice(-3),
    ).toEqual(['T1', 'T2', 'T3']);
    expect(parsePlan(add('', [added('T1', null)], [])).tasks.map(task => task.key)).toEqual(['T1']);
    expect(add('text', [added('T1', null)], [])).toMatch(/^text\n\n## Tasks\n\n- \[ \] \*\*T1/);
  });

  it('bring a new stage into the roadmap and a section of its own', () => {
    const document = parsePlan(add(PLAN, [added('S3.1', 'S3')], [{ key: 'S3', title: 'Third', box: 'open' }]));
    expect(
      document.stages.map(({ key, title, item, heading }) => [key, title, item !== null, heading !== null])[2],
    ).toEqual(['S3', 'Third', true, true]);
    expect(taskOf(document, 'S3.1').parent).toBe('S3');
  });
});
