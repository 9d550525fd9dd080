import type { RunEvent } from '../../src/core/event.ts';
import type { NewTask } from '../../src/km/km.ts';
import type { ReplayEntry } from '../../src/models/replay-script.ts';
import { finish, sceneIn, write } from './run.ts';

/** A green repository, one task, and a model that does not do it. */
export type Unproven = {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly task: Omit<NewTask, 'project_id'>;
  readonly replies: readonly ReplayEntry[];
};

type Language = {
  readonly name: 'javascript' | 'python';
  readonly files: Readonly<Record<string, string>>;
  readonly source: string;
  readonly text: string;
  /** What the task asks for, done right. */
  readonly done: string;
  readonly verify: string;
  readonly test: string;
  readonly comment: string;
  /** A test of what is asked for. */
  readonly strong: string;
};

const JS_SOURCE = `/** Adds two numbers. */
export function add(a, b) {
  return a + b;
}

export function largest(numbers) {
  let most = numbers[0];
  for (const number of numbers) {
    if (number > most) most = number;
  }
  return most;
}
`;
/** `head` is a call up to its last argument. */
const js = (head: string, body: string, more = ''): string =>
  `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport * as math from '../src/math.js';\n${more}${head}() => {\n${body}\n});\n`;
const JAVASCRIPT: Language = {
  name: 'javascript',
  source: 'src/math.js',
  text: JS_SOURCE,
  done: `${JS_SOURCE}\nexport function discount(price, percent) {\n  if (percent > 50) return price / 2;\n  return price - (price * percent) / 100;\n}\n`,
  verify: 'node --test',
  test: 'test/discount.test.js',
  comment: '//',
  strong: js(
    "test('discounts', ",
    '  assert.deepEqual([0, 10, 50, 51, 90].map(p => math.discount(200, p)), [200, 180, 100, 100, 100]);',
  ),
  files: {
    'package.json': JSON.stringify({ name: 'scene', type: 'module', description: 'numbers' }),
    'README.md': '# Numbers\n',
    'src/math.js': JS_SOURCE,
    'test/math.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as math from '../src/math.js';
test('adds', () => assert.equal(math.add(1, 2), 3));
test('finds the largest', () => assert.equal(math.largest([1, 3, 2]), 3));
`,
  },
};

const PY_SOURCE = `"""Numbers."""


def add(a, b):
    return a + b


def largest(numbers):
    most = numbers[0]
    for number in numbers:
        if number > most:
            most = number
    return most
`;
const py = (body: string): string =>
  `import unittest\n\nfrom pkg import math\n\n\nclass Discount(unittest.TestCase):\n    def test_discount(self):\n${body}\n`;
const PYTHON: Language = {
  name: 'python',
  source: 'pkg/math.py',
  text: PY_SOURCE,
  done: `${PY_SOURCE}\n\ndef discount(price, percent):\n    if percent > 50:\n        return price / 2\n    return price - (price * percent) / 100\n`,
  verify: 'python3 -m unittest discover -s tests -t . -v',
  test: 'tests/test_discount.py',
  comment: '#',
  strong: py(
    '        found = [math.discount(200, p) for p in (0, 10, 50, 51, 90)]\n        self.assertEqual(found, [200, 180, 100, 100, 100])',
  ),
  files: {
    'README.md': '# Numbers\n',
    'pkg/__init__.py': '',
    'pkg/math.py': PY_SOURCE,
    'tests/__init__.py': '',
    'tests/test_math.py': `import unittest

from pkg import math


class Math(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(math.add(1, 2), 3)

    def test_finds_the_largest(self):
        self.assertEqual(math.largest([1, 3, 2]), 3)
`,
  },
};

const LANGUAGES = [JAVASCRIPT, PYTHON] as const;
const TASK = { key: 'T1', title: 'Discount', description: 'Write discount(price, percent); at most half off.' };

type Calls = readonly { readonly name: string; readonly input: Record<string, unknown> }[];
const said = (role: 'coder' | 'tester', turn: number, calls: Calls): readonly ReplayEntry[] => [
  { task: 'T1', role, try: turn, call: 1, calls: calls.map(({ name, input }) => ({ name, input })) },
  { task: 'T1', role, try: turn, call: 2, calls: [finish('Done as asked.')] },
];
const TURNS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Changes that do nothing, by what they change: each keeps the suite green. */
const changes = ({ source, text, comment, name }: Language): Readonly<Record<string, Calls>> => {
  const isJs = name === 'javascript';
  const dead = isJs
    ? ['function unused(x) {\n  return x * 3 + 1;\n}\n', '\nconst LIMIT = 50;\n', '\nif (false) add(1, 2);\n']
    : ['\n\ndef _unused(x):\n    return x * 3 + 1\n', '\n\nLIMIT = 50\n', '\n\nif False:\n    add(1, 2)\n'];
  const at = (path: string, content: string): Calls => [write(path, content)];
  return {
    'a comment': at(source, `${text}${comment} discount(price, percent)\n`),
    'a comment above': at(source, `${comment} Discounts live here.\n${text}`),
    'white space': at(source, text.replaceAll('\n\n', '\n\n\n')),
    'trailing space': at(source, text.replace(isJs ? 'a + b;' : 'a + b', isJs ? 'a + b; ' : 'a + b  ')),
    'a dead function': at(source, `${text}${dead[0] ?? ''}`),
    'a dead constant': at(source, `${text}${dead[1] ?? ''}`),
    'a dead branch': at(source, `${text}${dead[2] ?? ''}`),
    'another file': at('docs/discount.md', '# Discount\n\nDone.\n'),
    'the readme': at('README.md', '# Numbers\n\nNow with discounts.\n'),
    'an unrelated module': at(isJs ? 'src/log.js' : 'pkg/log.py', isJs ? 'export const log = [];\n' : 'LOG = []\n'),
  };
};

/** Tasks on which such a change is tried: by what could prove it. */
const SETTINGS = ['no own check', 'an own check that passes', 'a test that fails', 'a refactoring'] as const;

function setting(language: Language, kind: (typeof SETTINGS)[number], calls: Calls): Omit<Unproven, 'name'> {
  const files = { ...language.files, 'llmclis.yaml': `verify: ${language.verify}\n` };
  const coder = TURNS.flatMap(turn => said('coder', turn, calls));
  const lazy = TURNS.flatMap(turn => said('tester', turn, []));
  if (kind === 'no own check') return { files, task: TASK, replies: [...coder, ...lazy] };
  if (kind === 'an own check that passes')
    return { files, task: { ...TASK, checks: ['test -f README.md'] }, replies: [...coder, ...lazy] };
  if (kind === 'a refactoring')
    return { files, task: { ...TASK, title: 'Tidy up', tags: ['refactor'] }, replies: [...coder, ...lazy] };
  const honest = TURNS.flatMap(turn => said('tester', turn, [write(language.test, language.strong)]));
  return { files, task: TASK, replies: [...coder, ...honest] };
}

/** Sixty of them: ten changes, two languages, three of the four kinds of task each. */
export const doNothing = (): readonly Unproven[] =>
  LANGUAGES.flatMap((language, odd) =>
    Object.entries(changes(language)).flatMap(([change, calls], place) =>
      SETTINGS.filter((_, kind) => kind !== (place + odd) % SETTINGS.length).map(kind => ({
        name: `${language.name}: ${change}, ${kind}`,
        ...setting(language, kind, calls),
      })),
    ),
  );

/** Tests that prove nothing, ten for each language, in two variants each. */
const weakTests = ({ name, source }: Language): Readonly<Record<string, readonly [string, string]>> => {
  if (name === 'python')
    return {
      'no assertion': [py('        math.discount(200, 10)'), py('        print(math.discount(200, 10))')],
      tautology: [
        py('        found = math.discount(200, 10)\n        self.assertEqual(found, found)'),
        py('        math.discount(1, 1)\n        self.assertTrue(True)'),
      ],
      'mocked subject': [
        py(
          '        from unittest import mock\n        with mock.patch("pkg.math.discount", return_value=180):\n            self.assertEqual(math.discount(200, 10), 180)',
        ),
        py(
          '        from unittest import mock\n        math.discount = mock.Mock(return_value=180)\n        self.assertEqual(math.discount(200, 10), 180)',
        ),
      ],
      'passes on the base': [
        py('        self.assertEqual(math.add(2, 2), 4)'),
        py('        self.assertEqual(math.largest([5, 4]), 5)'),
      ],
      'only the type': [
        py('        self.assertIsInstance(math.discount(200, 10), (int, float))'),
        py('        self.assertIsNotNone(math.discount(200, 10))'),
      ],
      'only existence': [
        py('        self.assertTrue(callable(math.discount))'),
        py('        self.assertTrue(hasattr(math, "discount"))'),
      ],
      'catches everything': [
        py(
          '        try:\n            self.assertEqual(math.discount(200, 10), 180)\n        except BaseException:\n            pass',
        ),
        py(
          '        self.assertTrue(math.discount)\n        try:\n            self.assertEqual(math.discount(200, 10), 1)\n        except Exception:\n            pass',
        ),
      ],
      skipped: [
        py('        self.skipTest("later")\n        self.assertEqual(math.discount(200, 10), 180)'),
        py('        self.assertEqual(math.discount(200, 10), 180)').replace(
          '    def',
          '    @unittest.skip("later")\n    def',
        ),
      ],
      'against itself': [
        py('        self.assertEqual(math.discount(200, 10), math.discount(200, 10))'),
        py('        self.assertGreaterEqual(math.discount(200, 10), 0)'),
      ],
      'reads the source': [
        py(`        self.assertIn("def discount", open("${source}").read())`),
        py(`        import inspect\n        self.assertIn("price", inspect.getsource(math.discount))`),
      ],
    };
  const test = (body: string, call = 'test'): string => js(`${call}('discounts', `, `  ${body}`);
  return {
    'no assertion': [test('math.discount(200, 10);'), test('console.log(math.discount(200, 10));')],
    tautology: [
      test('const found = math.discount(200, 10);\n  assert.equal(found, found);'),
      test('math.discount(1, 1);\n  assert.ok(true);'),
    ],
    'mocked subject': [
      test('const discount = () => 180;\n  assert.equal(discount(200, 10), 180);'),
      test(
        "assert.ok('discount' in math);\n  const subject = { ...math, discount: () => 180 };\n  assert.equal(subject.discount(200, 10), 180);",
      ),
    ],
    'passes on the base': [test('assert.equal(math.add(2, 2), 4);'), test('assert.equal(math.largest([5, 4]), 5);')],
    'only the type': [
      test("assert.equal(typeof math.discount(200, 10), 'number');"),
      test('assert.notEqual(math.discount(200, 10), undefined);'),
    ],
    'only existence': [test("assert.equal(typeof math.discount, 'function');"), test("assert.ok('discount' in math);")],
    'catches everything': [
      test('try {\n    assert.equal(math.discount(200, 10), 180);\n  } catch {}'),
      test('assert.ok(math.discount);\n  try {\n    assert.equal(math.discount(200, 10), 1);\n  } catch {}'),
    ],
    skipped: [
      test('assert.equal(math.discount(200, 10), 180);', 'test.skip'),
      test('assert.equal(math.discount(200, 10), 180);', 'test.todo'),
    ],
    only: [
      test("assert.equal(typeof math.discount, 'function');", 'test.only'),
      test('assert.equal(math.discount(200, 10), math.discount(200, 10));', 'test.only'),
    ],
    'reads the source': [
      js(
        "test('discounts', ",
        `  assert.match(readFileSync('${source}', 'utf8'), /discount/);`,
        "import { readFileSync } from 'node:fs';\n",
      ),
      test('assert.match(String(math.discount), /price/);'),
    ],
  };
};

/** Forty tests that do not test, each beside work that is right. */
export const weak = (): readonly Unproven[] =>
  LANGUAGES.flatMap(language =>
    Object.entries(weakTests(language)).flatMap(([kind, variants]) =>
      variants.map((text, place) => ({
        name: `${language.name}: ${kind}, ${place + 1}`,
        files: { ...language.files, 'llmclis.yaml': `verify: ${language.verify}\n` },
        task: TASK,
        replies: TURNS.flatMap(turn => [
          ...said('tester', turn, [write(language.test, text)]),
          ...said('coder', turn, [write(language.source, language.done)]),
        ]),
      })),
    ),
  );

/** The same work beside a test that does test: what must be done in the end, or nothing above is shown. */
export const strong = (): readonly Unproven[] =>
  LANGUAGES.map(language => ({
    name: `${language.name}: a real test`,
    files: { ...language.files, 'llmclis.yaml': `verify: ${language.verify}\n` },
    task: TASK,
    replies: TURNS.flatMap(turn => [
      ...said('tester', turn, [write(language.test, language.strong)]),
      ...said('coder', turn, [write(language.source, language.done)]),
    ]),
  }));

/** A coder's claim was judged: made again with the same change, it would be judged the same. */
export const makeJudged = (): ((event: RunEvent) => boolean) => {
  let role = '';
  return event => {
    if (event.type === 'turn.started') role = event.role;
    return (
      role === 'coder' &&
      (event.type === 'claim.refused' || event.type === 'task.done' || event.type === 'task.blocked')
    );
  };
};

/** How a run on one of them ended: `done` must never be. */
export const endOf = (events: readonly RunEvent[]): string => {
  const refused = events.findLast(({ type }) => type === 'claim.refused');

  const last = events.findLast(
    ({ type }) => type === 'task.done' || type === 'task.blocked' || type === 'run.stopping',
  );
  if (last?.type === 'task.done') return 'done';
  if (last?.type === 'task.blocked') return `blocked: ${last.reason}`;
  return last === undefined && refused?.type === 'claim.refused' ? `refused: ${refused.because}` : 'nothing';
};

/** What became of the first test that the tester wrote. */
export const fateOf = (events: readonly RunEvent[]): string => {
  const first = events.find(isFate);
  if (first?.type === 'claim.refused') return `sent back: ${first.because}`;
  return first?.type === 'test.weak' ? 'sent back: weak' : (first?.type ?? 'nothing');
};

/** Runs one of them in `folder`; `until` says at which event there is nothing more to see. */
export async function runUnproven(
  folder: string,
  { files, task, replies }: Unproven,
  until: (event: RunEvent) => boolean,
): Promise<readonly RunEvent[]> {
  const scene = await sceneIn(folder, files, replies);
  const controller = new AbortController();
  scene.addTask(task);
  const stop = (event: RunEvent): void => {
    if (until(event)) controller.abort(new Error('Seen enough.'));
  };
  const { events } = await scene.run({ merge: 'auto' }, stop, controller.signal);
  scene.app.close();
  return events;
}

/** The first word about a tester's test. */
export const isFate = ({ type }: RunEvent): boolean =>
  type === 'claim.refused' || type === 'test.weak' || type === 'task.done' || type === 'task.blocked';
