import { describe, expect, it } from 'vitest';
import { lessonOf } from '../../src/orchestrator/lesson.ts';
import type { EndedTurn, TaskState } from '../../src/orchestrator/task-state.ts';

const TURN = { role: 'coder', model: 'big' } as EndedTurn;
const task = (outcome: string, evidence: string): TaskState =>
  ({
    task: { key: 'S1', title: 'Words', tags: [] },
    work: { changed: ['src/words.js'] },
    attempts: [{ role: 'coder', model: 'small', outcome, evidence }],
  }) as unknown as TaskState;

describe('the lesson of a task', () => {
  it('says what was wrong and what put it right', () => {
    expect(lessonOf(task('checks_failed', 'expected 3, got 4'), TURN, 'Empty lines count.')).toBe(
      'S1 – Words: what was wrong, and what fixed it.\nWrong (checks failed, coder on small): expected 3, got 4\nFixed by the coder on big, in src/words.js: Empty lines count.',
    );
  });

  it.each(['passed', 'interrupted', 'refusal'])('is none after a try that is %s', outcome => {
    expect(lessonOf(task(outcome, 'x'), TURN, 'Done.')).toBeNull();
  });

  it('is cut between words: half a number is another number', () => {
    const numbers = Array.from({ length: 300 }, (_, place) => `${place + 54_320}`);
    const said = lessonOf(task('checks_failed', 'expected 3'), TURN, numbers.join(' ')) ?? '';
    const words = (said.split(': ').at(-1) ?? '').split(' ');
    expect(words.at(-1)).toBe('…');
    for (const word of words.slice(0, -1)) expect(numbers).toContain(word);
  });
});
