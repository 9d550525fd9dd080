import type { EventPayloads, NewEvent } from '../../core/event.ts';
import type { Result } from '../../core/failure.ts';
import type { Proof } from '../../core/task.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import type { TaskState } from '../task-state.ts';
import { LEASE_S } from './claim.ts';
import { block } from './finish.ts';
import { workspaceOf } from './reopen.ts';
import { stopping } from './stopping.ts';
import { taskBranch } from './worktree-path.ts';

/** Milliseconds until it is looked again whether another run, whose work was overtaken more often, has merged. */
const GIVE_WAY_MS = 200;

/** Puts the proven tree where the merge mode says: intent, effect, receipt. A base that moved is merged first and checked again. */
export async function* merge(task: TaskState, proof: Proof, ports: Ports, holder: WorkspaceHolder): Effects {
  if (task.merge !== null) return yield* takeUp(task, task.merge, ports, holder);
  if (task.work === null || task.workspace === null) throw new Error('There is nothing to merge.');
  if (!ports.km.heartbeat(task.token, LEASE_S).ok) return yield lostClaim(task);
  const { repository, target } = ports;
  if (target !== null && ports.mustGiveWay()) {
    await ports.clock.sleep(GIVE_WAY_MS);
    return yield () => [];
  }
  const tip = target === null ? null : await repository.resolve(target);
  const { base } = task.workspace;
  if (tip !== null && tip !== base) return yield* ontoMovedBase(task, tip, ports, holder);
  const commit = await commitWork(task, proof, ports);
  if (!commit.ok) return yield stopping(commit.error);
  const ref = target ?? taskBranch(task.task.key);
  const old = target === null ? await repository.resolve(ref) : tip;
  const intent = { mode: ports.merge, ref, old, new: commit.value, tree: task.work.tree, proof };
  yield { type: 'merge.intended', task: task.task.key, ...intent };
  yield* carryOut(task, { task: task.task.key, ...intent }, ports, holder);
}

/** A merge that was meant before a restart: done already, or still ours to do. */
async function* takeUp(
  task: TaskState,
  intent: EventPayloads['merge.intended'],
  ports: Ports,
  holder: WorkspaceHolder,
): Effects {
  const tip = await ports.repository.resolve(intent.ref);
  // Others may have merged onto it since.
  if (tip !== null && (await ports.repository.contains(tip, intent.new)))
    return yield { type: 'merge.ended', task: task.task.key, commit: intent.new, ref: intent.ref };
  if (!ports.km.heartbeat(task.token, LEASE_S).ok) return yield lostClaim(task);
  yield* carryOut(task, intent, ports, holder);
}

/** Somebody else may be at work on it by now: nothing of ours is merged. */
const lostClaim = (task: TaskState): NewEvent => ({
  type: 'task.released',
  task: task.task.key,
  because: 'the claim ran out and may be another worker’s now; nothing was merged',
});

async function* carryOut(
  task: TaskState,
  intent: EventPayloads['merge.intended'],
  ports: Ports,
  holder: WorkspaceHolder,
): Effects {
  const { repository, target } = ports;
  const done = intent.mode === 'auto' ? await repository.fastForward(intent) : await repository.updateRef(intent);
  if (done.ok) return yield { type: 'merge.ended', task: task.task.key, commit: intent.new, ref: intent.ref };
  if (done.error.code !== 'git.conflict') return yield stopping(done.error);
  // Another worker was first: that is no conflict yet, the work goes onto its commit and is checked again.
  const tip = target === null ? null : await repository.resolve(target);
  if (tip !== null && tip !== intent.old) return yield* ontoMovedBase(task, tip, ports, holder);
  yield* keepAside(task, intent.new, 'conflict', done.error.message, ports);
}

/** What could not be merged waits on a branch of its own, and the task for a person. */
async function* keepAside(
  task: TaskState,
  commit: string,
  reason: 'conflict' | 'unproven',
  why: string,
  ports: Ports,
): Effects {
  const ref = taskBranch(task.task.key);
  const kept = await ports.repository.updateRef({ ref, old: await ports.repository.resolve(ref), new: commit });
  if (!kept.ok) return yield stopping(kept.error);
  const branch = shortRef(ref);
  const detail = `${why} The work is on ${branch}; look at it, then: llmclis task accept ${task.task.key}`;
  yield* block(task, reason, detail, ports, branch);
}

