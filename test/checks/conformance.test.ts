import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CHECK_KINDS, isGuard, parseCheck } from '../../src/checks/checks.ts';
import { benchOf, hostileFolder, outcomeOf, parsed, type World } from './fixtures.ts';

type Example = readonly [check: string, world: World];
type Examples = {
  readonly satisfied: readonly Example[];
  readonly unsatisfied: readonly Example[];
  /** In the hostile folder: none of these is satisfied, and none is a bug. */
  readonly hostile: readonly string[];
};

const AT_PATHS = [
  'nothing.txt',
  '../secret',
  '/etc/hostname',
  '.git/config',
  'out',
  'out-folder/hostname',
  'loop',
  'pipe',
];
const paths = (check: (path: string) => string, ...more: readonly string[]): readonly string[] =>
  [...AT_PATHS, ...more].map(check);

const TESTS = {
  'package.json': '{"type": "module"}',
  'a.test.js':
    "import { test } from 'node:test'; test('one', () => {}); test('two', () => {}); test.skip('three', () => {});",
};
const KEY = ['AKIA', 'IOSFODNN', '7QRSTUVW'].join('');
const LINTER =
  "grep -nH bad a.js b.js 2>/dev/null | sed -E 's/^([^:]+):([0-9]+):(.*)$/\\1:\\2:1: \\3 [no-bad]/'; ! grep -q bad a.js b.js 2>/dev/null";
const lint = (files: Record<string, string>, before: Record<string, string>): Example => [
  `@no-new-lint run='${LINTER.replaceAll("'", `'"'"'`)}'`,
  { files, before },
];
const SERVER = {
  'server.js': `
    import http from 'node:http';
    http.createServer((request, response) => { response.statusCode = request.url === '/health' ? 200 : 404; response.end('all is well'); })
      .listen(Number(process.argv[2]), '127.0.0.1');`,
  'package.json': '{"type": "module"}',
};

