import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedPlans } from './fixtures.ts';
import { anyText, databaseChange, fileChange, lostWords, RICH, restless, starts, strayBytes } from './properties.ts';

/** Nothing may be wrong. */
function must(wrong: string | null): void {
  if (wrong !== null) throw new Error(wrong);
}

describe('a sync', () => {
  it('changes no byte and no row when there is nothing to do, whatever the text', () => {
    expect(restless(RICH)).toBeNull();
    fc.assert(
      fc.property(anyText, text => must(restless(text))),
      { numRuns: 150, seed: 20_261_121 },
    );
  });

  it.skipIf(sharedPlans().size === 0).each([...sharedPlans()])('leaves %s as it is', (_name, text) => {
    expect(restless(text)).toBeNull();
  });

  it('after a change in the file writes only what follows from it', () => {
    fc.assert(
      fc.property(starts, fileChange, (start, change) => must(strayBytes(start, change))),
      { numRuns: 100, seed: 20_261_121 },
    );
  });

  it('after a change in the database writes only the lines that carry it', () => {
    fc.assert(
      fc.property(starts, databaseChange, (start, change) => must(strayBytes(start, change))),
      { numRuns: 150, seed: 20_261_121 },
    );
  });

  it('loses no word of two changes that are made at once', () => {
    fc.assert(
      fc.property(starts, fileChange, databaseChange, (start, file, database) =>
        must(lostWords(start, file, database)),
      ),
      { numRuns: 150, seed: 20_261_121 },
    );
  });
});
