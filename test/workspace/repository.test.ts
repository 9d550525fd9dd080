import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainSandbox } from '../../src/workspace/plain.ts';
import { openRepository } from '../../src/workspace/repository.ts';
import { failureOf, gitBy, makeRepository, PATH, temporaryFolder, testClock, value, writeFiles } from './helpers.ts';

const AT = new Date('2026-11-21T09:12:03Z');

function openAt(folder: string) {
  const clock = testClock();
  const temp = join(folder, '..', 'temp');
  const sandbox = plainSandbox({ path: PATH, temp, clock });
  return openRepository(folder, { home: join(folder, '..', 'home'), clock, sandbox, link: null, env: { PATH }, temp });
}

describe('opening a repository', () => {
  it('refuses a folder that is no repository, with the command that makes it one', async () => {
    const folder = join(temporaryFolder(), 'plain');
    mkdirSync(folder);
    const refused = failureOf(await openAt(folder));
    expect(refused.code).toBe('project.no_git');
    expect(refused.hint).toContain('git init && git add -A && git commit -m "Start"');
  });

  it('refuses a folder inside a bigger repository', async () => {
    const { root } = await makeRepository({ 'sub/a.txt': 'a\n' });
    const refused = failureOf(await openAt(join(root, 'sub')));
    expect(refused.code).toBe('project.no_git');
    expect(refused.message).toContain('is inside the git repository');
  });

  it('says head and branch, also before the first commit and when detached', async () => {
    const folder = join(temporaryFolder(), 'new');
    mkdirSync(folder);
    gitBy(folder)('init', '-q', '-b', 'trunk');
    expect(value(await value(await openAt(folder)).state())).toEqual({ head: null, branch: 'trunk' });
    const { repository, git, head } = await makeRepository({ a: 'a' });
    expect(value(await repository.state())).toEqual({ head, branch: 'main' });
    git('checkout', '-q', '--detach');
    expect(value(await repository.state())).toEqual({ head, branch: null });
  });

  it('runs no hook and no monitor of the repository', async () => {
    const made = await makeRepository({ a: 'a' });
    const proof = join(made.top, 'ran');
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction']) {
      writeFiles(made.root, { [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch '${proof}'\n` });
      chmodSync(join(made.root, '.git/hooks', hook), 0o755);
    }
    writeFiles(made.top, { monitor: `#!/bin/sh\ntouch '${proof}'\n` });
    chmodSync(join(made.top, 'monitor'), 0o755);
    // Git runs the value by a shell.
    made.git('config', 'core.fsmonitor', `'${join(made.top, 'monitor')}'`);
    const { workspace } = await made.openWorkspace();
    value(await workspace.snapshot());
    expect(existsSync(proof)).toBe(false);
    made.git('status');
    expect(existsSync(proof)).toBe(true);
  });
});

describe('a worktree', () => {
  it('stands on the base, is taken up as it is, and is made anew when asked', async () => {
    const { openWorkspace, repository, head } = await makeRepository({ 'a.txt': 'a\n' });
    const first = await openWorkspace();
    expect(first).toMatchObject({ kept: false, base: head });
    expect(value(await first.workspace.snapshot())).toBe(value(await repository.treeOf(head)));
    writeFiles(first.workspace.root, { 'new.txt': 'n\n' });
    const second = await openWorkspace();
    expect(second).toMatchObject({ kept: true, base: head });
    expect(value(await second.workspace.list())).toEqual(['a.txt', 'new.txt']);
    const third = await openWorkspace(true);
    expect(third.kept).toBe(false);
    expect(value(await third.workspace.list())).toEqual(['a.txt']);
  });

  it('is made again when a kill left half of it', async () => {
    const { openWorkspace, git, worktree } = await makeRepository({ 'a.txt': 'a\n' });
    git('worktree', 'add', '-q', '--detach', worktree, 'HEAD');
    unlinkSync(join(worktree, 'a.txt'));
    const { workspace, kept } = await openWorkspace();
    expect(kept).toBe(false);
    expect(value(await workspace.list())).toEqual(['a.txt']);
  });

  it('is made again when its folder was deleted, or is no worktree at all', async () => {
    const { openWorkspace, worktree } = await makeRepository({ 'a.txt': 'a\n' });
    await openWorkspace();
    rmSync(worktree, { recursive: true });
    expect((await openWorkspace()).kept).toBe(false);
    rmSync(worktree, { recursive: true });
    writeFiles(worktree, { 'other.txt': 'x' });
    const { workspace, kept } = await openWorkspace(true);
    expect(kept).toBe(false);
    expect(value(await workspace.list())).toEqual(['a.txt']);
  });

  it('belongs to its repository even when a command rewrote its .git file, moved its HEAD and staged things', async () => {
    const { openWorkspace, repository, head } = await makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const { workspace } = await openWorkspace();
    const git = gitBy(workspace.root);
    git('update-index', '--assume-unchanged', 'a.txt');
    writeFiles(workspace.root, { 'a.txt': 'changed\n' });
    git('-c', 'user.name=m', '-c', 'user.email=m', 'commit', '-q', '--allow-empty', '-m', 'sneaky');
    rmSync(join(workspace.root, '.git'));
    const evil = join(workspace.root, '.git');
    mkdirSync(evil);
    const again = await openWorkspace();
    expect(again).toMatchObject({ kept: true, base: head });
    const tree = value(await again.workspace.snapshot());
    const base = value(await repository.treeOf(head));
    expect(value(await repository.changes(base, tree))).toEqual([{ path: 'a.txt', status: 'modified' }]);
    expect(git('diff', '--name-only')).toBe('a.txt');
  });

  it('moves its base without touching the files', async () => {
    const { openWorkspace, git, root, head } = await makeRepository({ 'a.txt': 'a\n' });
    const { workspace } = await openWorkspace();
    writeFiles(root, { 'b.txt': 'b\n' });
    git('add', '-A');
    git('commit', '-q', '-m', 'Second');
    const second = git('rev-parse', 'HEAD');
    writeFiles(workspace.root, { 'b.txt': 'b\n', 'c.txt': 'c\n' });
    value(await workspace.moveBase(second));
    expect(gitBy(workspace.root)('status', '--porcelain')).toBe('?? c.txt');
    expect(await openWorkspace()).toMatchObject({ kept: true, base: second });
    expect(second).not.toBe(head);
  });

  it('is refused inside the repository and outside the worktrees folder', async () => {
    const { repository, root, top, head } = await makeRepository({ a: 'a' });
    for (const path of [join(root, 'inner'), join(top, 'elsewhere')]) {
      expect(failureOf(await repository.openWorkspace({ path, base: head, fresh: true })).code).toBe('input.invalid');
      expect(failureOf(await repository.removeWorkspace(path)).code).toBe('input.invalid');
    }
    symlinkSync(root, join(top, 'home', 'worktrees', 'link'));
    failureOf(await repository.removeWorkspace(join(top, 'home', 'worktrees', 'link', 'inner')));
    value(await repository.removeWorkspace(join(top, 'home', 'worktrees', 'link')));
    expect(existsSync(join(root, 'a'))).toBe(true);
  });

  it('is removed with what it holds, also folders without write permission', async () => {
    const { openWorkspace, repository, git, worktree } = await makeRepository({ a: 'a' });
    const { workspace } = await openWorkspace();
    writeFiles(workspace.root, { 'locked/file': 'x' });
    chmodSync(join(workspace.root, 'locked'), 0o500);
    value(await repository.removeWorkspace(worktree));
    expect(existsSync(worktree)).toBe(false);
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
    value(await repository.removeWorkspace(worktree));
  });
});

describe('trees, commits and refs', () => {
  it('makes the same commit for the same inputs, by the person, and by llmclis where git knows nobody', async () => {
    const { repository, git, head } = await makeRepository({ a: 'a' });
    const tree = value(await repository.treeOf(head));
    const make = async () =>
      value(await repository.commitTree({ tree, parents: [head], message: 'T-1: do it\n\nWhy.', at: AT }));
    const commit = await make();
    expect(await make()).toBe(commit);
    expect(git('log', '-1', '--format=%an <%ae> %cn %aI|%s|%b', commit)).toBe(
      'Ada <ada@example.org> Ada 2026-11-21T09:12:03+00:00|T-1: do it|Why.\n'.trimEnd(),
    );
    git('config', '--unset', 'user.name');
    expect(git('log', '-1', '--format=%an <%ae>', await make())).toBe('llmclis <llmclis@localhost>');
  });

  it('sets a ref only from the commit it was at, and finds itself done', async () => {
    const { repository, git, head } = await makeRepository({ a: 'a' });
    const tree = value(await repository.treeOf(head));
    const next = value(await repository.commitTree({ tree, parents: [head], message: 'n', at: AT }));
    const ref = 'refs/heads/llmclis/run-1';
    value(await repository.updateRef({ ref, old: null, new: head }));
    expect(failureOf(await repository.updateRef({ ref, old: null, new: next })).code).toBe('git.conflict');
    value(await repository.updateRef({ ref, old: head, new: next }));
    value(await repository.updateRef({ ref, old: head, new: next }));
    expect(git('rev-parse', ref)).toBe(next);
    expect(await repository.contains(ref, head)).toBe(true);
    expect(await repository.contains(head, ref)).toBe(false);
  });

  it('refuses to move a branch under another worktree of the person', async () => {
    const { repository, git, head, top } = await makeRepository({ a: 'a' });
    git('worktree', 'add', '-q', '-b', 'mine', join(top, 'second'));
    const tree = value(await repository.treeOf(head));
    const next = value(await repository.commitTree({ tree, parents: [head], message: 'n', at: AT }));
    const refused = failureOf(await repository.updateRef({ ref: 'refs/heads/mine', old: head, new: next }));
    expect(refused.message).toContain('is checked out in');
  });

  it('lists branches newest first', async () => {
    const { repository, head } = await makeRepository({ a: 'a' });
    const tree = value(await repository.treeOf(head));
    for (const [index, name] of ['run-a', 'run-c', 'run-b'].entries()) {
      const at = new Date(AT.getTime() + index * 60_000);
      const commit = value(await repository.commitTree({ tree, parents: [head], message: name, at }));
      value(await repository.updateRef({ ref: `refs/heads/llmclis/${name}`, old: null, new: commit }));
    }
    const names = (await repository.branches('llmclis/run-*')).map(branch => branch.name);
    expect(names).toEqual(['llmclis/run-b', 'llmclis/run-c', 'llmclis/run-a']);
    expect(await repository.branches('nothing-*')).toEqual([]);
    expect(await repository.resolve('llmclis/run-b')).toMatch(/^[0-9a-f]{40}$/);
    expect(await repository.resolve('--all')).toBeNull();
  });

  it('shows changes, a capped patch, and files of a tree', async () => {
    const { repository, openWorkspace, head } = await makeRepository({ 'a b/ü.txt': 'one\n', 'gone.txt': 'x\n' });
    const { workspace } = await openWorkspace();
    writeFiles(workspace.root, { 'a b/ü.txt': 'two\n', 'new 文.txt': 'n\n' });
    unlinkSync(join(workspace.root, 'gone.txt'));
    const base = value(await repository.treeOf(head));
    const tree = value(await workspace.snapshot());
    expect(value(await repository.changes(base, tree))).toEqual([
      { path: 'a b/ü.txt', status: 'modified' },
      { path: 'gone.txt', status: 'deleted' },
      { path: 'new 文.txt', status: 'added' },
    ]);
    const patch = value(await repository.patch(base, tree, 10_000));
    expect(patch).toContain('-one\n+two\n');
    expect(value(await repository.patch(base, tree, 100)).length).toBeLessThanOrEqual(100);
    expect(await repository.fileAt(tree, 'a b/ü.txt')).toBe('two\n');
    expect(await repository.fileAt(tree, 'gone.txt')).toBeNull();
    expect(await repository.fileAt(head, 'gone.txt')).toBe('x\n');
    expect(await repository.fileAt(tree, 'a b')).toBeNull();
  });

  it('puts chosen files and folders of one tree into another, also where a file became a folder', async () => {
    const { repository, openWorkspace, head, git } = await makeRepository({
      'src/a.js': '1\n',
      tests: 'file\n',
      'keep.txt': 'k\n',
    });
    const { workspace } = await openWorkspace();
    unlinkSync(join(workspace.root, 'tests'));
    writeFiles(workspace.root, { 'src/a.js': '2\n', 'tests/one.test.js': 't\n', 'tests/deep/two.test.js': 't\n' });
    unlinkSync(join(workspace.root, 'keep.txt'));
    const base = value(await repository.treeOf(head));
    const work = value(await workspace.snapshot());
    const tree = value(await repository.overlay(base, work, ['tests', 'keep.txt']));
    expect(git('ls-tree', '-r', '--name-only', tree).split('\n')).toEqual([
      'src/a.js',
      'tests/deep/two.test.js',
      'tests/one.test.js',
    ]);
    expect(await repository.fileAt(tree, 'src/a.js')).toBe('1\n');
    expect(value(await repository.overlay(work, base, ['tests', 'keep.txt', 'src']))).toBe(base);
  });

  it('merges two commits without a working copy, and names the paths of a conflict', async () => {
    const { repository, git, root, head } = await makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const commitOf = async (files: Record<string, string>) => {
      writeFiles(root, files);
      git('add', '-A');
      const tree = git('write-tree');
      git('reset', '-q', '--hard', head);
      return value(await repository.commitTree({ tree, parents: [head], message: 'x', at: AT }));
    };
    const ours = await commitOf({ 'a.txt': 'ours\n' });
    const theirs = await commitOf({ 'b.txt': 'theirs\n' });
    const merged = value(await repository.mergeTrees(ours, theirs));
    expect(await repository.fileAt(merged.tree, 'a.txt')).toBe('ours\n');
    expect(await repository.fileAt(merged.tree, 'b.txt')).toBe('theirs\n');
    const other = await commitOf({ 'a.txt': 'other\n', 'b.txt': 'b2\n' });
    const refused = failureOf(await repository.mergeTrees(ours, other));
    expect(refused.code).toBe('git.conflict');
    expect(refused.message).toContain('a.txt');
    expect(refused.message).not.toContain('b.txt');
  });

  it('commits chosen files of the working copy and leaves what else is staged or changed', async () => {
    const { repository, git, root, head } = await makeRepository({ 'plans.md': '- [ ] a\n', 'mine.txt': 'm\n' });
    writeFiles(root, { 'plans.md': '- [x] a\n', 'issues.md': 'i\n', 'mine.txt': 'changed\n', 'staged.txt': 's\n' });
    git('add', 'staged.txt');
    value(await repository.commitFiles(['plans.md', 'issues.md', 'absent.md'], 'Plan: a is done', AT));
    expect(git('show', '--name-only', '--format=%s', 'HEAD')).toBe('Plan: a is done\n\nissues.md\nplans.md');
    expect(git('status', '--porcelain').split('\n')).toEqual([' M mine.txt', 'A  staged.txt']);
    const done = git('rev-parse', 'HEAD');
    value(await repository.commitFiles(['plans.md', 'issues.md'], 'again', AT));
    expect(git('rev-parse', 'HEAD')).toBe(done);
    expect(git('rev-parse', 'HEAD^')).toBe(head);
  });

  it('works in a repository with SHA-256 ids', async () => {
    const folder = join(temporaryFolder(), 'sha256');
    mkdirSync(folder);
    const git = gitBy(folder);
    git('init', '-q', '--object-format=sha256', '-b', 'main');
    writeFiles(folder, { 'a.txt': 'a\n' });
    git('add', '-A');
    git('-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-q', '-m', 's');
    const repository = value(await openAt(folder));
    const head = git('rev-parse', 'HEAD');
    const path = join(folder, '..', 'home', 'worktrees', 'x');
    const { workspace } = value(await repository.openWorkspace({ path, base: 'HEAD', fresh: false }));
    unlinkSync(join(workspace.root, 'a.txt'));
    writeFiles(workspace.root, { 'b.txt': 'b\n' });
    const tree = value(await workspace.snapshot());
    const commit = value(await repository.commitTree({ tree, parents: [head], message: 'm', at: AT }));
    value(await repository.fastForward({ ref: 'refs/heads/main', old: head, new: commit }));
    expect(git('status', '--porcelain')).toBe('');
    expect(existsSync(join(folder, 'a.txt'))).toBe(false);
  });
});

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
