import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyIndex } from '../../src/workspace/index-file.ts';
import { gitBy, makeRepository, temporaryFolder, value, writeFiles } from './helpers.ts';

describe('the executable bit', () => {
  it('enters a tree and comes back with it', async () => {
    const { openWorkspace, repository, git } = await makeRepository({ 'run.sh': '#!/bin/sh\n' });
    const { workspace } = await openWorkspace();
    const base = value(await workspace.snapshot());
    chmodSync(join(workspace.root, 'run.sh'), 0o755);
    const tree = value(await workspace.snapshot());
    expect(git('ls-tree', tree)).toMatch(/^100755/);
    value(await workspace.reset(base));
    expect(statSync(join(workspace.root, 'run.sh')).mode & 0o111).toBe(0);
    value(await workspace.restore(['run.sh'], tree));
    expect(statSync(join(workspace.root, 'run.sh')).mode & 0o111).not.toBe(0);
    expect(value(await repository.changes(base, tree))).toEqual([{ path: 'run.sh', status: 'modified' }]);
  });
});

describe('reset and restore', () => {
  it('bring back any tree, through deletions and files that became folders', async () => {
    const { openWorkspace } = await makeRepository({
      a: 'file\n',
      'b/c.txt': 'c\n',
      'd e/ü.txt': 'u\n',
      '.gitignore': '*.log\n',
    });
    const { workspace } = await openWorkspace();
    const { root } = workspace;
    const base = value(await workspace.snapshot());
    rmSync(join(root, 'a'));
    rmSync(join(root, 'b'), { recursive: true });
    writeFiles(root, { 'a/inner.txt': 'x', b: 'now a file\n', 'd e/ü.txt': 'changed\n', 'debug.log': 'keep' });
    const work = value(await workspace.snapshot());
    value(await workspace.reset(base));
    expect(value(await workspace.snapshot())).toBe(base);
    expect(readFileSync(join(root, 'debug.log'), 'utf8')).toBe('keep');
    value(await workspace.reset(work));
    expect(value(await workspace.snapshot())).toBe(work);
    value(await workspace.restore(['b/c.txt', 'a'], base));
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('file\n');
    expect(readFileSync(join(root, 'b/c.txt'), 'utf8')).toBe('c\n');
    expect(readFileSync(join(root, 'd e/ü.txt'), 'utf8')).toBe('changed\n');
  });

  it('find files that a changed .gitignore hid', async () => {
    const { openWorkspace } = await makeRepository({ '.gitignore': 'x\n', 'a.txt': 'a\n' });
    const { workspace } = await openWorkspace();
    const base = value(await workspace.snapshot());
    writeFiles(workspace.root, { '.gitignore': 'x\nhidden/\n', 'hidden/cheat.js': 'c\n' });
    value(await workspace.snapshot());
    value(await workspace.reset(base));
    expect(value(await workspace.snapshot())).toBe(base);
    expect(existsSync(join(workspace.root, 'hidden/cheat.js'))).toBe(false);
  });

  it('never write or delete through a link that leads out', async () => {
    const { openWorkspace, top, git } = await makeRepository({
      'src/a.js': 'a\n',
      'lib/b.js': 'b\n',
      '.gitignore': 'lib\n',
    });
    git('add', '-f', 'lib/b.js');
    git('commit', '-q', '-m', 'An ignored file that is tracked');
    const { workspace } = await openWorkspace(false, git('rev-parse', 'HEAD'));
    const outside = join(top, 'outside');
    writeFiles(outside, { 'a.js': 'precious\n', 'b.js': 'precious\n', '.git/HEAD': 'precious\n' });
    const base = value(await workspace.snapshot());
    for (const folder of ['src', 'lib']) {
      rmSync(join(workspace.root, folder), { recursive: true });
      symlinkSync(outside, join(workspace.root, folder));
    }
    symlinkSync(outside, join(workspace.root, 'new'));
    value(await workspace.reset(base));
    value(await workspace.restore(['src/a.js', 'lib/b.js'], base));
    expect(readFileSync(join(workspace.root, 'src/a.js'), 'utf8')).toBe('a\n');
    for (const name of ['a.js', 'b.js', '.git/HEAD'])
      expect(readFileSync(join(outside, name), 'utf8')).toBe('precious\n');
  });

  it('treat a repository made inside as ordinary files, and run nothing it configures', async () => {
    const { openWorkspace, repository, top } = await makeRepository({ 'a.txt': 'a\n' });
    const { workspace } = await openWorkspace();
    const base = value(await workspace.snapshot());
    const proof = join(top, 'ran');
    for (const name of ['empty', 'full']) {
      writeFiles(workspace.root, { [`${name}/index.js`]: 'x\n', [`${name}/.gitattributes`]: '* filter=evil\n' });
      const git = gitBy(join(workspace.root, name));
      git('init', '-q');
      if (name === 'full') {
        git('add', '-A');
        git('-c', 'user.name=m', '-c', 'user.email=m', 'commit', '-q', '-m', 'm');
      }
      git('config', 'filter.evil.clean', `touch '${proof}'; cat`);
      git('config', 'core.fsmonitor', `touch '${proof}'`);
      writeFileSync(join(workspace.root, name, 'index.js'), 'changed\n');
    }
    const tree = value(await workspace.snapshot());
    expect(existsSync(proof)).toBe(false);
    expect(value(await repository.changes(base, tree)).map(change => change.path)).toEqual([
      'empty/.gitattributes',
      'empty/index.js',
      'full/.gitattributes',
      'full/index.js',
    ]);
    expect(value(await workspace.list('full'))).toEqual(['full/.gitattributes', 'full/index.js']);
    value(await workspace.reset(base));
    expect(value(await workspace.snapshot())).toBe(base);
    expect(existsSync(join(workspace.root, 'full/index.js'))).toBe(false);
    expect(existsSync(proof)).toBe(false);
  });

  it('keep submodules as they were, whatever is put there', async () => {
    const { git, root, openWorkspace, repository } = await makeRepository({ 'a.txt': 'a\n' });
    const inner = temporaryFolder();
    gitBy(inner)('init', '-q', '-b', 'main');
    gitBy(inner)('-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-q', '--allow-empty', '-m', 'i');
    execFileSync('git', ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub'], {
      cwd: root,
    });
    git('commit', '-q', '-m', 'sub');
    const { workspace } = await openWorkspace(false, git('rev-parse', 'HEAD'));
    const base = value(await repository.treeOf('HEAD'));
    expect(value(await workspace.snapshot())).toBe(base);
    gitBy(join(workspace.root, 'sub'))('init', '-q');
    writeFiles(workspace.root, { 'sub/file': 'x', 'a.txt': 'b\n' });
    const tree = value(await workspace.snapshot());
    expect(value(await repository.changes(base, tree))).toEqual([{ path: 'a.txt', status: 'modified' }]);
  });

  it('copy an index so that git takes no file for older than it', async () => {
    const { root, top } = await makeRepository({ 'a.txt': 'a\n' });
    const [from, to] = [join(root, '.git/index'), join(top, 'copy')];
    await copyIndex(from, to);
    expect(statSync(to).mtimeMs).toBeLessThan(statSync(from).mtimeMs);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
  });

  it('see an edit of the same length at the same moment', async () => {
    const { openWorkspace } = await makeRepository({ 'a.txt': '0000\n' });
    const { workspace } = await openWorkspace();
    const seen = new Set<string>();
    for (let count = 0; count < 12; count++) {
      writeFileSync(join(workspace.root, 'a.txt'), `${1000 + count}\n`);
      seen.add(value(await workspace.snapshot()));
    }
    expect(seen.size).toBe(12);
  });
});
