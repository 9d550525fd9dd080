import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf, gitBy, makeRepository, value, writeFiles } from './helpers.ts';

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

  it('is removed without anything behind its links, whatever it was made into', async () => {
    const { openWorkspace, repository, root, top, head, worktree } = await makeRepository({ 'src/a.js': 'a\n' });
    writeFiles(top, { 'precious/deep/file': 'p', 'precious/file': 'p' });
    const { workspace } = await openWorkspace();
    symlinkSync(join(top, 'precious'), join(workspace.root, 'out'));
    symlinkSync(root, join(workspace.root, 'home'));
    rmSync(join(workspace.root, 'src'), { recursive: true });
    symlinkSync(join(top, 'precious', 'deep'), join(workspace.root, 'src'));
    const tree = value(await repository.treeOf(head));
    value(await workspace.reset(tree));
    value(await workspace.restore(['src/a.js'], tree));
    symlinkSync(join(top, 'precious'), join(workspace.root, 'out'));
    mkdirSync(join(workspace.root, 'locked'));
    symlinkSync(join(top, 'precious'), join(workspace.root, 'locked', 'out'));
    chmodSync(join(workspace.root, 'locked'), 0o500);
    value(await repository.removeWorkspace(worktree));
    // The worktree itself, and the folder it is put into before it is removed, made into links.
    symlinkSync(join(top, 'precious'), worktree);
    symlinkSync(join(top, 'precious'), join(worktree, '..', '.removing-T-1'));
    value(await repository.removeWorkspace(worktree));
    expect(existsSync(worktree)).toBe(false);
    for (const path of ['precious/file', 'precious/deep/file', 'project/src/a.js'])
      expect(existsSync(join(top, path))).toBe(true);
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
