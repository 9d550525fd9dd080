import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutlineRow } from '../../src/km/km.ts';
import { indexOfPlace, shownPlaces, treeOf } from '../../src/tui/board/tree.ts';
import { outlineOf, treeTasks } from './fixtures.ts';

const row = (id: number, parent_id: number | null): OutlineRow => ({
  id,
  parent_id,
  key: `T${id}`,
  kind: 'task',
  status: 'pending',
});
/** Any parents at all: missing ones, themselves, circles. */
const outlines = fc
  .array(fc.option(fc.integer({ min: 0, max: 14 })), { maxLength: 14 })
  .map(parents => parents.map((parent, index) => row(index + 1, parent)));
const ids = fc.array(fc.integer({ min: 1, max: 14 })).map(list => new Set(list));

describe('tree', () => {
  it('puts each task under its parent, in the order of the plan', () => {
    const late = [...outlineOf(treeTasks), { ...row(10, 3), key: 'S1.2.4' }];
    expect(treeOf(late).rows.map(({ key, depth, below }) => `${key} ${depth} ${below}`)).toEqual([
      'S1 0 7',
      'S1.1 1 0',
      'S1.2 1 5',
      'S1.2.1 2 0',
      'S1.2.2 2 1',
      'S1.2.2.1 3 0',
      'S1.2.3 2 0',
      'S1.2.4 2 0',
      'S2 0 1',
      'S2.1 1 0',
    ]);
  });

  it('counts tasks and not stages', () => {
    expect(treeOf(outlineOf(treeTasks)).counts).toEqual({ tasks: 7, done: 2, blocked: 0 });
  });

  it('loses no row, whatever the parents are, and each stands right under its parent', () => {
    fc.assert(
      fc.property(outlines, outline => {
        const { rows } = treeOf(outline);
        expect(rows.map(one => one.id).sort((a, b) => a - b)).toEqual(outline.map(one => one.id));
        rows.forEach((one, place) => {
          const parent = rows[one.parent];
          expect(one.depth).toBe(parent === undefined ? 0 : parent.depth + 1);
          if (parent !== undefined) expect(place).toBeLessThanOrEqual(one.parent + parent.below);
        });
        const deeper = (place: number): number =>
          rows.slice(place + 1).findIndex(one => one.depth <= (rows[place]?.depth ?? 0));
        rows.forEach((one, place) => {
          const end = deeper(place);
          expect(one.below).toBe(end < 0 ? rows.length - place - 1 : end);
        });
      }),
    );
  });

  it('shows the rows that match with what they stand under, and nothing under a folded one', () => {
    fc.assert(
      fc.property(outlines, ids, fc.option(ids), (outline, folded, matches) => {
        const tree = treeOf(outline);
        const { rows } = tree;
        const shown = shownPlaces(tree, folded, matches);
        const above = (place: number): readonly number[] => {
          const parent = rows[place]?.parent ?? -1;
          return parent < 0 ? [] : [parent, ...above(parent)];
        };
        const isUnder = (place: number): boolean => above(place).some(one => folded.has(rows[one]?.id ?? -1));
        const leads = (place: number): boolean =>
          rows.some(
            (one, other) => (matches?.has(one.id) ?? true) && (other === place || above(other).includes(place)),
          );
        const expected = rows.flatMap((_, place) => (leads(place) && !isUnder(place) ? [place] : []));
        expect(shown).toEqual(expected);
      }),
    );
  });

  it('finds the place of a row, or of the one before it', () => {
    expect([0, 1, 2, 5, 9].map(place => indexOfPlace([0, 2, 5], place))).toEqual([0, 0, 1, 2, 2]);
    expect(indexOfPlace([], 3)).toBe(0);
  });

  it('makes a tree of 100,000 rows, in a chain too', () => {
    const chain = Array.from({ length: 100_000 }, (_, index) => row(index + 1, index === 0 ? null : index));
    expect(treeOf(chain).rows.at(-1)?.depth).toBe(99_999);
    expect(treeOf(chain).rows[0]?.below).toBe(99_999);
  });
});
