import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../src/km/query/filter-fields.ts';

const docs = readFileSync(join(import.meta.dirname, '../../docs/filter.md'), 'utf8');

describe('docs/filter.md', () => {
  it('has a row for every field', () => {
    const rows = docs.split('\n').filter(line => line.startsWith('| `'));
    for (const field of Object.keys(FIELDS))
      expect(
        rows.some(row => row.split('|')[1]?.includes(`\`${field}\``)),
        field,
      ).toBe(true);
  });

  it.each(['status', 'reason', 'role', 'queue', 'proof', 'has', 'is'])('names every word that %s takes', name => {
    const words = (FIELDS[name]?.takes ?? '').replace('one of: ', '').split(', ');
    expect(words.length).toBeGreaterThan(2);
    for (const word of words) expect(docs, word).toMatch(new RegExp(`\\b${word}\\b`));
  });
});