const EXAMPLES: Readonly<Record<string, Examples>> = {
  exit: {
    satisfied: [
      ['@exit "exit 3" code=3', {}],
      ['@exit true', {}],
    ],
    unsatisfied: [
      ['@exit "exit 3"', {}],
      ['@exit "sleep 5" timeout=1', {}],
    ],
    hostile: ['@exit no-such-command-here code=127', '@exit "kill -9 $$" code=9'],
  },
  tests: {
    satisfied: [['@tests "node --test" min=2 skipped=1', { files: TESTS }]],
    unsatisfied: [
      ['@tests "node --test" min=3', { files: TESTS }],
      ['@tests "node --test" skipped=0', { files: TESTS }],
    ],
    hostile: ['@tests "echo 12 passed; exit 1" min=1', '@tests true min=1', '@tests no-such-command-here failed=0'],
  },
  output: {
    satisfied: [
      ['@output "echo v1.2.3" regex="^v\\d+"', {}],
      ['@output "echo hello; exit 2" hello code=2', {}],
    ],
    unsatisfied: [
      ['@output "echo hello" regex="^v\\d+"', {}],
      ['@output "echo hello; exit 2" hello', {}],
    ],
    hostile: [
      '@output "cat aaaa.txt" regex="^(a+)+$"',
      '@output no-such-command-here x',
      '@output "cat binary.bin" hello',
    ],
  },
  http: {
    satisfied: [
      ['@http http://127.0.0.1:18231/health start="node server.js 18231" contains=well', { files: SERVER }],
      ['@http http://localhost:18232/other start="node server.js 18232" status=404 regex="^all"', { files: SERVER }],
    ],
    unsatisfied: [['@http http://127.0.0.1:18233/other start="node server.js 18233"', { files: SERVER }]],
    hostile: [
      '@http http://127.0.0.1:18234/ start="exit 1"',
      '@http http://127.0.0.1:18235/ start="sleep 60" within=1',
      '@http http://127.0.0.1:18236/ start=no-such-command-here',
    ],
  },
  file: {
    satisfied: [
      ['@file a.js', { files: { 'a.js': '' } }],
      ['@file src type=folder', { files: { 'src/a.js': '' } }],
    ],
    unsatisfied: [
      ['@file path=a.js', {}],
      ['@file src', { files: { 'src/a.js': '' } }],
    ],
    hostile: paths(path => `@file path=${path}`, 'dangling'),
  },
  missing: {
    satisfied: [['@missing a.js', {}]],
    unsatisfied: [['@missing a.js', { files: { 'a.js': '' } }]],
    hostile: [
      '@missing dangling',
      '@missing loop',
      '@missing pipe',
      '@missing ../x',
      '@missing folder',
      '@missing out',
    ],
  },
  contains: {
    satisfied: [
      ['@contains a.md "two words"', { files: { 'a.md': 'x\r\ntwo words\r\n' } }],
      ['@contains a.md text=a times=2', { files: { 'a.md': 'a b a' } }],
    ],
    unsatisfied: [
      ['@contains a.md y', { files: { 'a.md': 'x' } }],
      ['@contains a.md text=a times=2', { files: { 'a.md': 'a a a' } }],
    ],
    hostile: paths(path => `@contains ${path} a`, 'big.txt', 'binary.bin', 'latin.txt', 'folder'),
  },
  matches: {
    satisfied: [['@matches a.md regex="^## \\w+$"', { files: { 'a.md': '# A\n## Install\n' } }]],
    unsatisfied: [['@matches a.md ^B$', { files: { 'a.md': '# A\n' } }]],
    hostile: paths(path => `@matches ${path} regex=(a+)+$`, 'big.txt', 'binary.bin').concat(
      '@matches aaaa.txt "^(a+)+$"',
    ),
  },
  lacks: {
    satisfied: [
      ['@lacks src/** console.log', { files: { 'src/a.js': 'log()', 'b.js': 'console.log()' } }],
      ['@lacks src regex="\\bdebugger\\b"', { files: { 'src/a.js': 'debug' } }],
    ],
    unsatisfied: [['@lacks src/** console.log', { files: { 'src/a.js': 'a\nconsole.log()' } }]],
    hostile: ['@lacks big.txt b', '@lacks ../x a', '@lacks out a', '@lacks aaaa.txt regex="^(a+)+$"', '@lacks pipe a'],
  },
  lines: {
    satisfied: [['@lines src/** max=2 min=1', { files: { 'src/a.js': '1\n2\n' } }]],
    unsatisfied: [
      ['@lines src/** max=2', { files: { 'src/a.js': '1\n2\n3' } }],
      ['@lines src/** min=1', { files: { 'src/a.js': '' } }],
    ],
    hostile: paths(path => `@lines ${path} max=9`, 'big.txt', 'binary.bin', '*.none'),
  },
  size: {
    satisfied: [
      ['@size dist/** max=1kB', { files: { 'dist/a.js': 'x'.repeat(900), 'dist/b/c.js': '1' } }],
      ['@size out.txt min=2 run="echo hello > out.txt"', {}],
    ],
    unsatisfied: [
      ['@size dist max=1k', { files: { 'dist/a.js': 'x'.repeat(900), 'dist/b/c.js': 'x'.repeat(101) } }],
      ['@size out.txt min=2 run="exit 4"', {}],
    ],
    hostile: paths(path => `@size ${path} max=1MB`, 'big.txt'),
  },
  links: {
    satisfied: [
      [
        '@links docs/**/*.md',
        {
          files: {
            'docs/a.md': '[b](b.md#x) ![i](../i.png "t") [w](https://x.org) [h](#h) `[c](no.md)`\n```\n[n](no.md)\n```',
            'docs/b.md': '',
            'i.png': '',
          },
        },
      ],
    ],
    unsatisfied: [['@links a.md', { files: { 'a.md': '[b](b.md)' } }]],
    hostile: paths(path => `@links ${path}`, 'big.txt', 'binary.bin'),
  },
  json: {
    satisfied: [
      ['@json a.json', { files: { 'a.json': '{"a": 1}' } }],
      ['@json a.json a.b equals=12', { files: { 'a.json': '{"a": {"b": 12}}' } }],
      ['@json a.yaml at=/a~1b equals="x y"', { files: { 'a.yaml': 'a/b: x y' } }],
    ],
    unsatisfied: [
      ['@json a.json', { files: { 'a.json': '{' } }],
      ['@json a.json a.c', { files: { 'a.json': '{"a": {"b": 12}}' } }],
      ['@json a.json toString', { files: { 'a.json': '{}' } }],
      ['@json a.json a equals=2', { files: { 'a.json': '{"a": 1}' } }],
    ],
    hostile: paths(
      path => `@json ${path}`,
      'big.txt',
      'binary.bin',
      'broken.json',
      'broken.yaml',
      'bomb.yaml',
      'deep.json',
    ),
  },
  schema: {
    satisfied: [
      [
        '@schema a.json s.json',
        {
          files: {
            'a.json': '{"port": 80}',
            's.json': '{"type":"object","required":["port"],"properties":{"port":{"type":"integer"}}}',
          },
        },
      ],
    ],
    unsatisfied: [
      [
        '@schema a.json s.json',
        {
          files: { 'a.json': '{"port": "80"}', 's.json': '{"type":"object","properties":{"port":{"type":"integer"}}}' },
        },
      ],
    ],
    hostile: ['fine.txt', 'broken.json', 'odd.schema.json', 'deep.json', 'nothing.json', 'out']
      .map(path => `@schema slow.json schema=${path}`)
      .concat('@schema slow.json slow.schema.json', '@schema nothing.json slow.schema.json'),
  },
  parses: {
    satisfied: [
      [
        '@parses',
        {
          before: {},
          files: {
            'a.js': 'const a = 1;',
            'c.json': '[]',
            "it's.sh": 'echo',
          },
        },
      ],
      ['@parses *.mjs', { files: { 'a.mjs': 'export const a = 1;' } }],
      [
        '@parses',
        {
          before: {},
          files: {
            'a.js': 'export const a = await 1;',
            'b.js': '#!/usr/bin/env node\nreturn;',
            'c.cjs': 'exports.a = 1;',
          },
        },
      ],
      ['@parses *.yml', { files: { 'a.yml': 'a: 1\n---\nb: !Ref 2\n', 'b.yml': '' } }],
      // JSX is another language.
      ['@parses', { before: {}, files: { 'a.js': 'export const a = <b>1</b>;' } }],
    ],
    unsatisfied: [
      ...Object.entries({
        'a.js': 'const a = ;',
        'c.json': '[',
        'e.sh': 'if',
        'f.yml': 'a: [',
      }).map(([path, text]): Example => ['@parses', { before: {}, files: { [path]: text } }]),
    ],
    hostile: ['@parses ../x', '@parses broken.json', '@parses deep.json', '@parses *.yaml'],
  },
  diff: {
    satisfied: [['@diff allow="src/** *.md" max_files=2', { before: {}, files: { 'src/a.js': '1', 'docs/b.md': '' } }]],
    unsatisfied: [
      ['@diff', {}],
      ['@diff src/**', { before: {}, files: { 'a.js': '1' } }],
      ['@diff deny=src/**', { before: { 'src/a.js': '1' }, files: {} }],
      ['@diff max_files=1', { before: {}, files: { a: '1', b: '1' } }],
    ],
    hostile: ['@diff allow=src/**'],
  },
  changed: {
    satisfied: [['@changed CHANGELOG.md', { before: {}, files: { 'CHANGELOG.md': '1' } }]],
    unsatisfied: [['@changed CHANGELOG.md', { before: {}, files: { 'a.js': '1' } }]],
    hostile: ['@changed nothing', '@changed "["'],
  },
  unchanged: {
    satisfied: [['@unchanged "migrations/** *.lock"', { before: {}, files: { 'a.js': '1' } }]],
    unsatisfied: [['@unchanged *.lock', { before: {}, files: { 'deep/yarn.lock': '1' } }]],
    hostile: [],
  },
  'no-secrets': {
    satisfied: [
      [
        '@no-secrets',
        {
          before: { 'old.js': `const k = '${KEY}';` },
          files: {
            'old.js': `\nconst k = '${KEY}';`,
            'a.js': 'const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c";',
          },
        },
      ],
      ['@no-secrets', { before: {}, files: { 'a.c': '\f\nint a;\u001b\t// x\r\n' } }],
      ['@no-secrets except=keys/**', { before: {}, files: { 'keys/a': KEY } }],
    ],
    unsatisfied: [
      ['@no-secrets', { before: { 'a.js': 'let k;' }, files: { 'a.js': `let k;\nk = '${KEY}';` } }],
      ['@no-secrets', { before: {}, files: { 'a.js': 'login("hunter2-hunter2")' } }],
      [
        '@no-secrets',
        { before: {}, files: { 'a.js': `const x = '${['kJ8sQw2LzX0v', 'Bn5TgY7uHc3M', 'dE9fRa1PiO6xW'].join('')}';` } },
      ],
      [
        '@no-secrets',
        {
          before: {},
          files: {
            key: `-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END ${'PRIVATE'} KEY-----`,
          },
        },
      ],
    ],
    hostile: [],
  },
  'no-new-lint': {
    satisfied: [
      lint({ 'a.js': 'good' }, { 'a.js': 'good' }),
      lint({ 'a.js': '\n\nbad one', 'b.js': '' }, { 'a.js': 'bad one' }),
    ],
    unsatisfied: [
      lint({ 'a.js': 'bad one\nbad two' }, { 'a.js': 'bad one' }),
      lint({ 'a.js': 'bad one\nbad one' }, { 'a.js': 'bad one' }),
      lint({ 'b.js': 'bad one' }, { 'a.js': 'bad one' }),
    ],
    hostile: [
      '@no-new-lint no-such-linter-here',
      '@no-new-lint "echo crash; exit 2"',
      '@no-new-lint "sleep 5" timeout=1',
    ],
  },
  critic: {
    satisfied: [],
    unsatisfied: [['@critic "Is it kind?"', {}]],
    hostile: ['@critic x'],
  },
};

