import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTasks } from '../../src/km/plan/add.ts';
import { printPlan } from '../../src/km/plan/document.ts';
import {
  appendNotes,
  editPlan,
  setBox,
  setField,
  setHeader,
  setLastUpdated,
  type TextEdit,
} from '../../src/km/plan/edit.ts';
import { appendDoneLog, isLogged, logIndex, printDoneEntry } from '../../src/km/plan/log.ts';
import { sameValue } from '../../src/km/plan/merge.ts';
import { matchNotes, oneLine, printNote, readNotes } from '../../src/km/plan/notes.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { NO_VALUES, type PlanValues, readValues } from '../../src/km/plan/values.ts';
import { changedLines, ourPlan, PLAN, parsedTask, taskOf } from './fixtures.ts';

const ISO = '2026-11-21T09:00:00Z';
const edited = (text: string, edits: (parsed: ReturnType<typeof parsedTask>) => readonly TextEdit[], key = 'A1') => {
  const parsed = parsedTask(text, key);
  return printPlan(editPlan(parsed.document, edits(parsed)));
};
const written = (text: string, values: Partial<PlanValues>, key = 'A1') =>
  edited(
    text,
    ({ document, task }) =>
      Object.entries(values).flatMap(([name, value]) => setField(document, task, name as keyof PlanValues, value)),
    key,
  );

