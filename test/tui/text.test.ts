import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { cleanLine, cut, textWidth, toWidth, wrap } from '../../src/tui/text.ts';

const anyLine = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', '日', '👩‍👩‍👧', 'é', 'ｱ', '🇩🇪', ' ') }),
);

describe('text on a terminal', () => {
  it('fills or cuts any line to exactly the width asked for', () => {
    fc.assert(
      fc.property(anyLine, fc.integer({ min: 1, max: 30 }), fc.constantFrom('left', 'right'), (text, width, align) => {
        expect(stringWidth(toWidth(cleanLine(text), width, align))).toBe(width);
      }),
    );
  });

  it('never cuts a character in halves', () => {
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('a👩‍👩‍👧b', 3)).toBe('a…');
    expect(cut('abc', 3)).toBe('abc');
  });

  it('leaves no control character and no escape sequence in a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(cleanLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
    expect(cleanLine('\u001b[31mred\u001b[0m \u001b]0;title\u0007text')).toBe('red text');
  });

  it('wraps to the width and loses no word', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '日'), minLength: 1, maxLength: 12 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 20 }), (list, width) => {
        const lines = wrap(list.join(' '), width);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(list.join(''));
      }),
    );
  });
});
