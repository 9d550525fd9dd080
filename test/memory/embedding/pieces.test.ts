import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/core/failure.ts';
import { frontOf, piecesOf } from '../../../src/memory/embedding/input.ts';
import { cutIntoPieces } from '../../../src/memory/embedding/pieces.ts';
import { must } from '../../km/fixtures.ts';
import { testEmbedder } from '../../support/embedders.ts';

/** Ways in which models count, and how many they take at least. */
const COUNTS = {
  words: (text: string) => text.split(/\s+/).length + 2,
  bytes: (text: string) => Buffer.byteLength(text) + 2,
  /** A long run is one unknown word. */
  runs: (text: string) =>
    text.split(/\s+/).reduce((sum, word) => sum + (word.length > 100 ? 1 : Math.ceil(word.length / 3)), 2),
} as const;

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        'word',
        'a',
        'Sentence ends.',
        '\n\n',
        '\n',
        'x'.repeat(150),
        '日本語です。',
        '👩‍👩‍👧',
        'db.port=5433',
      ),
      { maxLength: 300 },
    )
    .map(parts => parts.join(' ')),
);

const isParted = (text: string, at: number): boolean =>
  /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[at] ?? '');

describe('cutting a text into pieces', () => {
  it.each(Object.keys(COUNTS) as (keyof typeof COUNTS)[])(
    'keeps every character in a piece that fits, counted by %s',
    async name => {
      const counted = COUNTS[name];
      await fc.assert(
        fc.asyncProperty(anyText, fc.integer({ min: 8, max: 60 }), async (text, max_tokens) => {
          const spans = must(await cutIntoPieces(text, { max_tokens, count: async piece => ok(counted(piece)) }));
          expect(spans[0]?.start).toBe(0);
          expect(spans.at(-1)?.end).toBe(text.length);
          spans.forEach(({ start, end }, at) => {
            const next = spans[at + 1];
            // Nothing is left out between two pieces, and each goes further than the one before.
            if (next !== undefined) expect(next.start <= end && next.start > start && next.end > end).toBe(true);
            const piece = text.slice(start, end);
            expect(counted(piece) <= max_tokens || Array.from(piece).length === 1).toBe(true);
            // No character of two units is parted.
            expect(isParted(text, start) || isParted(text, end)).toBe(false);
          });
        }),
        { numRuns: 150, seed: 20_261_121 },
      );
    },
  );

  it('cuts at paragraphs, else at sentences, else at words, and repeats a little', async () => {
    const cut = async (text: string, max_tokens: number): Promise<readonly string[]> => {
      const spans = must(
        await cutIntoPieces(text, { max_tokens, count: async piece => ok(piece.split(/\s+/).filter(Boolean).length) }),
      );
      return spans.map(({ start, end }) => text.slice(start, end));
    };
    expect(await cut('One two three four.\n\nFive six seven.', 5)).toEqual([
      'One two three four.\n\n',
      'Five six seven.',
    ]);
    expect(await cut('One two three. Four five six.', 4)).toEqual(['One two three. ', 'Four five six.']);
    const long = await cut(Array.from({ length: 40 }, (_, at) => `w${at}`).join(' '), 20);
    expect(long[0]).toMatch(/^w0 .* w18 $/);
    expect(long[1]).toMatch(/^w18 /);
  });
});

describe('what the model sees of an entry', () => {
  const entry = { agent: 'Melanie', created_at: '2023-05-08T13:56:00Z' };

  it('has the date and the speaker in front of each piece', async () => {
    expect(frontOf(entry)).toBe('(8 May 2023) Melanie: ');
    const text = Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ');
    const pieces = must(await piecesOf({ ...entry, text }, testEmbedder({ max_tokens: 25 })));
    expect(pieces.length).toBeGreaterThan(2);
    for (const { text: piece } of pieces) {
      expect(piece).toMatch(/^\(8 May 2023\) Melanie: word/);
      expect(piece.split(' ').length + 2).toBeLessThanOrEqual(26);
    }
  });

  it('leaves them out where they would crowd out the text', async () => {
    const pieces = must(await piecesOf({ ...entry, text: 'a b c' }, testEmbedder({ max_tokens: 8 })));
    expect(pieces.map(({ text }) => text)).toEqual(['a b c']);
  });

  it('counts what the model wants in front of every text', async () => {
    const text = Array.from({ length: 38 }, (_, at) => `w${at}`).join(' ');
    const of = (text_prefix: string) => piecesOf({ ...entry, text }, testEmbedder({ max_tokens: 44, text_prefix }));
    expect(must(await of('')).length).toBe(1);
    expect(must(await of('search for this document: ')).length).toBe(2);
  });
});