const all = Object.entries(EXAMPLES);
/** Checks that run until their time is over; once is enough. */
const TAKES_LONG = /\(a\+\)|schema=?slow| slow\.schema|(?:within|timeout)=1/;
const each = (pick: (examples: Examples) => readonly Example[]) =>
  all.flatMap(([kind, examples]) => pick(examples).map(([check, world]) => [kind, check, world] as const));

describe('the table of checks', () => {
  it('has at least sixteen kinds, and examples here for every one', () => {
    expect(Object.keys(CHECK_KINDS).length).toBeGreaterThanOrEqual(16);
    expect(Object.keys(EXAMPLES).sort()).toEqual(Object.keys(CHECK_KINDS).sort());
    for (const [kind, { satisfied, unsatisfied }] of all) {
      expect(unsatisfied.length, kind).toBeGreaterThan(0);
      if (kind !== 'critic') expect(satisfied.length, kind).toBeGreaterThan(0);
    }
  });

  it.each(Object.values(CHECK_KINDS))('says what @$name is, with an example that parses', kind => {
    const check = parsed(kind.example);
    expect(check).toMatchObject({ kind: kind.name, text: kind.example, critic: kind.name === 'critic' });
    expect(kind.summary).toMatch(/^[A-Z].*\.$/s);
    expect(isGuard(kind.example)).toBe(kind.guard);
    for (const [name, schema] of Object.entries(kind.options.shape)) expect(schema.description, name).toMatch(/\.$/);
    for (const word of kind.words) expect(Object.keys(kind.options.shape)).toContain(word);
  });

  it.each(Object.values(CHECK_KINDS))(
    'refuses an option that @$name does not have, or has twice',
    ({ name, example }) => {
      expect(parseCheck(`${example} nonsense=1`)).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
      const option = Object.keys(CHECK_KINDS[name]?.options.shape ?? {})[0] ?? '';
      expect(parseCheck(`@${name} ${option}=1 ${option}=1`)).toMatchObject({ ok: false });
      expect(parseCheck(`@${name} a b c d e f g`)).toMatchObject({ ok: false });
    },
  );
});

