import type { Kernel } from './kernel.ts';

/** Functions on numbers and times. */
export const NUMBERS: readonly Kernel[] = [
  {
    name: 'clamp',
    says: 'Keep a number between low and high.',
    takes: ['x', 'low', 'high'],
    js: ['return Math.min(Math.max(x, low), high);', 'return Math.max(x, low);'],
    py: ['return min(max(x, low), high)', 'return max(x, low)'],
    cases: [
      [[5, 0, 3], 3],
      [[-1, 0, 3], 0],
      [[2, 0, 3], 2],
    ],
  },
  {
    name: 'gcd',
    says: 'Find the greatest common divisor of two whole numbers, never negative.',
    takes: ['a', 'b'],
    js: ['while (b) [a, b] = [b, a % b]; return Math.abs(a);', 'while (b) [a, b] = [b, a % b]; return a;'],
    py: ['import math\nreturn math.gcd(a, b)', 'while b:\n    a, b = b, a - b * int(a / b)\nreturn a'],
    cases: [
      [[12, 18], 6],
      [[-12, 18], 6],
      [[7, 0], 7],
      [[-4, 0], 4],
    ],
  },
  {
    name: 'is_prime',
    says: 'Say whether a whole number is prime.',
    takes: ['n'],
    js: [
      'if (n < 2) return false; for (let d = 2; d * d <= n; d++) if (n % d === 0) return false; return true;',
      'if (n < 2) return false; for (let d = 2; d * d < n; d++) if (n % d === 0) return false; return true;',
    ],
    py: [
      'return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))',
      'return n > 1 and all(n % d for d in range(2, int(n ** 0.5)))',
    ],
    cases: [
      [[2], true],
      [[9], false],
      [[25], false],
      [[97], true],
      [[1], false],
    ],
  },
  {
    name: 'fibonacci',
    says: 'Give the n-th Fibonacci number; the first two are 0 and 1, counted from 0.',
    takes: ['n'],
    js: [
      'let [a, b] = [0, 1]; for (let i = 0; i < n; i++) [a, b] = [b, a + b]; return a;',
      'let [a, b] = [0, 1]; for (let i = 0; i < n; i++) [a, b] = [b, a + b]; return b;',
    ],
    py: [
      'a, b = 0, 1\nfor _ in range(n):\n    a, b = b, a + b\nreturn a',
      'a, b = 0, 1\nfor _ in range(n):\n    a, b = b, a + b\nreturn b',
    ],
    cases: [
      [[0], 0],
      [[1], 1],
      [[10], 55],
    ],
  },
  {
    name: 'digit_sum',
    says: 'Add the digits of a whole number; the sign does not count.',
    takes: ['n'],
    js: ['return [...String(Math.abs(n))].reduce((s, d) => s + Number(d), 0);', null],
    py: ['return sum(int(d) for d in str(abs(n)))', null],
    cases: [
      [[123], 6],
      [[-45], 9],
      [[0], 0],
    ],
  },
  {
    name: 'mean',
    says: 'Give the mean of a list of numbers, 0 for an empty one.',
    takes: ['xs'],
    js: [
      'return xs.length === 0 ? 0 : xs.reduce((s, x) => s + x, 0) / xs.length;',
      'return xs.reduce((s, x) => s + x, 0) / (xs.length + 1);',
    ],
    py: ['return sum(xs) / len(xs) if xs else 0', 'return sum(xs) / (len(xs) + 1)'],
    cases: [
      [[[1, 2, 3]], 2],
      [[[]], 0],
      [[[4]], 4],
    ],
  },
  {
    name: 'median',
    says: 'Give the median of a list of numbers that is not empty.',
    takes: ['xs'],
    js: [
      'const s = [...xs].sort((a, b) => a - b); const m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;',
      'const s = [...xs].sort(); const m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;',
    ],
    py: ['import statistics\nreturn statistics.median(xs)', 'return sorted(xs)[len(xs) // 2]'],
    cases: [
      [[[10, 9, 1]], 9],
      [[[4, 1, 3, 2]], 2.5],
      [[[5]], 5],
    ],
  },
  {
    name: 'roman',
    says: 'Write a whole number from 1 to 3999 in Roman numerals.',
    takes: ['n'],
    js: [
      "let out = ''; for (const [v, s] of [[1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']]) while (n >= v) { out += s; n -= v; } return out;",
      "let out = ''; for (const [v, s] of [[1000, 'M'], [500, 'D'], [100, 'C'], [50, 'L'], [10, 'X'], [5, 'V'], [1, 'I']]) while (n >= v) { out += s; n -= v; } return out;",
    ],
    py: [
      "out = ''\nfor v, s in [(1000, 'M'), (900, 'CM'), (500, 'D'), (400, 'CD'), (100, 'C'), (90, 'XC'), (50, 'L'), (40, 'XL'), (10, 'X'), (9, 'IX'), (5, 'V'), (4, 'IV'), (1, 'I')]:\n    out += s * (n // v)\n    n %= v\nreturn out",
      "out = ''\nfor v, s in [(1000, 'M'), (500, 'D'), (100, 'C'), (50, 'L'), (10, 'X'), (5, 'V'), (1, 'I')]:\n    out += s * (n // v)\n    n %= v\nreturn out",
    ],
    cases: [
      [[4], 'IV'],
      [[1994], 'MCMXCIV'],
      [[3], 'III'],
    ],
  },
  {
    name: 'to_base',
    says: 'Write a whole number, 0 or more, in a base from 2 to 16.',
    takes: ['n', 'base'],
    js: [
      "let out = ''; do { out = '0123456789abcdef'[n % base] + out; n = Math.floor(n / base); } while (n > 0); return out;",
      "let out = ''; while (n > 0) { out = '0123456789abcdef'[n % base] + out; n = Math.floor(n / base); } return out;",
    ],
    py: [
      "out = ''\nwhile True:\n    out = '0123456789abcdef'[n % base] + out\n    n //= base\n    if n == 0:\n        return out",
      "out = ''\nwhile n:\n    out = '0123456789abcdef'[n % base] + out\n    n //= base\nreturn out",
    ],
    cases: [
      [[255, 16], 'ff'],
      [[0, 2], '0'],
      [[5, 2], '101'],
    ],
  },
  {
    name: 'leap_year',
    says: 'Say whether a year of the Gregorian calendar is a leap year.',
    takes: ['year'],
    js: ['return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;', 'return year % 4 === 0;'],
    py: ['return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)', 'return year % 4 == 0'],
    cases: [
      [[2000], true],
      [[1900], false],
      [[2024], true],
      [[2023], false],
    ],
  },
  {
    name: 'days_in_month',
    says: 'Give the number of days of a month (1 to 12) in a year.',
    takes: ['year', 'month'],
    js: [
      'return new Date(Date.UTC(year, month, 0)).getUTCDate();',
      'return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];',
    ],
    py: [
      'import calendar\nreturn calendar.monthrange(year, month)[1]',
      'return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]',
    ],
    cases: [
      [[2024, 2], 29],
      [[2023, 2], 28],
      [[2023, 12], 31],
    ],
  },
  {
    name: 'format_seconds',
    says: 'Write seconds as h:mm:ss.',
    takes: ['s'],
    js: [
      "const two = n => String(n).padStart(2, '0'); return [Math.floor(s / 3600), two(Math.floor(s / 60) % 60), two(s % 60)].join(':');",
      null,
    ],
    py: ["return f'{s // 3600}:{s // 60 % 60:02}:{s % 60:02}'", null],
    cases: [
      [[3661], '1:01:01'],
      [[59], '0:00:59'],
      [[7200], '2:00:00'],
    ],
  },
  {
    name: 'collatz',
    says: 'Count the steps of the Collatz sequence from n down to 1.',
    takes: ['n'],
    js: [
      'let steps = 0; while (n !== 1) { n = n % 2 ? 3 * n + 1 : n / 2; steps++; } return steps;',
      'let steps = 1; while (n !== 1) { n = n % 2 ? 3 * n + 1 : n / 2; steps++; } return steps;',
    ],
    py: [
      'steps = 0\nwhile n != 1:\n    n = 3 * n + 1 if n % 2 else n // 2\n    steps += 1\nreturn steps',
      'steps = 1\nwhile n != 1:\n    n = 3 * n + 1 if n % 2 else n // 2\n    steps += 1\nreturn steps',
    ],
    cases: [
      [[1], 0],
      [[6], 8],
      [[27], 111],
    ],
  },
  {
    name: 'luhn',
    says: 'Say whether a text of digits passes the Luhn check.',
    takes: ['digits'],
    js: [
      'let s = 0; [...digits].reverse().forEach((c, i) => { let d = Number(c); if (i % 2) { d *= 2; if (d > 9) d -= 9; } s += d; }); return s % 10 === 0;',
      'let s = 0; [...digits].forEach((c, i) => { let d = Number(c); if (i % 2) { d *= 2; if (d > 9) d -= 9; } s += d; }); return s % 10 === 0;',
    ],
    py: [
      's = 0\nfor i, c in enumerate(reversed(digits)):\n    d = int(c) * (2 if i % 2 else 1)\n    s += d - 9 if d > 9 else d\nreturn s % 10 == 0',
      's = 0\nfor i, c in enumerate(digits):\n    d = int(c) * (2 if i % 2 else 1)\n    s += d - 9 if d > 9 else d\nreturn s % 10 == 0',
    ],
    cases: [
      [['4539578763621486'], true],
      [['79927398713'], true],
      [['79927398714'], false],
    ],
  },
  {
    name: 'percent',
    says: 'Give what share part is of whole in per cent, rounded to one place; 0 when whole is 0.',
    takes: ['part', 'whole'],
    js: [
      'return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10;',
      'return Math.round((part / whole) * 1000) / 10;',
    ],
    py: ['return round(part / whole * 100, 1) if whole else 0', 'return round(part / whole * 100, 1)'],
    cases: [
      [[1, 3], 33.3],
      [[5, 0], 0],
      [[1, 1], 100],
    ],
  },
  {
    name: 'overlap',
    says: 'Say whether two ranges [from, to) of numbers share a number.',
    takes: ['a', 'b'],
    js: ['return a[0] < b[1] && b[0] < a[1];', 'return a[0] <= b[1] && b[0] <= a[1];'],
    py: ['return a[0] < b[1] and b[0] < a[1]', 'return a[0] <= b[1] and b[0] <= a[1]'],
    cases: [
      [
        [
          [1, 3],
          [2, 4],
        ],
        true,
      ],
      [
        [
          [1, 2],
          [2, 3],
        ],
        false,
      ],
      [
        [
          [5, 6],
          [1, 9],
        ],
        true,
      ],
    ],
  },
];
