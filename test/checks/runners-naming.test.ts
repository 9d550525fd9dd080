import { describe, expect, it } from 'vitest';
import { withNames } from '../../src/checks/runners/naming.ts';
import { simpleCommands } from '../../src/checks/runners/shell-line.ts';

const named = (line: string, files: Readonly<Record<string, string>> = {}) =>
  withNames(line, {
    read: path => Promise.resolve(Object.hasOwn(files, path) ? (files[path] ?? null) : null),
    list: () => Promise.resolve(Object.keys(files)),
  });
const scripts = (test: string, more: object = {}) => JSON.stringify({ scripts: { test, ...more } });
const PYTEST = { PYTEST_ADDOPTS: '-v -rap' };

describe('asking a runner for names', () => {
  it.each([
    ['npx vitest run a', 'npx vitest run a --reporter=verbose'],
    ['vitest run --reporter=json', 'vitest run --reporter=json'],
    ['vitest bench', 'vitest bench'],
    ['node_modules/.bin/vitest run "a b"', 'node_modules/.bin/vitest run "a b" --reporter=verbose'],
    ['node node_modules/jest/bin/jest.js --ci', 'node node_modules/jest/bin/jest.js --ci --verbose'],
    ['npx jest -- a', 'npx jest --verbose -- a'],
    ['CI=1 timeout 20 npx --no jest', 'CI=1 timeout 20 npx --no jest --verbose'],
    ['go test ./... -run X', 'go test -v ./... -run X'],
    ['go test -json ./...', 'go test -json ./...'],
    ['go vet ./... && go test ./...', 'go vet ./... && go test -v ./...'],
    ['cd sub && go test . | tee out', 'cd sub && go test -v . | tee out'],
    ['python3 -m unittest discover -s tests', 'python3 -m unittest discover -s tests -v'],
    ['python3 -m unittest -q', 'python3 -m unittest -q'],
    ['.venv/bin/python manage.py test app', '.venv/bin/python manage.py test app --verbosity=2'],
    ['node --test', 'node --test'],
    ['cargo test --workspace', 'cargo test --workspace'],
    ['test -f a.txt', 'test -f a.txt'],
  ])('%s', async (line, wanted) => expect(await named(line)).toEqual({ command: wanted, env: {} }));

  it.each([
    'pytest',
    'python -m pytest -x',
    'uv run --no-sync python -m pytest',
    '.venv/bin/python -m pytest tests | tee x',
  ])('pytest through its variable: %s', async line =>
    expect(await named(line)).toEqual({ command: line, env: PYTEST }),
  );

  it.each([
    ['npm test', scripts('vitest run'), 'npm test -- --reporter=verbose'],
    ['npm t', scripts('tsc && jest --ci'), 'npm t -- --verbose'],
    ['npm test -- a.test.js', scripts('jest'), 'npm test -- a.test.js --verbose'],
    ['npm run unit', scripts('x', { unit: 'jest' }), 'npm run unit -- --verbose'],
    ['npm test', scripts('npm run unit', { unit: 'jest' }), 'npm test -- -- --verbose'],
    ['npm test', scripts('yarn unit', { unit: 'jest' }), 'npm test -- --verbose'],
    ['pnpm test', scripts('vitest run'), 'pnpm test --reporter=verbose'],
    ['yarn test', scripts('jest'), 'yarn test --verbose'],
    ['npm test 2>&1 | cat', scripts('jest'), 'npm test 2>&1 -- --verbose | cat'],
    // What stands at the end of the script is not the runner, or not only.
    ['npm test', scripts('vitest run && echo done'), 'npm test'],
    ['npm test', scripts('node --test'), 'npm test'],
    ['npm test', scripts('test "$(git status)" = x || jest'), 'npm test'],
    ['npm test', scripts('npm test'), 'npm test'],
    ['npm ci', scripts('jest', { ci: 'jest' }), 'npm ci'],
  ])('%s where package.json is %s', async (line, manifest, wanted) =>
    expect(await named(line, { 'package.json': manifest })).toEqual({ command: wanted, env: {} }),
  );

  it('looks into workspaces, and asks only where one flag does for all', async () => {
    const root = JSON.stringify({
      workspaces: ['packages/*'],
      scripts: { test: 'npm test --workspaces --if-present' },
    });
    const files = (b: string) => ({
      'package.json': root,
      'packages/a/package.json': scripts('vitest run'),
      'packages/b/package.json': JSON.stringify({ name: '@x/b', scripts: { test: b } }),
      'packages/c/package.json': '{}',
    });
    expect((await named('npm test', files('vitest'))).command).toBe('npm test -- -- --reporter=verbose');
    expect((await named('npm test', files('jest'))).command).toBe('npm test');
    expect((await named('npm test -w @x/b', files('jest'))).command).toBe('npm test -w @x/b -- --verbose');
    expect((await named('npm test --workspace=packages/a', files('jest'))).command).toBe(
      'npm test --workspace=packages/a -- --reporter=verbose',
    );
  });

  it('looks one target deep into a Makefile, and into a script of shell', async () => {
    const Makefile =
      'PYTHON ?= python3 -m pytest\ntest: unit\n\t$(PYTHON) tests\nunit:\n\tgo test ./...\nlint:\n\truff\n';
    expect(await named('make test', { Makefile })).toEqual({ command: 'make test', env: { ...PYTEST, GOFLAGS: '-v' } });
    expect(await named('./run.sh', { 'run.sh': 'set -e\npytest tests\n' })).toEqual({
      command: './run.sh',
      env: PYTEST,
    });
    expect(await named('make test', { Makefile: 'test:\n\tgo test -json ./...\n' })).toMatchObject({ env: {} });
  });

  it.each([
    'for x in 1 2; do npx jest; done',
    'echo "$(npx jest)"',
    'npx jest # all',
    'npx jest <<< x',
    "bash -c 'npx jest'",
    'npx jest "unclosed',
    '( npx jest )',
    'if true; then npx jest; fi',
  ])('leaves alone what it does not understand: %s', async line =>
    expect(await named(line)).toEqual({ command: line, env: {} }),
  );
});

describe('the simple commands of a line', () => {
  it('keeps words in quotes together and knows where they stand', () => {
    const commands = simpleCommands(`A=1 x "b c"  'd;e' f\\ g 2>&1 && y & z`) ?? [];
    expect(commands.map(({ words }) => words.map(({ text }) => text))).toEqual([
      ['A=1', 'x', 'b c', 'd;e', 'f g', '2>&1'],
      ['y'],
      ['z'],
    ]);
    expect(commands[0]?.words[2]).toMatchObject({ start: 6, end: 11 });
  });
});
