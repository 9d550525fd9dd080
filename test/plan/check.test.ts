import { describe, expect, it } from 'vitest';
import { anchorsOf, headingAnchor } from '../../src/km/plan/anchors.ts';
import { checkPlan } from '../../src/km/plan/check.ts';
import { appendIssue } from '../../src/km/plan/issues.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { newPlanText } from '../../src/km/plan/templates.ts';
import { ourPlan, PLAN, planWorld } from './fixtures.ts';

const filesOf = (files: Readonly<Record<string, string>>) => ({
  exists: (path: string) => path in files,
  read: (path: string) => files[path] ?? null,
});
const check = (text: string, files: Readonly<Record<string, string>> = {}) =>
  checkPlan(text, filesOf(files)).map(({ line, level, message }) => `${line} ${level} ${message}`);

const CREATED = '  - **Created:** `2026-01-01`\n';

describe('checking a plan', () => {
  it.skipIf(ourPlan() === undefined)('finds no error in the format’s own plan', () => {
    const problems = checkPlan(ourPlan() ?? '', filesOf({}));
    expect(problems.filter(problem => problem.level === 'error')).toEqual([]);
    expect(problems.some(problem => problem.message.includes('research.md is not there'))).toBe(true);
    expect(problems.some(problem => problem.message === 'S2.2 has no Created line.')).toBe(true);
  });

  it('finds merge markers and double keys with their lines', () => {
    expect(check(`- [ ] **A1 – x**\n${CREATED}- [ ] **A1 – y**\n<<<<<<< HEAD\n`)).toEqual([
      '3 error A1 is the key of line 1 already.',
      '4 error A merge conflict marker.',
    ]);
  });

  it('finds dependencies on nothing and names circles', () => {
    const text = ['A1', 'A2', 'A3']
      .map((key, index) => `- [ ] **${key} – x**\n${CREATED}  - **Depends on:** A${((index + 1) % 3) + 1}\n`)
      .join('');
    expect(check(text)).toEqual(['3 error These tasks wait for each other: A1 → A2 → A3 → A1.']);
    expect(check(`- [ ] **A1 – x**\n${CREATED}  - **Depends on:** B1\n`)).toEqual([
      '3 error A1 depends on B1, which is not in this plan.',
    ]);
    const chain = Array.from(
      { length: 5000 },
      (_, index) => `- [ ] **K${index} – x**\n${CREATED}  - **Depends on:** K${index + 1}\n`,
    ).join('');
    expect(check(chain)).toHaveLength(1);
  });

  it('follows links to headings as GitHub names them', () => {
    const text = `- [ ] **A1 – see \`research.md#what-is-it\` and issues.md#km-001--a**\n${CREATED}`;
    expect(check(text, { 'research.md': '# What *is* it?\n', 'issues.md': '## KM-001 – A\n' })).toEqual([]);
    expect(check(text, { 'research.md': '```\n# What is it\n```\n' })).toEqual([
      '1 warning research.md has no heading for #what-is-it.',
      '1 warning issues.md is not there (link to #km-001--a).',
    ]);
  });

  it('finds boxes that disagree with a status line, and empty stages', () => {
    const stage = (box: string, status: string) =>
      `- [${box}] **Stage 1 – S**\n\n## Stage 1 – S\n\n**Status:** ${status}\n\n- [ ] **S1.1 – x**\n${CREATED}`;
    expect(check(stage(' ', '`[ ] Not started` / `[ ] In progress` / `[ ] Done`'))).toEqual([]);
    expect(check(stage(' ', '`[ ] Not started` / `[ ] In progress` / `[x] Done`'))).toEqual([
      '5 warning Stage S1 says done, its box in the roadmap says open.',
    ]);
    expect(check(stage('x', '`[ ] Not started` / `[x] In progress` / `[ ] Done`'))).toEqual([
      '5 warning Stage S1 says open, its box in the roadmap says done.',
    ]);
    expect(check('- [ ] **Stage 1 – S**\n')).toEqual(['1 warning Stage S1 has no tasks.']);
    expect(check(`- [x] **A1 – x**\n${CREATED}  - **Status:** in progress\n`)).toEqual([
      '3 warning A1 says open, its box says done.',
    ]);
  });

  it('finds values that mean nothing, and boxes that belong to nothing', () => {
    expect(check(`- [ ] **A1 – x**\n${CREATED}  - **Priority:** soon\n  - **Role:** boss\n\n- [ ] loose\n`)).toEqual([
      '3 warning "soon" is no priority.',
      '4 warning "boss" is no role.',
      '6 warning This check box belongs to no task.',
    ]);
  });
});

