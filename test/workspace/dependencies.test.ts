import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { movedText } from '../../src/workspace/links.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';
import { failureOf, makeRepository, PATH, testClock, value, writeFiles } from './helpers.ts';

const pythonIsHere = (() => {
  try {
    execFileSync('python3', ['-c', 'import venv']);
    return true;
  } catch {
    return false;
  }
})();

/** A workspace of two packages as npm lays it out: links to own packages, a scope, programs, a cache, nested node_modules. */
async function npmWorkspace() {
  const made = await makeRepository({
    '.gitignore': 'node_modules/\n.env\ndist\n',
    'package.json': '{ "type": "commonjs", "workspaces": ["packages/*"] }',
    'packages/own/index.js': 'module.exports = "base";\n',
    'packages/own/cli.js': '#!/usr/bin/env node\nconsole.log(require("./index.js"));\n',
    'packages/app/index.js': 'console.log(require("own"), require("@scope/dep"), require("nested"));\n',
  });
  const { root } = made;
  writeFiles(root, {
    '.env': 'KEY=1\n',
    'node_modules/dep/index.js': 'module.exports = require("inner");\n',
    'node_modules/inner/index.js': 'module.exports = "inner";\n',
    'node_modules/dep/cli.js': '#!/usr/bin/env node\n',
    'node_modules/@scope/dep/index.js': 'module.exports = "scoped";\n',
    'node_modules/.cache/x': 'x',
    'node_modules/.package-lock.json': '{}',
    'packages/app/node_modules/nested/index.js': 'module.exports = "nested";\n',
  });
  mkdirSync(join(root, 'node_modules/.bin'));
  symlinkSync('../packages/own', join(root, 'node_modules/own'));
  symlinkSync('../../packages/own', join(root, 'node_modules/@scope/own'));
  symlinkSync('../own/cli.js', join(root, 'node_modules/.bin/own'));
  symlinkSync('../dep/cli.js', join(root, 'node_modules/.bin/dep'));
  symlinkSync('../missing', join(root, 'node_modules/broken'));
  return made;
}

