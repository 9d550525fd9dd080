import fc from 'fast-check';
import { extract, mustKeep } from '../../src/core/extract.ts';
import { checkSummary } from '../../src/memory/summaries/check.ts';

const word = fc.constantFrom(
  'the',
  'parser',
  'reads',
  'lines',
  'window',
  'slowly',
  'again',
  'and',
  'keeps',
  'colour',
  'of',
  'rows',
);
const name = fc.oneof(
  fc.constantFrom(
    'parseDuration',
    'MAX_SIZE',
    'src/wrap.js',
    'test/a/b.test.ts',
    '`npm test`',
    'RangeError',
    'S1.2',
    '--max_steps',
  ),
  fc.integer({ min: 10, max: 99_999 }).map(String),
  fc.integer({ min: 1, max: 900 }).map(value => `${value} ms`),
  fc.integer({ min: 0, max: 999 }).map(value => `item_${value}`),
);
const start = fc.constantFrom(
  '',
  '',
  '',
  'We decided that ',
  'It was tried and failed: ',
  'Error: ',
  'Still open: ',
  '- ',
  '# ',
);
const line = fc
  .tuple(
    start,
    fc.array(fc.oneof({ weight: 5, arbitrary: word }, { weight: 2, arbitrary: name }), { minLength: 1, maxLength: 30 }),
  )
  .map(([first, words]) => `${first}${words.join(' ')}.`);

/** Texts as turns leave them: prose, names, decisions, failures. */
export const sourceText = fc
  .array(fc.oneof({ weight: 6, arbitrary: line }, { weight: 1, arbitrary: fc.string({ maxLength: 80 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map(lines => lines.join('\n'));

/** What is wrong with the extract of a text, or null. */
export function wrongExtract(source: string, most: number): string | null {
  const made = extract(source, most);
  if (made !== extract(source, most)) return 'it is not the same twice';
  const length = source.trim().length;
  if (made.length > most * 4) return `it has ${made.length} characters for ${most} tokens`;
  if (length > 240 && made.length >= length) return 'it is not shorter';
  const lost = mustKeep(source, most).find(({ text }) => !made.includes(text));
  if (lost !== undefined) return `it lost "${lost.text}"`;
  const { missing, invented } = checkSummary(source, made, most);
  if (missing.length > 0) return `it lacks ${JSON.stringify(missing)}`;
  return invented.length > 0 ? `it invents ${JSON.stringify(invented)}` : null;
}
