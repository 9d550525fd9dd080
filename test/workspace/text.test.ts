import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText } from '../../src/workspace/encoding.ts';
import { fileTools } from '../../src/workspace/files.ts';
import { align, linesOf } from '../../src/workspace/lines.ts';
import { replaceOnce, rewrite } from '../../src/workspace/text.ts';
import { editOf, shapes, strayFiles, tried, triedStray } from './edits.ts';
import { type Files, failureOf, temporaryFolder, value, writeFiles } from './helpers.ts';

const replaced = (text: string, old: string, next: string): string => value(replaceOnce('f', text, old, next)).text;

describe('edits of random files', () => {
  it('gives every byte as expected, or refuses and touches nothing', async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(shapes, async shape => {
        expect((await tried(folder, editOf(shape))).wrong).toBeNull();
      }),
      { numRuns: 400 },
    );
    await fc.assert(
      fc.asyncProperty(strayFiles, async bytes => {
        expect((await triedStray(folder, bytes)).wrong).toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});

describe('encodings', () => {
  it('decodes nothing that it could not encode to the very same bytes', () => {
    const lists = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'grapheme' }).map(text => Buffer.from(text)),
      fc.string({ unit: 'grapheme' }).map(text => Buffer.from(`\ufeff${text}`, 'utf16le')),
      fc.uint8Array().map(bytes => Buffer.concat([Buffer.from([0xfe, 0xff]), bytes])),
      fc.array(fc.constantFrom(0x61, 0x20, 0xe9, 0x80, 0x93, 0xfc)).map(codes => Buffer.from(codes)),
    );
    fc.assert(
      fc.property(lists, bytes => {
        const decoded = decodeText(bytes);
        if (!decoded.ok) return decoded.error !== '';
        const back = encodeText(decoded.value);
        return back.ok && Buffer.from(back.value).equals(Buffer.from(bytes));
      }),
    );
  });

  const certain: Record<string, [Buffer, string]> = {
    'Latin-1': [Buffer.from('un caf\xe9 \xe0 la cr\xe8me', 'latin1'), 'windows-1252'],
    'Windows-1252': [Buffer.from('\x93it\x92s\x94 \x80 5', 'latin1'), 'windows-1252'],
    'UTF-16 with its mark': [Buffer.from('\ufeffgr\u00fc\u00df', 'utf16le'), 'utf-16le'],
    'UTF-8 with its mark': [Buffer.from('\ufeff\ud83d\ude42'), 'utf-8'],
  };
  for (const [name, [bytes, encoding]] of Object.entries(certain)) {
    it(`knows ${name}`, () => expect(decodeText(bytes)).toMatchObject({ ok: true, value: { encoding } }));
  }

  const doubtful: Record<string, [Buffer, string]> = {
    'UTF-8 with one broken byte': [
      Buffer.concat([Buffer.from('gr\u00fc\u00dfe und \u00e4'), Buffer.from([0xfc])]),
      'mixes UTF-8',
    ],
    'Russian in KOI8-R': [Buffer.from('f0d2c9d7c5d420cdc9d220cbc1cb20c4c5ccc120d3c5c7cfc4ced1', 'hex'), 'not certain'],
    'Polish in Latin-2': [Buffer.from('za\xbf\xf3\xb3\xe6 g\xea\xb6l\xb1 ja\xbc\xf1', 'latin1'), 'not certain'],
    'half a character of UTF-16': [Buffer.from([0xff, 0xfe, 0x41]), 'odd number of bytes'],
    'control characters': [Buffer.from([0x61, 0x01, 0xe9]), 'control characters'],
  };
  for (const [name, [bytes, why]] of Object.entries(doubtful)) {
    it(`says why ${name} is not taken for text`, () =>
      expect(decodeText(bytes)).toEqual({ ok: false, error: expect.stringContaining(why) }));
  }

  it('refuses a character the file’s encoding does not have, and names it', async () => {
    const { tools, bytes } = toolsOn({ 'l.txt': Buffer.from('caf\xe9 = 1\r\n', 'latin1') });
    const refused = failureOf(await tools.planReplace('l.txt', '= 1', '= \u5b57'));
    expect(refused.message).toContain('l.txt is in windows-1252, which has no "\u5b57" (U+5B57)');
    expect(failureOf(await tools.planWrite('l.txt', '\u0142\n')).message).toContain('U+0142');
    value(await tools.apply(value(await tools.planReplace('l.txt', '= 1', '= \u20ac'))));
    expect(bytes('l.txt').toString('latin1')).toBe('caf\xe9 = \x80\r\n');
  });
});

