import type { Kernel } from './kernel.ts';

/** Functions on lists. */
export const LISTS: readonly Kernel[] = [
  {
    name: 'chunk',
    says: 'Part a list into lists of n, the last one with what is left.',
    takes: ['xs', 'n'],
    js: [
      'const out = []; for (let i = 0; i < xs.length; i += n) out.push(xs.slice(i, i + n)); return out;',
      'const out = []; for (let i = 0; i + n <= xs.length; i += n) out.push(xs.slice(i, i + n)); return out;',
    ],
    py: [
      'return [xs[i:i + n] for i in range(0, len(xs), n)]',
      'return [xs[i:i + n] for i in range(0, len(xs) - n + 1, n)]',
    ],
    cases: [
      [
        [[1, 2, 3], 2],
        [[1, 2], [3]],
      ],
      [[[], 3], []],
      [[[1, 2], 2], [[1, 2]]],
    ],
  },
  {
    name: 'unique',
    says: 'Keep the first of equal members of a list, in their order.',
    takes: ['xs'],
    js: ['return [...new Set(xs)];', 'return xs.filter((x, i) => x !== xs[i - 1]);'],
    py: ['return list(dict.fromkeys(xs))', 'return sorted(set(xs))'],
    cases: [
      [[[3, 1, 3, 2, 1]], [3, 1, 2]],
      [[[]], []],
      [[['b', 'a', 'b']], ['b', 'a']],
    ],
  },
  {
    name: 'flatten',
    says: 'Put the members of lists in lists, however deep, into one list.',
    takes: ['xs'],
    js: ['return xs.flat(Infinity);', 'return xs.flat();'],
    py: [
      'out = []\nfor x in xs:\n    out += flatten(x) if isinstance(x, list) else [x]\nreturn out',
      'out = []\nfor x in xs:\n    out += x if isinstance(x, list) else [x]\nreturn out',
    ],
    cases: [
      [[[1, [2, [3, [4]]]]], [1, 2, 3, 4]],
      [[[]], []],
    ],
  },
  {
    name: 'rotate',
    says: 'Move the members of a list n places to the left, the first ones to its end.',
    takes: ['xs', 'n'],
    js: [
      'if (xs.length === 0) return []; const k = ((n % xs.length) + xs.length) % xs.length; return [...xs.slice(k), ...xs.slice(0, k)];',
      'return [...xs.slice(n), ...xs.slice(0, n)];',
    ],
    py: ['if not xs:\n    return []\nk = n % len(xs)\nreturn xs[k:] + xs[:k]', 'return xs[n:] + xs[:n]'],
    cases: [
      [
        [[1, 2, 3], 1],
        [2, 3, 1],
      ],
      [
        [[1, 2, 3], 4],
        [2, 3, 1],
      ],
      [[[], 2], []],
    ],
  },
  {
    name: 'pairs',
    says: 'Give all pairs of a list, each member with those after it.',
    takes: ['xs'],
    js: ['return xs.flatMap((x, i) => xs.slice(i + 1).map(y => [x, y]));', null],
    py: ['return [[x, y] for i, x in enumerate(xs) for y in xs[i + 1:]]', null],
    cases: [
      [
        [[1, 2, 3]],
        [
          [1, 2],
          [1, 3],
          [2, 3],
        ],
      ],
      [[[1]], []],
    ],
  },
  {
    name: 'second_largest',
    says: 'Find the second largest of the different numbers of a list; null (None) when there is none.',
    takes: ['xs'],
    js: [
      'return [...new Set(xs)].sort((a, b) => b - a)[1] ?? null;',
      'return [...xs].sort((a, b) => b - a)[1] ?? null;',
    ],
    py: [
      's = sorted(set(xs))\nreturn s[-2] if len(s) > 1 else None',
      's = sorted(xs)\nreturn s[-2] if len(s) > 1 else None',
    ],
    cases: [
      [[[5, 5, 3]], 3],
      [[[1]], null],
      [[[10, 9, 8]], 9],
    ],
  },
  {
    name: 'running_total',
    says: 'Give the sums of the first, the first two, the first three … members of a list.',
    takes: ['xs'],
    js: ['let s = 0; return xs.map(x => (s += x));', 'return xs.map((x, i) => x + (xs[i - 1] ?? 0));'],
    py: [
      'import itertools\nreturn list(itertools.accumulate(xs))',
      'return [x + (xs[i - 1] if i else 0) for i, x in enumerate(xs)]',
    ],
    cases: [
      [[[1, 2, 3]], [1, 3, 6]],
      [[[]], []],
    ],
  },
  {
    name: 'transpose',
    says: 'Make the columns of a table its rows.',
    takes: ['rows'],
    js: ['return (rows[0] ?? []).map((_, i) => rows.map(r => r[i]));', null],
    py: ['return [list(c) for c in zip(*rows)]', null],
    cases: [
      [
        [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ],
        [
          [1, 3, 5],
          [2, 4, 6],
        ],
      ],
      [[[]], []],
    ],
  },
  {
    name: 'binary_search',
    says: 'Find the place of a number in a sorted list, -1 when it is not there.',
    takes: ['xs', 'x'],
    js: [
      'let lo = 0, hi = xs.length - 1; while (lo <= hi) { const m = (lo + hi) >> 1; if (xs[m] === x) return m; if (xs[m] < x) lo = m + 1; else hi = m - 1; } return -1;',
      'let lo = 0, hi = xs.length - 1; while (lo < hi) { const m = (lo + hi) >> 1; if (xs[m] === x) return m; if (xs[m] < x) lo = m + 1; else hi = m - 1; } return -1;',
    ],
    py: [
      'import bisect\ni = bisect.bisect_left(xs, x)\nreturn i if i < len(xs) and xs[i] == x else -1',
      'import bisect\ni = bisect.bisect_right(xs, x)\nreturn i if i < len(xs) and xs[i] == x else -1',
    ],
    cases: [
      [[[1, 3, 5, 7], 7], 3],
      [[[1, 3, 5], 4], -1],
      [[[2], 2], 0],
    ],
  },
  {
    name: 'merge_sorted',
    says: 'Merge two sorted lists of numbers into one sorted list.',
    takes: ['a', 'b'],
    js: ['return [...a, ...b].sort((x, y) => x - y);', 'return [...a, ...b].sort();'],
    py: ['return sorted(a + b)', 'return a + b'],
    cases: [
      [
        [
          [1, 10],
          [2, 9],
        ],
        [1, 2, 9, 10],
      ],
      [[[], [1]], [1]],
    ],
  },
  {
    name: 'partition',
    says: 'Part a list of numbers into those below a limit and the others.',
    takes: ['xs', 'limit'],
    js: [
      'return [xs.filter(x => x < limit), xs.filter(x => x >= limit)];',
      'return [xs.filter(x => x <= limit), xs.filter(x => x > limit)];',
    ],
    py: [
      'return [[x for x in xs if x < limit], [x for x in xs if x >= limit]]',
      'return [[x for x in xs if x <= limit], [x for x in xs if x > limit]]',
    ],
    cases: [
      [
        [[1, 2, 3], 2],
        [[1], [2, 3]],
      ],
      [
        [[], 1],
        [[], []],
      ],
    ],
  },
  {
    name: 'most_common',
    says: 'Find the member of a list that occurs most often, the first of several; null (None) for an empty list.',
    takes: ['xs'],
    js: [
      'let best = null, most = 0; for (const x of xs) { const n = xs.filter(y => y === x).length; if (n > most) { best = x; most = n; } } return best;',
      'let best = null, most = 0; for (const x of xs) { const n = xs.filter(y => y === x).length; if (n >= most) { best = x; most = n; } } return best;',
    ],
    py: [
      'import collections\nreturn collections.Counter(xs).most_common(1)[0][0] if xs else None',
      'return max(reversed(xs), key=xs.count) if xs else None',
    ],
    cases: [
      [[['a', 'b', 'a', 'b']], 'a'],
      [[[]], null],
      [[[1, 2, 2]], 2],
    ],
  },
  {
    name: 'sum_matrix',
    says: 'Add all numbers of a table.',
    takes: ['rows'],
    js: ['return rows.flat().reduce((s, x) => s + x, 0);', 'return rows[0].reduce((s, x) => s + x, 0);'],
    py: ['return sum(sum(r) for r in rows)', 'return sum(rows[0])'],
    cases: [
      [
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        10,
      ],
      [[[[5]]], 5],
      [[[]], 0],
    ],
  },
  {
    name: 'zip_longest',
    says: 'Pair two lists member by member; the shorter one is filled with null (None).',
    takes: ['a', 'b'],
    js: [
      'return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [a[i] ?? null, b[i] ?? null]);',
      'return a.map((x, i) => [x, b[i] ?? null]);',
    ],
    py: [
      'import itertools\nreturn [list(p) for p in itertools.zip_longest(a, b)]',
      'return [list(p) for p in zip(a, b)]',
    ],
    cases: [
      [
        [[1, 2], [3]],
        [
          [1, 3],
          [2, null],
        ],
      ],
      [[[], [1]], [[null, 1]]],
    ],
  },
  {
    name: 'group_lengths',
    says: 'Give for each length, in rising order, how many words of a list have it, as pairs.',
    takes: ['words'],
    js: [
      'const m = new Map(); for (const w of words) m.set(w.length, (m.get(w.length) ?? 0) + 1); return [...m].sort((a, b) => a[0] - b[0]);',
      null,
    ],
    py: ['import collections\nreturn [list(p) for p in sorted(collections.Counter(map(len, words)).items())]', null],
    cases: [
      [
        [['a', 'bb', 'c']],
        [
          [1, 2],
          [2, 1],
        ],
      ],
      [[[]], []],
    ],
  },
  {
    name: 'without',
    says: 'Give a list without the members that a second list has.',
    takes: ['xs', 'banned'],
    js: ['return xs.filter(x => !banned.includes(x));', 'return xs.filter(x => x !== banned[0]);'],
    py: ['return [x for x in xs if x not in banned]', 'return [x for x in xs if x != banned[0]]'],
    cases: [
      [
        [
          [1, 2, 3, 2],
          [2, 3],
        ],
        [1],
      ],
      [[[1], [9]], [1]],
    ],
  },
  {
    name: 'windows',
    says: 'Give all lists of n neighbours of a list.',
    takes: ['xs', 'n'],
    js: [
      'return Array.from({ length: Math.max(0, xs.length - n + 1) }, (_, i) => xs.slice(i, i + n));',
      'return xs.map((_, i) => xs.slice(i, i + n));',
    ],
    py: ['return [xs[i:i + n] for i in range(len(xs) - n + 1)]', 'return [xs[i:i + n] for i in range(len(xs))]'],
    cases: [
      [
        [[1, 2, 3], 2],
        [
          [1, 2],
          [2, 3],
        ],
      ],
      [[[1], 2], []],
    ],
  },
];
