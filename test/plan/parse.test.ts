import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printPlan } from '../../src/km/plan/document.ts';
import { countPlan } from '../../src/km/plan/import.ts';
import { readNotes } from '../../src/km/plan/notes.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { readValues } from '../../src/km/plan/values.ts';
import { ourPlan, PLAN, parsedTask, sharedPlans, taskOf } from './fixtures.ts';

const roundTrips = (text: string) => printPlan(parsePlan(text)) === text;
const keys = (text: string) => parsePlan(text).tasks.map(task => task.key);

describe('any text survives parsing and printing', () => {
  it('random texts', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), roundTrips), { numRuns: 10_000 });
  });

  it('texts made of the parts of plans', () => {
    const part = fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\uFEFF',
      '\t',
      '  ',
      '    ',
      '- ',
      '- [ ] ',
      '* [x] ',
      '1. [~] ',
      '**S1.1 – A**',
      'S1: b',
      '```',
      '~~~',
      '<!--',
      '-->',
      '`',
      '## Stage 1 – X',
      '# Done',
      '---',
      '- **Notes:**',
      '- **Verify:** `a`',
      'Stage 2 – Y',
      '<<<<<<< HEAD',
      '=======',
      '>>>>>>> x',
      'word',
      ' ',
      '\u00a0',
      '\u0000',
    );
    const text = fc.array(part, { maxLength: 60 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, value => {
        const document = parsePlan(value);
        for (const task of document.tasks) {
          expect(value.slice(task.title_from, task.title_from + task.title.length)).toBe(task.title);
          expect(value.slice(task.box_at - 1, task.box_at + 2)).toMatch(/^\[.\]$/);
          expect(task.end).toBeGreaterThan(task.line);
          expect(task.own_end).toBeLessThanOrEqual(task.end);
          readValues(document, task);
          readNotes(document, task);
        }
        return printPlan(document) === value;
      }),
      { numRuns: 3000 },
    );
  });

  it.skipIf(sharedPlans().size === 0)('real plans of many dialects, and mutations of them', () => {
    const texts = [...sharedPlans().values()].map(text => text.slice(0, 20_000));
    for (const text of texts) expect(roundTrips(text)).toBe(true);
    const mutated = fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 400 }), fc.string({ unit: 'binary', maxLength: 8 }))
      .map(
        ([text, at, length, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + length),
      );
    fc.assert(fc.property(mutated, roundTrips), { numRuns: 500 });
    for (const text of texts) expect(roundTrips(text.replaceAll('\n', '\r\n'))).toBe(true);
    for (const text of texts) expect(roundTrips(text.replaceAll('\n', '\r'))).toBe(true);
  });
});

