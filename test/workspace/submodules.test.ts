import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, makeRepository as plainRepository, temporaryFolder } from '../support/repository.ts';
import { failureOf, makeRepository, value } from './helpers.ts';

const ALLOW = ['-c', 'protocol.file.allow=always'] as const;

/** A repository with the submodule `lib`, which has the submodule `inner` itself. */
async function withSubmodules() {
  const inner = plainRepository({ 'inner.txt': 'inner\n' }, join(temporaryFolder(), 'inner'));
  const library = plainRepository({ 'lib.txt': 'lib\r\nas it is\n' }, join(temporaryFolder(), 'library'));
  git(library, ...ALLOW, 'submodule', '--quiet', 'add', inner, 'inner');
  git(library, 'commit', '--quiet', '--message=Inner');
  const made = await makeRepository({ 'a.txt': 'a\n' });
  git(made.root, ...ALLOW, 'submodule', '--quiet', 'add', library, 'lib');
  git(made.root, ...ALLOW, 'submodule', '--quiet', 'update', '--init', '--recursive');
  git(made.root, 'commit', '--quiet', '--message=Library');
  return { ...made, head: git(made.root, 'rev-parse', 'HEAD'), tree: git(made.root, 'rev-parse', 'HEAD^{tree}') };
}

describe('submodules in a worktree', () => {
  it('are filled from the person’s own, nested ones too, and are no part of the tree', async () => {
    const { head, tree, openWorkspace, worktree } = await withSubmodules();
    const { workspace } = await openWorkspace(true, head);
    expect(readFileSync(join(worktree, 'lib/lib.txt'), 'utf8')).toBe('lib\r\nas it is\n');
    expect(readFileSync(join(worktree, 'lib/inner/inner.txt'), 'utf8')).toBe('inner\n');
    expect(existsSync(join(worktree, 'lib/.git'))).toBe(false);
    expect(value(await workspace.snapshot())).toBe(tree);
    value(await workspace.reset(tree));
    expect(existsSync(join(worktree, 'lib/lib.txt'))).toBe(true);
    expect(workspace.linked).toEqual([]);
  });

  it('come at the commit that the base names, not as the person has them now', async () => {
    const { root, head, openWorkspace, worktree } = await withSubmodules();
    git(join(root, 'lib'), 'commit', '--quiet', '--allow-empty', '--message=Later');
    rmSync(join(root, 'lib/lib.txt'));
    await openWorkspace(true, head);
    expect(existsSync(join(worktree, 'lib/lib.txt'))).toBe(true);
  });

  it('can be read and not edited', async () => {
    const { head, openWorkspace } = await withSubmodules();
    const { workspace } = await openWorkspace(true, head);
    expect(value(await workspace.read('lib/lib.txt')).text).toContain('as it is');
    failureOf(await workspace.planWrite('lib/new.txt', 'x'));
  });

  it('stay empty where the person never checked them out, or they lead elsewhere', async () => {
    const { root, head, openWorkspace, worktree } = await withSubmodules();
    rmSync(join(root, 'lib'), { recursive: true });
    await openWorkspace(true, head);
    expect(existsSync(join(worktree, 'lib/lib.txt'))).toBe(false);
    rmSync(join(worktree, 'lib'), { recursive: true });
    const outside = temporaryFolder();
    symlinkSync(outside, join(worktree, 'lib'));
    await openWorkspace(false);
    expect(readdirSync(outside)).toEqual([]);
    const elsewhere = plainRepository({ 'lib.txt': 'secret\n' }, join(temporaryFolder(), 'elsewhere'));
    symlinkSync(elsewhere, join(root, 'lib'));
    await openWorkspace(true, head);
    expect(existsSync(join(worktree, 'lib/lib.txt'))).toBe(false);
  });
});