export const shortRef = (ref: string): string => ref.replace(/^refs\/heads\//, '');

/** One commit of the work on its base. */
export function commitWork(task: TaskState, proof: Proof | 'unproven', ports: Ports): Promise<Result<string>> {
  if (task.work === null || task.workspace === null) throw new Error('There is no work to commit.');
  const { key, title } = task.task;
  const summary = task.ended?.end.kind === 'finished' ? `${ports.redact(task.ended.end.summary).trim()}\n\n` : '';
  const message = `${key}: ${title}\n\n${summary}Proof: ${proof}\nTask: ${key}\nRun: ${ports.run_id}\n`;
  return ports.repository.commitTree({
    tree: task.work.tree,
    parents: [task.workspace.base],
    message,
    at: ports.clock.now(),
  });
}

async function* ontoMovedBase(task: TaskState, tip: string, ports: Ports, holder: WorkspaceHolder): Effects {
  const wip = await commitWork(task, 'unproven', ports);
  if (!wip.ok) return yield stopping(wip.error);
  const merged = await mergeOnto(task, tip, wip.value, ports);
  if (!merged.ok && merged.error.code === 'git.conflict') {
    const why = `The base moved and the work does not merge onto it: ${merged.error.message}`;
    return yield* keepAside(task, wip.value, 'conflict', why, ports);
  }
  const baseTree = await newStart(task, tip, ports);
  const opened = await workspaceOf(task, ports, holder);
  const failed = [merged, baseTree, opened].find(result => !result.ok);
  if (failed !== undefined && !failed.ok) return yield stopping(failed.error);
  if (!merged.ok || !baseTree.ok || !opened.ok) return;
  const steps: NewEvent | null = await moveTo(opened.value, tip, merged.value.tree);
  if (steps !== null) return yield steps;
  yield {
    type: 'base.moved',
    task: task.task.key,
    from: task.workspace?.base ?? '',
    to: tip,
    to_base_tree: baseTree.value,
    to_tree: merged.value.tree,
  };
}

/** Merges only the task's own change: what a rewritten branch no longer has does not come back with it. */
async function mergeOnto(task: TaskState, tip: string, work: string, { repository, clock }: Ports) {
  const base = task.workspace?.base ?? tip;
  if (await repository.contains(tip, base)) return repository.mergeTrees(tip, work);
  const tree = await repository.treeOf(tip);
  if (!tree.ok) return tree;
  // The tip's files on our base: both then grow from that base and from nothing before it.
  const message = `The files of ${tip}`;
  const graft = await repository.commitTree({ tree: tree.value, parents: [base], message, at: clock.now() });
  return graft.ok ? repository.mergeTrees(graft.value, work) : graft;
}

/** What the work is measured from on the new base: its tree, with the tests in it that the tester wrote. */
async function newStart(task: TaskState, tip: string, { repository }: Ports): Promise<Result<string>> {
  const tree = await repository.treeOf(tip);
  if (!tree.ok || task.tester !== 'written' || task.start_tree === null || task.workspace === null) return tree;
  const old = await repository.treeOf(task.workspace.base);
  if (!old.ok) return old;
  const tests = await repository.changes(old.value, task.start_tree);
  if (!tests.ok) return tests;
  const paths = tests.value.map(({ path }) => path);
  return paths.length === 0 ? tree : repository.overlay(tree.value, task.start_tree, paths);
}

async function moveTo(
  workspace: { moveBase(commit: string): Promise<Result<void>>; reset(tree: string): Promise<Result<void>> },
  tip: string,
  tree: string,
): Promise<NewEvent | null> {
  const moved = await workspace.moveBase(tip);
  if (!moved.ok) return stopping(moved.error);
  const reset = await workspace.reset(tree);
  return reset.ok ? null : stopping(reset.error);
}

/** What cannot be proven is a person's to accept: the work waits on a branch of its own. */
export async function* keepUnproven(task: TaskState, because: string, ports: Ports): Effects {
  const commit = await commitWork(task, 'unproven', ports);
  if (!commit.ok) return yield stopping(commit.error);
  yield* keepAside(task, commit.value, 'unproven', `No check proves the work. ${ports.redact(because)}`, ports);
}