describe('finding with tolerance', () => {
  const cases: Record<string, [text: string, old: string, next: string, after: string]> = {
    'smart quotes stay where nothing changed': [
      'say(“a”, ‘b’, 1);\n',
      'say("a", \'b\', 1);',
      'say("a", \'b\', 2);',
      'say(“a”, ‘b’, 2);\n',
    ],
    'and are what the model writes where it did': ['say(“a”);\n', 'say("a");', 'say("new");', 'say(“new”);\n'],
    'new quotes are not made smart': ['say(“a”);\n', 'say("a");', 'say("a", "b");', 'say(“a”, "b");\n'],
    'tabs stay': [
      '\tif (x)\n\t\treturn 1;\n',
      '    if (x)\n        return 1;',
      '    if (x)\n        return 2;',
      '\tif (x)\n\t\treturn 2;\n',
    ],
    'spaces at the ends of lines stay': ['a  \nb\t\nc\n', 'a\nb\nc', 'a\nB\nc', 'a  \nB\nc\n'],
    'too many spaces in what is given': ['a\nb\nc\n', 'a \nb  ', 'a \nB  ', 'a\nB\nc\n'],
    'a space for a tab at the end': ['let a;\t\nb\n', 'let a; ', 'let b; ', 'let b;\t\nb\n'],
    'no-break spaces and dashes stay': ['5\u00a0km – far\n', '5 km - far', '5 km - near', '5\u00a0km – near\n'],
    'composed accents are found decomposed': [
      'cafe\u0301 au lait\n',
      'caf\u00e9 au',
      'caf\u00e9 du',
      'cafe\u0301 du lait\n',
    ],
    'decomposed accents are found composed': ['caf\u00e9 1\n', 'cafe\u0301 1', 'cafe\u0301 2', 'caf\u00e9 2\n'],
    'Korean in either form': ['\u1100\u1161\u11a8 1\n', '\uac01 1', '\uac01 2', '\u1100\u1161\u11a8 2\n'],
    'line ends stay with their lines': ['“a”\r\nb\nc\r\n', '"a"\nb\nc', '"a"\nnew\nb\nc!', '“a”\r\nnew\r\nb\nc!\r\n'],
  };
  for (const [name, [text, old, next, after]] of Object.entries(cases)) {
    it(name, () => {
      const found = value(replaceOnce('f', text, old, next));
      expect(found.text).toBe(after);
      expect(found.matched).not.toBeNull();
    });
  }

  it('takes the exact text first, and writes what it is given then', () => {
    expect(replaced('a "x" b\n“x”\n', '"x"', '“x”')).toBe('a “x” b\n“x”\n');
    expect(replaced('“x”\n', '“x”', '"x"')).toBe('"x"\n');
  });

  it('says the lines where it could be several', () => {
    const refused = failureOf(replaceOnce('f', 'say(“a”)\nb\nsay(‟a”)\n', 'say("a")', 'x'));
    expect(refused.message).toMatch(/to the letter.*2 times: at lines 1, 3/);
  });

  it('does not take half a character, nor words that only look alike', () => {
    for (const [text, old] of [
      ['cafe\u0301', 'caf\u00e8'],
      ['a b', 'ab'],
      ['\u0430bc', 'abc'],
      ['x', ' '],
    ] as const)
      expect(failureOf(replaceOnce('f', text, old, 'new')).message).toContain('is not in f');
  });

  it('tells the model what the file has', async () => {
    const { tools } = toolsOn({ 'a.js': 'one\nlet x = “quoted”;\n' });
    const { note } = value(await tools.planReplace('a.js', 'x = "quoted"', 'x = 1'));
    expect(note).toContain('from line 2: "x = “quoted”"');
    expect(value(await tools.planReplace('a.js', 'one', 'two')).note).toBeUndefined();
  });
});

