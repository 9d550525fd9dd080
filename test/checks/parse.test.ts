import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECK_KINDS, isGuard, parseCheck } from '../../src/checks/checks.ts';
import { checkText, readCheckText } from '../../src/core/check-text.ts';

const words = (text: string) => {
  const read = readCheckText(text);
  return read.ok ? read.value : read.error.message;
};
const refusal = (text: string): string => {
  const check = parseCheck(text);
  return check.ok ? `understood as ${check.value.kind}` : `${check.error.message} ${check.error.hint}`;
};

describe('the text of a check', () => {
  it('is a kind, words and named values, quoted as in a shell', () => {
    expect(words('@file a.js')).toEqual({ kind: 'file', words: ['a.js'], options: [] });
    expect(words(`  @matches README.md regex="^\\d+ \\"x\\"$" flags='i'  `)).toEqual({
      kind: 'matches',
      words: ['README.md'],
      options: [
        ['regex', '^\\d+ "x"$'],
        ['flags', 'i'],
      ],
    });
    expect(words(`@exit run=bash' -c "'"exit 1"'"' code=1`)).toMatchObject({
      options: [
        ['run', 'bash -c "exit 1"'],
        ['code', '1'],
      ],
    });
    // A name stands before the sign without quotes; what is quoted is a word.
    expect(words('@critic "a=b"')).toMatchObject({ words: ['a=b'], options: [] });
    expect(words('@json a.json equals=""')).toMatchObject({ options: [['equals', '']] });
    expect(words('@http url=http://127.0.0.1:80/?a=b')).toMatchObject({
      options: [['url', 'http://127.0.0.1:80/?a=b']],
    });
  });

  it('says what is wrong with quotes and names', () => {
    expect(words('@file "a')).toContain('A quote is not closed');
    for (const text of ['@', '@ file', '@9', '@-', 'file', 'x=@file']) expect(words(text)).toContain('is no check');
  });

  it('comes back as it was printed, whatever its values hold', () => {
    const values = fc.array(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/), fc.string({ unit: 'binary' })));
    fc.assert(
      fc.property(values, options => {
        expect(words(checkText('kind', options))).toEqual({ kind: 'kind', words: [], options });
      }),
      { numRuns: 1000 },
    );
    expect(checkText('file', [['path', 'a.js']])).toBe('@file path=a.js');
    expect(checkText('diff', [['allow', 'src/** test/**']])).toBe('@diff allow="src/** test/**"');
  });
});

describe('reading a check', () => {
  it('takes anything else as a shell command, as it is', () => {
    expect(parseCheck('npm test -- "@file"')).toMatchObject({ ok: true, value: { kind: 'command', critic: false } });
    expect(parseCheck(' ').ok).toBe(false);
  });

  it.each([
    ['@fil a.js', 'There is no kind of check @fil. Did you mean @file? See all kinds: llmclis check --list'],
    ['@toString', 'There is no kind of check @toString. See all kinds: llmclis check --list'],
    ['@File a.js', 'There is no kind of check @File. Did you mean @file? See all kinds: llmclis check --list'],
    ['@file pth=a.js', '@file does not know pth=…. Did you mean path=…?'],
    ['@file a.js b.js', '@file does not take the word "b.js". For example: @file path=src/index.js'],
    ['@file a.js path=b.js', '@file has path=… twice. For example: @file path=src/index.js'],
    ['@file', '@file: it needs path=…. For example: @file path=src/index.js'],
    ['@file a type=link', '@file: type must be file or folder, not "link". For example: @file path=src/index.js'],
    [
      '@size a max=big',
      '@size: max must be a size such as 200kB, not "big". For example: @size path=dist/** max=200kB',
    ],
    ['@size a', '@size: it needs max=… or min=…. For example: @size path=dist/** max=200kB'],
    ['@lines a max=-1', '@lines: max must be a whole number, not "-1". For example: @lines path=src/** max=250'],
  ])('refuses %s', (text, wanted) => {
    expect(refusal(text)).toBe(wanted);
  });

  it.each([
    '@matches a regex=(',
    '@matches a b flags=u',
    '@output true regex=[',
    '@lacks a text=b regex=c',
    '@lacks a',
    '@json a equals=1',
    '@tests "npm test"',
    '@http http://example.org/ start=x',
    '@http file:///etc/passwd start=x',
    '@exit true timeout=0',
  ])('refuses %s, and shows how it is written', text => {
    expect(refusal(text)).toContain('For example: @');
  });

  it('never throws, and what it understands has a kind', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('@', ' ', '"', "'", '=', '\\', 'path=', ...Object.keys(CHECK_KINDS)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), pieces => {
        const text = `@${pieces.join('')}`;
        const check = parseCheck(text);
        isGuard(text);
        if (check.ok) expect(Object.keys(CHECK_KINDS)).toContain(check.value.kind);
        else expect(check.error).toMatchObject({ code: 'input.invalid', hint: expect.stringMatching(/\S/) });
      }),
      { numRuns: 2000 },
    );
  });

  it('knows which ones only guard', () => {
    expect(
      Object.values(CHECK_KINDS)
        .filter(kind => kind.guard)
        .map(kind => kind.name)
        .sort(),
    ).toEqual(['changed', 'critic', 'diff', 'no-new-lint', 'no-secrets', 'parses', 'unchanged']);
    expect(isGuard('npm test')).toBe(false);
    expect(isGuard('@nonsense')).toBe(false);
    expect(isGuard('  @diff')).toBe(true);
  });
});
