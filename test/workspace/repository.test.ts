import { chmodSync, existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../src/workspace/repository.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';
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