describe('node_modules', () => {
  it('become real folders of links; own packages lead to the worktree', async () => {
    const { openWorkspace, root } = await npmWorkspace();
    const { workspace } = await openWorkspace();
    expect(workspace.linked).toEqual(['node_modules', 'packages/app/node_modules']);
    const modules = join(workspace.root, 'node_modules');
    expect(lstatSync(modules).isDirectory()).toBe(true);
    expect(readdirSync(modules).sort()).toEqual(['.bin', '.package-lock.json', '@scope', 'dep', 'inner', 'own']);
    expect(readlinkSync(join(modules, 'dep'))).toBe(join(root, 'node_modules/dep'));
    expect(readlinkSync(join(modules, 'own'))).toBe(join(workspace.root, 'packages/own'));
    expect(readlinkSync(join(modules, '@scope/own'))).toBe(join(workspace.root, 'packages/own'));
    expect(realpathSync(join(modules, '.bin/own'))).toBe(join(workspace.root, 'packages/own/cli.js'));
    expect(existsSync(join(workspace.root, '.env'))).toBe(false);
    writeFiles(workspace.root, { 'packages/own/index.js': 'module.exports = "work";\n' });
    const ran = value(
      await workspace.run('node packages/app/index.js; node node_modules/.bin/own', { timeout_s: 20, label: 'x' }),
    );
    expect(ran.output).toBe('work scoped nested\nwork\n');
  });

  it('never enter a tree, nor do the caches that tools put into them, whatever .gitignore becomes', async () => {
    const { openWorkspace, repository, head } = await npmWorkspace();
    const { workspace } = await openWorkspace();
    const base = value(await repository.treeOf(head));
    expect(value(await workspace.snapshot())).toBe(base);
    writeFiles(workspace.root, { 'node_modules/.cache/made': 'x', '.gitignore': '!node_modules\n!*\n' });
    expect(value(await repository.changes(base, value(await workspace.snapshot())))).toEqual([
      { path: '.gitignore', status: 'modified' },
    ]);
    value(await workspace.reset(base));
    expect(existsSync(join(workspace.root, 'node_modules/dep/index.js'))).toBe(true);
    expect(existsSync(join(workspace.root, 'node_modules/.cache/made'))).toBe(true);
  });

  it('follow the person’s when a worktree is taken up again', async () => {
    const { openWorkspace, root } = await npmWorkspace();
    const { workspace } = await openWorkspace();
    writeFiles(root, { 'node_modules/later/index.js': '' });
    rmSync(join(root, 'node_modules/inner'), { recursive: true });
    writeFiles(workspace.root, { 'node_modules/.cache/made': 'x' });
    unlinkSync(join(workspace.root, 'node_modules/dep'));
    await openWorkspace();
    expect(readdirSync(join(workspace.root, 'node_modules')).sort()).toEqual([
      '.bin',
      '.cache',
      '.package-lock.json',
      '@scope',
      'dep',
      'later',
      'own',
    ]);
  });

  it('are not made again through a link that a command put in their place', async () => {
    const { openWorkspace, top } = await npmWorkspace();
    const { workspace } = await openWorkspace();
    mkdirSync(join(top, 'outside'));
    rmSync(join(workspace.root, 'node_modules'), { recursive: true });
    symlinkSync(join(top, 'outside'), join(workspace.root, 'node_modules'));
    await openWorkspace();
    expect(readdirSync(join(top, 'outside'))).toEqual([]);
    expect(lstatSync(join(workspace.root, 'node_modules')).isDirectory()).toBe(true);
  });

  it('stay out when git tracks or does not ignore them', async () => {
    const { openWorkspace, root } = await makeRepository({ 'vendor/lib.js': 'v\n', '.gitignore': 'venv/\n' });
    writeFiles(root, { 'node_modules/dep/index.js': '' });
    const { workspace } = await openWorkspace();
    expect(workspace.linked).toEqual([]);
    expect(readFileSync(join(workspace.root, 'vendor/lib.js'), 'utf8')).toBe('v\n');
  });
});

describe('link', () => {
  it('says exactly what is linked, files too', async () => {
    const { openWorkspace, root } = await makeRepository(
      { '.gitignore': 'node_modules/\n.env\n', 'a.txt': 'a' },
      { link: ['.env', 'models/', 'a.txt'] },
    );
    writeFiles(root, { 'node_modules/dep/index.js': '', '.env': 'KEY=1\n', 'models/m.bin': 'm' });
    const { workspace } = await openWorkspace();
    expect(workspace.linked).toEqual(['.env', 'models']);
    expect(readFileSync(join(workspace.root, '.env'), 'utf8')).toBe('KEY=1\n');
    expect(value(await workspace.list())).toEqual(['.gitignore', 'a.txt']);
    expect(failureOf(await workspace.planWrite('.env', 'x')).code).toBe('input.invalid');
  });

  it('follows no link of the repository’s own out of it: what is linked is shown to commands', async () => {
    const seen: string[] = [];
    const made = await makeRepository(
      { '.gitignore': 'node_modules/\n' },
      {
        link: ['way/keys', 'node_modules'],
        sandbox: temp => {
          const plain = plainSandbox({ path: PATH, temp, clock: testClock() });
          const run: typeof plain.run = (command, signal) => {
            seen.push(...command.readonly_paths);
            return plain.run(command, signal);
          };
          return { ...plain, run };
        },
      },
    );
    const { root, top, git } = made;
    writeFiles(top, { 'private/keys/id': 'key\n' });
    symlinkSync(join(top, 'private'), join(root, 'way'));
    git('add', 'way');
    git('commit', '-qm', 'A link');
    // As npm links a workspace's own package; the package is a link by now.
    writeFiles(root, { 'node_modules/dep/index.js': '' });
    symlinkSync('../way', join(root, 'node_modules/own'));
    const { workspace } = await made.openWorkspace(false, git('rev-parse', 'HEAD'));
    value(await workspace.run('true', { timeout_s: 20, label: 'look' }));
    expect(seen).toContain(join(root, 'node_modules'));
    expect(seen.filter(path => path.startsWith(join(top, 'private')))).toEqual([]);
  });

  it('refuses a path out of the project', async () => {
    const { repository, worktree, head } = await makeRepository({ a: 'a' }, { link: ['../elsewhere'] });
    const refused = failureOf(await repository.openWorkspace({ path: worktree, base: head, fresh: false }));
    expect(refused.code).toBe('settings.invalid');
  });
});

