import { fail, ok } from '../core/failure.ts';
import type { FileChange, Repository } from '../core/workspace.ts';
import type { Git } from './git.ts';
import { overlayTrees } from './tree.ts';
import { changedPaths } from './working-copy.ts';

/** The trimmed output of a question to git; null when the answer is no. */
export const firstLine = async (git: Git, args: readonly string[]): Promise<string | null> => {
  const answer = await git(args, { accept: [0, 1, 128] });
  return answer.ok && answer.value.code === 0 ? answer.value.stdout.trim() : null;
};

export function refReaders(
  git: Git,
): Pick<Repository, 'state' | 'resolve' | 'treeOf' | 'contains' | 'findCommit' | 'branches'> {
  const resolveCommit = (revision: string) =>
    firstLine(git, ['rev-parse', '--verify', '-q', '--end-of-options', `${revision}^{commit}`]);
  return {
    async state() {
      const branch = await git(['symbolic-ref', '-q', '--short', 'HEAD'], { accept: [0, 1] });
      if (!branch.ok) return branch;
      return ok({ head: await resolveCommit('HEAD'), branch: branch.value.stdout.trim() || null });
    },
    resolve: resolveCommit,
    async treeOf(commit) {
      const tree = await git(['rev-parse', '--verify', '-q', '--end-of-options', `${commit}^{tree}`]);
      return tree.ok ? ok(tree.value.stdout.trim()) : tree;
    },
    contains: async (descendant, ancestor) =>
      (await firstLine(git, ['merge-base', '--is-ancestor', ancestor, descendant])) !== null,
    async findCommit({ of, after, texts }) {
      const words = texts.map(text => `--grep=${text}`);
      const found = await firstLine(git, [
        'log',
        '-n',
        '1',
        '--format=%H',
        '--fixed-strings',
        ...words,
        `${after}..${of}`,
      ]);
      return found || null;
    },
    async branches(pattern) {
      const format = '--format=%(refname:lstrip=2)%09%(objectname)';
      const listed = await firstLine(git, [
        'for-each-ref',
        '--sort=-refname',
        '--sort=-committerdate',
        format,
        `refs/heads/${pattern}`,
      ]);
      const lines = (listed ?? '').split('\n').filter(line => line !== '');
      return lines.map(line => ({
        name: line.slice(0, line.indexOf('\t')),
        commit: line.slice(line.indexOf('\t') + 1),
      }));
    },
  };
}

const PATCH = 'diff-tree -r -p --no-renames --no-ext-diff --no-textconv --no-color'.split(' ');

export function treeReaders(
  git: Git,
  temp: string,
): Pick<Repository, 'changes' | 'patch' | 'fileAt' | 'overlay' | 'mergeTrees'> {
  return {
    async changes(fromTree, toTree) {
      const changes = await changedPaths(git, fromTree, toTree);
      if (!changes.ok) return changes;
      return ok(
        changes.value.map(({ path, before, after }): FileChange => {
          if (before === null) return { path, status: 'added' };
          return { path, status: after === null ? 'deleted' : 'modified' };
        }),
      );
    },
    async patch(fromTree, toTree, max_chars) {
      const args = [...PATCH, fromTree, toTree];
      const diff = await git(args, { max_bytes: max_chars * 4 + 4 });
      if (!diff.ok) return diff;
      const text = diff.value.stdout;
      return ok(
        text.length <= max_chars ? text : `${text.slice(0, Math.max(0, max_chars - 30))}\n[… the rest is left out]\n`,
      );
    },
    async fileAt(tree, path) {
      const blob = await git(['cat-file', 'blob', `${tree}:${path}`], { accept: [0, 128] });
      return blob.ok && blob.value.code === 0 ? blob.value.stdout : null;
    },
    overlay: (base, overlay, paths) => overlayTrees(git, temp, base, overlay, paths),
    async mergeTrees(ours, theirs) {
      const merged = await git(['merge-tree', '--write-tree', '--name-only', '-z', ours, theirs], { accept: [0, 1] });
      if (!merged.ok) return merged;
      const [tree = '', ...rest] = merged.value.stdout.split('\0');
      if (merged.value.code === 0) return ok({ tree });
      const paths = rest.slice(0, rest.indexOf(''));
      return fail(
        'git.conflict',
        `Both sides changed ${paths.join(', ')}.`,
        'Merge the two by hand, or let the task be done again on the new base.',
      );
    },
  };
}