describe('a check', () => {
  it.each(each(examples => examples.satisfied))('@%s is satisfied: %s', async (_, check, world) => {
    const bench = benchOf(world);
    const outcome = await outcomeOf(check, bench);
    expect(outcome, outcome.output).toMatchObject({ exit: 0, missing: null });
    expect(outcome.output).not.toBe('');
    expect({ ...(await outcomeOf(check, bench)), ms: 0, output: '' }).toEqual({ ...outcome, ms: 0, output: '' });
  });

  it.each(each(examples => examples.unsatisfied))('@%s is not: %s', async (_, check, world) => {
    const bench = benchOf(world);
    const outcome = await outcomeOf(check, bench);
    expect(outcome.exit, outcome.output).toBe(1);
    expect(outcome.output).toMatch(/^Wanted: .+/m);
    expect(outcome.output).toMatch(/^Found: .+/m);
    expect(outcome.output).not.toContain(bench.root);
  });

  it.each(all.filter(([, { hostile }]) => hostile.length > 0))(
    '@%s takes hostile files as they are',
    async (_, { hostile }) => {
      const bench = benchOf({}, hostileFolder());
      for (const check of hostile) {
        const outcome = await outcomeOf(check, bench);
        expect(outcome.exit, `${check}\n${outcome.output}`).not.toBe(0);
        expect(outcome.output.length, check).toBeLessThan(4_000);
        expect(outcome.output, check).toMatch(/^(?:Wanted|Found): .+/m);
        if (TAKES_LONG.test(check)) continue;
        const again = await outcomeOf(check, bench);
        expect({ ...again, ms: 0 }, check).toEqual({ ...outcome, ms: 0 });
      }
    },
  );
});

