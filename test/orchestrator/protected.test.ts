import { describe, expect, it } from 'vitest';
import { sameButComments } from '../../src/orchestrator/comments.ts';
import { isProtected, protectedPartChanged } from '../../src/orchestrator/protected.ts';

const rules = {
  protect: [],
  allow: [],
  plans: ['plans.md'],
  checks: ['bash scripts/check.sh', 'node scripts/verify-all.mjs && node src/checkout.js'],
};

describe('protected files', () => {
  it.each([
    'test/a.js',
    'tests/unit/a.py',
    'packages/x/test/a.js',
    'src/__tests__/a.ts',
    'src/a.test.ts',
    'src/a.spec.tsx',
    'test_a.py',
    'pkg/a_test.go',
    'vitest.config.ts',
    'conftest.py',
    '.github/workflows/ci.yml',
    '.gitlab-ci.yml',
    'plans.md',
    'issues.md',
    'llmclis.yaml',
    '.npmrc',
    'Makefile',
    'scripts/check.sh',
    'scripts/verify-all.mjs',
    'babel.config.js',
    'src/.mocharc.json',
    '.pytest.ini',
    'src/sitecustomize.py',
    'src/a.pth',
    'pytest.py',
    'pytest/__init__.py',
    'node_modules/vitest/index.js',
    '.env',
    'packages/a/.env.test',
    '.gitmodules',
    'vendor/github.com/x/assert.go',
  ])('%s is', path => expect(isProtected(path, rules)).toBe(true));

  it.each([
    'src/a.ts',
    'scripts/other.sh',
    'src/testing.ts',
    'src/checkout.js',
    'src/check.js',
    'README.md',
    'package.json',
    'src/contest.py',
    'latest/x.js',
  ])('%s is not', path => expect(isProtected(path, rules)).toBe(false));

  it('takes the task’s globs, with or without a slash', () => {
    expect(isProtected('src/deep/schema.sql', { ...rules, protect: ['*.sql'] })).toBe(true);
    expect(isProtected('src/gen/x.ts', { ...rules, protect: ['src/gen/**'] })).toBe(true);
  });

  it('protects the lines by which git, TypeScript and pytest take one thing for another', () => {
    const maps = (paths: object) => JSON.stringify({ compilerOptions: { strict: true, paths } });
    expect(protectedPartChanged('.gitattributes', null, '*.js filter=x\n')).toBe(true);
    expect(protectedPartChanged('.gitattributes', '*.js text\n', '*.js text\n*.js -diff\n')).toBe(true);
    expect(protectedPartChanged('.gitattributes', null, '*.png binary\n*.sh eol=lf\n')).toBe(false);
    expect(protectedPartChanged('tsconfig.json', maps({}), maps({ vitest: ['./fake.ts'] }))).toBe(true);
    expect(protectedPartChanged('tsconfig.json', '{"include":["src"]}', '{"include":["src","lib"]}')).toBe(false);
    const go = 'module a\n\nrequire b v1.0.0\n';
    expect(protectedPartChanged('go.mod', go, `${go}replace b => ./fake\n`)).toBe(true);
    expect(protectedPartChanged('go.mod', go, `${go}require c v1.0.0\n`)).toBe(false);
    expect(protectedPartChanged('Cargo.toml', '[package]\n', '[package]\n[patch.crates-io]\n')).toBe(true);
    expect(protectedPartChanged('pyproject.toml', '[project]\nname = "a"\n', '[tool.pytest.ini_options]\n')).toBe(true);
    expect(protectedPartChanged('pyproject.toml', '[project]\nname = "a"\n', '[project]\nname = "b"\n')).toBe(false);
  });

  it('lets `allow` win', () => {
    expect(isProtected('test/a.js', { ...rules, allow: ['test/a.js'] })).toBe(false);
  });

  it('protects the script lines of package.json and nothing else of it', () => {
    const before = JSON.stringify({ name: 'x', scripts: { test: 'node --test' }, dependencies: {} });
    const dependency = JSON.stringify({ name: 'x', scripts: { test: 'node --test' }, dependencies: { a: '1' } });
    const script = JSON.stringify({ name: 'x', scripts: { test: 'true' }, dependencies: {} });
    expect(protectedPartChanged('package.json', before, dependency)).toBe(false);
    expect(protectedPartChanged('package.json', before, script)).toBe(true);
    expect(protectedPartChanged('package.json', before, '{ broken')).toBe(true);
    expect(protectedPartChanged('package.json', before, null)).toBe(true);
  });
});

describe('a change of comments and white space', () => {
  it('is told from a change of code', () => {
    expect(sameButComments('a.js', 'const a = 1; // one\n', 'const a  = 1; /* uno */\n')).toBe(true);
    expect(sameButComments('a.js', 'const a = 1;\n', 'const a = 2;\n')).toBe(false);
    expect(sameButComments('a.py', 'x = 1  # one\n', 'x = 1\n')).toBe(true);
  });
  it('is never a file that came or went', () => {
    expect(sameButComments('a.js', null, '// new\n')).toBe(false);
  });
});
