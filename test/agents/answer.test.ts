import { describe, expect, it } from 'vitest';
import { ANSWER, clipped, window } from '../../src/agents/answer.ts';

const numbered = (count: number): string => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join('\n');

/** Reads on as the answers say, until there is no more to read. */
function readAll(text: string): string {
  let all = '';
  for (let offset = 1, column = 1; ; ) {
    const part = window(text, column > 1 ? { offset, limit: 1, column } : { offset, column });
    const long = /\[… \d+ more characters in this line; read on with offset (\d+), limit 1, column (\d+)\]/.exec(part);
    const next = /\n\[\d+ more lines; read on with offset (\d+)\]$/.exec(part);
    if (long !== null) {
      all += part.slice(0, long.index);
      [offset, column] = [Number(long[1]), Number(long[2])];
      continue;
    }
    all += next === null ? part : `${part.slice(0, next.index)}\n`;
    if (next === null) return all;
    [offset, column] = [Number(next[1]), 1];
  }
}

describe('a window on a file', () => {
  it('shows a range of lines and says where to read on', () => {
    expect(window(numbered(5), { offset: 2, limit: 2 })).toBe('line 2\nline 3\n[2 more lines; read on with offset 4]');
    expect(window(numbered(3), { offset: 3 })).toBe('line 3');
    expect(window(numbered(3), { offset: 9 })).toBe('[the file has 3 lines]');
    expect(window('', {})).toBe('');
  });

  it('never shows more than an answer holds, and the whole file can be read piece by piece', () => {
    for (const text of [
      numbered(20_000),
      `a\n${'x'.repeat(50_000)}\nb\n${'y'.repeat(7000)}`,
      'é🙂'.repeat(9000),
      numbered(3),
    ]) {
      expect(window(text, { limit: 100_000 }).length).toBeLessThanOrEqual(ANSWER);
      expect(readAll(text)).toBe(text);
    }
  });
});

describe('an answer of a tool', () => {
  it('is clipped in its middle when it is too long', async () => {
    const answer = (text: string) => clipped({ run: async () => ({ text, is_error: true }) }).run();
    expect(await answer('short')).toEqual({ text: 'short', is_error: true });
    const long = await answer(`begin${'🙂'.repeat(40_000)}end`);
    expect(long.text.length).toBeLessThanOrEqual(ANSWER);
    expect(long.text).toMatch(/^begin.*\n\[… 50108 characters left out here …\]\n.*end$/s);
    expect(long.text.isWellFormed()).toBe(true);
    expect(long.is_error).toBe(true);
  });
});