describe('an edit changes only what it means to', () => {
  it('ticks a box by one character', () => {
    const after = edited(PLAN, ({ task }) => setBox(task, 'done'), 'S1.2');
    expect(changedLines(PLAN, after)).toEqual({ added: ['- [x] **S1.2 – Two**'], removed: ['- [ ] **S1.2 – Two**'] });
    expect(edited(after, ({ task }) => setBox(task, 'open'), 'S1.2')).toBe(PLAN);
  });

  it('sets Last Updated in the style of the line', () => {
    const set = (line: string) =>
      edited(`- [ ] **A1 – T**\n${line}`, ({ document, task }) => setLastUpdated(document, task, ISO, 'coder'))
        .split('\n')
        .slice(1)
        .join('\n');
    expect(set('  - **Last Updated:** `<timestamp>` by `<agent/CLI>`\n')).toBe(
      `  - **Last Updated:** \`${ISO}\` by \`coder\`\n`,
    );
    expect(set('  - **Last Updated:** `<timestamp>`  \n')).toBe(`  - **Last Updated:** \`${ISO}\` by \`coder\`  \n`);
    expect(set('  - Last Updated: yesterday\n')).toBe(`  - Last Updated: ${ISO} by coder\n`);
    expect(set('  - **Last Updated:**')).toBe(`  - **Last Updated:** \`${ISO}\` by \`coder\``);
    expect(set('  * **Last Updated**: x\n  * **Last Updated By**: y\n')).toBe(
      `  * **Last Updated**: ${ISO}\n  * **Last Updated By**: coder\n`,
    );
  });

  it('adds Last Updated after Created, or first, as the task is laid out', () => {
    const set = (text: string) => edited(text, ({ document, task }) => setLastUpdated(document, task, ISO, 'coder'));
    const line = `**Last Updated:** \`${ISO}\` by \`coder\``;
    expect(set('- [ ] A1 – T\r\n    * **Created:** x\r\n    * **Notes:** y')).toBe(
      `- [ ] A1 – T\r\n    * **Created:** x\r\n    * ${line}\r\n    * **Notes:** y`,
    );
    expect(set('- [ ] A1 – T\n  - plain\n')).toBe(`- [ ] A1 – T\n  - ${line}\n  - plain\n`);
    expect(set('- [ ] A1 – T')).toBe(`- [ ] A1 – T\n  - ${line}`);
    expect(set('1. [ ] A1 – T\n')).toBe(`1. [ ] A1 – T\n   - ${line}\n`);
    expect(set('\t- [ ] A1 – T\n'.trimStart())).toContain(`\n  - ${line}\n`);
  });

  it('appends notes below those that are there, or makes the field', () => {
    const note = (text: string) =>
      edited(text, ({ document, task }) => appendNotes(document, task, ['first', 'second\nline']));
    expect(note('- [ ] A1 – T\n  - **Notes:**  \n      * old\n        more\n  - **Links:** x\n')).toBe(
      '- [ ] A1 – T\n  - **Notes:**  \n      * old\n        more\n      * first\n      * second line\n  - **Links:** x\n',
    );
    expect(note('- [ ] A1 – T\n  - **Links:** x\n  - [ ] **A2 – inner**\n')).toBe(
      '- [ ] A1 – T\n  - **Links:** x\n  - **Notes:**\n    - first\n    - second line\n  - [ ] **A2 – inner**\n',
    );
    expect(note('- [ ] A1 – T')).toBe('- [ ] A1 – T\n  - **Notes:**\n    - first\n    - second line');
  });

  it('sets the two header lines and nothing where there are none', () => {
    const document = parsePlan(PLAN);
    const after = printPlan(editPlan(document, setHeader(document, ISO, 'llmclis')));
    expect(changedLines(PLAN, after).added).toEqual([
      `- Last Updated: \`${ISO}\``,
      '- Last Editor (Agent / CLI): `llmclis`',
    ]);
    expect(setHeader(parsePlan('- [ ] A1 – T\n'), ISO, 'x')).toEqual([]);
  });

  it('adds to the Done log after the placeholder, and makes the section when it is missing', () => {
    const entry = printDoneEntry({
      key: 'S1.1',
      title: 'One',
      proof: 'red-green',
      commit: 'abc1234def',
      agent: 'coder',
      date: '2026-11-21',
    });
    expect(entry).toBe('- 2026-11-21 — **S1.1 – One** (proof: red-green, commit abc1234) by coder');
    const document = parsePlan(PLAN);
    const after = printPlan(editPlan(document, appendDoneLog(document, [entry])));
    expect(after).toBe(`${PLAN}${entry}\n`);
    expect(isLogged(logIndex(parsePlan(after)), 'S1.1', 'abc1234def')).toBe(true);
    expect(isLogged(logIndex(parsePlan(after)), 'S1.1', 'fff1234def')).toBe(false);
    const bare = parsePlan('- [ ] A1 – T');
    expect(printPlan(editPlan(bare, appendDoneLog(bare, [entry])))).toBe(
      `- [ ] A1 – T\n\n## Done / Completed Work Log\n\n${entry}`,
    );
  });

  it.skipIf(ourPlan() === undefined)('changes exactly the lines of a worked task in the format’s own plan', () => {
    const text = ourPlan() ?? '';
    const document = parsePlan(text);
    for (const task of document.tasks) {
      const edits = [
        ...setBox(task, 'done'),
        ...setLastUpdated(document, task, ISO, 'coder'),
        ...appendNotes(document, task, ['2026-11-21 (coder): done']),
        ...setHeader(document, ISO, 'llmclis'),
        ...appendDoneLog(document, [`- 2026-11-21 — **${task.key} – ${task.title}** by coder`]),
      ];
      const after = editPlan(document, edits);
      const { added, removed } = changedLines(text, printPlan(after));
      expect(removed.length).toBeLessThanOrEqual(4);
      expect(added.length).toBeLessThanOrEqual(7);
      expect(after.tasks.map(other => other.key)).toEqual(document.tasks.map(other => other.key));
      const now = taskOf(after, task.key);
      expect(now.box).toBe('done');
      expect(readNotes(after, now)).toEqual([...readNotes(document, task), '2026-11-21 (coder): done']);
      expect(readValues(after, now)).toEqual(readValues(document, task));
    }
  });
});

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
      { numRuns: 2000 },
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
    const rest = '- beside\n- **Checklist:**\n  - [ ] step';
    const after = written(base, { description: `new\n\n- detail\n  deeper\n${rest}` });
    expect(after).toBe(
      '- [ ] **A1 – T**\n  - **Description:** new\n\n    - detail\n      deeper\n  - beside\n  - **Checklist:**\n    - [ ] step\n- [ ] **A2 – U**\n',
    );
    const { document, task } = parsedTask(after, 'A1');
    expect(readValues(document, task).description).toBe(`new\n\n- detail\n  deeper\n${rest}`);
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
      { numRuns: 3000 },
    );
  });
});

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

describe('notes', () => {
  it('of file and database are paired by text or by the printed line, each once', () => {
    const at = '2026-11-21T10:00:00Z';
    const note = (agent: string, text: string) => ({ at, agent, text });
    const database = [note('coder', 'a\nb'), note('person', 'mine'), note('coder', 'same'), note('coder', 'same')];
    expect(printNote(note('coder', 'a\nb'))).toBe('2026-11-21 (coder): a b');
    const match = matchNotes(['2026-11-21 (coder): a  b', 'mine', '2026-11-21 (coder): same', 'new'], database);
    expect(match).toEqual({ missing: [note('coder', 'same')], unknown: ['new'] });
  });

  it('that were printed are always recognised', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2500 }), fc.string({ maxLength: 10 }), (text, agent) => {
        const note = { at: ISO, agent, text };
        const after = edited('- [ ] A1 – T\n', ({ document, task }) => appendNotes(document, task, [printNote(note)]));
        const { document, task } = parsedTask(Buffer.from(after).toString('utf8'), 'A1');
        expect(matchNotes(readNotes(document, task), [note])).toEqual({ missing: [], unknown: [] });
      }),
      { numRuns: 500 },
    );
  });
});
