import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendNotes } from '../../src/km/plan/edit.ts';
import { matchNotes, printNote, readNotes } from '../../src/km/plan/notes.ts';
import { edited, parsedTask } from './fixtures.ts';

const ISO = '2026-11-21T09:00:00Z';

describe('notes', () => {
  it('of file and database are paired by text or by the printed line, each once', () => {
    const at = '2026-11-21T10:00:00Z';
    const note = (agent: string, text: string) => ({ at, agent, text });
    const database = [note('coder', 'a\nb'), note('person', 'mine'), note('coder', 'same'), note('coder', 'same')];
    expect(printNote(note('coder', 'a\nb'))).toBe('2026-11-21 (coder): a b');
    const match = matchNotes(['2026-11-21 (coder): a  b', 'mine', '2026-11-21 (coder): same', 'new'], database);
    expect(match).toEqual({ missing: [note('coder', 'same')], unknown: ['new'] });
  });

  it('that were printed are always recognised', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2500 }), fc.string({ maxLength: 10 }), (text, agent) => {
        const note = { at: ISO, agent, text };
        const after = edited('- [ ] A1 – T\n', ({ document, task }) => appendNotes(document, task, [printNote(note)]));
        const { document, task } = parsedTask(Buffer.from(after).toString('utf8'), 'A1');
        expect(matchNotes(readNotes(document, task), [note])).toEqual({ missing: [], unknown: [] });
      }),
      { numRuns: 500 },
    );
  });
});
