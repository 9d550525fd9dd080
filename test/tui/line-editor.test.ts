import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editLine, type LineEdit, type TypedLine } from '../../src/tui/board/line-editor.ts';

const empty: TypedLine = { text: '', caret: 0 };
const typed = (...edits: readonly LineEdit[]): TypedLine => edits.reduce(editLine, empty);
const insert = (text: string): LineEdit => ({ type: 'insert', text });
const edit = fc.oneof(
  fc.string({ unit: 'binary' }).map(insert),
  fc.string({ unit: 'grapheme' }).map(insert),
  fc
    .constantFrom('erase-before', 'erase-after', 'erase-word', 'erase-all', 'left', 'right', 'start', 'end')
    .map((type): LineEdit => ({ type })),
);

describe('the line that is typed', () => {
  it('takes text at the caret', () => {
    const line = typed(
      insert('status:'),
      insert('done'),
      { type: 'start' },
      insert('x '),
      { type: 'end' },
      insert(' y'),
    );
    expect(line).toEqual({ text: 'x status:done y', caret: 15 });
  });

  it('erases whole characters and words', () => {
    expect(typed(insert('a👩‍👩‍👧'), { type: 'erase-before' })).toEqual({ text: 'a', caret: 1 });
    expect(typed(insert('tag:api retry '), { type: 'erase-word' })).toEqual({ text: 'tag:api ', caret: 8 });
    expect(typed(insert('ab'), { type: 'left' }, { type: 'erase-after' })).toEqual({ text: 'a', caret: 1 });
    expect(typed(insert('ab'), { type: 'erase-all' })).toEqual(empty);
  });

  it('makes one line of what is pasted', () => {
    expect(typed(insert('tag:api\r\n\u001b[31m"retry"\u001b[0m\tpolicy\n')).text).toBe('tag:api "retry" policy ');
    expect(typed(insert('a'), insert(' '), insert('b')).text).toBe('a b');
  });

  it('never holds a control character, and its caret stays in it', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 20 }), edits => {
        const { text, caret } = typed(...edits);
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(caret).toBeGreaterThanOrEqual(0);
        expect(caret).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
