import { detected, type Finder, type ProjectFiles } from './finder.ts';

const reads = (files: ProjectFiles, name: string, pattern: RegExp): boolean => pattern.test(files.read(name) ?? '');

/** Runs a Python module with the project's own interpreter: its virtual environment, else the tool that owns the lock file. */
function python(files: ProjectFiles, module: string): string {
  for (const own of ['.venv/bin/python', 'venv/bin/python', '.venv/Scripts/python.exe'])
    if (files.exists(own)) return `${own} -m ${module}`;
  // Nothing is fetched in a worktree, so uv must not try to bring the environment up to date.
  if (files.exists('uv.lock')) return `uv run --no-sync python -m ${module}`;
  if (files.exists('poetry.lock')) return `poetry run python -m ${module}`;
  if (files.exists('Pipfile.lock')) return `pipenv run python -m ${module}`;
  return `python3 -m ${module}`;
}

const PYTEST_SIGNS: readonly (readonly [file: string, pattern: RegExp])[] = [
  ['pytest.ini', /(?:)/],
  ['.pytest.ini', /(?:)/],
  ['pyproject.toml', /^\[tool\.pytest/m],
  ['setup.cfg', /^\[tool:pytest\]/m],
  ['tox.ini', /^\[pytest\]/m],
  ['conftest.py', /(?:)/],
  ['tests/conftest.py', /(?:)/],
  ['pyproject.toml', /["']pytest\b/],
  ['pyproject.toml', /^pytest\s*=/m],
  ['requirements.txt', /^pytest\b/m],
  ['requirements-dev.txt', /^pytest\b/m],
  ['dev-requirements.txt', /^pytest\b/m],
  ['Pipfile', /^pytest\b/m],
  ['tox.ini', /^\s*(?:commands\s*=\s*)?(?:python\S* -m )?pytest\b/m],
];

const pytest: Finder = files => {
  const sign = PYTEST_SIGNS.find(([file, pattern]) => files.exists(file) && reads(files, file, pattern));
  return sign === undefined ? null : detected(python(files, 'pytest'), `${sign[0]} (pytest)`);
};

const django: Finder = files =>
  files.exists('manage.py')
    ? detected(python(files, '').replace(/ -m $/, ' manage.py test'), 'manage.py (Django)')
    : null;

const tox: Finder = files =>
  files.exists('tox.ini') && reads(files, 'tox.ini', /^\[(?:tox|testenv)/m)
    ? detected('tox', 'tox.ini', [
        'tox makes environments of its own, which needs the network; a direct test command is quicker.',
      ])
    : null;

const nox: Finder = files =>
  files.exists('noxfile.py')
    ? detected('nox', 'noxfile.py', [
        'nox makes environments of its own, which needs the network; a direct test command is quicker.',
      ])
    : null;

const cargo: Finder = files => {
  if (!files.exists('Cargo.toml')) return null;
  const many = reads(files, 'Cargo.toml', /^\[workspace\]/m);
  return detected(many ? 'cargo test --workspace' : 'cargo test', 'Cargo.toml');
};

const go: Finder = files => (files.exists('go.mod') ? detected('go test ./...', 'go.mod') : null);

const maven: Finder = files =>
  files.exists('pom.xml') ? detected(files.exists('mvnw') ? './mvnw -q test' : 'mvn -q test', 'pom.xml') : null;

const gradle: Finder = files => {
  const name = ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'].find(file =>
    files.exists(file),
  );
  return name === undefined ? null : detected(files.exists('gradlew') ? './gradlew test' : 'gradle test', name);
};

const ruby: Finder = files => {
  if (files.exists('.rspec') || files.exists('spec/spec_helper.rb'))
    return detected(
      files.exists('Gemfile') ? 'bundle exec rspec' : 'rspec',
      files.exists('.rspec') ? '.rspec' : 'spec/spec_helper.rb',
    );
  const tests = reads(files, 'Rakefile', /Rake::TestTask|\btask\s+:?["']?test\b/);
  return tests
    ? detected(files.exists('Gemfile') ? 'bundle exec rake test' : 'rake test', 'Rakefile task "test"')
    : null;
};

const deno: Finder = files => {
  const name = ['deno.json', 'deno.jsonc'].find(file => files.exists(file));
  return name === undefined ? null : detected('deno test', name);
};

const phpunit: Finder = files => {
  const name = ['phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml'].find(file => files.exists(file));
  return name === undefined ? null : detected('vendor/bin/phpunit', name);
};

/** A file whose presence alone says which command tests the project. */
const convention =
  (file: string, command: string): Finder =>
  files =>
    files.exists(file) ? detected(command, file) : null;

const dart: Finder = files => {
  if (!files.exists('pubspec.yaml')) return null;
  return detected(reads(files, 'pubspec.yaml', /^\s+sdk:\s*flutter/m) ? 'flutter test' : 'dart test', 'pubspec.yaml');
};

/** What a language's own files imply, most certain first. */
export const BY_LANGUAGE: readonly Finder[] = [
  django,
  pytest,
  cargo,
  go,
  maven,
  gradle,
  ruby,
  phpunit,
  dart,
  convention('mix.exs', 'mix test'),
  convention('Package.swift', 'swift test'),
  convention('build.zig', 'zig build test'),
  convention('stack.yaml', 'stack test'),
  convention('dune-project', 'dune test'),
];

const PYTHON_PROJECT = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'];

/** Python's own runner, for a project with a tests folder that names no other. */
const unittest: Finder = files => {
  if (!PYTHON_PROJECT.some(file => files.exists(file))) return null;
  const folder = ['tests', 'test'].find(name => files.exists(name));
  if (folder === undefined) return null;
  return detected(`${python(files, 'unittest')} discover -s ${folder}`, `the folder ${folder}/`, [
    'Nothing says which test runner this project uses; Python’s own is assumed.',
  ]);
};

/** Asked only when nothing better answers. */
export const LAST_RESORTS: readonly Finder[] = [tox, nox, deno, unittest];
