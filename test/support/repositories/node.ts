import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeRepository } from '../repository.ts';
import type { RepositoryKind } from './kinds.ts';

const OWN = resolve(import.meta.dirname, '../../../node_modules');

export const TEXTKIT = {
  'package.json': '{"name":"textkit","type":"module","scripts":{"test":"node --test"}}\n',
  'src/count.js': 'export const count = text => text.length;\nexport const shout = text => text.toUpperCase();\n',
  'test/count.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { count, shout } from '../src/count.js';\n\ntest('shouts', () => assert.equal(shout('a'), 'A'));\ntest('counts words', () => assert.equal(count('a b c'), 3));\n",
};
export const TEXTKIT_NAMES = { passing: ['shouts'], failing: ['counts words'] } as const;

/** Links packages of ours into a repository’s node_modules, as an installer would have put them there. */
function link(root: string, names: readonly string[]): void {
  for (const name of names) {
    const to = join(root, 'node_modules', name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(join(OWN, name), to);
  }
}

const PACKAGE = (name: string, more: object = {}) =>
  `${JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js', scripts: { test: 'node --test' }, ...more })}\n`;

export const monorepo: RepositoryKind = {
  name: 'a workspace monorepo',
  needs: ['npm'],
  make(folder) {
    const root = makeRepository(
      {
        '.gitignore': 'node_modules/\n',
        'package.json': `${JSON.stringify({
          private: true,
          workspaces: ['packages/*'],
          scripts: { test: 'npm test --workspaces --if-present' },
        })}\n`,
        'package-lock.json': '{"lockfileVersion":3,"packages":{}}\n',
        'packages/core/package.json': PACKAGE('@scene/core'),
        'packages/core/index.js': 'export const count = text => text.length;\n',
        'packages/core/core.test.js':
          "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { count } from './index.js';\n\ntest('counts letters', () => assert.equal(count('abc'), 3));\n",
        'packages/app/package.json': PACKAGE('@scene/app', { dependencies: { '@scene/core': '1.0.0' } }),
        'packages/app/index.js': "import { count } from '@scene/core';\n\nexport const words = text => count(text);\n",
        'packages/app/app.test.js':
          "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { words } from './index.js';\n\ntest('counts words', () => assert.equal(words('a b c'), 3));\n",
        'packages/docs/package.json': '{"name":"@scene/docs","version":"1.0.0"}\n',
      },
      folder,
    );
    mkdirSync(join(root, 'node_modules/@scene'), { recursive: true });
    for (const name of ['core', 'app', 'docs'])
      symlinkSync(`../../packages/${name}`, join(root, 'node_modules/@scene', name));
    return root;
  },
  verify: 'npm test',
  verdict: 'red',
  passing: ['counts letters'],
  failing: ['counts words'],
};

const VITEST_FILES = {
  '.gitignore': 'node_modules\n',
  'package.json': '{"name":"textkit","type":"module","scripts":{"test":"vitest run"}}\n',
  'src/count.ts':
    'export const count = (text: string): number => text.length;\nexport const shout = (text: string): string => text.toUpperCase();\n',
  'test/count.test.ts':
    "import { describe, expect, it } from 'vitest';\nimport { count, shout } from '../src/count.ts';\n\ndescribe('textkit', () => {\n  it('shouts', () => expect(shout('a')).toBe('A'));\n  it('counts words', () => expect(count('a b c')).toBe(3));\n});\n",
};

export const vitest: RepositoryKind = {
  name: 'vitest',
  needs: ['npm'],
  make(folder) {
    const root = makeRepository(VITEST_FILES, folder);
    if (!existsSync(join(OWN, 'vitest'))) throw new Error('vitest is not installed here');
    link(root, ['vitest', 'vite', '.bin/vitest']);
    return root;
  },
  verify: 'npm test',
  verdict: 'red',
  passing: ['test/count.test.ts > textkit > shouts'],
  failing: ['test/count.test.ts > textkit > counts words'],
};

export const notInstalled: RepositoryKind = {
  name: 'a Node project before npm install',
  needs: ['npm'],
  make: folder =>
    makeRepository({ ...VITEST_FILES, 'package.json': '{"name":"textkit","scripts":{"test":"jest --ci"}}\n' }, folder),
  verify: 'npm test',
  verdict: { missing: 'the command jest' },
};