describe('line ends', () => {
  it('finds text over ends of either kind', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 3, maxLength: 9 }), ends => {
        const text = ends.map((end, index) => `line ${index}${end}`).join('');
        return replaced(text, 'line 1\nline 2', 'L') === text.replace(/line 1\r?\nline 2/, 'L');
      }),
    );
  });

  it('keeps those of files from old Macs', async () => {
    const { tools, bytes } = toolsOn({ 'm.txt': 'one\rtwo\rthree' });
    expect(value(await tools.read('m.txt'))).toEqual({ text: 'one\ntwo\nthree', lines: 3 });
    value(await tools.apply(value(await tools.planReplace('m.txt', 'one\ntwo', 'one\n1\ntwo'))));
    expect(bytes('m.txt').toString()).toBe('one\r1\rtwo\rthree');
  });

  it('makes no CR CR LF of content that brings its own', () => {
    expect(replaced('a\r\nb\r\n', 'a\r\nb', 'a\r\nc\r\nb')).toBe('a\r\nc\r\nb\r\n');
    expect(rewrite('a\r\nb\r\n', 'x\r\ny\r\n')).toBe('x\r\ny\r\n');
  });

  it('keeps the lines of a whole file that did not change, and ends it as the content does', () => {
    expect(rewrite('a\r\nb\nc\r\n', 'a\nnew\nb\nc\n')).toBe('a\r\nnew\r\nb\nc\r\n');
    expect(rewrite('a\nb\r\nc', 'a\nB\nc\n')).toBe('a\nB\r\nc\r\n');
    expect(rewrite('a\r\nb\r\n', 'a\nb')).toBe('a\r\nb');
    expect(rewrite('cafe\u0301\nb\n', 'caf\u00e9\nc\n')).toBe('cafe\u0301\nc\n');
    expect(rewrite('', 'a\nb\n')).toBe('a\nb\n');
    expect(rewrite('a\n', '')).toBe('');
  });
});

describe('alignment', () => {
  it('pairs equal entries in rising order, also of lists too long for a table', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (left, right) => {
        const pairs = align(left, right);
        const isRising = pairs.every(
          ([i, j], at) => at === 0 || (i > (pairs[at - 1]?.[0] ?? -1) && j > (pairs[at - 1]?.[1] ?? -1)),
        );
        return isRising && pairs.every(([i, j]) => left[i] === right[j]);
      }),
    );
    const long = Array.from({ length: 3000 }, (_, at) => `line ${at}`);
    const changed = ['first', ...long.slice(0, 1000), 'new', ...long.slice(1002), 'last'];
    expect(align(long, changed)).toHaveLength(2998);
    expect(align(Array(2000).fill('x'), ['y', ...Array(2000).fill('x'), 'y'])).toEqual([]);
  });

  it('takes a text apart and together again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\r', '\n') }), text => {
        const lines = linesOf(text, /\r?\n/g);
        return lines.map(line => line.text + line.end).join('') === text && lines.at(-1)?.end === '';
      }),
    );
  });
});

function toolsOn(files: Files) {
  const root = temporaryFolder();
  writeFiles(root, files);
  return { root, tools: fileTools(root, [], []), bytes: (path: string) => readFileSync(join(root, path)) };
}