describe('anchors', () => {
  it('are made as GitHub makes them', () => {
    expect(headingAnchor('Orchestrator & CrewAI (v2.0)!')).toBe('orchestrator--crewai-v20');
    expect([...anchorsOf('# A\n## A\n<a id="here"></a>\n### `code` – Ü_1 #\n')]).toEqual([
      'a',
      'a-1',
      'here',
      'code--ü_1',
    ]);
  });
});

describe('issues', () => {
  const entry = {
    project: 'demo',
    key: 'S1.1',
    title: 'One',
    reason: 'checks_failed',
    detail: 'expected 1\n```\ngot 2',
    tries: 3,
    run_id: 'r1',
    iso: '2026-11-21T09:00:00Z',
  };

  it('get an entry at the end of the file, with the next number and an anchor that exists', () => {
    const first = appendIssue(null, entry);
    expect(first).toMatchObject({ id: 'KM-001', anchor: 'km-001--s11-one' });
    expect(anchorsOf(first.text).has(first.anchor)).toBe(true);
    expect(first.text).toContain('- **Reason:** checks_failed');
    const second = appendIssue(`${first.text}\n## KM-041 – by hand`, { ...entry, run_id: 'r2' });
    expect(second.id).toBe('KM-042');
    expect(second.text.startsWith(first.text)).toBe(true);
    expect(anchorsOf(second.text).has(second.anchor)).toBe(true);
  });

  it('are written once per run, task and detail', () => {
    const first = appendIssue('# Mine\r\n', entry);
    expect(appendIssue(first.text, { ...entry, iso: '2027-01-01T00:00:00Z' })).toEqual(first);
    expect(appendIssue(first.text, { ...entry, detail: 'another question' }).id).toBe('KM-002');
    expect(first.text).not.toMatch(/[^\r]\n/);
    const other = appendIssue(first.text, { ...entry, key: 'S1.2' });
    expect(other.id).toBe('KM-002');
    expect(appendIssue(other.text, entry)).toEqual({ ...first, text: other.text });
  });
});

describe('a new plan', () => {
  const text = newPlanText({ name: 'demo', owner: 'Max', iso: '2026-11-21T09:00:00Z' });

  it('has a header, a stage, no task and a Done log, and checks without errors', () => {
    const document = parsePlan(text);
    expect([document.tasks.length, document.stages.length, document.unrecognised]).toEqual([0, 1, []]);
    expect([document.header.updated, document.header.editor, document.done_log].includes(null)).toBe(false);
    expect(check(text).filter(problem => problem.includes(' error '))).toEqual([]);
    expect(newPlanText({ name: 'x', iso: 'y' })).not.toContain('Owner');
  });

  it('takes the first tasks of the database', () => {
    const world = planWorld(text);
    world.km.addTask({ project_id: world.project.id, title: 'Loose' }, 'max');
    world.sync();
    world.km.addTask({ project_id: world.project.id, title: 'Staged', key: 'S1.1', parent: 'S1' }, 'max');
    world.sync();
    expect(parsePlan(world.io.text ?? '').tasks.map(({ key, parent }) => [key, parent])).toEqual([
      ['S1.1', 'S1'],
      [expect.stringMatching(/^T-\d/), null],
    ]);
    expect(checkPlan(world.io.text ?? '', filesOf({}))).toEqual([]);
    expect(checkPlan(PLAN, filesOf({})).filter(problem => problem.level === 'error')).toEqual([]);
  });
});
