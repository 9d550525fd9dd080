import picomatch from 'picomatch';

/** Tests, by the names the usual runners look for. */
export const TEST_GLOBS = [
  'test/**',
  'tests/**',
  '**/test/**',
  '**/tests/**',
  '**/__tests__/**',
  '**/*.test.*',
  '**/*.spec.*',
  '**/test_*.py',
  '**/*_test.*',
] as const;

const CONFIGURATION_GLOBS = [
  '**/{vitest,vite,jest,playwright,cypress,karma,ava,wtr,babel,nyc,c8}.config.*',
  '**/{vitest,jest}.{workspace,setup,global-setup,projects}.*',
  '**/{.mocharc*,.babelrc*,.swcrc,.taprc,.nycrc*,.c8rc*,.jestrc*,.pnp.*,.pnpmfile.cjs}',
  '**/karma.conf.*',
  '**/{pytest.ini,.pytest.ini,tox.ini,conftest.py,setup.cfg,phpunit.xml,.rspec,noxfile.py,.coveragerc}',
  // What an interpreter loads by itself, or finds before the real thing.
  '**/{sitecustomize.py,usercustomize.py,*.pth}',
  '**/{pytest,_pytest,unittest,doctest,pluggy}.py',
  '**/{pytest,_pytest,unittest,doctest,pluggy}/**',
  '**/{node_modules,site-packages,.venv,venv}/**',
  'vendor/**',
  '**/{.cargo/config,.cargo/config.toml,.env,.env.*}',
  '.gitmodules',
  '.github/**',
  '.gitlab-ci.yml',
  '.circleci/**',
  '.ci/**',
  '.travis.yml',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  'Jenkinsfile',
  '**/{.npmrc,.yarnrc,.yarnrc.yml,bunfig.toml,.nvmrc,.tool-versions}',
  '**/{Makefile,makefile,GNUmakefile,justfile,Justfile,Taskfile.yml,Rakefile}',
  'llmclis.yaml',
  'model_registry.yaml',
  'issues.md',
] as const;

const matches = (globs: readonly string[], path: string): boolean =>
  globs.length > 0 && picomatch([...globs], { dot: true })(path);

export const isTestFile = (path: string): boolean => matches(TEST_GLOBS, path);

/** Globs without a slash match in every folder, as in .gitignore. */
const anywhere = (globs: readonly string[]): readonly string[] =>
  globs.flatMap(glob => (glob.includes('/') ? [glob] : [glob, `**/${glob}`]));

export type ProtectionRules = {
  /** The task's and the project's `protect`. */
  readonly protect: readonly string[];
  /** The task's `allow`: wins over everything. */
  readonly allow: readonly string[];
  /** Plan files. */
  readonly plans: readonly string[];
  /** The check commands: a script that one of them names decides as a test does. */
  readonly checks: readonly string[];
};

/** A shell script, or a program that is called a check: not the product, which a check may run by its name too. */
const DECIDES =
  /\.(?:sh|bash|zsh|bat|cmd|ps1)$|(?:^|[/._-])(?:checks?|verify|tests?|specs?|ci|smoke|accept(?:ance)?)(?:[._-][^/]*)?\.\w+$/i;

/** Is this a script that a check runs by its name? */
const isCheckScript = (path: string, checks: readonly string[]): boolean =>
  DECIDES.test(path) &&
  checks.some(check => check.split(/[\s'";&|()]+/).some(word => word.replace(/^\.\//, '') === path));

/** May a coder's turn change this path? */
export const isProtected = (path: string, rules: ProtectionRules): boolean =>
  !matches(anywhere(rules.allow), path) &&
  (isTestFile(path) ||
    isCheckScript(path, rules.checks) ||
    matches(CONFIGURATION_GLOBS, path) ||
    matches(anywhere([...rules.protect, ...rules.plans]), path));

/** Files of which only a part is protected: the script lines and the test configuration in a manifest, what git does to files. */
export const hasProtectedPart = (path: string): boolean =>
  /(^|\/)(?:package\.json|pyproject\.toml|Cargo\.toml|go\.(?:mod|work)|[jt]sconfig[\w.-]*\.json|\.gitattributes)$/.test(
    path,
  );

const PACKAGE_PARTS = ['scripts', 'jest', 'mocha', 'ava', 'vitest', 'c8', 'nyc', 'tap', 'babel', 'imports'] as const;

/** Was the protected part of a manifest changed? A manifest that is no valid JSON any more counts as changed. */
export function protectedPartChanged(path: string, before: string | null, after: string | null): boolean {
  if (before === after) return false;
  // Its lines are as good in a new file as in an old one.
  if (path.endsWith('.gitattributes')) return handling(before ?? '') !== handling(after ?? '');
  if (before === null) return false;
  if (/\.(?:mod|work)$/.test(path)) return replaced(before) !== replaced(after ?? '');
  if (after === null) return true;
  if (path.endsWith('.toml')) return testParts(before) !== testParts(after);
  if (!path.endsWith('package.json')) return nameMaps(before) !== nameMaps(after);
  const [old, now] = [manifest(before), manifest(after)];
  if (old === null) return false;
  return now === null || PACKAGE_PARTS.some(part => JSON.stringify(old[part]) !== JSON.stringify(now[part]));
}

function manifest(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** Lines of Go by which another module stands for one. */
const replaced = (text: string): string =>
  text
    .split('\n')
    .filter(line => line.includes('=>'))
    .map(line => line.trim())
    .join('\n');

/** Tables of a TOML file that say which tests run and how. */
const testParts = (text: string): string =>
  text
    .split(/^(?=\[)/m)
    .filter(part =>
      /^\[+(?:tool\.(?:pytest|tox|coverage|nox|hatch\.envs|pdm\.scripts|poe|taskipy)|project\.entry-points|test\]|profile\.test|patch|replace\])/.test(
        part,
      ),
    )
    .map(part => part.trimEnd())
    .join('\n');

/** Lines that have git change, hide or leave out what is in a file. */
const handling = (text: string): string =>
  text
    .split('\n')
    .filter(line =>
      /\s(?:[-!]?(?:filter|diff|merge|text|ident|export-\w+|working-tree-encoding)\b|binary\b)/.test(line),
    )
    .filter(line => /filter|-diff|merge=|export-|ident|encoding/.test(line))
    .map(line => line.trim())
    .join('\n');

/** The part of a tsconfig by which one name can stand for another file. */
const nameMaps = (text: string): string =>
  [
    ...text.matchAll(
      /"(?:paths|plugins)"\s*:\s*(?:\{[^{}]*\}|\[[^\]]*\])|"(?:baseUrl|extends)"\s*:\s*(?:"[^"]*"|\[[^\]]*\])/g,
    ),
  ]
    .map(([part]) => part.replace(/\s+/g, ''))
    .join('\n');
