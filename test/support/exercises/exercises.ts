import type { Kernel } from './kernel.ts';
import { LISTS } from './lists.ts';
import { NUMBERS } from './numbers.ts';
import { WORDS } from './words.ts';

export const LANGUAGES = ['javascript', 'python'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One task: a bug to find or a function to write, and the test that decides. */
export type Exercise = {
  readonly key: string;
  readonly language: Language;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly test: string;
  readonly check: string;
  /** What the source file has at the start; null: it is not there. */
  readonly wrong: string | null;
  readonly right: string;
  /** Compiles and is wrong too, in another way than the start. */
  readonly worse: string;
  readonly tests: string;
};

const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const indented = (text: string): string => text.replace(/^/gm, '    ');

function javascript(kernel: Kernel, key: string): Exercise {
  const name = camel(kernel.name);
  const source = `src/${name}.js`;
  const module = (body: string): string =>
    `/** ${kernel.says} */\nexport function ${name}(${kernel.takes.join(', ')}) {\n  ${body.replace(/; (?=\S)/g, ';\n  ')}\n}\n`;
  const cases = kernel.cases.map(
    ([args, result], place) =>
      `test('${name} ${place + 1}', () => assert.deepEqual(${name}(${args.map(arg => JSON.stringify(arg)).join(', ')}), ${JSON.stringify(result)}));\n`,
  );
  const test = `test/${name}.test.js`;
  const [right, wrong] = kernel.js;
  return {
    ...{
      key,
      language: 'javascript',
      source,
      test,
      check: `node --test ${test}`,
      ...wordsOf(kernel, name, source, test),
    },
    wrong: wrong === null ? null : module(wrong),
    right: module(right),
    worse: module('return undefined;'),
    tests: `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { ${name} } from '../${source}';\n\n${cases.join('')}`,
  };
}

function python(kernel: Kernel, key: string): Exercise {
  const { name } = kernel;
  const source = `kit/${name}.py`;
  const module = (body: string): string =>
    `def ${name}(${kernel.takes.join(', ')}):\n    """${kernel.says}"""\n${indented(body)}\n`;
  const literal = (value: unknown): string => `json.loads(r'''${JSON.stringify(value)}''')`;
  const cases = kernel.cases.map(
    ([args, result], place) =>
      `def test_${name}_${place + 1}():\n    assert ${name}(*${literal(args)}) == ${literal(result)}\n`,
  );
  const test = `tests/test_${name}.py`;
  const [right, wrong] = kernel.py;
  return {
    ...{
      key,
      language: 'python',
      source,
      test,
      check: `python3 -m pytest -q ${test}`,
      ...wordsOf(kernel, name, source, test),
    },
    wrong: wrong === null ? null : module(wrong),
    right: module(right),
    worse: module('return object()'),
    tests: `import json\n\nfrom kit.${name} import ${name}\n\n\n${cases.join('\n\n')}`,
  };
}

const wordsOf = (kernel: Kernel, name: string, source: string, test: string) => ({
  title: `${kernel.js[1] === null ? 'Write' : 'Mend'} ${name}`,
  description: `${kernel.says} It belongs into ${source}; ${test} decides.`,
});

/** All exercises of one language, fifty of them, with keys `J1` … or `P1` …. */
export const exercisesIn = (language: Language): readonly Exercise[] =>
  [...WORDS, ...NUMBERS, ...LISTS].map((kernel, place) =>
    language === 'javascript' ? javascript(kernel, `J${place + 1}`) : python(kernel, `P${place + 1}`),
  );

/** The files of a repository that has these exercises as its bugs. */
export function filesOf(exercises: readonly Exercise[]): Readonly<Record<string, string>> {
  const [first] = exercises;
  const manifest: Readonly<Record<string, string>> =
    first?.language === 'python'
      ? {
          'kit/__init__.py': '',
          'pytest.ini': '[pytest]\npythonpath = .\n',
          '.gitignore': '__pycache__/\n.pytest_cache/\n',
        }
      : { 'package.json': '{"name": "kit", "type": "module", "scripts": {"test": "node --test"}}\n' };
  return Object.fromEntries([
    ...Object.entries(manifest),
    ...exercises.flatMap(({ source, wrong, test, tests }) => [
      ...(wrong === null ? [] : [[source, wrong] as const]),
      [test, tests] as const,
    ]),
  ]);
}
