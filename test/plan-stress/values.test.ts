import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendNotes } from '../../src/km/plan/edit.ts';
import { setField } from '../../src/km/plan/edit-field.ts';
import { sameValue } from '../../src/km/plan/merge.ts';
import { oneLine } from '../../src/km/plan/notes.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { type PlanValues, readValues } from '../../src/km/plan/values.ts';
import { edited, parsedTask } from '../plan/fixtures.ts';

const written = (text: string, values: Partial<PlanValues>, key = 'A1') =>
  edited(
    text,
    ({ document, task }) =>
      Object.entries(values).flatMap(([name, value]) => setField(document, task, name as keyof PlanValues, value)),
    key,
  );

describe('a value that is written is read back', () => {
  const bases = [
    '- [ ] **A1 – T**\n',
    '- [ ] **A1 – T**',
    `- [ ] **A1 – T**
    * **Description:** old
      - with lines
    * **Verify:**
        - \`a\`
        - \`b\`
    * **Tags:**
    * **Priority:** 1
    * **Depends on:** B1
- [ ] **A2 – U**
`,
    '* [ ] **A1 – T**\r\n\t* **Description:** x\r\n\t* **Notes:**\r\n\t\t* n\r\n',
  ];
  const line = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .map(text => oneLine(text))
    .filter(text => text !== '');
  const word = fc.stringMatching(/^[a-z][a-z0-9./*-]{0,8}$/);
  const list = <T>(item: fc.Arbitrary<T>) => fc.uniqueArray(item, { maxLength: 4 });
  const values = fc.record(
    {
      priority: fc.nat({ max: 4 }),
      role: fc.constantFrom('coder' as const, 'tester' as const, null),
      tags: list(
        fc.oneof(
          word,
          line.filter(text => !text.startsWith('#')),
        ),
      ),
      depends_on: list(fc.stringMatching(/^[A-Z]\d(\.\d)?$/).filter(key => key !== 'A1')),
      checks: list(line),
      protect: list(word),
      allow: list(line),
      private: fc.boolean(),
      acceptance: line,
      complexity: fc.option(fc.integer({ min: 1, max: 10 })),
      queue: fc.constantFrom('standard' as const, 'heavy' as const, 'critic' as const),
      assignee: fc.option(line.filter(text => !/^(?:none|no|nothing|n\/a|unassigned|[-–—*])\.?$/i.test(text))),
      due: fc.constantFrom(null, '2026-12-31', '2026-12-31T10:00:00Z'),
      related: list(fc.stringMatching(/^[A-Z]\d(\.\d)?$/).filter(key => key !== 'A1')),
      links: list(line),
      checklist: list(fc.tuple(fc.constantFrom('[ ]', '[x]'), line).map(([box, text]) => `${box} ${text}`)),
    },
    { requiredKeys: [] },
  );

  it('for lists, numbers, roles and commands', () => {
    fc.assert(
      fc.property(fc.constantFrom(...bases), values, (base, some) => {
        const { document, task } = parsedTask(written(base, some), 'A1');
        const is = readValues(document, task);
        for (const [name, value] of Object.entries(some)) {
          if (!sameValue(is[name as keyof PlanValues], value))
            expect({ [name]: is[name as keyof PlanValues] }).toEqual({ [name]: value });
        }
        expect(document.tasks.map(found => found.key)).toEqual(parsePlan(base).tasks.map(found => found.key));
      }),
      { numRuns: 20000 },
    );
  });

  it('for commands of several lines', () => {
    const checks = ['a \\\n  b', 'c', '~~~\nx\n~~~'];
    const { document, task } = parsedTask(written(bases[0] ?? '', { checks }), 'A1');
    expect(readValues(document, task).checks).toEqual(checks);
  });

  it('for descriptions of several lines, without touching the bullets beside them', () => {
    const base =
      '- [ ] **A1 – T**\n  - **Description:** old\n    - old detail\n  - beside\n  - **Checklist:**\n    - [ ] step\n- [ ] **A2 – U**\n';
    const rest = '- beside';
    const after = written(base, { description: `new\n\n- detail\n  deeper\n${rest}` });
    expect(after).toBe(
      '- [ ] **A1 – T**\n  - **Description:** new\n\n    - detail\n      deeper\n  - beside\n  - **Checklist:**\n    - [ ] step\n- [ ] **A2 – U**\n',
    );
    const { document, task } = parsedTask(after, 'A1');
    expect(readValues(document, task)).toMatchObject({
      description: `new\n\n- detail\n  deeper\n${rest}`,
      checklist: ['[ ] step'],
    });
    expect(written('- [ ] **A1 – T**\n', { description: 'one\ntwo' })).toBe(
      '- [ ] **A1 – T**\n  - **Description:** one\n    two\n',
    );
  });

  it('never lets a description, a note or a title hide or make other tasks', () => {
    const hostile = fc
      .array(
        fc.constantFrom(
          '```',
          '~~~',
          '<!--',
          '-->',
          '- [ ] **Z9 – z**',
          '# H',
          '## Done',
          '\n',
          '\r\n',
          '  ',
          '\t',
          '**',
          '`',
          'x',
          '---',
          '- **Notes:** n',
          '<<<<<<< HEAD',
        ),
        { maxLength: 12 },
      )
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(fc.constantFrom(...bases), hostile, hostile, hostile, (base, description, note, title) => {
        const whole = `${base}${base.endsWith('\n') ? '' : '\n'}- [ ] **B1 – after**\n`;
        const after = edited(whole, ({ document, task }) => [
          ...setField(document, task, 'title', `t ${title}`),
          ...setField(document, task, 'description', description),
          ...appendNotes(document, task, [note === '' ? 'n' : `n ${note}`]),
        ]);
        const before = parsePlan(whole);
        const document = parsePlan(after);
        expect(document.tasks.filter(task => task.key !== 'Z9').map(task => task.key)).toEqual(
          before.tasks.map(task => task.key),
        );
        expect(document.markers).toEqual([]);
      }),
      { numRuns: 20000 },
    );
  });
});
