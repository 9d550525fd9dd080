import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Files, failureOf, makeRepository, value, writeFiles } from './helpers.ts';

const AT = new Date('2026-11-21T09:12:03Z');
const START: Files = {
  'src/a.js': 'a\n',
  'src/b.js': 'b\n',
  'old/gone.js': 'g\n',
  'turns/into.txt': 'folder to file\n',
  turner: 'file to folder\n',
  'crlf.txt': 'one\r\ntwo\r\n',
  'name with ü.txt': 'n\n',
};

/** A repository and a commit on top of it that changes, adds, removes, and turns files into folders and back. */
async function proposed() {
  const made = await makeRepository(START);
  const { workspace } = await made.openWorkspace();
  const { root } = workspace;
  rmSync(join(root, 'old'), { recursive: true });
  rmSync(join(root, 'turns'), { recursive: true });
  unlinkSync(join(root, 'turner'));
  writeFiles(root, {
    'src/a.js': 'a2\n',
    'new/file.js': 'n\n',
    turns: 'a file\n',
    'turner/inner.txt': 'i\n',
    'crlf.txt': 'one\r\n2\r\n',
    'name with ü.txt': 'n2\n',
    'run.sh': '#!/bin/sh\n',
  });
  chmodSync(join(root, 'run.sh'), 0o755);
  symlinkSync('src/a.js', join(root, 'link.js'));
  const tree = value(await workspace.snapshot());
  const commit = value(await made.repository.commitTree({ tree, parents: [made.head], message: 'work', at: AT }));
  const intent = { ref: 'refs/heads/main', old: made.head, new: commit };
  return { ...made, intent };
}

