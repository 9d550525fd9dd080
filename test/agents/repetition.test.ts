import { describe, expect, it } from 'vitest';
import { circling, idleReplies } from '../../src/agents/repetition.ts';
import type { Message } from '../../src/core/model.ts';

type Step = readonly [name: string, input: unknown, text: string, isError?: boolean];

const talk = (...steps: readonly Step[]): readonly Message[] =>
  steps.flatMap(([name, input, text, is_error = false], place): Message[] => {
    const id = `c${place}`;
    return [
      { role: 'assistant', text: '', calls: [{ id, name, input }] },
      { role: 'tool', call_id: id, name, text, is_error },
    ];
  });
const times = (count: number, ...steps: readonly Step[]): readonly Step[] =>
  Array.from({ length: count }, () => steps).flat();

const GREP: Step = ['search_text', { pattern: 'slug' }, 'No line matches.'];
const READ: Step = ['read_file', { path: 'a.js' }, 'export {};'];
const LIST: Step = ['list_files', {}, 'a.js'];
const TEST: Step = ['run_command', { command: 'npm test' }, '1 failed (12.5 ms)'];
const EDIT = (text: string): Step => ['write_file', { path: 'a.js', content: text }, 'Wrote a.js.'];

describe('circling', () => {
  it('says so at the third same outcome and ends the turn at the fifth', () => {
    expect(circling(talk(...times(2, GREP)))).toBeNull();
    expect(circling(talk(...times(3, GREP)))?.kind).toBe('nudge');
    expect(circling(talk(...times(5, GREP)))?.kind).toBe('end');
  });

  it('counts the same outcome also where other calls stand between', () => {
    const steps = Array.from({ length: 5 }, (_, place): readonly Step[] => [
      GREP,
      ['read_file', { path: `${place}.js` }, String(place)],
    ]).flat();
    expect(circling(talk(...steps, GREP))?.kind).toBe('end');
  });

  it('ends two calls that take turns after six, three after nine', () => {
    expect(circling(talk(...times(3, GREP, READ)))).toMatchObject({ kind: 'end' });
    expect(circling(talk(...times(2, GREP, READ)))).toBeNull();
    expect(circling(talk(...times(3, GREP, READ, LIST)))).toMatchObject({ kind: 'end' });
    const flip = times(3, EDIT('one'), EDIT('two'));
    expect(circling(talk(...flip))).toMatchObject({ kind: 'end' });
  });

  it('lets a model poll what changes, and test after each edit', () => {
    const polling = Array.from({ length: 20 }, (_, place): Step => ['read_file', { path: 'log' }, `line ${place}`]);
    expect(circling(talk(...polling))).toBeNull();
    const working = Array.from({ length: 8 }, (_, place): readonly Step[] => [EDIT(String(place)), TEST]).flat();
    expect(circling(talk(...working))).toBeNull();
  });

  it('takes results that differ in their times alone for the same, and edits that changed nothing for no change', () => {
    const slow = Array.from({ length: 5 }, (_, place): Step => [TEST[0], TEST[1], `1 failed (${place}.5 ms)`]);
    expect(circling(talk(...slow))?.kind).toBe('end');
    const idle: Step = ['write_file', { path: 'a.js', content: 'x' }, 'a.js has this content; nothing was changed.'];
    const refused: Step = ['edit_file', { path: 'a.js' }, 'The old text is not in a.js.', true];
    expect(circling(talk(...times(5, GREP, idle, refused)))?.kind).toBe('end');
  });
});

describe('idle replies', () => {
  it('are counted from the end, past what the model was told', () => {
    const says: Message = { role: 'assistant', text: 'I would…', calls: [] };
    const told: Message = { role: 'user', text: 'Go on.' };
    expect(idleReplies([...talk(GREP), says, told, says])).toBe(2);
    expect(idleReplies([says, ...talk(GREP)])).toBe(0);
  });
});
