import type { NewEvent } from '../../core/event.ts';
import { fitting } from '../../core/extract.ts';
import type { FileChange, Workspace } from '../../core/workspace.ts';
import { assertsNothing, isTestByName } from '../assertions.ts';
import { sameButComments } from '../comments.ts';
import type { Decision } from '../decision.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import { hasProtectedPart, isProtected, isTestFile, protectedPartChanged } from '../protected.ts';
import { handoverText, turnSummary } from '../summary-text.ts';
import { type EndedTurn, isTesting, type TaskState } from '../task-state.ts';
import { tellingLines } from '../telling.ts';
import { remember } from './remember.ts';
import { workspaceOf } from './reopen.ts';
import { stopping } from './stopping.ts';

const DIFF_CHARS = 6_000;

/** Fixes the tree that a claim of done is judged by, and what of it may not have been changed. */
export async function* snapshot(task: TaskState, turn: EndedTurn, ports: Ports, holder: WorkspaceHolder): Effects {
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  const tree = await opened.value.snapshot();
  if (!tree.ok) return yield stopping(tree.error);
  const base = startOf(task);
  const changes = await ports.repository.changes(base, tree.value);
  if (!changes.ok) return yield stopping(changes.error);
  const guarded: string[] = [];
  for (const change of changes.value)
    if (await isForbidden(change, task, turn, tree.value, ports)) guarded.push(change.path);
  yield {
    type: 'work.snapshot',
    task: task.task.key,
    tree: tree.value,
    base,
    changed: changes.value.map(({ path }) => path),
    protected: guarded,
    only_comments: await onlyComments(changes.value, base, tree.value, ports),
    ...(isTesting(task, turn) && { no_assertion: await withoutAssertion(changes.value, tree.value, ports) }),
  };
}

/** The tester's new tests that check nothing; files beside them may. */
async function withoutAssertion(
  changes: readonly FileChange[],
  tree: string,
  { repository }: Ports,
): Promise<readonly string[]> {
  const added = changes.filter(({ status }) => status === 'added').map(({ path }) => path);
  const named = added.filter(isTestByName);
  const tests = named.length > 0 ? named : added;
  const found: string[] = [];
  for (const path of tests) if (assertsNothing((await repository.fileAt(tree, path)) ?? '')) found.push(path);
  // One file that checks is enough where none is a test by its name.
  return named.length > 0 || found.length === tests.length ? found : [];
}

const startOf = (task: TaskState): string => {
  if (task.start_tree === null) throw new Error('The task has no base.');
  return task.start_tree;
};

/** A tester may add test files and nothing else; in a tester's own task also change them; anyone else changes what is not protected. */
async function isForbidden(
  { path, status }: FileChange,
  task: TaskState,
  turn: EndedTurn,
  tree: string,
  ports: Ports,
): Promise<boolean> {
  const { allow, protect } = task.task;
  // A script that the task is to make cannot decide yet.
  const checks = status === 'added' ? [] : [...task.task.checks, ...ports.commands.verify];
  const rules = { allow, checks, protect: [...protect, ...ports.commands.protect], plans: ports.commands.plans };
  if (isTesting(task, turn)) return !(isTestFile(path) && status === 'added');
  if (task.task.role === 'tester' && turn.role === 'tester' && isTestFile(path) && status !== 'deleted') return false;
  if (isProtected(path, rules)) return true;
  if (!hasProtectedPart(path)) return false;
  const { repository } = ports;
  return protectedPartChanged(path, await repository.fileAt(startOf(task), path), await repository.fileAt(tree, path));
}

async function onlyComments(
  changes: readonly FileChange[],
  base: string,
  tree: string,
  { repository }: Ports,
): Promise<boolean> {
  for (const { path, status } of changes) {
    if (status !== 'modified') return false;
    if (!sameButComments(path, await repository.fileAt(base, path), await repository.fileAt(tree, path))) return false;
  }
  return changes.length > 0;
}

