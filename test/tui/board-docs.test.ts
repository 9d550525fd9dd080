import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boardKeys } from '../../src/tui/board/keys.ts';

describe('docs/board.md', () => {
  it('lists every key with what it does, and no other', () => {
    const text = readFileSync(new URL('../../docs/board.md', import.meta.url), 'utf8');
    const table = /\| key \|.*\n\|-+\|-+\|\n((?:\|.*\n)+)/.exec(text)?.[1];
    expect(table).toBe(boardKeys.map(({ shown, help }) => `| ${shown} | ${help} |\n`).join(''));
  });
});
