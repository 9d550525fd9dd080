import type { CheckResult } from '../../core/check.ts';
import type { NewEvent } from '../../core/event.ts';
import type { Result } from '../../core/failure.ts';
import { ok } from '../../core/failure.ts';
import type { Workspace } from '../../core/workspace.ts';
import type { Effects, Ports, WorkspaceHolder } from '../ports.ts';
import { checkKey, type RunState } from '../state.ts';
import type { TaskState } from '../task-state.ts';
import { missingFrom, type OwnModule, readTestOutput } from '../test-output.ts';
import { judgeBase, judgeWork } from '../verdict.ts';
import { workspaceOf } from './open.ts';
import { stopping } from './stopping.ts';
import { clipTail } from './text.ts';

type Check = { readonly command: string; readonly of: 'task' | 'verify' };

/** The task's own checks first, then the project's; a command is run once. */
export function checksOf(task: TaskState, verify: readonly string[]): readonly Check[] {
  const own = task.task.checks.map(command => ({ command, of: 'task' as const }));
  const rest = verify.filter(command => !task.task.checks.includes(command));
  return [...own, ...rest.map(command => ({ command, of: 'verify' as const }))];
}

/** Runs the checks on the base or on the work and says what they mean together. */
export async function* check(
  state: RunState,
  task: TaskState,
  on: 'base' | 'work',
  ports: Ports,
  holder: WorkspaceHolder,
  signal: AbortSignal,
): Effects {
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  const workspace = opened.value;
  const tree = on === 'base' ? task.workspace?.base_tree : task.work?.tree;
  if (tree === undefined) throw new Error(`There is no tree to check on the ${on}.`);
  const before = task.parked === null ? await workspace.snapshot() : ok(task.parked);
  if (!before.ok) return yield stopping(before.error);
  if (on === 'base' && before.value !== tree && task.parked === null)
    yield { type: 'work.parked', task: task.task.key, tree: before.value };
  const results: CheckResult[] = [];
  const own = await ownModules(workspace);
  for (const item of checksOf(task, ports.commands.verify)) {
    const kept = state.checked[checkKey(tree, item.command)];
    const result = kept === undefined ? await runCheck(workspace, item, tree, ports, own, signal) : ok(kept);
    if (!result.ok) return yield stopping(result.error);
    const event = { ...result.value, on, of: item.of, kept: kept !== undefined };
    results.push(event);
    yield ended(task, event);
  }
  const back = await workspace.reset(on === 'base' ? before.value : tree);
  if (!back.ok) return yield stopping(back.error);
  const verdict = on === 'base' ? judgeBase(results) : judgeWork(task.base_checks, results);
  yield { type: 'checks.judged', task: task.task.key, on, tree, ...verdict };
}

const ended = (task: TaskState, result: CheckResult): NewEvent => {
  const { command, exit, passed, failed, ms, tree, on, of, passing, failing, tail, missing, kept } = result;
  return {
    type: 'check.ended',
    task: task.task.key,
    command,
    exit,
    passed,
    failed,
    ms,
    tree,
    on,
    of,
    passing,
    failing,
    tail,
    missing,
    kept,
  };
};

/** Runs one command on exactly this tree. A command that ran out of time failed. */
async function runCheck(
  workspace: Workspace,
  { command, of }: Check,
  tree: string,
  ports: Ports,
  own: OwnModule,
  signal: AbortSignal,
): Promise<Result<CheckResult>> {
  const reset = await workspace.reset(tree);
  if (!reset.ok) return reset;
  const { timeout_s } = ports.commands;
  const ran = await workspace.run(command, { timeout_s, label: 'check' }, signal);
  signal.throwIfAborted();
  if (!ran.ok) return ran;
  const { timed_out, ms } = ran.value;
  // Before anything is read from it: a test's name may hold a secret too.
  const output = ports.redact(ran.value.output);
  const exit = ran.value.exit ?? 1;
  const { passed, failed, passing, failing } = readTestOutput(output);
  const tail = clipTail(timed_out ? `${output}\n[killed after ${timeout_s} s]` : output);
  return ok({
    command,
    exit,
    passed,
    failed,
    ms,
    tree,
    on: 'work',
    of,
    passing,
    failing,
    tail,
    missing: missingFrom(exit, output, own),
    kept: false,
  });
}

/** Tells the project's own modules from packages that should have been installed. */
async function ownModules(workspace: Workspace): Promise<OwnModule> {
  const files = await workspace.list();
  const paths = files.ok ? files.value : [];
  const declared = async (path: string): Promise<string> => {
    const file = paths.includes(path) ? await workspace.read(path) : null;
    return file?.ok ? file.value.text : '';
  };
  const manifests = (
    await Promise.all(
      ['requirements.txt', 'requirements-dev.txt', 'pyproject.toml', 'setup.cfg', 'setup.py', 'Pipfile'].map(declared),
    )
  )
    .join('\n')
    .toLowerCase();
  return (language, name) => {
    const top = name.split(language === 'python' ? '.' : '/')[0] ?? name;
    if (paths.some(path => path.split('/').some(part => part === top || part === `${top}.py`))) return true;
    return (
      language === 'python' && !new RegExp(`(^|[^\\w-])${top.replace(/_/g, '[-_]')}([^\\w-]|$)`, 'm').test(manifests)
    );
  };
}