describe('fast-forward', () => {
  it('moves branch, index and files together', async () => {
    const { repository, git, root, intent } = await proposed();
    value(await repository.fastForward(intent));
    expect(git('rev-parse', 'main')).toBe(intent.new);
    expect(git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(root, 'crlf.txt'), 'utf8')).toBe('one\r\n2\r\n');
    expect(readFileSync(join(root, 'turns'), 'utf8')).toBe('a file\n');
    expect(existsSync(join(root, 'old'))).toBe(false);
    expect(statSync(join(root, 'run.sh')).mode & 0o111).not.toBe(0);
    value(await repository.fastForward(intent));
    value(await repository.updateRef(intent));
  });

  it('is what moving the checked-out branch means', async () => {
    const { repository, git, intent } = await proposed();
    value(await repository.updateRef(intent));
    expect(git('status', '--porcelain')).toBe('');
    expect(git('rev-parse', 'main')).toBe(intent.new);
  });

  it('leaves everything else a person changed, staged or made', async () => {
    const { repository, git, root, intent } = await proposed();
    writeFiles(root, { 'src/b.js': 'mine\n', 'staged.js': 's\n', 'src/untracked.js': 'u\n' });
    git('add', 'staged.js');
    value(await repository.fastForward(intent));
    expect(git('status', '--porcelain').split('\n')).toEqual([' M src/b.js', 'A  staged.js', '?? src/untracked.js']);
    expect(readFileSync(join(root, 'src/b.js'), 'utf8')).toBe('mine\n');
  });

  const overlaps: Record<
    string,
    { change: (root: string, git: (...args: string[]) => string) => void; named: string }
  > = {
    'a changed file': { change: root => writeFiles(root, { 'src/a.js': 'mine\n' }), named: 'src/a.js' },
    'a staged change': {
      change: (root, git) => {
        writeFiles(root, { 'src/a.js': 'mine\n' });
        git('add', '-A');
        writeFiles(root, { 'src/a.js': 'a\n' });
      },
      named: 'src/a.js',
    },
    'a deleted file': { change: root => unlinkSync(join(root, 'src/a.js')), named: 'src/a.js' },
    'an untracked file where a new one comes': {
      change: root => writeFiles(root, { 'new/file.js': 'mine\n' }),
      named: 'new/file.js',
    },
    'a file where a new folder comes': { change: root => writeFiles(root, { new: 'mine\n' }), named: 'new/file.js' },
    'an untracked file in a folder that becomes a file': {
      change: root => writeFiles(root, { 'turns/mine.txt': 'mine\n' }),
      named: 'turns/mine.txt',
    },
    'a changed mode': { change: root => chmodSync(join(root, 'src/a.js'), 0o755), named: 'src/a.js' },
    'a folder replaced by a link': {
      change: root => {
        mkdirSync(join(root, '..', 'outside'));
        writeFiles(join(root, '..', 'outside'), { 'a.js': 'a\n', 'b.js': 'b\n' });
        rmSync(join(root, 'src'), { recursive: true });
        symlinkSync(join(root, '..', 'outside'), join(root, 'src'));
      },
      named: 'src/a.js',
    },
    'a file replaced by a link': {
      change: root => {
        unlinkSync(join(root, 'src/a.js'));
        symlinkSync('b.js', join(root, 'src/a.js'));
      },
      named: 'src/a.js',
    },
    'a file replaced by a folder': {
      change: root => {
        unlinkSync(join(root, 'src/a.js'));
        writeFiles(root, { 'src/a.js/mine.txt': 'mine\n' });
      },
      named: 'src/a.js',
    },
    'a renamed file': {
      change: (_, git) => void git('mv', 'src/a.js', 'src/mine.js'),
      named: 'src/a.js',
    },
    'a file renamed by its case only': {
      change: (_, git) => void git('mv', 'src/a.js', 'src/A.js'),
      named: 'src/a.js',
    },
    'a staged deletion': {
      change: (root, git) => {
        git('rm', '-q', '--cached', 'src/a.js');
        writeFiles(root, { 'src/a.js': 'a\n' });
      },
      named: 'src/a.js',
    },
    'a file added with intent only': {
      change: (root, git) => {
        writeFiles(root, { 'new/file.js': 'mine\n' });
        git('add', '-N', 'new/file.js');
      },
      named: 'new/file.js',
    },
    'a link that leads nowhere where a new file comes': {
      change: root => {
        mkdirSync(join(root, 'new'));
        symlinkSync('nowhere', join(root, 'new/file.js'));
      },
      named: 'new/file.js',
    },
    'a named pipe where a new file comes': {
      change: root => {
        mkdirSync(join(root, 'new'));
        execFileSync('mkfifo', [join(root, 'new/file.js')]);
      },
      named: 'new/file.js',
    },
    'a submodule where a new folder comes': {
      change: (root, git) => {
        mkdirSync(join(root, 'new'));
        git('-C', 'new', 'init', '-q');
        git('-C', 'new', '-c', 'user.name=x', '-c', 'user.email=x', 'commit', '-q', '--allow-empty', '-m', 'x');
        git('-c', 'advice.addEmbeddedRepo=false', 'add', 'new');
      },
      named: 'new',
    },
    'a file outside the sparse checkout': {
      change: (root, git) => {
        git('update-index', '--skip-worktree', 'src/a.js');
        unlinkSync(join(root, 'src/a.js'));
      },
      named: 'src/a.js',
    },
  };
  for (const [name, { change, named }] of Object.entries(overlaps)) {
    it(`refuses ${name}, names it and moves nothing`, async () => {
      const { repository, git, root, intent } = await proposed();
      change(root, git);
      const before = git('status', '--porcelain', '-uall');
      const refused = failureOf(await repository.fastForward(intent));
      expect(refused.code).toBe('git.conflict');
      expect(refused.message).toContain(named);
      expect(git('status', '--porcelain', '-uall')).toBe(before);
      expect(git('rev-parse', 'main')).toBe(intent.old);
      expect(existsSync(join(root, '.git/index.lock'))).toBe(false);
    });
  }

  it('takes back what it did when a file cannot be replaced, and says which', async context => {
    const { repository, git, root, intent } = await proposed();
    try {
      execFileSync('chattr', ['+i', join(root, 'src/a.js')], { stdio: 'ignore' });
    } catch {
      return context.skip('files cannot be locked here (chattr)');
    }
    try {
      const refused = failureOf(await repository.fastForward(intent));
      expect(refused.code).toBe('git.conflict');
      expect(refused.message).toContain('src/a.js cannot be replaced in your working copy');
    } finally {
      execFileSync('chattr', ['-i', join(root, 'src/a.js')]);
    }
    expect(git('status', '--porcelain', '-uall')).toBe('');
    expect(git('rev-parse', 'main')).toBe(intent.old);
    expect(existsSync(join(root, 'old/gone.js'))).toBe(true);
    value(await repository.fastForward(intent));
    expect(git('status', '--porcelain')).toBe('');
  });

  it('finishes what a kill left at any file, with the lock of the dead process still there', async () => {
    const count = 11;
    for (let done = 0; done <= count; done++) {
      const { repository, git, root, intent } = await proposed();
      const changed = git('diff-tree', '-r', '--no-renames', '-z', '--name-status', intent.old, intent.new).split('\0');
      const paths = changed.flatMap((path, index) =>
        index % 2 === 1 ? [{ status: changed[index - 1] ?? '', path }] : [],
      );
      // The order of the real thing: what goes, goes first.
      paths.sort((a, b) => Number(b.status === 'D') - Number(a.status === 'D'));
      for (const { status, path } of paths.slice(0, done)) {
        if (status === 'D') {
          rmSync(join(root, path));
          for (const folder of ['old', 'turns'])
            if (path.startsWith(`${folder}/`)) rmSync(join(root, folder), { recursive: true });
        } else git('-c', 'advice.detachedHead=false', 'restore', '--source', intent.new, '--worktree', '--', path);
      }
      writeFileSync(join(root, '.git/index.lock'), 'llmclis 999999999\n');
      value(await repository.fastForward(intent));
      expect(git('status', '--porcelain')).toBe('');
      expect(git('rev-parse', 'HEAD')).toBe(intent.new);
      expect(paths).toHaveLength(count);
    }
  });

  it('finishes when only the branch is missing', async () => {
    const { repository, git, intent } = await proposed();
    value(await repository.fastForward(intent));
    git('update-ref', 'refs/heads/main', intent.old);
    expect(git('status', '--porcelain')).not.toBe('');
    value(await repository.fastForward(intent));
    expect(git('status', '--porcelain')).toBe('');
  });

  it('respects the lock of a git command that runs', async () => {
    const { repository, git, root, intent } = await proposed();
    writeFileSync(join(root, '.git/index.lock'), '');
    expect(failureOf(await repository.fastForward(intent)).code).toBe('git.failed');
    expect(existsSync(join(root, '.git/index.lock'))).toBe(true);
    rmSync(join(root, '.git/index.lock'));
    expect(git('status', '--porcelain')).toBe('');
  });

  it('refuses when another branch is checked out, or the branch moved', async () => {
    const { repository, git, intent } = await proposed();
    git('checkout', '-q', '-b', 'other');
    expect(failureOf(await repository.fastForward(intent)).message).toContain('no longer the checked-out branch');
    git('checkout', '-q', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'meanwhile');
    expect(failureOf(await repository.fastForward(intent)).code).toBe('git.conflict');
  });

  it('writes through the repository’s filters', async () => {
    const made = await makeRepository({ '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': 'one\n' });
    made.git('rm', '-q', '--cached', 'a.txt');
    made.git('reset', '-q', '--hard');
    const { workspace } = await made.openWorkspace();
    writeFileSync(join(workspace.root, 'a.txt'), 'two\r\n');
    const tree = value(await workspace.snapshot());
    expect(await made.repository.fileAt(tree, 'a.txt')).toBe('two\n');
    const commit = value(await made.repository.commitTree({ tree, parents: [made.head], message: 'w', at: AT }));
    value(await made.repository.fastForward({ ref: 'refs/heads/main', old: made.head, new: commit }));
    expect(readFileSync(join(made.root, 'a.txt'), 'utf8')).toBe('two\r\n');
    expect(made.git('status', '--porcelain')).toBe('');
  });

  it('takes a file that a person renamed by hand to the very same content for done', async () => {
    const { repository, git, root, intent } = await proposed();
    mkdirSync(join(root, 'new'));
    writeFileSync(join(root, 'beside'), 'n\n');
    renameSync(join(root, 'beside'), join(root, 'new/file.js'));
    value(await repository.fastForward(intent));
    expect(git('status', '--porcelain')).toBe('');
  });
});
