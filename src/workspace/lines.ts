/** One line and what ends it; '' at the end of the text. */
export type Line = { readonly text: string; readonly end: string };

/** What ends the lines of a text: a lone `\r` only where there is no `\n` at all. */
export const lineBreak = (text: string): RegExp => (text.includes('\n') || !text.includes('\r') ? /\r?\n/g : /\r/g);

/** All lines of a text; the last one has no end, and may be empty. */
export function linesOf(text: string, ends: RegExp): Line[] {
  const lines: Line[] = [];
  let from = 0;
  for (const { index, 0: end } of text.matchAll(ends)) {
    lines.push({ text: text.slice(from, index), end });
    from = index + end.length;
  }
  lines.push({ text: text.slice(from), end: '' });
  return lines;
}

type Pair = readonly [number, number];

/** More comparisons than this are not made at once. */
const TABLE = 1_000_000;

/** Pairs of equal entries in rising order: a longest common subsequence, or a good one where the lists are long. */
export function align(left: readonly string[], right: readonly string[]): readonly Pair[] {
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head++;
  let tail = 0;
  const most = Math.min(left.length, right.length) - head;
  while (tail < most && left.at(-1 - tail) === right.at(-1 - tail)) tail++;
  const middle = inside(left.slice(head, left.length - tail), right.slice(head, right.length - tail));
  return [
    ...Array.from({ length: head }, (_, at): Pair => [at, at]),
    ...middle.map(([i, j]): Pair => [i + head, j + head]),
    ...Array.from({ length: tail }, (_, at): Pair => [left.length - tail + at, right.length - tail + at]),
  ];
}

function inside(left: readonly string[], right: readonly string[]): readonly Pair[] {
  if (left.length === 0 || right.length === 0) return [];
  return left.length * right.length <= TABLE ? longest(left, right) : betweenAnchors(left, right);
}

function longest(left: readonly string[], right: readonly string[]): Pair[] {
  const width = right.length + 1;
  const table = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--)
      table[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** Entries that are on each side once hold the two lists together; what is between them is aligned for itself. */
function betweenAnchors(left: readonly string[], right: readonly string[]): readonly Pair[] {
  const once = (list: readonly string[]): Map<string, number> => {
    const places = new Map<string, number>();
    for (const [at, entry] of list.entries()) places.set(entry, places.has(entry) ? -1 : at);
    return places;
  };
  const there = once(right);
  const common = [...once(left)].flatMap(([entry, i]): Pair[] => {
    const j = there.get(entry) ?? -1;
    return i >= 0 && j >= 0 ? [[i, j]] : [];
  });
  const anchors = rising(common);
  const pairs: Pair[] = [];
  let [fromLeft, fromRight] = [0, 0];
  for (const [i, j] of anchors.length === 0 ? [] : [...anchors, [left.length, right.length] as const]) {
    for (const [a, b] of align(left.slice(fromLeft, i), right.slice(fromRight, j))) {
      pairs.push([a + fromLeft, b + fromRight]);
    }
    if (i < left.length) pairs.push([i, j]);
    [fromLeft, fromRight] = [i + 1, j + 1];
  }
  return pairs;
}

/** The longest part of the pairs, sorted by their first number, whose second numbers rise. */
function rising(pairs: readonly Pair[]): Pair[] {
  const tops: number[] = [];
  const back: number[] = [];
  for (const [at, [, j]] of pairs.entries()) {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < j) low = middle + 1;
      else high = middle;
    }
    back.push(low === 0 ? -1 : (tops[low - 1] ?? -1));
    tops[low] = at;
  }
  const found: Pair[] = [];
  for (let at = tops.at(-1) ?? -1; at >= 0; at = back[at] ?? -1) {
    const pair = pairs[at];
    if (pair !== undefined) found.push(pair);
  }
  return found.reverse();
}
