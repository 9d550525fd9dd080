import type { Kernel } from './kernel.ts';

/** Functions on texts. */
export const WORDS: readonly Kernel[] = [
  {
    name: 'is_palindrome',
    says: 'Say whether a text reads the same both ways; case, spaces and punctuation do not count.',
    takes: ['text'],
    js: [
      "const s = text.toLowerCase().replace(/[^a-z0-9]/g, ''); return s === [...s].reverse().join('');",
      "return text === [...text].reverse().join('');",
    ],
    py: ['s = [c for c in text.lower() if c.isalnum()]\nreturn s == s[::-1]', 'return text == text[::-1]'],
    cases: [
      [['Never odd or even'], true],
      [['abc'], false],
      [[''], true],
      [['A man, a plan'], false],
    ],
  },
  {
    name: 'count_vowels',
    says: 'Count the vowels a, e, i, o, u in a text, of either case.',
    takes: ['text'],
    js: ['return (text.match(/[aeiou]/gi) ?? []).length;', 'return (text.match(/[aeiou]/g) ?? []).length;'],
    py: ["return sum(c in 'aeiou' for c in text.lower())", "return sum(c in 'aeiou' for c in text)"],
    cases: [
      [['Education'], 5],
      [['xyz'], 0],
      [['AEIOU'], 5],
    ],
  },
  {
    name: 'title_case',
    says: 'Begin each word of a text with a capital letter and write its rest small.',
    takes: ['text'],
    js: [
      "return text.split(' ').map(w => w.slice(0, 1).toUpperCase() + w.slice(1).toLowerCase()).join(' ');",
      "return text.split(' ').map(w => w.slice(0, 1).toUpperCase() + w.slice(1)).join(' ');",
    ],
    py: [
      "return ' '.join(w[:1].upper() + w[1:].lower() for w in text.split(' '))",
      "return ' '.join(w[:1].upper() + w[1:] for w in text.split(' '))",
    ],
    cases: [
      [['hELLO world'], 'Hello World'],
      [[''], ''],
      [["it's ok"], "It's Ok"],
    ],
  },
  {
    name: 'truncate_words',
    says: 'Cut a text after n words and add "…" when something was cut.',
    takes: ['text', 'n'],
    js: [
      "const w = text.split(/\\s+/).filter(Boolean); return w.length <= n ? text : w.slice(0, n).join(' ') + '…';",
      "const w = text.split(/\\s+/).filter(Boolean); return w.slice(0, n).join(' ') + '…';",
    ],
    py: [
      "w = text.split()\nreturn text if len(w) <= n else ' '.join(w[:n]) + '…'",
      "w = text.split()\nreturn ' '.join(w[:n]) + '…'",
    ],
    cases: [
      [['a b c d', 2], 'a b…'],
      [['a b', 2], 'a b'],
      [['one', 5], 'one'],
    ],
  },
  {
    name: 'caesar',
    says: 'Shift the letters of a text by n places in the alphabet; everything else stays.',
    takes: ['text', 'n'],
    js: [
      "return text.replace(/[a-z]/gi, c => { const b = c <= 'Z' ? 65 : 97; return String.fromCharCode((((c.charCodeAt(0) - b + n) % 26) + 26) % 26 + b); });",
      "return text.replace(/[a-z]/gi, c => { const b = c <= 'Z' ? 65 : 97; return String.fromCharCode((c.charCodeAt(0) - b + n) % 26 + b); });",
    ],
    py: [
      "out = ''\nfor c in text:\n    if c.isascii() and c.isalpha():\n        b = 65 if c.isupper() else 97\n        c = chr((ord(c) - b + n) % 26 + b)\n    out += c\nreturn out",
      "out = ''\nfor c in text:\n    if c.isascii() and c.isalpha():\n        c = chr(ord(c) + n)\n    out += c\nreturn out",
    ],
    cases: [
      [['abc XYZ', 3], 'def ABC'],
      [['abc!', -3], 'xyz!'],
      [['az', 27], 'ba'],
    ],
  },
  {
    name: 'longest_word',
    says: 'Find the longest word of a text, the first of several.',
    takes: ['text'],
    js: [
      "return text.split(/\\s+/).reduce((best, w) => (w.length > best.length ? w : best), '');",
      "return text.split(/\\s+/).reduce((best, w) => (w.length >= best.length ? w : best), '');",
    ],
    py: ["return max(text.split(), key=len, default='')", "return max(reversed(text.split()), key=len, default='')"],
    cases: [
      [['aa bbb ccc d'], 'bbb'],
      [[''], ''],
      [['one'], 'one'],
    ],
  },
  {
    name: 'run_length',
    says: 'Write each run of equal characters as the character and its length.',
    takes: ['text'],
    js: ['return text.replace(/(.)\\1*/gs, (run, c) => c + run.length);', null],
    py: ["import itertools\nreturn ''.join(c + str(len(list(g))) for c, g in itertools.groupby(text))", null],
    cases: [
      [['aaab'], 'a3b1'],
      [[''], ''],
      [['aabbaa'], 'a2b2a2'],
    ],
  },
  {
    name: 'snake_case',
    says: 'Write a camelCase name in snake_case.',
    takes: ['name'],
    js: [
      "return name.replace(/([A-Z])/g, (_, c, at) => (at > 0 ? '_' : '') + c.toLowerCase());",
      "return name.replace(/([A-Z])/g, (_, c) => '_' + c.toLowerCase());",
    ],
    py: [
      "return ''.join(('_' if i and c.isupper() else '') + c.lower() for i, c in enumerate(name))",
      "return ''.join(('_' if c.isupper() else '') + c.lower() for c in name)",
    ],
    cases: [
      [['camelCase'], 'camel_case'],
      [['Name'], 'name'],
      [['aBC'], 'a_b_c'],
    ],
  },
  {
    name: 'kebab_case',
    says: 'Write the words of a title in small letters with hyphens between them, nothing else.',
    takes: ['title'],
    js: ["return (title.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-');", null],
    py: ["import re\nreturn '-'.join(re.findall(r'[a-z0-9]+', title.lower()))", null],
    cases: [
      [['Hello, World!'], 'hello-world'],
      [['  a  b '], 'a-b'],
      [['!!!'], ''],
    ],
  },
  {
    name: 'is_anagram',
    says: 'Say whether two words have the same letters; case does not count.',
    takes: ['a', 'b'],
    js: [
      "const key = w => [...w.toLowerCase()].sort().join(''); return key(a) === key(b);",
      "const key = w => [...new Set(w.toLowerCase())].sort().join(''); return key(a) === key(b);",
    ],
    py: ['return sorted(a.lower()) == sorted(b.lower())', 'return set(a.lower()) == set(b.lower())'],
    cases: [
      [['Listen', 'Silent'], true],
      [['aab', 'abb'], false],
      [['a', 'b'], false],
    ],
  },
  {
    name: 'strip_tags',
    says: 'Take the HTML tags out of a text.',
    takes: ['html'],
    js: ["return html.replace(/<[^>]*>/g, '');", "return html.replace(/<[^>]*>/, '');"],
    py: ["import re\nreturn re.sub(r'<[^>]*>', '', html)", "import re\nreturn re.sub(r'<[^>]*>', '', html, count=1)"],
    cases: [
      [['<b>bold</b> text'], 'bold text'],
      [['none'], 'none'],
    ],
  },
  {
    name: 'word_count',
    says: 'Count the words of a text that white space parts.',
    takes: ['text'],
    js: ['return text.split(/\\s+/).filter(Boolean).length;', "return text.split(' ').length;"],
    py: ['return len(text.split())', "return len(text.split(' '))"],
    cases: [
      [['a b  c'], 3],
      [[''], 0],
      [['  x '], 1],
    ],
  },
  {
    name: 'indent_lines',
    says: 'Put n spaces before each line of a text that is not empty.',
    takes: ['text', 'n'],
    js: [
      "return text.split('\\n').map(l => (l === '' ? l : ' '.repeat(n) + l)).join('\\n');",
      "return text.split('\\n').map(l => ' '.repeat(n) + l).join('\\n');",
    ],
    py: [
      "return '\\n'.join(' ' * n + l if l else l for l in text.split('\\n'))",
      "return '\\n'.join(' ' * n + l for l in text.split('\\n'))",
    ],
    cases: [
      [['a\n\nb', 2], '  a\n\n  b'],
      [['', 4], ''],
    ],
  },
  {
    name: 'hide_middle',
    says: 'Show the first and the last two characters of a text and a star for each between; texts of up to four become stars alone.',
    takes: ['text'],
    js: [
      "return text.length <= 4 ? '*'.repeat(text.length) : text.slice(0, 2) + '*'.repeat(text.length - 4) + text.slice(-2);",
      "return text.slice(0, 2) + '*'.repeat(Math.max(0, text.length - 4)) + text.slice(-2);",
    ],
    py: [
      "n = len(text)\nreturn '*' * n if n <= 4 else text[:2] + '*' * (n - 4) + text[-2:]",
      "n = len(text)\nreturn text[:2] + '*' * (n - 4) + text[-2:]",
    ],
    cases: [
      [['secret'], 'se**et'],
      [['abc'], '***'],
      [['abcd'], '****'],
    ],
  },
  {
    name: 'parse_query',
    says: 'Read a query text such as "a=1&b=2" as a list of pairs; a name without "=" has an empty value.',
    takes: ['query'],
    js: [
      "return query === '' ? [] : query.split('&').map(p => { const at = p.indexOf('='); return at < 0 ? [p, ''] : [p.slice(0, at), p.slice(at + 1)]; });",
      null,
    ],
    py: ["return [] if query == '' else [[p.partition('=')[0], p.partition('=')[2]] for p in query.split('&')]", null],
    cases: [
      [
        ['a=1&b=2'],
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
      [[''], []],
      [
        ['x&y=a=b'],
        [
          ['x', ''],
          ['y', 'a=b'],
        ],
      ],
    ],
  },
  {
    name: 'wrap_quotes',
    says: 'Put a text into double quotes, with a backslash before each quote and backslash in it.',
    takes: ['text'],
    js: ["return '\"' + text.replace(/[\"\\\\]/g, c => '\\\\' + c) + '\"';", "return '\"' + text + '\"';"],
    py: ["return '\"' + text.replace('\\\\', '\\\\\\\\').replace('\"', '\\\\\"') + '\"'", "return '\"' + text + '\"'"],
    cases: [
      [['a'], '"a"'],
      [['say "x"'], '"say \\"x\\""'],
      [['\\'], '"\\\\"'],
    ],
  },
  {
    name: 'common_prefix',
    says: 'Find the longest text that all the words of a list begin with.',
    takes: ['words'],
    js: [
      "if (words.length === 0) return ''; let p = words[0]; for (const w of words) while (!w.startsWith(p)) p = p.slice(0, -1); return p;",
      "return words[0] ?? '';",
    ],
    py: ['import os\nreturn os.path.commonprefix(words)', "return words[0] if words else ''"],
    cases: [
      [[['flow', 'flower', 'flip']], 'fl'],
      [[[]], ''],
      [[['a', 'b']], ''],
    ],
  },
];
