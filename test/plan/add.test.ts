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
