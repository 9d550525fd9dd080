import type { Clock } from '../core/clock.ts';
import { ok, type Result } from '../core/failure.ts';
import type { FileChange, Repository } from '../core/workspace.ts';

export type Doing = { readonly repository: Repository; readonly clock: Clock };

/** A task's commit and the branch it is to be taken back on. */
export type Place = { readonly ref: string; readonly commit: string };

/** What taking a commit back on one branch comes to. */
export type BranchUndo = {
  readonly ref: string;
  readonly tip: string;
  /** The tree the branch is to have; null where it was taken back already. */
  readonly tree: string | null;
  /** The commit that took it back; null where there is none yet, or nothing of the work was left. */
  readonly undo: string | null;
  readonly changes: readonly FileChange[];
};

/** A line of the message by which an undo is found again. */
const trailer = (commit: string): string => `Undoes: ${commit}`;

/** The branches that have the commit: the checked-out one, and the run branch that later work still builds on. */
export async function branchesWith(repository: Repository, commit: string): Promise<Result<readonly string[]>> {
  const state = await repository.state();
  if (!state.ok) return state;
  const { branch, head } = state.value;
  const found: string[] = [];
  if (branch !== null && head !== null && (await repository.contains(head, commit))) found.push(`refs/heads/${branch}`);
  const [newest] = await repository.branches('llmclis/run-*');
  if (newest === undefined || newest.name === branch || !(await repository.contains(newest.commit, commit)))
    return ok(found);
  const isTaken = head !== null && (await repository.contains(head, newest.commit));
  return ok(isTaken ? found : [...found, `refs/heads/${newest.name}`]);
}

/** The commit that took `commit` back on a branch, by llmclis or by `git revert`; one that was reverted itself does not count. */
async function undoneBy(repository: Repository, { ref, commit }: Place): Promise<string | null> {
  const texts = [trailer(commit), `This reverts commit ${commit}`];
  const undo = await repository.findCommit({ of: ref, after: commit, texts });
  if (undo === null) return null;
  return (await undoneBy(repository, { ref, commit: undo })) === null ? undo : null;
}

/**
 * The branch's tree without the commit: a three-way merge whose base is the commit, so that what came after it stays. Writes no ref.
 * Errors: `git.conflict` where later work changed the same places.
 */
export async function planUndo({ repository, clock }: Doing, place: Place): Promise<Result<BranchUndo>> {
  const { ref, commit } = place;
  const tip = await repository.treeOf(ref);
  const head = await repository.resolve(ref);
  const parent = await repository.treeOf(`${commit}^1`);
  if (!tip.ok) return tip;
  if (!parent.ok) return parent;
  if (head === null) throw new Error(`${ref} is gone.`);
  const undone = { ref, tip: head, tree: null, changes: [] };
  const before = await undoneBy(repository, place);
  if (before !== null) return ok({ ...undone, undo: before });
  const message = `Without ${commit}`;
  // On top of the commit stands what was before it: merged into the branch, that is the change backwards.
  const back = await repository.commitTree({ tree: parent.value, parents: [commit], message, at: clock.now() });
  if (!back.ok) return back;
  const merged = await repository.mergeTrees(head, back.value);
  if (!merged.ok) return merged;
  const changes = await repository.changes(tip.value, merged.value.tree);
  if (!changes.ok) return changes;
  if (changes.value.length === 0) return ok({ ...undone, undo: null });
  return ok({ ref, tip: head, tree: merged.value.tree, undo: null, changes: changes.value });
}

/** Commits the undo and moves the branch, with the person's working copy where it is checked out. */
export async function carryOutUndo(
  { repository, clock }: Doing,
  undo: BranchUndo,
  what: { readonly key: string; readonly title: string; readonly commit: string },
): Promise<Result<BranchUndo>> {
  if (undo.tree === null) return ok(undo);
  const { key, title, commit } = what;
  const message = `Undo ${key}: ${title}\n\nTakes the work of ${key} back.\n\n${trailer(commit)}\nTask: ${key}\n`;
  const made = await repository.commitTree({ tree: undo.tree, parents: [undo.tip], message, at: clock.now() });
  if (!made.ok) return made;
  const moved = await repository.updateRef({ ref: undo.ref, old: undo.tip, new: made.value });
  return moved.ok ? ok({ ...undo, undo: made.value }) : moved;
}
