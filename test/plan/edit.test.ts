import { describe, expect, it } from 'vitest';
import { printPlan } from '../../src/km/plan/document.ts';
import { appendNotes, editPlan, setBox, setHeader, setLastUpdated } from '../../src/km/plan/edit.ts';
import { appendDoneLog, isLogged, logIndex, printDoneEntry } from '../../src/km/plan/log.ts';
import { readNotes } from '../../src/km/plan/notes.ts';
import { parsePlan } from '../../src/km/plan/parse.ts';
import { readValues } from '../../src/km/plan/values.ts';
import { changedLines, edited, ourPlan, PLAN, taskOf } from './fixtures.ts';

const ISO = '2026-11-21T09:00:00Z';

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