describe.skipIf(!pythonIsHere)('a Python environment (needs python3 with venv)', () => {
  async function pythonProject() {
    const made = await makeRepository({
      '.gitignore': '.venv/\n',
      'src/own/__init__.py': 'name = "base"\n',
      'setup.cfg': '',
    });
    const { root } = made;
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(root, '.venv')], { env: { PATH } });
    const [python = ''] = readdirSync(join(root, '.venv/lib'));
    const site = `.venv/lib/${python}/site-packages`;
    writeFiles(root, {
      [`${site}/__editable__.own-1.0.pth`]: `${root}/src\n`,
      [`${site}/__editable___other_finder.py`]: `MAPPING = {'other': '${root}/src/other'}\n`,
      [`${site}/dep/__init__.py`]: 'name = "dep"\n',
      '.venv/bin/tool': `#!${root}/.venv/bin/python3\nimport own, dep, sys\nprint(own.name, dep.name, sys.prefix)\n`,
    });
    execFileSync('chmod', ['755', join(root, '.venv/bin/tool')]);
    return { ...made, site };
  }

  it('runs its programs with the worktree’s sources and its own prefix', async () => {
    const { openWorkspace, root } = await pythonProject();
    const { workspace } = await openWorkspace();
    expect(workspace.linked).toEqual(['.venv']);
    writeFiles(workspace.root, { 'src/own/__init__.py': 'name = "work"\n' });
    const ran = value(
      await workspace.run('.venv/bin/tool && .venv/bin/python -c "import own; print(own.__file__)"', {
        timeout_s: 20,
        label: 'py',
      }),
    );
    expect(ran.output).toBe(`work dep ${workspace.root}/.venv\n${workspace.root}/src/own/__init__.py\n`);
    const activated = value(
      await workspace.run('. .venv/bin/activate && echo $VIRTUAL_ENV', { timeout_s: 20, label: 'py' }),
    );
    expect(activated.output).toBe(`${workspace.root}/.venv\n`);
    expect(readFileSync(join(root, '.venv/bin/tool'), 'utf8')).toContain(root);
  });

  it('links what says nothing of the project and copies what does', async () => {
    const { openWorkspace, root, site } = await pythonProject();
    const { workspace } = await openWorkspace();
    const there = (path: string) => join(workspace.root, path);
    expect(readlinkSync(there(`${site}/dep`))).toBe(join(root, site, 'dep'));
    expect(readFileSync(there(`${site}/__editable___other_finder.py`), 'utf8')).toBe(
      `MAPPING = {'other': '${workspace.root}/src/other'}\n`,
    );
    expect(lstatSync(there(site)).isDirectory()).toBe(true);
    writeFileSync(there(`${site}/added.pth`), '');
    expect(existsSync(join(root, site, 'added.pth'))).toBe(false);
  });
});

describe('moved text', () => {
  const linking = { roots: ['/a/repo', '/real/repo'], worktree: '/home/w t/x' };
  it('replaces the root only where the name ends', () => {
    expect(movedText('/a/repo/src\n/a/repo2/src\n/real/repo', linking)).toBe(
      '/home/w t/x/src\n/a/repo2/src\n/home/w t/x',
    );
    expect(movedText('/a/repository', linking)).toBeNull();
  });

  it('starts Python through the shell where the first line would be cut', () => {
    const moved = movedText('#!/a/repo/.venv/bin/python3\nprint(1)\n', linking) ?? '';
    expect(moved).toBe(`#!/bin/sh\n'''exec' "/home/w t/x/.venv/bin/python3" "$0" "$@"\n' '''\nprint(1)\n`);
  });
});
