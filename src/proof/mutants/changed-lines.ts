/** Longer middles are compared by which lines they hold, not by their order. */
const MAX_CELLS = 4_000_000;

/** The numbers (from 1) of the lines of `after` that are new or changed. A file that was not there is new as a whole. */
export function changedLines(before: string | null, after: string): ReadonlySet<number> {
  const now = linesOf(after);
  if (before === null) return new Set(now.keys().map(place => place + 1));
  const old = linesOf(before);
  let head = 0;
  while (head < now.length && head < old.length && now[head] === old[head]) head++;
  let tail = 0;
  while (tail < Math.min(now.length, old.length) - head && now.at(-1 - tail) === old.at(-1 - tail)) tail++;
  const [left, right] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  const kept = left.length * right.length > MAX_CELLS ? sameLines(left, right) : commonLines(left, right);
  return new Set(right.flatMap((_, place) => (kept.has(place) ? [] : [head + place + 1])));
}

/** Without line ends: a file whose line ends were changed has no changed code. */
const linesOf = (text: string): string[] => text.split('\n').map(line => line.trimEnd());

const sameLines = (left: readonly string[], right: readonly string[]): ReadonlySet<number> => {
  const known = new Set(left);
  return new Set(right.flatMap((line, place) => (known.has(line) ? [place] : [])));
};

/** Places in `right` of a longest common subsequence. */
function commonLines(left: readonly string[], right: readonly string[]): ReadonlySet<number> {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let row = left.length - 1; row >= 0; row--) {
    for (let column = right.length - 1; column >= 0; column--) {
      const at = row * width + column;
      lengths[at] =
        left[row] === right[column]
          ? (lengths[at + width + 1] ?? 0) + 1
          : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  const kept = new Set<number>();
  for (let row = 0, column = 0; row < left.length && column < right.length; ) {
    const at = row * width + column;
    if (left[row] === right[column]) {
      kept.add(column++);
      row++;
    } else if ((lengths[at + width] ?? 0) >= (lengths[at + 1] ?? 0)) row++;
    else column++;
  }
  return kept;
}
