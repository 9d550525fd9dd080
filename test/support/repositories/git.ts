import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository, writeFiles } from '../repository.ts';
import type { RepositoryKind } from './kinds.ts';
import { TEXTKIT, TEXTKIT_NAMES } from './node.ts';

const TEXTKIT_KIND = { needs: ['npm'], verify: 'npm test', verdict: 'red', ...TEXTKIT_NAMES } as const;

export const noTests: RepositoryKind = {
  name: 'no tests at all',
  needs: [],
  make: folder => makeRepository({ 'README.md': '# Notes\n', 'notes.txt': 'one\n' }, folder),
  verify: null,
  verdict: 'green',
  // Nothing can decide here: first somebody says what done means.
  turn: 'manager',
};

export const dirty: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'a dirty checkout',
  make(folder) {
    const root = makeRepository(TEXTKIT, folder);
    // The person’s unfinished work would make the base green, or break it: neither may be seen.
    writeFiles(root, {
      'src/count.js': 'export const count = () => 3;\nexport const shout = 1;\n',
      'new.js': 'syntax error(',
    });
    writeFiles(root, { 'staged.txt': 'staged\n' });
    git(root, 'add', 'staged.txt');
    return root;
  },
};

export const detached: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'a detached head',
  make(folder) {
    const root = makeRepository(TEXTKIT, folder);
    writeFiles(root, { 'later.txt': 'later\n' });
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message=Later');
    git(root, 'checkout', '--quiet', '--detach', 'HEAD~1');
    return root;
  },
};

const crlf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]));

/** Checks out again what is committed, so that line endings are as git would have them. */
function checkOut(root: string): void {
  git(root, 'rm', '--quiet', '--cached', '-r', '.');
  git(root, 'reset', '--quiet', '--hard');
}

export const crlfKept: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'CRLF files, kept as they are',
  make(folder) {
    const root = makeRepository({}, folder);
    git(root, 'config', 'core.autocrlf', 'false');
    writeFiles(root, crlf(TEXTKIT));
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message=Files');
    return root;
  },
};

export const crlfConverted: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'CRLF files, converted by core.autocrlf',
  make(folder) {
    const root = makeRepository(TEXTKIT, folder);
    git(root, 'config', 'core.autocrlf', 'true');
    checkOut(root);
    return root;
  },
};

export const crlfAttributes: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'CRLF files, by .gitattributes',
  make(folder) {
    const root = makeRepository({ ...TEXTKIT, '.gitattributes': '*.js text eol=crlf\n' }, folder);
    checkOut(root);
    return root;
  },
};

export const submodule: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'a submodule',
  make(folder) {
    const library = makeRepository(
      { 'shout.js': 'export const shout = text => text.toUpperCase();\n' },
      `${folder}-library`,
    );
    const root = makeRepository(
      {
        ...TEXTKIT,
        'src/count.js': "export { shout } from '../lib/shout.js';\nexport const count = text => text.length;\n",
      },
      folder,
    );
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib');
    git(root, 'commit', '--quiet', '--message=Library');
    return root;
  },
};

export const largeFiles: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'LFS files without git-lfs',
  verdict: { missing: 'git-lfs' },
  make(folder) {
    const root = makeRepository(
      {
        ...TEXTKIT,
        'model.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 12345\n`,
      },
      folder,
    );
    writeFiles(root, { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' });
    git(root, 'add', '.gitattributes');
    git(root, 'commit', '--quiet', '--message=Attributes');
    for (const [name, value] of [
      ['smudge', 'git-lfs-not-there smudge -- %f'],
      ['clean', 'git-lfs-not-there clean -- %f'],
      ['process', 'git-lfs-not-there filter-process'],
      ['required', 'true'],
    ] as const)
      git(root, 'config', `filter.lfs.${name}`, value);
    return root;
  },
};

export const largePointers: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'LFS pointers where git knows no such filter',
  make: folder =>
    makeRepository(
      {
        ...TEXTKIT,
        '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
        'model.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 12345\n`,
      },
      folder,
    ),
};

export const submoduleEmpty: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'a submodule that was never checked out',
  make(folder) {
    const root = submodule.make(`${folder}-whole`);
    git(root, 'clone', '--quiet', root, folder);
    return folder;
  },
  verdict: { missing: 'the submodule lib' },
};

export const hooks: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'hooks that refuse everything',
  make(folder) {
    const root = makeRepository(TEXTKIT, folder);
    for (const hook of ['pre-commit', 'commit-msg', 'post-checkout', 'reference-transaction']) {
      writeFiles(root, { [`.git/hooks/${hook}`]: '#!/bin/sh\necho no >&2\nexit 1\n' });
      chmodSync(join(root, '.git/hooks', hook), 0o755);
    }
    return root;
  },
};

export const oddPath: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'spaces, quotes and umlauts in the path',
  make: folder => makeRepository({ ...TEXTKIT, 'docs/ä ö.md': 'ü\n' }, join(folder, "Müllers «Projekt» d'Été")),
};

export const linkedWorktree: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'a checkout that is itself a git worktree',
  make(folder) {
    const main = makeRepository(TEXTKIT, `${folder}-main`);
    git(main, 'worktree', 'add', '--quiet', '-b', 'feature', folder);
    return folder;
  },
};

export const shallow: RepositoryKind = {
  ...TEXTKIT_KIND,
  name: 'a shallow clone',
  make(folder) {
    const origin = makeRepository(TEXTKIT, `${folder}-origin`);
    writeFiles(origin, { 'more.txt': 'more\n' });
    git(origin, 'add', '--all');
    git(origin, 'commit', '--quiet', '--message=More');
    git(origin, 'clone', '--quiet', '--depth=1', `file://${origin}`, folder);
    return folder;
  },
};

export const writingTests: RepositoryKind = {
  name: 'tests that write beside the sources',
  needs: ['npm'],
  make(folder) {
    const root = makeRepository(
      {
        ...TEXTKIT,
        'test/write.test.js':
          "import { writeFileSync } from 'node:fs';\nimport { test } from 'node:test';\n\ntest('writes', () => {\n  writeFileSync('out.txt', String(Date.now()));\n  writeFileSync('src/count.js', '// gone');\n});\n",
      },
      folder,
    );
    symlinkSync('src/count.js', join(root, 'link.js'));
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message=Link');
    return root;
  },
  verify: 'npm test',
  verdict: 'red',
  passing: ['writes'],
};

export const subfolder: RepositoryKind = {
  name: 'the package in a folder of its own',
  needs: ['npm'],
  make: folder =>
    makeRepository(
      {
        'README.md': '# Two parts\n',
        ...Object.fromEntries(Object.entries(TEXTKIT).map(([path, text]) => [`frontend/${path}`, text])),
      },
      folder,
    ),
  verify: 'cd frontend && npm test',
  verdict: 'red',
  ...TEXTKIT_NAMES,
};