const answers = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const stripsTypes = answers('node', '--eval', 'process.exit(require("node:module").stripTypeScriptTypes ? 0 : 1)');

describe('what parses', () => {
  it.skipIf(!stripsTypes)('is said of TypeScript (a Node on PATH that strips types)', async () => {
    const one = (text: string) => outcomeOf('@parses', benchOf({ before: {}, files: { 'a.ts': text } }));
    expect((await one('const a: number = 1; enum A { B }')).output).toContain('1 of 1 files were looked at');
    expect(await one('const a: = 1')).toMatchObject({ exit: 1, output: expect.stringContaining('a.ts:1') });
  });

  it.skipIf(!answers('python3', '--version'))('is said of Python (python3)', async () => {
    const one = (text: string) => outcomeOf('@parses', benchOf({ before: {}, files: { 'a b.py': text } }));
    expect((await one('a = 1\n')).output).toContain('1 of 1 files were looked at');
    expect(await one('def:')).toMatchObject({ exit: 1, output: expect.stringContaining('a b.py') });
  });

  it('is not said where the tool is not there, or the language is another', async () => {
    const files = { 'a.js': '\n\nlet b = ;', 'b.js': 'export const b = <b>1</b>;' };
    const bench = benchOf({ before: {}, files });
    expect((await outcomeOf('@parses', bench)).output).toMatch(/1 of 1 do not.*\n.*\.\/a\.js:3: Unexpected token/s);
    const without = {
      ...bench,
      run: (command: string, options: Parameters<typeof bench.run>[1]) =>
        bench.run(`PATH=/nowhere; ${command}`, options),
    };
    expect(await outcomeOf('@parses', without)).toMatchObject({
      exit: 0,
      output: '0 of 2 files were looked at, and parse. Not looked at, without node.',
    });
  });
});

describe('what checks leave behind', () => {
  it('is nothing: the work’s files are put back after the linter looked at the base', async () => {
    const [check, world] = lint(
      { 'a.js': 'bad one\nbad two', 'b.js': 'bad new' },
      { 'a.js': 'bad one', 'deep/gone.js': 'bad' },
    );
    const bench = benchOf(world);
    await outcomeOf(check, bench);
    const left = execFileSync('find', ['.', '-type', 'f'], { cwd: bench.root, encoding: 'utf8' })
      .trim()
      .split('\n')
      .sort();
    expect(left).toEqual(['./a.js', './b.js']);
    expect(execFileSync('cat', ['a.js', 'b.js'], { cwd: bench.root, encoding: 'utf8' })).toBe(
      'bad one\nbad twobad new',
    );
  });

  it('is no server: its port is free again', async () => {
    const bench = benchOf({ files: SERVER });
    for (let round = 0; round < 2; round++)
      expect((await outcomeOf('@http http://127.0.0.1:18237/health start="node server.js 18237"', bench)).exit).toBe(0);
  });

  it('is no secret: what a file or an answer holds is redacted', async () => {
    const bench = benchOf({ files: { 'a.json': '{"a": "hunter2-hunter2"}' } });
    expect((await outcomeOf('@json a.json a equals=x', bench)).output).toContain('[secret]');
    expect((await outcomeOf('@output "cat a.json" nothing', bench)).output).not.toContain('hunter2');
  });
});
