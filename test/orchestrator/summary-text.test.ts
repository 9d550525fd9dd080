import { describe, expect, it } from 'vitest';
import {
  extractedBody,
  failedTries,
  handoverText,
  taskSource,
  turnSummary,
} from '../../src/orchestrator/summary-text.ts';
import type { EndedTurn, TaskState } from '../../src/orchestrator/task-state.ts';

const attempt = (outcome: string, evidence: string) => ({ role: 'coder', model: 'small', outcome, evidence });
const TASK = {
  task: {
    key: 'S1.2',
    title: 'Wrap lines',
    description: 'Add wrap(text, width) in src/wrap.js.',
    checks: ['npm test'],
  },
  attempts: [
    attempt('handed_off', ''),
    attempt(
      'checks_failed',
      '`npm test` fails (exit 1).\nFailing: keeps long words\n\nThe change of that turn:\n--- a/src/wrap.js\n+++ b/src/wrap.js\n',
    ),
    attempt('interrupted', 'cut'),
  ],
  handed_over: [
    {
      from: 'manager',
      summary: 'Only src/wrap.js. We decided that tabs count as one. Is width ever 0? Use splitWords().',
    },
  ],
  work: null,
} as unknown as TaskState;

describe('what is kept of a task', () => {
  it('has its end, decisions, tries, open questions and names', () => {
    expect(extractedBody(TASK, 'Wrote wrap() with a loop.')).toBe(
      [
        'Wrote wrap() with a loop.',
        'Decided: We decided that tabs count as one.',
        'Tried: turn 2, coder on small, failed (checks failed): `npm test` fails (exit 1). Failing: keeps long words',
        'Open: Is width ever 0?',
        'Names: splitWords',
      ].join('\n'),
    );
    expect(failedTries(TASK)).toHaveLength(1);
  });

  it('is made from all that was said and tried', () => {
    const source = taskSource(TASK, 'Wrote wrap().');
    for (const part of [
      'S1.2 – Wrap lines',
      'src/wrap.js',
      'The manager said: ',
      'Turn 2, coder on small, failed',
      'Wrote wrap().',
    ])
      expect(source).toContain(part);
    expect(source).not.toContain('+++ b/');
  });

  it('tells the next one goal, state, files and the next step', () => {
    expect(handoverText(TASK, { from: 'coder on small', to: 'coder on big', said: '' }, null)).toBe(
      [
        'S1.2 – Wrap lines: handed from coder on small to coder on big.',
        'Goal: Add wrap(text, width) in src/wrap.js.',
        'Decided: We decided that tabs count as one.',
        'Tried: turn 2, coder on small, failed (checks failed): `npm test` fails (exit 1). Failing: keeps long words',
        'Open: Is width ever 0?',
        'Names: splitWords',
        'Files: src/wrap.js.',
        'Next: make pass: keeps long words',
      ].join('\n'),
    );
    expect(handoverText(TASK, { from: 'a', to: 'b', said: '' }, 'A model wrote this.')).toContain(
      '\nA model wrote this.\n',
    );
  });

  it('of one turn is what it claimed and how it failed', () => {
    const turn = {
      role: 'coder',
      model: 'small',
      end: { kind: 'finished', summary: 'All is done.' },
    } as unknown as EndedTurn;
    const work = { changed: ['src/wrap.js'] } as unknown as TaskState['work'];
    expect(turnSummary({ ...TASK, work }, turn, 'checks_failed')).toBe(
      'S1.2 – Wrap lines: turn 4, coder on small, failed (checks failed).\nIt said: All is done.\nFiles: src/wrap.js.',
    );
  });

  it('begins with the goal as the task has it, cut between words', () => {
    const description = `Write wrap(text, width). ${'It never fails on long words. '.repeat(20)}`;
    const task = { ...TASK, task: { ...TASK.task, description } };
    const goal =
      handoverText(task, { from: 'coder on small', to: 'coder on big', said: '' }, null).split('\n')[1] ?? '';
    expect(goal).toMatch(/^Goal: Write wrap\(text, width\)\. It never fails on long words\..* …$/);
    expect(`${description} `).toContain(`${goal.slice('Goal: '.length, -2)} `);
  });
});