/** Refuses a claim of done, or notes that a turn led nowhere: what was forbidden is undone, the facts are kept for the next try. */
export async function* refuse(
  task: TaskState,
  turn: EndedTurn,
  decision: Extract<Decision, { kind: 'refuse' | 'fail-try' }>,
  ports: Ports,
  holder: WorkspaceHolder,
): Effects {
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  const diff = await diffOf(task, ports);
  const undone = task.work?.protected ?? [];
  const undo = await undoWork(task, turn, opened.value);
  if (!undo.ok) return yield stopping(undo.error);
  const { model, location } = turn;
  const detail = `${decision.detail}${sayOldTests(turn, decision)}`;
  const said = { task: task.task.key, detail: ports.redact(detail), diff, model };
  yield () => [
    ...rememberTry(task, turn, decision, ports),
    decision.kind === 'refuse'
      ? { type: 'claim.refused', ...said, because: decision.because, location, undone }
      : { type: 'try.failed', ...said, because: decision.because },
  ];
}

/** Tokens of the failing output that are kept. */
const OUTPUT_TOKENS = 200;

/** What a turn that failed claimed; and apart from it what the checks printed, which nobody vouches for. */
function rememberTry(
  task: TaskState,
  turn: EndedTurn,
  { because, detail }: { readonly because: string; readonly detail: string },
  ports: Ports,
): readonly NewEvent[] {
  const by = { model: turn.model };
  const told = remember(task, turnSummary(task, turn, because), 'subtask_summary', turn.role, ports, by);
  if (because !== 'checks_failed' && because !== 'stale') return told;
  const { key, title } = task.task;
  const output = `${key} – ${title}: its checks fail.\n${fitting(ports.redact(tellingLines(detail)), OUTPUT_TOKENS)}`;
  return [...told, ...remember(task, output, 'tool_result', 'checks', ports, { trust: 'tool' })];
}

/** A fact for the next try, where it is one: the model judged by tests that are older than its work. */
const sayOldTests = (turn: EndedTurn, { because }: { readonly because: string }): string => {
  if (!turn.untested || (because !== 'checks_failed' && because !== 'stale')) return '';
  return turn.tested ? '\nYour last test run is older than your last edit.' : '\nYou ran no test after your last edit.';
};

/** Protected files go back to what they were; a test that proves nothing goes altogether; honest work that fails stays for the next try. */
const undoWork = (task: TaskState, turn: EndedTurn, workspace: Workspace) =>
  isTesting(task, turn) ? workspace.reset(startOf(task)) : workspace.restore(task.work?.protected ?? [], startOf(task));

async function diffOf(task: TaskState, { repository, redact }: Ports): Promise<string> {
  if (task.work === null || task.work.changed.length === 0) return '';
  const patch = await repository.patch(startOf(task), task.work.tree, DIFF_CHARS);
  return patch.ok ? redact(patch.value) : '';
}

export async function* handOver(
  task: TaskState,
  turn: EndedTurn,
  decision: Extract<Decision, { kind: 'hand-over' }>,
  ports: Ports,
): Effects {
  const { key } = task.task;
  const summary = ports.redact(decision.summary);
  const handover = { from: turn.role, to: decision.to, said: summary };
  const text = handoverText(task, handover, task.summary?.text ?? null);
  yield () => [
    ...remember(task, text, 'handoff_summary', turn.role, ports, { model: task.summary?.model ?? turn.model }),
    { type: 'handed.over', task: key, from: turn.role, to: decision.to, summary },
  ];
}

/** A provider in trouble says nothing about the work: the turn does not count, and the run goes on without this model. */
export async function* closeRung(task: TaskState, turn: EndedTurn, detail: string, ports: Ports): Effects {
  const { key } = task.task;
  const because = ports.redact(detail);
  yield () => [
    { type: 'rung.closed', task: key, model: turn.model, because },
    { type: 'try.failed', task: key, because: 'provider', detail: '', diff: '', model: turn.model },
  ];
}

export async function* acceptTest(task: TaskState, turn: EndedTurn, ports: Ports): Effects {
  const { work } = task;
  if (work === null) throw new Error('There is no test to accept.');
  const said = turn.end.kind === 'finished' ? ports.redact(turn.end.summary) : '';
  const text = handoverText(task, { from: turn.role, to: task.role, said }, null);
  yield () => [
    ...remember(task, text, 'handoff_summary', turn.role, ports, { model: turn.model }),
    { type: 'test.accepted', task: task.task.key, tree: work.tree, files: work.changed },
  ];
}

/** No test that fails on the base could be had: what the tester left is taken away. */
export async function* giveUpTesting(task: TaskState, because: string, ports: Ports, holder: WorkspaceHolder): Effects {
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  yield { type: 'tester.gave_up', task: task.task.key, because };
}
