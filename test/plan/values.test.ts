import { describe, expect, it } from 'vitest';
import { readNotes } from '../../src/km/plan/notes.ts';
import { readValues } from '../../src/km/plan/values.ts';
import { parsedTask } from './fixtures.ts';

describe('what a task says', () => {
  const text = `- [!] **A1 – Title**
  - **Description:** First line
    - nested

    ~~~sh
    run it
    ~~~
  - a plain bullet
  - **Created:** \`2026-01-01\` by \`x\`
  - **Depends on:** S1.1, \`S1.2\` and [S2.1](#x)
  - **Priority:** P0 – now
  - **Role:** tester
  - **Tags:** \`refactor\`, ui
  - **Verify:**
    - \`npm test\`
    - \`\`echo \`x\` \`\`
    - make check
  - **Protect:** \`test/**\`
  - **Allow:** docs/a.md, docs/b.md
  - **Private:** yes
  - **Notes:** inline
    - 2026-01-02 (max): second
      goes on
  - **Goal:** not a field of ours
  - **Acceptance criteria:**
    - It builds.
    - [ ] It runs.
  - **Complexity:** 7/10
  - **Queue:** heavy
  - **Assignee:** \`max\`
  - **Due:** 2026-12-31 at the latest
  - **Related:** S3.1 and S3.2
  - **Discovered from:** S1.2
  - **Links:**
    - Research: \`research.md#what-is-it\` *(example)*
    - [the docs](https://example.org/a_(b).html), docs/b.md#c
    - ask Max
  - **Checklist:**
    - [ ] first step
      in two lines
    - [x] second \`step\`
      - [ ] inner step
    - without a box
`;

  it('reads all fields', () => {
    const { document, task } = parsedTask(text, 'A1');
    expect(readValues(document, task)).toEqual({
      title: 'Title',
      description: 'First line\n- nested\n\n~~~sh\nrun it\n~~~\n- a plain bullet\n- **Goal:** not a field of ours',
      priority: 0,
      role: 'tester',
      tags: ['refactor', 'ui'],
      depends_on: ['S1.1', 'S1.2', 'S2.1'],
      checks: ['npm test', 'echo `x` ', 'make check'].map(check => check.trim()),
      protect: ['test/**'],
      allow: ['docs/a.md', 'docs/b.md'],
      private: true,
      acceptance: '- It builds.\n- [ ] It runs.',
      complexity: 7,
      queue: 'heavy',
      assignee: 'max',
      due: '2026-12-31',
      related: ['S3.1', 'S3.2'],
      discovered_from: ['S1.2'],
      links: ['research.md#what-is-it', 'https://example.org/a_(b).html', 'docs/b.md#c', 'ask Max'],
      checklist: ['[ ] first step\nin two lines', '[x] second `step`', '[ ] inner step', '[ ] without a box'],
    });
    expect(readNotes(document, task)).toEqual(['inline', '2026-01-02 (max): second\ngoes on']);
  });

  it('reads the same with other line endings, tabs and field styles', () => {
    const { document, task } = parsedTask(text, 'A1');
    const values = readValues(document, task);
    const other = parsedTask(text.replaceAll('\n', '\r\n'), 'A1');
    expect(readValues(other.document, other.task)).toEqual(values);
    const plain = parsedTask('1. [ ] A1 – T\n\t- **Depends On**: B2\n\t- verify: `a`, `b`\n\t- Priority: high\n', 'A1');
    expect(readValues(plain.document, plain.task)).toMatchObject({
      depends_on: ['B2'],
      checks: ['a', 'b'],
      priority: 1,
    });
  });

  it('reads a fence below Verify as one command', () => {
    const { document, task } = parsedTask(
      '- [ ] A1 – T\n  - **Verify:**\n    ~~~sh\n    a \\\n      b\n    ~~~\n    - `c`\n',
      'A1',
    );
    expect(readValues(document, task).checks).toEqual(['a \\\n  b', 'c']);
  });

  it('takes none, nothing and a dash for an empty list', () => {
    const { document, task } = parsedTask(
      '- [ ] A1 – T\n  - **Depends on:** none\n  - **Tags:** –\n  - **Verify:** -\n',
      'A1',
    );
    expect(readValues(document, task)).toMatchObject({ depends_on: [], tags: [], checks: [] });
  });
});
