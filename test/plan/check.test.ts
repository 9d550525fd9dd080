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
      '1 warning Stage S1 is ticked with 1 of its tasks open: S1.1.',
      '5 warning Stage S1 says open, its box in the roadmap says done.',
    ]);
    expect(check(stage(' ', 'Not started').replace('- [ ] **S1.1', '- [x] **S1.1'))).toEqual([
      '1 warning Stage S1 is not ticked, and all its tasks are closed.',
    ]);
    expect(check(`- [x] **A1 – x**\n${CREATED}  - [ ] **A1.1 – y**\n  ${CREATED}`)).toEqual([
      '1 warning A1 is ticked, but A1.1 below it is open.',
    ]);
    expect(check('- [ ] **Stage 1 – S**\n')).toEqual(['1 warning Stage S1 has no tasks.']);
    expect(check(`- [x] **A1 – x**\n${CREATED}  - **Status:** in progress\n`)).toEqual([
      '3 warning A1 says open, its box says done.',
    ]);
  });

  it('finds circles through the tasks that a task is made of', () => {
    const text = `- [ ] **A1 – x**\n${CREATED}  - [ ] **A1.1 – y**\n  ${CREATED}    - **Depends on:** A1\n`;
    expect(check(text)).toEqual(['5 error These tasks wait for each other: A1 → A1.1 → A1.']);
  });

  it('finds links to files and headings that are not there, whatever their form', () => {
    const text = `# The Plan\n\n- [ ] **A1 – [up](#the-plan), [down](#nowhere)**\n${CREATED}  - **Links:**
    - [a](docs/a.md#one), [b](docs/b.md "B"), [c](<docs/c.md>), [d](https://x.org/d.md#e), ![e](img/e.png)
    - \`[f](f.md)\` in code, [outside](../other/g.md)
    - \`lost.md#x\`, https://x.org/y.md

[ref]: docs/r.md#two

~~~md
[h](docs/h.md)
~~~
`;
    expect(check(text, { 'docs/a.md': '# Two', 'docs/c.md': '', 'docs/r.md': '## Two' })).toEqual([
      '3 warning This plan has no heading for #nowhere.',
      '6 warning docs/a.md has no heading for #one.',
      '6 warning docs/b.md is not there.',
      '6 warning img/e.png is not there.',
      '8 warning lost.md is not there (link to #x).',
    ]);
    const files = filesOf({ 'plans/docs/a.md': '# One', 'research.md': '# What' });
    const inFolder = `- [ ] **A1 – [a](docs/a.md#one) research.md#what**\n${CREATED}`;
    expect(checkPlan(inFolder, files, { folder: 'plans' })).toEqual([]);
  });

  it('knows the tasks of other plan files', () => {
    const others = new Map([['B1', { path: 'more.md', line: 4 }]]);
    const text = `- [ ] **A1 – x**\n${CREATED}  - **Depends on:** B1, C1, D1\n- [ ] **B1 – y**\n${CREATED}`;
    const found = checkPlan(text, filesOf({}), { others, known: new Set(['C1']) });
    expect(found.map(({ line, level, message }) => `${line} ${level} ${message}`)).toEqual([
      '3 error A1 depends on D1, which is not in this plan.',
      '4 error B1 is the key of a task in more.md:5 too.',
    ]);
  });

  it('finds the markers of a merge also in a fence, when all three are there', () => {
    const fence = (inside: string) => `~~~\n${inside}~~~\n`;
    expect(check(fence('<<<<<<< HEAD\n'))).toEqual([]);
    expect(check(fence('<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n'))).toEqual([
      '2 error A merge conflict marker.',
      '6 error A merge conflict marker.',
    ]);
    expect(check(fence('>>>>>>> x\n=======\n<<<<<<< HEAD\n'))).toEqual([]);
  });

  it('minds no tabs and no mixed line endings', () => {
    expect(check(`- [ ] **A1 – x**\r\n\t- **Created:** x\n- [ ] **A2 – y**\n\t* Created: x\r\n`)).toEqual([]);
  });

  it('warns of checks that cannot be understood', () => {
    const verify = '  - **Verify:** `npm test`, `@fil a.js`\n  - **Verify:**\n    - `@size dist`\n';
    const refusal = (text: string) => (text.startsWith('@') ? { message: `no ${text}.`, hint: 'Look.' } : null);
    const found = checkPlan(`- [ ] **A1 – x**\n${CREATED}${verify}`, filesOf({}), { refusal });
    expect(found).toEqual([
      { line: 3, level: 'warning', message: 'A1: no @fil a.js.', hint: 'Look.' },
      { line: 4, level: 'warning', message: 'A1: no @size dist.', hint: 'Look.' },
    ]);
  });

  it('finds values that mean nothing, and boxes that belong to nothing', () => {
    expect(check(`- [ ] **A1 – x**\n${CREATED}  - **Priority:** soon\n  - **Role:** boss\n\n- [ ] loose\n`)).toEqual([
      '3 warning "soon" is no priority.',
      '4 warning "boss" is no role.',
      '6 warning This check box belongs to no task.',
    ]);
    const fields = '  - **Complexity:** big\n  - **Queue:** fast\n  - **Due:** 2026-02-30\n  - **Private:** maybe\n';
    expect(check(`- [ ] **A1 – x**\n${CREATED}${fields}  - **Due:** 2026-03-01\n`)).toEqual([
      '3 warning "big" is no complexity.',
      '4 warning "fast" is no queue.',
      '5 warning "2026-02-30" is no date.',
      '6 warning "maybe" is no answer to Private.',
      '7 warning A1 says this in line 5 already; that line counts.',
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
    expect(check(text)).toEqual([]);
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
