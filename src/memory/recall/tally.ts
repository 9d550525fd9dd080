/** Where a word stands, and what finding it is worth. */
export type Posting = { readonly word: string; readonly ids: readonly number[]; readonly weight: number };

/** What the words of a query add up to for each entry that has one of them. Rows are in no order. */
export type Tally = {
  readonly size: number;
  readonly ids: Int32Array;
  readonly sums: Float64Array;
  /** Bit n: it has word n; words after the 31st have no bit. */
  readonly masks: Int32Array;
};

/** Words that have a bit in a mask. */
export const BITS = 31;

/** Adds postings up in one pass: a hash table of numbers, since there may be tens of thousands. */
export function addUp(postings: readonly Posting[]): Tally {
  const total = postings.reduce((sum, { ids }) => sum + ids.length, 0);
  let capacity = 16;
  while (capacity < 2 * total) capacity *= 2;
  const slots = new Int32Array(capacity);
  const ids = new Int32Array(total);
  const sums = new Float64Array(total);
  const masks = new Int32Array(total);
  let size = 0;
  postings.forEach((posting, index) => {
    const bit = index < BITS ? 1 << index : 0;
    for (const id of posting.ids) {
      let slot = Math.imul(id, 0x9e3779b1) & (capacity - 1);
      let row = slots[slot] ?? 0;
      while (row !== 0 && ids[row - 1] !== id) {
        slot = (slot + 1) & (capacity - 1);
        row = slots[slot] ?? 0;
      }
      if (row === 0) {
        size += 1;
        row = size;
        slots[slot] = row;
        ids[row - 1] = id;
      }
      sums[row - 1] = (sums[row - 1] ?? 0) + posting.weight;
      masks[row - 1] = (masks[row - 1] ?? 0) | bit;
    }
  });
  return { size, ids, sums, masks };
}

/** Rows of the best `most` sums, in no order; of equal ones the later entries. */
export function bestRows({ size, ids, sums }: Tally, most: number): readonly number[] {
  if (size <= most) return Array.from({ length: size }, (_, row) => row);
  const limit = sums.slice(0, size).sort()[size - most] ?? 0;
  const above: number[] = [];
  const level: number[] = [];
  for (let row = 0; row < size; row += 1) {
    const sum = sums[row] ?? 0;
    if (sum > limit) above.push(row);
    else if (sum === limit) level.push(row);
  }
  level.sort((a, b) => (ids[b] ?? 0) - (ids[a] ?? 0));
  return [...above, ...level.slice(0, most - above.length)];
}
