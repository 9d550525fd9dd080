import { describe, expect, it } from 'vitest';
import { setField } from '../../src/km/plan/edit-field.ts';
import type { PlanValues } from '../../src/km/plan/values.ts';
import { edited } from './fixtures.ts';

/** The lines below a task's head after one of its values was set. */
const set = (lines: string, values: Partial<PlanValues>) =>
  edited(`- [ ] A1 – T\n${lines}`, ({ document, task }) =>
    Object.entries(values).flatMap(([name, value]) => setField(document, task, name as keyof PlanValues, value)),
  ).slice('- [ ] A1 – T\n'.length);

describe('a list that changes keeps the words around what stays', () => {
  it('on one line', () => {
    const line = '  - **Depends on:** S2.1 (its API), `S1.2`  \n';
    expect(set(line, { depends_on: ['S2.1', 'S1.2', 'S3'] })).toBe(
      '  - **Depends on:** S2.1 (its API), `S1.2`, S3  \n',
    );
    expect(set(line, { depends_on: ['S2.1'] })).toBe('  - **Depends on:** S2.1 (its API)  \n');
    expect(set(line, { depends_on: [] })).toBe('  - **Depends on:** none  \n');
    expect(set('  - Tags: `api`, ui\n', { tags: ['ui', 'new one'] })).toBe('  - Tags: ui, `new one`\n');
  });

  it('on a line each', () => {
    const lines = '  - **Verify:** # all of them\n    * `npm test` first\n    * `make`\n  - **Tags:** x\n';
    const verify = '  - **Verify:**\n    * `npm test` first\n    * `make`\n';
    expect(set(verify, { checks: ['npm test', 'lint'] })).toBe(
      '  - **Verify:**\n    * `npm test` first\n    * `lint`\n',
    );
    expect(set(lines, { tags: [] })).toBe(lines.replace('Tags:** x', 'Tags:** none'));
  });

  it('in links', () => {
    const lines = '  - **Links:**  \n    - Research: `research.md#a` *(example)*\n    - [b](b.md), c.md\n';
    expect(set(lines, { links: ['research.md#a', 'c.md', 'issues.md#km-001', 'https://x.org'] })).toBe(
      '  - **Links:**  \n    - Research: `research.md#a` *(example)*\n    - `c.md`\n    - Issues: `issues.md#km-001`\n    - `https://x.org`\n',
    );
    expect(set('  - **Links:** a.md\n', { links: ['a.md', 'b.md'] })).toBe('  - **Links:** a.md, `b.md`\n');
    expect(set('', { links: ['research.md#a'] })).toBe('  - **Links:**\n    - Research: `research.md#a`\n');
  });
});

describe('a checklist', () => {
  const lines =
    '  - **Checklist:**\n    - [ ] one\n      goes on\n    - [~] two\n      - [ ] three\n    - four\n  - **Tags:** x\n';
  const steps = ['[ ] one\ngoes on', '[ ] two', '[ ] three', '[ ] four'];

  it('is ticked by one character', () => {
    expect(set(lines, { checklist: steps.with(0, '[x] one\ngoes on') })).toBe(lines.replace('[ ] one', '[x] one'));
    expect(set(lines, { checklist: steps.with(1, '[x] two') })).toBe(lines.replace('[~] two', '[x] two'));
    expect(set(lines, { checklist: steps.with(3, '[x] four') })).toBe(lines.replace('- four', '- [x] four'));
  });

  it('loses and gets whole lines, in their place', () => {
    expect(set(lines, { checklist: steps.toSpliced(0, 1) })).toBe(lines.replace('    - [ ] one\n      goes on\n', ''));
    expect(set(lines, { checklist: steps.toSpliced(1, 0, '[ ] new\nof two lines') })).toBe(
      lines.replace('      goes on\n', '      goes on\n    - [ ] new\n      of two lines\n'),
    );
    expect(set(lines, { checklist: ['[ ] new', ...steps.slice(1)] })).toBe(
      lines.replace('    - [ ] one\n      goes on\n', '    - [ ] new\n'),
    );
    expect(set('  - [ ] without a label\n', { checklist: ['[x] without a label', '[ ] more'] })).toBe(
      '  - [x] without a label\n  - [ ] more\n',
    );
    expect(set('  - **Notes:** n\n', { checklist: ['[ ] first'] })).toBe(
      '  - **Checklist:**\n    - [ ] first\n  - **Notes:** n\n',
    );
  });
});

describe('a text of several lines', () => {
  const lines = '  - **Description:** one  \n    two\n    <!-- kept -->\n    three\n  - beside it\n';

  it('changes in the lines that differ, and nowhere else', () => {
    expect(set(lines, { description: 'one\ntwo\n3\n- beside it' })).toBe(lines.replace('three', '3'));
    expect(set(lines, { description: 'one\n3\n- beside it' })).toBe(
      '  - **Description:** one  \n    3\n    <!-- kept -->\n  - beside it\n',
    );
    expect(set(lines, { description: 'one\ntwo\nthree\n- beside that' })).toBe(lines.replace('it\n', 'that\n'));
    expect(set(lines, { description: 'one\ntwo\nthree\n- beside it\n- and more' })).toBe(`${lines}  - and more\n`);
  });

  it('is written whole where its lines would be read as something else', () => {
    expect(set(lines, { description: 'one\ntwo\nthree\n- beside it\n- **Tags:** x' })).toBe(
      '  - **Description:** one\n    two\n    three\n    - beside it\n    - **Tags:** x\n    <!-- kept -->\n  - beside it\n',
    );
    expect(set('', { acceptance: '- a\n- b' })).toBe('  - **Acceptance:**\n    - a\n    - b\n');
  });
});