describe('tasks and stages', () => {
  it.skipIf(ourPlan() === undefined)('finds the 8 stages and 25 tasks of the format’s own plan', () => {
    const document = parsePlan(ourPlan() ?? '');
    expect(document.stages.map(stage => stage.key)).toEqual(['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8']);
    const counts = [3, 3, 3, 3, 4, 3, 3, 3];
    const expected = counts.flatMap((count, stage) =>
      Array.from({ length: count }, (_, task) => `S${stage + 1}.${task + 1}`),
    );
    expect(document.tasks.map(task => task.key)).toEqual(expected);
    expect(document.tasks.every(task => task.key.startsWith(`${task.parent}.`))).toBe(true);
    expect(document.unrecognised).toEqual([]);
    expect(document.markers).toEqual([]);
    expect(countPlan(document)).toEqual({
      stages: 8,
      tasks: 25,
      done: 0,
      open: 25,
      in_progress: 0,
      blocked: 0,
      cancelled: 0,
    });
    const { checklist, links } = readValues(document, taskOf(document, 'S2.2'));
    expect(checklist[0]).toBe('[ ] GPU enabled (`--gpus all` + NVIDIA container toolkit).');
    expect([checklist.length, links]).toEqual([3, ['research.md#deployment-layout']]);
  });

  it('reads each way to write a head', () => {
    const heads = [
      '**A1 – T**',
      '**A2 — T**',
      '**A3 - T**',
      '**A4: T**',
      '**A5** – T',
      '**A6:** T',
      'A7 – T',
      'A8: T',
      'T-9 - T',
      '#010 – T',
      '1.2 – T',
    ];
    const document = parsePlan(heads.map(head => `- [ ] ${head}\n`).join(''));
    expect(document.tasks.map(task => task.key)).toEqual([
      'A1',
      'A2',
      'A3',
      'A4',
      'A5',
      'A6',
      'A7',
      'A8',
      'T-9',
      '#010',
      '1.2',
    ]);
    expect(new Set(document.tasks.map(task => task.title))).toEqual(new Set(['T']));
  });

  it('reads each box', () => {
    const marks = [' ', 'x', 'X', '~', '/', '!', '-'];
    const document = parsePlan(marks.map((mark, index) => `* [${mark}] **A${index} – T**\n`).join(''));
    expect(document.tasks.map(task => task.box)).toEqual([
      'open',
      'done',
      'done',
      'in-progress',
      'in-progress',
      'blocked',
      'cancelled',
    ]);
  });

  it('takes no words for a key', () => {
    expect(
      keys(
        '- [ ] Note: do this\n- [ ] **TODO – later**\n- [ ] 2026-01-02: party\n- [ ] see [a](b)\n- [x](y) A1 – no\n',
      ),
    ).toEqual([]);
  });

  it('names a stage once, whether the roadmap, a heading or both name it', () => {
    const document = parsePlan(
      '- [x] **Stage 1 – From the list**\n\n## Stage 1 – From the heading\n\n# Stage 2: Alone #\n\n- [ ] B1 – x\n',
    );
    expect(document.stages.map(({ key, title, item, heading }) => [key, title, item?.box, heading])).toEqual([
      ['S1', 'From the list', 'done', 2],
      ['S2', 'Alone', undefined, 4],
    ]);
    expect(document.tasks[0]?.parent).toBe('S2');
  });

  it('nests a bold task in a task and leaves other boxes to the task’s checklist', () => {
    const text =
      '- [ ] **A1 – Outer**\n  - [ ] A9 – a step\n  - [ ] plain\n  - [ ] **A1.1 – Inner**\n    - **Priority:** 0\n- [ ] **A2 – Next**\n';
    const document = parsePlan(text);
    expect(document.tasks.map(({ key, parent }) => [key, parent])).toEqual([
      ['A1', null],
      ['A1.1', 'A1'],
      ['A2', null],
    ]);
    expect(document.unrecognised).toEqual([]);
    expect(parsedTask(text, 'A1').task.own_end).toBe(3);
    expect(readValues(document, parsedTask(text, 'A1.1').task).priority).toBe(0);
    expect(readValues(document, parsedTask(text, 'A1').task).priority).toBe(2);
  });

  it('takes no check box in a fence, a comment or indented code for a task', () => {
    const hidden = [
      '```\n- [ ] **A1 – x**\n```\n',
      '~~~md\n- [ ] **A1 – x**\n```\n- [ ] **A2 – x**\n~~~\n',
      '````\n```\n- [ ] **A1 – x**\n````\n',
      '<!--\n- [ ] **A1 – x**\n-->\n',
      '<!-- - [ ] **A1 – x** -->\n',
      'text <!-- and\n- [ ] **A1 – x**\n--> on\n',
      'text\n\n    - [ ] **A1 – x**\n',
      '- item\n  ```\n  - [ ] **A1 – x**\n  ```\n',
      '- ```\n  - [ ] **A1 – x**\n  ```\n',
    ];
    for (const text of hidden) {
      expect([text, keys(`${text}- [ ] **B1 – seen**\n`)]).toEqual([text, ['B1']]);
      expect(parsePlan(text).unrecognised).toEqual([]);
      expect([text, keys(`${text}- [ ] **B1 – seen**\n`.replaceAll('\n', '\r\n'))]).toEqual([text, ['B1']]);
    }
  });

  it('ends a fence with the list item it stands in, and takes a comment without an end for text', () => {
    expect(keys('- [ ] **A1 – x**\n  ~~~\n  never closed\n- [ ] **A2 – x**\n')).toEqual(['A1', 'A2']);
    expect(keys('a <!-- b\n- [ ] **A1 – x**\n')).toEqual(['A1']);
    expect(keys('say `<!--` here\n- [ ] **A1 – x**\n\n-->\n')).toEqual(['A1']);
  });

  it('says which check boxes belong to nothing', () => {
    const document = parsePlan(
      '- [ ] loose\n- [ ] **Stage 1 – S**\n  - [ ] of the stage\n- [ ] **A1 – x**\n  - [ ] step\n',
    );
    expect(document.unrecognised).toEqual([0]);
  });

  it('refuses nothing but says where merge markers and double keys are', () => {
    const document = parsePlan(
      '<<<<<<< HEAD\n- [ ] A1 – x\n=======\n- [ ] A1 – y\n>>>>>>> other\n```\n<<<<<<< in code\n```\n',
    );
    expect(document.markers).toEqual([0, 4]);
    expect(document.duplicates).toEqual([{ key: 'A1', first: 1, second: 3 }]);
  });

  it('finds the header, the Done log and a BOM', () => {
    const document = parsePlan(`\uFEFF${PLAN}`);
    expect(document.header.updated?.text).toBe('`<auto>`');
    expect(document.header.editor?.text).toBe('`<name>`');
    expect(document.lines[document.done_log?.heading ?? 0]?.text).toBe('## Done / Completed Work Log');
    expect(parsePlan('\uFEFF- [ ] A1 – x').tasks).toHaveLength(1);
  });
});
