import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectVerify, type ProjectFiles } from '../../src/config/detect.ts';

/** A tree as its files by path; a folder is there when a file is in it. */
const tree = (files: Readonly<Record<string, string>>): ProjectFiles => ({
  read: path => (Object.hasOwn(files, path) ? (files[path] ?? null) : null),
  exists: path => Object.keys(files).some(name => name === path || name.startsWith(`${path}/`)),
  folders: () => [
    ...new Set(Object.keys(files).flatMap(name => (name.includes('/') ? [name.split('/')[0] ?? ''] : []))),
  ],
});
const detect = (files: Readonly<Record<string, string>>) => detectVerify(tree(files));
const command = (files: Readonly<Record<string, string>>): string | null =>
  detect(files)?.commands.join(' && ') ?? null;
const scripts = (test: string, more: object = {}) => JSON.stringify({ scripts: { test }, ...more });

describe('finding the test command', () => {
  it('says nothing when nothing says how the project is tested', () => {
    expect(detect({})).toBeNull();
    expect(detect({ 'README.md': 'run npm test', 'src/test.c': '' })).toBeNull();
  });

  it('takes the test script of package.json and says where it is from', () => {
    expect(detect({ 'package.json': scripts('node --test') })).toEqual({
      commands: ['npm test'],
      from: 'package.json script "test"',
      warnings: [],
    });
  });

  it('does not take what npm init wrote, an empty script, or a package.json that is none', () => {
    for (const text of [
      scripts('echo "Error: no test specified" && exit 1'),
      scripts(' '),
      '{',
      '[]',
      'null',
      '{"scripts":null}',
      '{"scripts":{"test":1}}',
    ])
      expect(detect({ 'package.json': text })).toBeNull();
  });

  it.each([
    ['pnpm test', { 'pnpm-lock.yaml': '' }, {}],
    ['yarn test', { 'yarn.lock': '' }, {}],
    ['bun run test', { 'bun.lock': '' }, {}],
    ['bun run test', { 'bun.lockb': '' }, {}],
    ['npm test', { 'package-lock.json': '' }, {}],
    ['pnpm test', { 'package-lock.json': '' }, { packageManager: 'pnpm@10.1.0' }],
    ['npm test', { 'yarn.lock': '' }, { packageManager: 'npm@11' }],
  ])('runs it by %s with %j and %j', (wanted, locks, manifest) => {
    expect(command({ 'package.json': scripts('vitest run', manifest), ...locks })).toBe(wanted);
  });

  it.each([
    ['jest --watch', true],
    ['jest --watchAll', true],
    ['react-scripts test', true],
    ['jest --watchAll=false', false],
    ['jest --watch-ignore x', false],
    ['vitest run', false],
  ])('warns of a script that goes on watching: %s is %s', (script, watches) => {
    expect(detect({ 'package.json': scripts(script) })?.warnings.length).toBe(watches ? 1 : 0);
  });

  it.each([
    ['make test', { Makefile: 'all:\n\tcc\n\ntest: all\n\t./run\n' }],
    [null, { Makefile: '.PHONY: test\ntest-unit:\n\tx\ntest := 1\ntest:=1\n' }],
    ['just test', { justfile: 'build:\n  x\ntest *args: build\n  y\n' }],
    ['task test', { 'Taskfile.yml': 'version: 3\ntasks:\n  build:\n    cmd: x\n  test:\n    cmd: y\n' }],
    ['deno task test', { 'deno.json': '{"tasks": {"test": "deno test -A"}}' }],
    ['deno test', { 'deno.jsonc': '{ /* none */ }' }],
    ['composer test', { 'composer.json': scripts('phpunit') }],
    ['cargo test', { 'Cargo.toml': '[package]\nname = "x"' }],
    ['cargo test --workspace', { 'Cargo.toml': '[workspace]\nmembers = []' }],
    ['go test ./...', { 'go.mod': 'module x' }],
    ['mvn -q test', { 'pom.xml': '' }],
    ['./mvnw -q test', { 'pom.xml': '', mvnw: '' }],
    ['gradle test', { 'build.gradle.kts': '' }],
    ['./gradlew test', { 'build.gradle': '', gradlew: '' }],
    ['bundle exec rspec', { '.rspec': '', Gemfile: '' }],
    ['rake test', { Rakefile: 'Rake::TestTask.new' }],
    ['vendor/bin/phpunit', { 'phpunit.xml.dist': '' }],
    ['dart test', { 'pubspec.yaml': 'name: x' }],
    ['flutter test', { 'pubspec.yaml': 'dependencies:\n  flutter:\n    sdk: flutter\n' }],
    ['mix test', { 'mix.exs': '' }],
    ['swift test', { 'Package.swift': '' }],
  ])('answers %s for %j', (wanted, files) => {
    expect(command(files)).toBe(wanted);
  });

  it.each([
    ['python3 -m pytest', { 'pytest.ini': '' }],
    ['python3 -m pytest', { 'pyproject.toml': '[project]\n[tool.pytest.ini_options]\n' }],
    ['python3 -m pytest', { 'pyproject.toml': '[dependency-groups]\ndev = ["pytest>=8"]\n', 'tests/test_a.py': '' }],
    ['python3 -m pytest', { 'setup.cfg': '[tool:pytest]\n' }],
    ['python3 -m pytest', { 'tests/conftest.py': '' }],
    ['python3 -m pytest', { 'requirements-dev.txt': 'pytest==8.3\n' }],
    ['python3 -m pytest', { 'tox.ini': '[testenv]\ncommands = pytest {posargs}\n' }],
    ['.venv/bin/python -m pytest', { 'pytest.ini': '', '.venv/bin/python': '', 'uv.lock': '' }],
    ['uv run --no-sync python -m pytest', { 'pytest.ini': '', 'uv.lock': '' }],
    ['poetry run python -m pytest', { 'pyproject.toml': '[tool.poetry]\npytest = "^8"\n', 'poetry.lock': '' }],
    ['tox', { 'tox.ini': '[tox]\n' }],
    ['python3 manage.py test', { 'manage.py': '' }],
    ['python3 -m unittest discover -s tests', { 'setup.py': '', 'tests/test_a.py': '' }],
    [null, { 'setup.py': '', 'src/a.py': '' }],
  ])('runs Python tests by %s for %j', (wanted, files) => {
    expect(command(files)).toBe(wanted);
  });

  it('prefers what the project declares itself and names the rest', () => {
    const both = detect({
      'go.mod': 'module x',
      Makefile: 'test:\n\tgo test ./...\n',
      'package.json': scripts('node --test'),
    });
    expect(both).toEqual({
      commands: ['npm test'],
      from: 'package.json script "test"',
      warnings: [
        'Also found: make test (Makefile target "test"); go test ./... (go.mod). Add it to verify in llmclis.yaml if every task must keep it green.',
      ],
    });
  });

  it('looks one folder deep where the top says nothing', () => {
    const go = { 'back end/go.mod': 'module x' };
    const node = { 'frontend/package.json': scripts('vitest run'), 'frontend/pnpm-lock.yaml': '' };
    expect(detect({ 'README.md': '', ...node })).toEqual({
      commands: ['cd frontend && pnpm test'],
      from: 'frontend/package.json script "test"',
      warnings: [],
    });
    expect(detect({ ...node, ...go })).toMatchObject({
      commands: ["cd 'back end' && go test ./...", 'cd frontend && pnpm test'],
      from: 'back end/go.mod, frontend/package.json script "test"',
    });
    expect(command({ ...go, Makefile: 'test:\n\tx\n' })).toBe('make test');
  });

  it.each(['docs', 'examples', 'test', 'vendor', 'node_modules', '.github'])(
    'does not take %s for the project',
    folder => expect(detect({ [`${folder}/package.json`]: scripts('node --test') })).toBeNull(),
  );

  it('never throws, whatever the files hold', () => {
    const names = [
      'package.json',
      'deno.json',
      'Makefile',
      'justfile',
      'Taskfile.yml',
      'pyproject.toml',
      'tox.ini',
      'composer.json',
      'Rakefile',
      'pubspec.yaml',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), fc.json())), files => {
        const answer = detect(files);
        return answer === null || answer.commands.length > 0;
      }),
    );
  });
});
