import { describe, expect, it } from 'vitest';
import type { MemoryType } from '../../src/memory/memory.ts';
import { applies, contentWords, subjectOf } from '../../src/orchestrator/applies.ts';

const TASKS = [
  'Import invoices\nParse decimal amounts with a comma in src/import.js.',
  'Export invoices\nWrite decimal amounts in src/export.js.',
  'Dark theme\nA palette for the terminal in src/theme.js.',
  'Keyboard\nMap the arrow keys in src/keys.js.',
  'Splash\nFade the logo in, in src/splash.js.',
  'Licence\nShow the licence in src/licence.js.',
  'Clipboard\nCopy the selection in src/clipboard.js.',
  'Telemetry\nOff by default in src/telemetry.js.',
];
const hit = (text: string, type: MemoryType = 'lesson', parts = {}) => ({ text, type, parts });

describe('what is found applies to a task', () => {
  it.each([
    [
      'a lesson about the same matter',
      TASKS[1],
      hit('Import invoices: decimal amounts were split at the comma.'),
      true,
    ],
    [
      'a lesson about another matter',
      TASKS[2],
      hit('Import invoices: decimal amounts were split at the comma.'),
      false,
    ],
    [
      'general words in common',
      TASKS[3],
      hit('Write the file, run the tests, return the value: the arrow was wrong.'),
      false,
    ],
    ['one rare word in a lesson', TASKS[2], hit('The terminal needs a line end.'), false],
    ['one rare word in a fact', TASKS[2], hit('The terminal needs a line end.', 'fact'), true],
    [
      'the file in which everything is exported',
      'Rows\nRead one row in src/row.js, exported from src/index.js.',
      hit('Wrap text: the space counts. Files: src/index.js, src/wrap.js.', 'lesson'),
      false,
    ],
    ['a file of the task', TASKS[4], hit('src/splash.js is generated.', 'task_summary'), true],
    [
      'one rare word, near by its vector',
      TASKS[2],
      hit('The terminal needs a line end.', 'lesson', { vector: 0.4 }),
      true,
    ],
    [
      'one rare word, far by its vector',
      TASKS[2],
      hit('The terminal needs a line end.', 'lesson', { vector: 0.1 }),
      false,
    ],
    ['the best by its vector, and no word', TASKS[5], hit('Bananas are yellow.', 'note', { vector: 0.5 }), false],
    ['nothing in common', TASKS[6], hit('Bananas are yellow.', 'fact'), false],
  ] as const)('%s', (_, task, found, expected) => {
    expect(applies(subjectOf(task ?? '', TASKS), found)).toBe(expected);
  });

  it('words of most tasks tell none from the others', () => {
    const all = Array.from(
      { length: 10 },
      (_, place) => `Invoices part ${place}\nThe ${'abcdefghij'[place]}lpha column.`,
    );
    expect(subjectOf(all[0] ?? '', all).words).not.toContain('invoice');
  });

  it('takes names apart and pairs of signs where no spaces are', () => {
    expect([...contentWords('parseDuration')]).toEqual(['parseduration', 'parse', 'duration']);
    expect([...contentWords('発票金額')]).toEqual(['発票', '票金', '金額']);
  });
});
